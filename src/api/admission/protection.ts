import type { Node } from "../generated/types.js";
import type { KubernetesObject } from "../types.js";

/** Small admissions: what a new object gets so that others can rely on it. */
const notReady = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

/** A new node takes no pods until the node lifecycle controller has seen it ready. */
export const taintNewNode = (node: Node): Node => {
  const taints = node.spec?.taints ?? [];
  if (taints.some((taint) => taint.key === notReady.key && taint.effect === notReady.effect)) return node;
  return { ...node, spec: { ...node.spec, taints: [...taints, notReady] } };
};

const protections = new Map([
  ["PersistentVolumeClaim", "kubernetes.io/pvc-protection"],
  ["PersistentVolume", "kubernetes.io/pv-protection"],
]);

/** A volume or claim in use is not removed under the pods that use it. */
export const protectStorage = <T extends KubernetesObject>(kind: string, object: T): T => {
  const finalizer = protections.get(kind);
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizer === undefined || finalizers.includes(finalizer)) return object;
  return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
};
