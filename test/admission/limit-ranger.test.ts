import { test } from "uvu";
import * as assert from "uvu/assert";
import { limitRanger } from "../../src/api/admission/limit-ranger.js";
import type { LimitRangeItem, Pod, PodSpec } from "../../src/api/types.js";
import { type Asked, clusterOf, mutated, podOf, refusal } from "./world.js";

const rangeOf = (...limits: LimitRangeItem[]) => ({
  apiVersion: "v1",
  kind: "LimitRange",
  metadata: { name: "limits", namespace: "shop" },
  spec: { limits },
});

const container = (requests: Record<string, string> = {}, limits: Record<string, string> = {}, name = "c") => ({
  name,
  resources: { requests, limits },
});

test("a container that does not say gets the range's defaults, and the pod tells of it", () => {
  const range = rangeOf({
    type: "Container",
    default: { cpu: "500m", memory: "64Mi" },
    defaultRequest: { cpu: "100m", memory: "32Mi" },
  });
  const pod = podOf({
    containers: [{ name: "c" }, container({ cpu: "1" }, { cpu: "2", memory: "1Gi" }, "d")],
    initContainers: [{ name: "i" }],
  });
  const filled = mutated(limitRanger, { object: pod }, clusterOf(range)) as unknown as Pod;
  assert.equal(filled.spec?.containers[0]?.resources, {
    requests: { cpu: "100m", memory: "32Mi" },
    limits: { cpu: "500m", memory: "64Mi" },
  });
  assert.equal(filled.spec?.containers[1]?.resources, {
    requests: { cpu: "1", memory: "32Mi" },
    limits: { cpu: "2", memory: "1Gi" },
  });
  assert.is(
    filled.metadata.annotations?.["kubernetes.io/limit-ranger"],
    "LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c; memory request for container d; cpu, memory request for init container i; cpu, memory limit for init container i",
  );
});

test("a pod that says everything, or is in a namespace without a range, is left as it is", () => {
  const pod = podOf();
  assert.is(mutated(limitRanger, { object: pod }), pod);
});

const cases: Array<[what: string, item: LimitRangeItem, spec: Partial<PodSpec>, why: string]> = [
  ["enough", { type: "Container", min: { cpu: "100m" } }, { containers: [container({ cpu: "0.1" })] }, ""],
  [
    "too little asked for",
    { type: "Container", min: { cpu: "100m" } },
    { containers: [container({ cpu: "50m" })] },
    "minimum cpu usage per Container is 100m, but request is 50m",
  ],
  [
    "nothing asked for",
    { type: "Container", min: { memory: "1Gi" } },
    { containers: [container()] },
    "minimum memory usage per Container is 1Gi.  No request is specified",
  ],
  [
    "too small a limit",
    { type: "Container", min: { cpu: "100m" } },
    { containers: [container({ cpu: "100m" }, { cpu: "50m" })] },
    "minimum cpu usage per Container is 100m, but limit is 50m",
  ],
  [
    "too large a limit, of an init container",
    { type: "Container", max: { memory: "1Gi" } },
    { containers: [container({}, { memory: "1Gi" })], initContainers: [container({}, { memory: "1536Mi" }, "i")] },
    "maximum memory usage per Container is 1Gi, but limit is 1536Mi",
  ],
  [
    "no limit",
    { type: "Container", max: { memory: "1Gi" } },
    { containers: [container()] },
    "maximum memory usage per Container is 1Gi.  No limit is specified",
  ],
  [
    "more asked for than allowed",
    { type: "Container", max: { cpu: "1" } },
    { containers: [container({ cpu: "2" }, { cpu: "1" })] },
    "maximum cpu usage per Container is 1, but request is 2",
  ],
  [
    "a limit far above what is asked for",
    { type: "Container", maxLimitRequestRatio: { memory: "2" } },
    { containers: [container({ memory: "100Mi" }, { memory: "300Mi" })] },
    "memory max limit to request ratio per Container is 2, but provided ratio is 3.000000",
  ],
  [
    "a ratio to nothing",
    { type: "Container", maxLimitRequestRatio: { memory: "2" } },
    { containers: [container({}, { memory: "300Mi" })] },
    "memory max limit to request ratio per Container is 2, but no request is specified or request is 0",
  ],
  [
    "a ratio without a limit",
    { type: "Container", maxLimitRequestRatio: { memory: "2" } },
    { containers: [container({ memory: "1" })] },
    "memory max limit to request ratio per Container is 2, but no limit is specified or limit is 0",
  ],
  [
    "a pod's containers together",
    { type: "Pod", max: { cpu: "2" } },
    { containers: [container({}, { cpu: "1500m" }), container({}, { cpu: "1" }, "d")] },
    "maximum cpu usage per Pod is 2, but limit is 2500m",
  ],
  [
    "several faults",
    { type: "Container", min: { cpu: "100m" }, max: { memory: "1Gi" } },
    { containers: [container({ cpu: "1m" }, { memory: "2Gi" })] },
    "[minimum cpu usage per Container is 100m, but request is 1m, maximum memory usage per Container is 1Gi, but limit is 2Gi]",
  ],
];

for (const [what, item, spec, why] of cases) {
  test(`a range lets through or refuses: ${what}`, () => {
    const said = refusal(limitRanger, { object: podOf(spec) }, clusterOf(rangeOf(item)));
    assert.is(said, why === "" ? "" : `pods "web" is forbidden: ${why}`);
  });
}

const claim = (storage: string, more: object = {}) => ({
  metadata: { name: "data", namespace: "shop", ...more },
  spec: { resources: { requests: { storage } } },
});

test("claims are held against the range, unless they are going", () => {
  const cluster = clusterOf(rangeOf({ type: "PersistentVolumeClaim", min: { storage: "1Gi" }, max: { storage: "2Gi" } }));
  const asked = (storage: string, more: Asked = {}): string =>
    refusal(limitRanger, { resource: "persistentvolumeclaims", object: claim(storage), ...more }, cluster);
  assert.is(asked("1Gi"), "");
  const small = "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi";
  assert.is(asked("500Mi"), `persistentvolumeclaims "data" is forbidden: ${small}`);
  const large = "maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi";
  assert.is(asked("3Gi", { operation: "UPDATE", old: claim("1Gi") }), `persistentvolumeclaims "data" is forbidden: ${large}`);
  assert.is(asked("3Gi", { operation: "UPDATE", old: claim("1Gi", { deletionTimestamp: "t" }) }), "");
});

test.run();
