import { prepareCustomUpdate, withoutStatus, withStatusOf } from "../custom/rules.js";
import type { CustomVersion } from "../custom/version.js";
import { defaultNamespace } from "../defaults/core.js";
import type {
  CertificateSigningRequest,
  CustomResourceDefinition,
  Job,
  Namespace,
  Pod,
  PodCondition,
  PodSpec,
  PodStatus,
  Secret,
  Service,
} from "../generated/types.js";
import { deepCopy } from "../json-value.js";
import type { UntypedObject } from "../types.js";
import { withAppArmor } from "./app-armor.js";
import { asksAs, keepsApproval, keepsAsked, keepsSigned } from "./certificates.js";
import { withLabelKeys } from "./label-keys.js";
import { asksForChange, type Birth, createdMetadata, hasGeneration, updatedMetadata } from "./metadata.js";
import { qosClassOf } from "./pod.js";
import { withEphemeralContainersOnly, withResourcesOnly } from "./pod-parts.js";
import { prepareService } from "./service.js";
import { alignsDataSources, datesFirstPhase, datesPhase } from "./storage.js";

/**
 * What happens to an object between defaulting and validation: on create its status is the server's, on update a write
 * to the object leaves the status and a write to the status leaves the rest. Source: "API conventions", spec and status.
 */
export interface StoredKind {
  readonly group: string;
  readonly kind: string;
  /** Subresources by name; a kind with `status` among them has its status written there only. */
  readonly subresources: ReadonlyArray<{ readonly name: string }>;
  /** Present for custom resources. */
  readonly custom?: CustomVersion;
}

const hasStatus = (resource: StoredKind): boolean => resource.subresources.some(({ name }) => name === "status");

/** Counters that are always written, zero or not. */
const emptyStatus = new Map<string, object>([
  ["/Service", { loadBalancer: {} }],
  ["/ReplicationController", { replicas: 0 }],
  ["/PersistentVolumeClaim", { phase: "Pending" }],
  ["/PersistentVolume", { phase: "Pending" }],
  ["/Namespace", { phase: "Active" }],
  ["apps/ReplicaSet", { replicas: 0 }],
  ["apps/StatefulSet", { replicas: 0, availableReplicas: 0 }],
  ["apps/DaemonSet", { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 }],
  ["networking.k8s.io/Ingress", { loadBalancer: {} }],
  ["storage.k8s.io/VolumeAttachment", { attached: false }],
  ["policy/PodDisruptionBudget", { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }],
]);

/** A node registers itself together with its status. */
const keepsStatusOnCreate = new Set(["/Node"]);

const keyOf = (resource: StoredKind): string => `${resource.group}/${resource.kind}`;

/**
 * Prepares a new object: metadata, status and what the kind itself needs. The name must be there already (see
 * `generatedName`). Answers a new object.
 */
export const prepareForCreate = (resource: StoredKind, object: UntypedObject, birth: Birth): UntypedObject => {
  const key = keyOf(resource);
  const prepared: UntypedObject = { ...object };
  prepared.metadata = createdMetadata(object.metadata, birth, hasGeneration(resource.group, resource.kind));
  if (resource.custom !== undefined) return withoutStatus(resource.custom, prepared);
  if (hasStatus(resource) && !keepsStatusOnCreate.has(key)) prepared.status = { ...emptyStatus.get(key) };
  if (key === "/Pod") {
    prepared.status = newPodStatus(prepared as { readonly spec?: PodSpec });
    const spec = withLabelKeys(prepared);
    if (spec !== undefined) prepared.spec = spec;
    const confined = withAppArmor(prepared as unknown as Pod);
    if (confined !== undefined) prepared.spec = confined;
  }
  const ofKind = createOfKind.get(key);
  if (ofKind === undefined) return prepared;
  const copy = deepCopy(prepared);
  ofKind(copy as never, birth);
  return copy;
};

type InPlace = (object: never, birth: Birth) => void;

/** What holds a pod back from its scheduling shows from the first moment. https://kubernetes.io/docs/concepts/scheduling-eviction/pod-scheduling-readiness/ */
const gated: PodCondition = {
  type: "PodScheduled",
  status: "False",
  reason: "SchedulingGated",
  message: "Scheduling is blocked due to non-empty scheduling gates",
};

