/**
 * What a kubelet may write: its own Node, Lease and CSINode, the status of the pods bound to it, mirror pods, and tokens
 * for its pods. A node that was broken into can harm itself only.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 */
import type { Node, PersistentVolumeClaim, Pod, TokenRequest } from "../generated/types.js";
import { quote } from "../go-format.js";
import { semanticEqual } from "../json-value.js";
import { type ApiError, fail, notFound, type Result, succeed } from "../status.js";
import type { UntypedObject } from "../types.js";
import { referenceFault } from "./mirror-pods.js";
import { forbiddenNodeLabels } from "./node-labels.js";
import {
  type AdmissionPlugin,
  type AdmissionRequest,
  type AdmissionTarget,
  type ClusterView,
  forbidden,
  type Requester,
} from "./plugin.js";

const userPrefix = "system:node:";
const leaseNamespace = "kube-node-lease";
const mirrorAnnotation = "kubernetes.io/config.mirror";

/** The node that asks; undefined when it is none. */
const nodeNameOf = ({ name, groups }: Requester): string | undefined =>
  name.startsWith(userPrefix) && groups.includes("system:nodes") ? name.slice(userPrefix.length) : undefined;

/** Why a node may not do something: a text, or an error of another kind; undefined when it may. */
type Objection = string | ApiError | undefined;
type Rule = (request: AdmissionRequest, node: string, cluster: ClusterView) => Objection;

const podOf = (request: AdmissionRequest, cluster: ClusterView, name: string): Pod | ApiError =>
  cluster.get<Pod>("", "pods", request.namespace, name) ?? notFound({ group: "", resource: "pods" }, name);

const isError = (found: object): found is ApiError => "status" in found && "code" in found;

const unexpected = ({ operation }: AdmissionRequest): string => `unexpected operation ${quote(operation)}`;

function ownerObjection({ metadata }: Pod, node: string, cluster: ClusterView): Objection {
  const [owner, ...others] = metadata.ownerReferences ?? [];
  const shown = quote(node);
  if (others.length > 0) return `node ${shown} can only create pods with a single owner reference set to itself`;
  if (owner === undefined) return `node ${shown} can only create pods with an owner reference set to itself`;
  if (owner.apiVersion !== "v1" || owner.kind !== "Node" || owner.name !== node)
    return `node ${shown} can only create pods with an owner reference set to itself`;
  if (owner.controller !== true) return `node ${shown} can only create pods with a controller owner reference set to itself`;
  if (owner.blockOwnerDeletion === true) return `node ${shown} must not set blockOwnerDeletion on an owner reference`;
  const itself = cluster.get<Node>("", "nodes", "", node);
  if (itself === undefined) return notFound({ group: "", resource: "nodes" }, node);
  const { uid = "" } = itself.metadata;
  return owner.uid === uid ? undefined : `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`;
}

const createPod: Rule = ({ object }, node, cluster) => {
  const pod = object as Pod;
  const shown = quote(node);
  if (pod.metadata.annotations?.[mirrorAnnotation] === undefined)
    return `pod does not have ${quote(mirrorAnnotation)} annotation, node ${shown} can only create mirror pods`;
  if (pod.spec?.nodeName !== node) return `node ${shown} can only create pods with spec.nodeName set to itself`;
  const reference = referenceFault(pod.spec);
  return (
    ownerObjection(pod, node, cluster) ??
    (reference === undefined ? undefined : `node ${shown} can not create pods that reference ${reference}`)
  );
};

const wholePod: Rule = (request, node, cluster) => {
  const { operation, old } = request;
  if (operation === "CREATE") return createPod(request, node, cluster);
  if (operation !== "DELETE") {
    return `${unexpected(request)}, node ${quote(node)} can only create and delete mirror pods`;
  }
  const { spec } = old as Pod;
  return spec?.nodeName === node ? undefined : `node ${quote(node)} can only delete pods with spec.nodeName set to itself`;
};

const podStatus: Rule = (request, node) => {
  if (request.operation !== "UPDATE") return unexpected(request);
  const old = request.old as Pod;
  const pod = request.object as Pod;
  if (old.spec?.nodeName !== node) {
    return `node ${quote(node)} can only update pod status for pods with spec.nodeName set to itself`;
  }
  return semanticEqual(old.metadata.labels, pod.metadata.labels)
    ? undefined
    : `node ${quote(node)} cannot update labels through pod status`;
};

const eviction: Rule = (request, node, cluster) => {
  if (request.operation !== "CREATE") return `unexpected operation ${request.operation}`;
  const name = request.name || (request.object?.metadata?.name ?? "");
  if (name === "") return "could not determine pod from request data";
  const pod = podOf(request, cluster, name);
  if (isError(pod)) return pod;
  return pod.spec?.nodeName === node ? undefined : `node ${node} can only evict pods with spec.nodeName set to itself`;
};

const pods: Rule = (request, node, cluster) => {
  switch (request.subresource) {
    case "":
      return wholePod(request, node, cluster);
    case "status":
      return podStatus(request, node, cluster);
    case "eviction":
      return eviction(request, node, cluster);
    default:
      return `unexpected pod subresource ${quote(request.subresource)}, only 'status' and 'eviction' are allowed`;
  }
};

