import type { Namespace } from "../generated/types.js";
import { type ApiError, fail, forbidden, namespaceTerminating, notFound, succeed } from "../status.js";
import { type AdmissionPlugin, type AdmissionRequest, type AdmissionTarget, groupResourceOf } from "./plugin.js";

/** What may happen in which namespace. Source: "Admission Controllers", NamespaceLifecycle. */
const namespaces = { group: "", resource: "namespaces" };
const immortal = new Set(["default", "kube-system", "kube-public"]);

const aboutNamespaces = ({ group, resource }: AdmissionTarget): boolean => group === "" && resource === "namespaces";

/** Why an object may not be written to its namespace. `namespace` is undefined when it does not exist. */
const refusal = (request: AdmissionRequest, namespace: Namespace | undefined): ApiError | undefined => {
  if (namespace === undefined) return notFound(namespaces, request.namespace);
  if (request.operation !== "CREATE") return undefined;
  if (namespace.metadata.deletionTimestamp === undefined && namespace.status?.phase !== "Terminating") return undefined;
  const { name = "", generateName = "" } = request.object?.metadata ?? {};
  return namespaceTerminating(groupResourceOf(request), request.name || name || generateName, request.namespace);
};

export const namespaceLifecycle: AdmissionPlugin = {
  name: "NamespaceLifecycle",
  /** A review of access to a namespace may be asked for before it is there. */
  concerns: (target) => {
    if (aboutNamespaces(target)) return target.operation === "DELETE";
    const writes = target.operation === "CREATE" || target.operation === "UPDATE";
    return target.namespaced && writes && target.resource !== "localsubjectaccessreviews";
  },
  mutate: (request, cluster) => {
    if (aboutNamespaces(request)) {
      return immortal.has(request.name)
        ? fail(forbidden(namespaces, request.name, "this namespace may not be deleted"))
        : succeed(undefined);
    }
    const error = refusal(request, cluster.get<Namespace>("", "namespaces", "", request.namespace));
    return error === undefined ? succeed(request.object) : fail(error);
  },
};