const newPodStatus = ({ spec = { containers: [] } }: { readonly spec?: PodSpec }): PodStatus => ({
  phase: "Pending",
  qosClass: qosClassOf(spec),
  ...((spec.schedulingGates ?? []).length === 0 ? {} : { conditions: [gated] }),
});

/** A name that was only now generated is put into the label that carries it. */
const createNamespace = (namespace: Namespace): void => {
  defaultNamespace(namespace);
  namespace.spec ??= {};
  namespace.spec.finalizers = [...new Set([...(namespace.spec.finalizers ?? []), "kubernetes"])];
};

/** A Job finds its pods by its own UID, unless the user chose the selector. */
const createJob = (job: Job): void => {
  const spec = job.spec;
  if (spec?.template === undefined || spec.manualSelector === true) return;
  const uid = job.metadata.uid!;
  spec.template.metadata ??= {};
  spec.template.metadata.labels = {
    ...spec.template.metadata.labels,
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": job.metadata.name ?? "",
    "controller-uid": uid,
    "job-name": job.metadata.name ?? "",
  };
  spec.selector ??= {};
  spec.selector.matchLabels = { ...spec.selector.matchLabels, "batch.kubernetes.io/controller-uid": uid };
};

/** Whatever version objects were ever stored in stays listed, until somebody has migrated them and takes it off. */
const noteStorageVersion = (definition: CustomResourceDefinition): void => {
  const storage = definition.spec?.versions?.find((version) => version.storage === true)?.name;
  const stored = definition.status?.storedVersions ?? [];
  if (storage === undefined || stored.includes(storage)) return;
  definition.status = { ...definition.status, storedVersions: [...stored, storage] };
};

const createOfKind = new Map<string, InPlace>([
  ["/Namespace", createNamespace],
  ["/Service", (service: Service) => prepareService(service, undefined)],
  ["batch/Job", createJob],
  ["/PersistentVolume", datesFirstPhase],
  ["/PersistentVolumeClaim", alignsDataSources],
  ["apiextensions.k8s.io/CustomResourceDefinition", noteStorageVersion],
  [
    "certificates.k8s.io/CertificateSigningRequest",
    (request: CertificateSigningRequest, { requester }: Birth) => asksAs(request, requester),
  ],
] as Array<[string, InPlace]>);

/** Kinds whose status endpoint also leaves some of the metadata alone. */
const statusKeepsLabels = new Set(["apps/Deployment"]);
const statusKeepsOwners = new Set(["/Pod"]);

const withField = (object: UntypedObject, field: string, from: UntypedObject): void => {
  if (from[field] === undefined) delete object[field];
  else object[field] = from[field];
};

/** A write to `status`: everything but the status and the metadata stays as it was. */
const prepareStatusUpdate = (resource: StoredKind, object: UntypedObject, old: UntypedObject, now: string): UntypedObject => {
  const prepared: UntypedObject = { ...old, status: object.status, metadata: updatedMetadata(object.metadata, old.metadata) };
  if (prepared.status === undefined) delete prepared.status;
  const key = keyOf(resource);
  if (key === "certificates.k8s.io/CertificateSigningRequest") keepsApproval(prepared as never, old as never, now);
  if (key === "/PersistentVolume") datesPhase(prepared, old, now);
  if (key === "/Pod") keepsQuality(prepared as never, old as never);
  if (statusKeepsLabels.has(key)) setMetadata(prepared, "labels", old);
  if (statusKeepsOwners.has(key)) setMetadata(prepared, "ownerReferences", old);
  return prepared;
};

/** A pod's class was found when it was made. Who writes a status of its own need not know it. */
const keepsQuality = (pod: Pod, old: Pod): void => {
  const { qosClass } = old.status ?? {};
  if (qosClass !== undefined && !pod.status?.qosClass) pod.status = { ...pod.status, qosClass };
};

const setMetadata = (object: UntypedObject, field: "labels" | "ownerReferences", from: UntypedObject): void => {
  if (from.metadata[field] === undefined) delete object.metadata[field];
  else Object.assign(object.metadata, { [field]: from.metadata[field] });
};

