import type { Namespace } from "../generated/types.js";
import { type ApiError, forbidden, type GroupResource, namespaceTerminating, notFound } from "../status.js";

/** What may happen in which namespace. Source: "Admission Controllers", NamespaceLifecycle. */
const namespaces = { group: "", resource: "namespaces" };
const immortal = new Set(["default", "kube-system", "kube-public"]);

/** Why an object may not be created in a namespace, undefined when it may. `namespace` is undefined when it does not exist. */
export const createRefusal = (
  resource: GroupResource,
  objectName: string,
  namespaceName: string,
  namespace: Namespace | undefined,
): ApiError | undefined => {
  if (namespace === undefined) return notFound(namespaces, namespaceName);
  if (namespace.metadata.deletionTimestamp === undefined && namespace.status?.phase !== "Terminating") return undefined;
  return namespaceTerminating(resource, objectName, namespaceName);
};

/** Why a namespace may not be deleted, undefined when it may. */
export const deleteRefusal = (name: string): ApiError | undefined =>
  immortal.has(name) ? forbidden(namespaces, name, "this namespace may not be deleted") : undefined;