const nodes: Rule = (request, node) => {
  const { operation, object, old } = request;
  const labels = object?.metadata.labels;
  const shown = quote(node);
  if (operation === "CREATE") {
    const wrong = forbiddenNodeLabels(labels, undefined);
    if (wrong.length > 0) return `node ${shown} is not allowed to set the following labels: ${wrong.join(", ")}`;
  }
  const name = request.name || (object?.metadata.name ?? "");
  if (name !== node) return `node ${shown} is not allowed to modify node ${quote(name)}`;
  if (operation !== "UPDATE" || object === undefined || old === undefined) return undefined;
  const taintsOf = (of: UntypedObject) => (of as Node).spec?.taints;
  if (!semanticEqual(taintsOf(object), taintsOf(old))) return `node ${shown} is not allowed to modify taints`;
  if (!semanticEqual(object.metadata.ownerReferences, old.metadata.ownerReferences)) {
    return `node ${shown} is not allowed to modify ownerReferences`;
  }
  const wrong = forbiddenNodeLabels(labels, old.metadata.labels);
  return wrong.length > 0 ? `is not allowed to modify labels: ${wrong.join(", ")}` : undefined;
};

/** A claim without what a node may write of it: how far its volume has been expanded. */
const withoutExpansion = ({ metadata, spec, status = {} }: PersistentVolumeClaim) => {
  const { resourceVersion: _resourceVersion, managedFields: _managedFields, ...keptMetadata } = metadata;
  const { capacity: _c, conditions: _d, allocatedResources: _a, allocatedResourceStatuses: _s, ...keptStatus } = status;
  return { metadata: keptMetadata, spec, status: keptStatus };
};

const claims: Rule = ({ operation, subresource, object, old }, node) => {
  if (subresource !== "status") return "may only update PVC status";
  if (operation !== "UPDATE" || object === undefined || old === undefined) return undefined;
  const [now, before] = [withoutExpansion(object as PersistentVolumeClaim), withoutExpansion(old as PersistentVolumeClaim)];
  const changed = (["metadata", "spec", "status"] as const).filter((part) => !semanticEqual(now[part], before[part]));
  if (changed.length === 0) return undefined;
  const others = "is not allowed to update fields other than status.capacity and status.conditions";
  return `node ${quote(node)} ${others}: ${changed.join(", ")}`;
};

function audienceObjection(user: Requester, spec: TokenRequest["spec"], pod: Pod): Objection {
  const [audience = "", ...others] = spec?.audiences ?? [];
  if (others.length > 0) return "node may only request 0 or 1 audiences";
  const inPod = (pod.spec?.volumes ?? []).some((volume) =>
    volume.projected?.sources?.some(
      ({ serviceAccountToken: token }) => token !== undefined && (token.audience ?? "") === audience,
    ),
  );
  if (inPod) return undefined;
  return `audience ${quote(audience)} not found in pod spec volume, ${user.name} is not authorized to request this audience`;
}

const tokens: Rule = (request, node, cluster) => {
  const { operation, subresource, object, user } = request;
  if (operation !== "CREATE" || subresource !== "token") return undefined;
  const { spec } = object as unknown as TokenRequest;
  const ref = spec?.boundObjectRef;
  if (ref === undefined || ref.apiVersion !== "v1" || ref.kind !== "Pod" || !ref.name)
    return "node requested token not bound to a pod";
  if (!ref.uid) return "node requested token with a pod binding without a uid";
  const pod = podOf(request, cluster, ref.name);
  if (isError(pod)) return pod;
  if (ref.uid !== pod.metadata.uid) {
    return `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  }
  if (pod.spec?.nodeName !== node) return "node requested token bound to a pod scheduled on a different node";
  return audienceObjection(user, spec, pod);
};

const nameOf = ({ name, object }: AdmissionRequest): string => name || (object?.metadata.name ?? "");

const leases: Rule = (request, node) => {
  if (request.namespace !== leaseNamespace) return `can only access leases in the ${quote(leaseNamespace)} system namespace`;
  return nameOf(request) === node ? undefined : "can only access node lease with the same name as the requesting node";
};

const csiNodes: Rule = (request, node) =>
  nameOf(request) === node ? undefined : "can only access CSINode with the same name as the requesting node";

const resourceSlices: Rule = ({ operation, object, old }, node) => {
  const nodeOf = (slice: UntypedObject | undefined): unknown => (slice?.spec as { nodeName?: string } | undefined)?.nodeName;
  if (operation === "CREATE" && nodeOf(object) !== node)
    return "can only create ResourceSlice with the same NodeName as the requesting node";
  if (operation === "DELETE" && nodeOf(old) !== node)
    return "can only delete ResourceSlice with the same NodeName as the requesting node";
  return undefined;
};

const rules = new Map<string, Rule>([
  ["/pods", pods],
  ["/nodes", nodes],
  ["/persistentvolumeclaims", claims],
  ["/serviceaccounts", tokens],
  ["coordination.k8s.io/leases", leases],
  ["storage.k8s.io/csinodes", csiNodes],
  ["resource.k8s.io/resourceslices", resourceSlices],
]);

const ruleFor = ({ group, resource }: AdmissionTarget): Rule | undefined => rules.get(`${group}/${resource}`);

function admit(request: AdmissionRequest, cluster: ClusterView): Result<UntypedObject | undefined> {
  const node = nodeNameOf(request.user);
  if (node === undefined) return succeed(request.object);
  const objection =
    node === "" ? `could not determine node from user ${quote(request.user.name)}` : ruleFor(request)!(request, node, cluster);
  if (objection === undefined) return succeed(request.object);
  return fail(typeof objection === "string" ? forbidden(request, objection) : objection);
}

export const nodeRestriction: AdmissionPlugin = {
  name: "NodeRestriction",
  concerns: (target) => ruleFor(target) !== undefined,
  mutate: admit,
};