/**
 * Prepares an update of an object, or of its `status` or `finalize` subresource. `old` is what is stored now. The
 * generation goes up when what is asked for changes. `now` (RFC 3339) is for kinds whose conditions the server dates. Answers a new object.
 */
export const prepareForUpdate = (
  resource: StoredKind,
  subresource: string | undefined,
  object: UntypedObject,
  old: UntypedObject,
  now = "",
): UntypedObject => {
  if (resource.custom !== undefined) {
    if (subresource === "status") return withStatusOf(object, old);
    return prepareCustomUpdate(resource.custom, object, old, updatedMetadata(object.metadata, old.metadata));
  }
  if (subresource === "status") return prepareStatusUpdate(resource, object, old, now);
  const part = partOfKind.get(`${keyOf(resource)}/${subresource}`)?.(object as never, old as never);
  const whole = (part as UntypedObject | undefined) ?? object;
  let prepared: UntypedObject = { ...whole, metadata: updatedMetadata(whole.metadata, old.metadata) };
  if (hasStatus(resource)) withField(prepared, "status", old);
  const ofKind = updateOfKind.get(subresource === undefined ? keyOf(resource) : `${keyOf(resource)}/${subresource}`);
  if (ofKind !== undefined) {
    prepared = deepCopy(prepared);
    if (subresource === "approval") withField(prepared, "status", object);
    ofKind(prepared as never, old as never, now);
  }
  if (hasGeneration(resource.group, resource.kind)) {
    const generation = old.metadata.generation ?? 0;
    prepared.metadata.generation = asksForChange(prepared, old, resource.kind) ? Number(generation) + 1 : generation;
    if (prepared.metadata.generation === 0) delete prepared.metadata.generation;
  }
  return prepared;
};

/** Subresources that change a part of the object only: the object as it was, with that part as it is to be. */
const partOfKind = new Map<string, (object: never, old: never) => object>([
  ["/Pod/ephemeralcontainers", withEphemeralContainersOnly],
  ["/Pod/resize", withResourcesOnly],
]);

type UpdateInPlace = (object: never, old: never, now: string) => void;

const updateOfKind = new Map<string, UpdateInPlace>([
  ["/Service", (service: Service, old: Service) => prepareService(service, old)],
  ["apiextensions.k8s.io/CustomResourceDefinition", noteStorageVersion],
  ["certificates.k8s.io/CertificateSigningRequest", keepsAsked],
  ["certificates.k8s.io/CertificateSigningRequest/approval", keepsSigned],
  [
    "/Namespace",
    (namespace: Namespace, old: Namespace) => {
      namespace.spec = { ...namespace.spec };
      if (old.spec?.finalizers === undefined) delete namespace.spec.finalizers;
      else namespace.spec.finalizers = [...old.spec.finalizers];
    },
  ],
  [
    "/Secret",
    (secret: Secret, old: Secret) => {
      if (secret.type === undefined || secret.type === "") secret.type = old.type ?? "Opaque";
    },
  ],
] as Array<[string, UpdateInPlace]>);

const createdByUpdate = new Set([
  "/Endpoints",
  "/Event",
  "/LimitRange",
  "/Service",
  "events.k8s.io/Event",
  "coordination.k8s.io/Lease",
  "coordination.k8s.io/LeaseCandidate",
  "rbac.authorization.k8s.io/ClusterRole",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
  "rbac.authorization.k8s.io/Role",
  "rbac.authorization.k8s.io/RoleBinding",
  "node.k8s.io/RuntimeClass",
]);

/** True when a PUT to a name that does not exist creates the object. */
export const createsOnUpdate = (resource: StoredKind): boolean => createdByUpdate.has(keyOf(resource));

const conditionalOnly = new Set([
  "coordination.k8s.io/Lease",
  "apiextensions.k8s.io/CustomResourceDefinition",
  "apiregistration.k8s.io/APIService",
  "storage.k8s.io/CSINode",
  "storage.k8s.io/VolumeAttachment",
]);

/** True when an update without a resourceVersion overwrites whatever is there; otherwise it is 422. */
export const allowsUnconditionalUpdate = (resource: StoredKind): boolean =>
  resource.custom === undefined && !conditionalOnly.has(keyOf(resource));
