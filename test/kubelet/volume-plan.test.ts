import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planVolumes } from "../../actors/kubelet/volume/plan.js";
import type { Volume } from "../../src/api/types.js";
import { podWith } from "./pods.js";

const test = suite("kubelet: volumes");

const plan = (volumes: Volume[]) => {
  const planned = planVolumes({
    pod: podWith({ volumes }, { labels: { app: "web", a: 'x "y"' } }),
    podIp: "10.1.0.2",
    hostIp: "10.0.0.1",
    allocatable: { cpu: "4", memory: "8Gi", ephemeralStorage: "1Gi" },
    objects: {
      configMap: (name) => (name === "cm" ? { metadata: {}, data: { a: "1", b: "2" }, binaryData: { raw: "AAE=" } } : undefined),
      secret: (name) => (name === "key" ? { metadata: {}, data: { token: "czNjcjN0" } } : undefined),
    },
    token: (audience) => (audience === "denied" ? undefined : `token for ${audience}`),
  });
  if (!planned.ok) return planned.message;
  return planned.value.map((volume) =>
    volume.kind === "files"
      ? `${volume.name}: ${volume.files.map(({ path, data, mode }) => `${path}=${new TextDecoder().decode(data)} ${mode.toString(8)}`).join(", ")}`
      : `${volume.name}: ${volume.kind}`,
  );
};

const volumes: ReadonlyArray<readonly [string, Volume, string | string[]]> = [
  ["emptyDir", { name: "v", emptyDir: {} }, ["v: directory"]],
  ["hostPath", { name: "v", hostPath: { path: "/srv" } }, ["v: hostPath"]],
  ["configMap", { name: "v", configMap: { name: "cm" } }, ["v: a=1 644, b=2 644, raw=\0\u0001 644"]],
  [
    "items and modes",
    {
      name: "v",
      configMap: {
        name: "cm",
        defaultMode: 0o400,
        items: [
          { key: "b", path: "x/y" },
          { key: "a", path: "z", mode: 0o600 },
        ],
      },
    },
    ["v: x/y=2 400, z=1 600"],
  ],
  [
    "a missing key",
    { name: "v", configMap: { name: "cm", items: [{ key: "c", path: "c" }] } },
    'MountVolume.SetUp failed for volume "v" : references non-existent config key: c',
  ],
  [
    "a missing ConfigMap",
    { name: "v", configMap: { name: "none" } },
    'MountVolume.SetUp failed for volume "v" : configmap "none" not found',
  ],
  ["what is optional", { name: "v", configMap: { name: "none", optional: true } }, ["v: "]],
  ["secret", { name: "v", secret: { secretName: "key", defaultMode: 0o400 } }, ["v: token=s3cr3t 400"]],
  [
    "a missing Secret",
    { name: "v", secret: { secretName: "none" } },
    'MountVolume.SetUp failed for volume "v" : secret "none" not found',
  ],
  [
    "downward API",
    {
      name: "v",
      downwardAPI: {
        items: [
          { path: "labels", fieldRef: { fieldPath: "metadata.labels" } },
          { path: "name", fieldRef: { fieldPath: "metadata.name" } },
        ],
      },
    },
    ['v: labels=a="x \\"y\\""\napp="web" 644, name=web 644'],
  ],
  [
    "projected",
    {
      name: "v",
      projected: {
        sources: [
          { serviceAccountToken: { path: "token", audience: "api" } },
          { configMap: { name: "cm", items: [{ key: "a", path: "ca" }] } },
          { secret: { name: "key" } },
          { downwardAPI: { items: [{ path: "ns", fieldRef: { fieldPath: "metadata.namespace" } }] } },
        ],
      },
    },
    ["v: token=s3cr3t 644, ca=1 644, ns=shop 644"],
  ],
  [
    "a token that is not given",
    { name: "v", projected: { sources: [{ serviceAccountToken: { path: "token", audience: "denied" } }] } },
    'MountVolume.SetUp failed for volume "v" : failed to fetch token',
  ],
  [
    "a kind that no plugin knows",
    { name: "v", nfs: { server: "s", path: "/" } },
    'MountVolume.SetUp failed for volume "v" : no volume plugin matched: volumes of type nfs are not supported on this node',
  ],
];

for (const [name, volume, expected] of volumes) test(`volume: ${name}`, () => assert.equal(plan([volume]), expected));

test.run();
