import { succeed } from "../status.js";
import type { UntypedObject } from "../types.js";
import type { AdmissionPlugin } from "./plugin.js";

/** A volume or claim in use is not removed under the pods that use it. Source: "Persistent Volumes", Storage Object in Use Protection. */
const protections = new Map([
  ["persistentvolumeclaims", "kubernetes.io/pvc-protection"],
  ["persistentvolumes", "kubernetes.io/pv-protection"],
]);

const protect = (object: UntypedObject, finalizer: string): UntypedObject => {
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes(finalizer)) return object;
  return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
};

export const storageObjectInUseProtection: AdmissionPlugin = {
  name: "StorageObjectInUseProtection",
  concerns: ({ operation, group, resource, subresource }) =>
    operation === "CREATE" && group === "" && subresource === "" && protections.has(resource),
  mutate: ({ object, resource }) => succeed(object && protect(object, protections.get(resource)!)),
};
