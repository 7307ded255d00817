import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planMounts, prepareMounts } from "../../actors/kubelet/container/mounts.js";
import { SimulatedVolumes } from "../../actors/kubelet/io/simulated.js";
import type { VolumeMount } from "../../src/api/types.js";

const test = suite("kubelet: mounts");

const volumes = new Map([
  ["data", { path: "/vol/data", readOnly: false }],
  ["config", { path: "/vol/config", readOnly: true }],
]);

function mounted(mounts: VolumeMount[], failing = false): unknown {
  const container = { name: "main", volumeMounts: mounts };
  const planned = planMounts({ container, environment: new Map([["DIR", "logs"]]), volume: (name) => volumes.get(name) });
  if (!planned.ok) return planned.message;
  let result: unknown = "never";
  const io = new SimulatedVolumes().through((callback) => callback());
  const broken: typeof io = { ...io, prepareSubPath: (_of, _volume, _path, onReady) => onReady({ error: "no such place" }) };
  prepareMounts(planned.value, { podUid: "u", container: "main", volumes: failing ? broken : io }, (ready, problem) => {
    result = ready.ok ? ready.value : `${ready.message} (${problem})`;
  });
  return result;
}

const cases: ReadonlyArray<readonly [string, VolumeMount, unknown]> = [
  ["a whole volume", { name: "data", mountPath: "/a" }, [{ containerPath: "/a", hostPath: "/vol/data", readonly: false }]],
  [
    "one that is only read here",
    { name: "data", mountPath: "/a", readOnly: true },
    [{ containerPath: "/a", hostPath: "/vol/data", readonly: true }],
  ],
  [
    "what is made of objects is only read, whatever the mount says",
    { name: "config", mountPath: "/a" },
    [{ containerPath: "/a", hostPath: "/vol/config", readonly: true }],
  ],
  [
    "a path inside",
    { name: "data", mountPath: "/a", subPath: "x/y" },
    [{ containerPath: "/a", hostPath: "/vol/data/x/y", readonly: false }],
  ],
  [
    "a path by a variable",
    { name: "data", mountPath: "/a", subPathExpr: "$(DIR)/$$x" },
    [{ containerPath: "/a", hostPath: "/vol/data/logs/$x", readonly: false }],
  ],
  ["a variable that is missing", { name: "data", mountPath: "/a", subPathExpr: "$(NONE)/x" }, 'missing value for "NONE"'],
  [
    "a path that is absolute",
    { name: "data", mountPath: "/a", subPath: "/etc" },
    "error SubPath `/etc` must not be an absolute path",
  ],
  [
    "a path that leaves the volume",
    { name: "data", mountPath: "/a", subPath: "x/../../y" },
    "unable to provision SubPath `x/../../y`: must not contain '..'",
  ],
  [
    "a volume that the pod does not have",
    { name: "none", mountPath: "/a" },
    'cannot find volume "none" to mount into container "main"',
  ],
];
for (const [name, mount, expected] of cases) test(name, () => assert.equal(mounted([mount]), expected));

test("what is wrong with a path inside is not told to users", () => {
  assert.is(
    mounted([{ name: "data", mountPath: "/a", subPath: "x" }], true),
    'failed to prepare subPath for volumeMount "data" of container "main" (no such place)',
  );
});

test.run();
