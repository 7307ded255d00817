import { test } from "uvu";
import { type Changed, type Created, testChanged, testCreated } from "./rules.js";

const claim = (spec: object): object => ({
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
});
const volume = (spec: object): object => ({
  spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" }, persistentVolumeReclaimPolicy: "Retain", ...spec },
});

const created: Created[] = [
  [
    "modes that exclude each other",
    "PersistentVolumeClaim",
    claim({ accessModes: ["ReadWriteOncePod", "ReadOnlyMany"] }),
    ["spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes"],
  ],
  [
    "nothing of it",
    "PersistentVolumeClaim",
    claim({ resources: { requests: { storage: "0" } } }),
    ['spec.resources[storage]: Invalid value: "0": must be greater than zero'],
  ],
  [
    "a source of another kind",
    "PersistentVolumeClaim",
    claim({ dataSource: { kind: "Pod", name: "a" }, dataSourceRef: { kind: "Pod", name: "b" } }),
    [
      "spec.dataSource: Invalid value: \"Pod\": must be 'PersistentVolumeClaim' when referencing the default apiGroup",
      "spec.dataSourceRef: Invalid value: \"Pod\": must be 'PersistentVolumeClaim' when referencing the default apiGroup",
      "spec: Invalid value: spec.dataSource: must match dataSourceRef",
    ],
  ],
  [
    "a local volume",
    "PersistentVolume",
    { metadata: { name: "v" }, ...volume({ local: { path: "/a" } }) },
    ["spec.nodeAffinity: Required value: Local volume requires node affinity"],
  ],
  [
    "the whole disk",
    "PersistentVolume",
    { metadata: { name: "v" }, ...volume({ hostPath: { path: "//." }, persistentVolumeReclaimPolicy: "Recycle" }) },
    ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
  ],
  [
    "a driver without its volume",
    "PersistentVolume",
    {
      metadata: { name: "v" },
      ...volume({ csi: { driver: "d", volumeHandle: "", nodeStageSecretRef: {}, nodePublishSecretRef: { name: "a" } } }),
    },
    ["spec.csi.volumeHandle: Required value", "spec.csi.nodePublishSecretRef.namespace: Required value"],
  ],
];

const changed: Changed[] = [
  [
    "less of it",
    "PersistentVolumeClaim",
    { ...claim({}), status: { phase: "Bound", capacity: { storage: "1Gi" } } },
    { ...claim({ resources: { requests: { storage: "1Mi" } } }), status: { phase: "Bound", capacity: { storage: "1Gi" } } },
    ["spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"],
  ],
  [
    "other data",
    "PersistentVolume",
    { metadata: { name: "v" }, ...volume({ hostPath: { path: "/a" } }) },
    { metadata: { name: "v" }, ...volume({ hostPath: { path: "/b" } }) },
    [
      'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n- spec.hostPath.path: "/a"\n+ spec.hostPath.path: "/b"\n',
    ],
  ],
  [
    "both ends of it",
    "storagemigration.k8s.io/v1alpha1/StorageVersionMigration",
    { metadata: { name: "m" }, spec: { resource: { version: "v1", resource: "pods" } } },
    {
      metadata: { name: "m" },
      spec: { resource: { version: "v1", resource: "pods" } },
      status: {
        conditions: ["Succeeded", "Failed"].map((type) => ({
          type,
          status: "True",
          reason: "A",
          lastUpdateTime: "2026-01-01T00:00:00Z",
        })),
      },
    },
    [
      'status.conditions: Invalid value: [{"type":"Succeeded","status":"True","reason":"A","lastUpdateTime":"2026-01-01T00:00:00Z"},{"type":"Failed","status":"True","reason":"A","lastUpdateTime":"2026-01-01T00:00:00Z"}]: Both success and failed conditions cannot be true at the same time',
    ],
    "status",
  ],
];

testCreated(created);
testChanged(changed);

test.run();
