import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isReadOnly, planVolumes } from "../../actors/kubelet/volume/plan.js";
import type { PersistentVolume, PersistentVolumeClaim, Volume } from "../../src/api/types.js";
import { podWith } from "./pods.js";

const test = suite("kubelet: volumes");

const claim = (volumeName: string, more: object = {}, uid = `uid of ${volumeName}`): PersistentVolumeClaim => ({
  metadata: { uid, annotations: { "pv.kubernetes.io/bind-completed": "yes" }, ...more },
  spec: { volumeName },
});
const claims = new Map<string, PersistentVolumeClaim>([
  ["on-host", claim("pv-host")],
  ["on-disk", claim("pv-local")],
  ["csi", claim("pv-csi")],
  ["nfs", claim("pv-nfs")],
  ["block", claim("pv-block")],
  ["waiting", { metadata: { uid: "w" }, spec: {} }],
  ["going", claim("pv-host", { deletionTimestamp: "2025-01-01T00:00:00Z" })],
  ["lost", claim("pv-none")],
  ["misbound", claim("pv-host", {}, "another")],
  ["web-own", claim("pv-host", { ownerReferences: [{ controller: true, uid: "u", kind: "Pod", name: "web" }] })],
  ["web-alien", claim("pv-host", { name: "web-alien" })],
]);
const persistent = new Map(
  (
    [
      ["pv-host", { hostPath: { path: "/srv/a", type: "DirectoryOrCreate" } }],
      ["pv-local", { local: { path: "/mnt/disk" } }],
      ["pv-csi", { csi: { driver: "disks.example.com", volumeHandle: "1" } }],
      ["pv-nfs", { nfs: { server: "s", path: "/" } }],
      ["pv-block", { local: { path: "/dev/sda" }, volumeMode: "Block" }],
    ] as const
  ).map(([name, spec]): [string, PersistentVolume] => [
    name,
    { metadata: { name }, spec: { ...spec, claimRef: { uid: `uid of ${name}` } } },
  ]),
);

const plan = (volumes: Volume[], spec: object = {}) => {
  const planned = planVolumes({
    pod: podWith({ volumes, ...spec }, { labels: { app: "web", a: 'x "y"' } }),
    podIp: "10.1.0.2",
    hostIp: "10.0.0.1",
    allocatable: { cpu: "4", memory: "8Gi", ephemeralStorage: "1Gi" },
    objects: {
      configMap: (name) => (name === "cm" ? { metadata: {}, data: { a: "1", b: "2" }, binaryData: { raw: "AAE=" } } : undefined),
      secret: (name) => (name === "key" ? { metadata: {}, data: { token: "czNjcjN0" } } : undefined),
      claim: (name) => claims.get(name),
      persistentVolume: (name) => persistent.get(name),
    },
    token: (audience) => (audience === "denied" ? undefined : `token for ${audience}`),
  });
  if (!planned.ok) return planned.message;
  return planned.value.map((volume) =>
    volume.kind === "files"
      ? `${volume.name}: ${volume.files.map(({ path, data, mode, user }) => `${path}=${new TextDecoder().decode(data)} ${mode.toString(8)}${user === undefined ? "" : ` of ${user}`}`).join(", ")}`
      : `${volume.name}: ${volume.kind}${volume.kind === "directory" ? "" : ` ${volume.path}`}${isReadOnly(volume) ? ", read-only" : ""}`,
  );
};

const volumes: ReadonlyArray<readonly [string, Volume, string | string[]]> = [
  ["emptyDir", { name: "v", emptyDir: {} }, ["v: directory"]],
  ["hostPath", { name: "v", hostPath: { path: "/srv" } }, ["v: hostPath /srv"]],
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
  ["a claim of a path of the node", { name: "v", persistentVolumeClaim: { claimName: "on-host" } }, ["v: hostPath /srv/a"]],
  [
    "a claim of a local disk that is only read",
    { name: "v", persistentVolumeClaim: { claimName: "on-disk", readOnly: true } },
    ["v: local /mnt/disk, read-only"],
  ],
  ["an ephemeral volume", { name: "own", ephemeral: {} }, ["own: hostPath /srv/a"]],
  [
    "an ephemeral volume by the name of somebody else's claim",
    { name: "alien", ephemeral: {} },
    "PVC shop/web-alien was not created for pod shop/web (pod is not owner)",
  ],
  ...(
    [
      ["that is not there", "none", 'failed to fetch PVC from API server: persistentvolumeclaims "none" not found'],
      ["that is not bound", "waiting", "PVC is not bound"],
      ["that is being deleted", "going", "PVC is being deleted"],
      ["whose volume is gone", "lost", 'failed to fetch PV pv-none from API server: persistentvolumes "pv-none" not found'],
      ["whose volume is another's", "misbound", "got the wrong claim: PV pv-host is bound to another PVC"],
    ] as const
  ).map(([what, claimName, why]): readonly [string, Volume, string] => [
    `a claim ${what}`,
    { name: "v", persistentVolumeClaim: { claimName } },
    `Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: error processing PVC shop/${claimName}: ${why}`,
  ]),
  [
    "a claim of a block device",
    { name: "v", persistentVolumeClaim: { claimName: "block" } },
    "volume v has volumeMode Block, but is specified in volumeMounts",
  ],
  [
    "a claim of a CSI driver's volume",
    { name: "v", persistentVolumeClaim: { claimName: "csi" } },
    'MountVolume.MountDevice failed for volume "pv-csi" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name disks.example.com not found in the list of registered CSI drivers',
  ],
  [
    "a claim of a kind that no plugin knows",
    { name: "v", persistentVolumeClaim: { claimName: "nfs" } },
    'MountVolume.NewMounter initialization failed for volume "pv-nfs" : no volume plugin matched: volumes of type nfs are not supported on this node',
  ],
  [
    "a kind that no plugin knows",
    { name: "v", nfs: { server: "s", path: "/" } },
    'MountVolume.SetUp failed for volume "v" : no volume plugin matched: volumes of type nfs are not supported on this node',
  ],
];

for (const [name, volume, expected] of volumes) test(`volume: ${name}`, () => assert.equal(plan([volume]), expected));

const runs = (runAsUser?: number) => ({ name: "c", ...(runAsUser === undefined ? {} : { securityContext: { runAsUser } }) });
for (const [title, spec, file] of [
  ["nobody is named", { containers: [runs()] }, "644"],
  ["the pod names a user", { containers: [runs()], securityContext: { runAsUser: 1000 } }, "600 of 1000"],
  ["all containers name the same user", { containers: [runs(7), runs(7)], initContainers: [runs(7)] }, "600 of 7"],
  ["containers have several users", { containers: [runs(7), runs()], securityContext: { runAsUser: 1000 } }, "644"],
  ["the pod has a group for its volumes", { containers: [runs()], securityContext: { fsGroup: 10 } }, "600"],
] as const) {
  test(`whose file a token is: ${title}`, () => {
    const volume = { name: "v", projected: { sources: [{ serviceAccountToken: { path: "token", audience: "api" } }] } };
    assert.equal(plan([volume], spec), [`v: token=token for api ${file}`]);
  });
}

test.run();
