/** Claims, volumes and pods for tests of what becomes of them, and plans as words. */
import * as assert from "uvu/assert";
import type { Answers, Plan } from "../../actors/controller-manager/engine/plan.js";
import type { KubernetesObject, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from "../../src/api/types.js";

export const times = { nowMs: 0, monotonicMs: 0 };
export const none: Answers = new Map();
export const circumstances = { ...times, answers: none };
export const ended = (name: string, error?: string) => ({
  ...circumstances,
  ended: new Map([[name, error === undefined ? {} : { error }]]),
});

/** A plan as a few words: what is read, done, written and told. */
export function words({ reads = [], works = [], writes = [], events = [] }: Plan): string[] {
  const phase = (object: KubernetesObject): string => (object as PersistentVolume).status?.phase ?? "";
  return [
    ...reads.map(({ name }) => `read ${name}`),
    ...works.map(({ work }) => `${work.what} ${work.path}`),
    ...writes.map(({ request }) => {
      const status = "subresource" in request.path && request.path.subresource === "status" && "object" in request;
      return `${request.verb} ${request.path.resource}${status ? ` ${phase(request.object)}` : ""}`;
    }),
    ...events.map(({ type, reason, message }) => `${type} ${reason}: ${message}`),
  ];
}

/** The volume that a plan writes. */
export function volumeIn({ writes = [] }: Plan): PersistentVolume {
  const request = writes[0]?.request;
  assert.ok(request !== undefined && "object" in request, "a volume is written");
  return (request as { readonly object: PersistentVolume }).object;
}

export const completed = { "pv.kubernetes.io/bind-completed": "yes" };
export const claim = (
  spec: object = {},
  metadata: object = {},
  status: object = { phase: "Pending" },
): PersistentVolumeClaim => ({
  metadata: { name: "data", namespace: "shop", uid: "c1", ...metadata },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, storageClassName: "", ...spec },
  status,
});
export const boundClaim = (status: object = { phase: "Bound" }): PersistentVolumeClaim =>
  claim({ volumeName: "pv" }, { annotations: completed }, status);
export const volume = (spec: object = {}, metadata: object = {}, status: object = { phase: "Available" }): PersistentVolume => ({
  metadata: { name: "pv", ...metadata },
  spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "2Gi" }, hostPath: { path: "/srv/a" }, ...spec },
  status,
});
export const mine = { namespace: "shop", name: "data", uid: "c1" };
export const classes = new Map<string, StorageClass>([
  ["slow", { metadata: { name: "slow" }, provisioner: "example.com/disks" }],
  ["none", { metadata: { name: "none" }, provisioner: "kubernetes.io/no-provisioner" }],
  ["wait", { metadata: { name: "wait" }, provisioner: "example.com/disks", volumeBindingMode: "WaitForFirstConsumer" }],
]);
export const pod = (name: string, spec: object = {}): Pod => ({
  metadata: { name, namespace: "shop", uid: name },
  spec: { containers: [], volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }], ...spec },
});

export const released = { phase: "Released" };
export const policy = (persistentVolumeReclaimPolicy: string, more: object = {}) => ({
  claimRef: mine,
  persistentVolumeReclaimPolicy,
  ...more,
});
