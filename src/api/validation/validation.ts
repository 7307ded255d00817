import { definitionErrors, definitionStatusErrors, definitionUpdateErrors } from "../custom/definition.js";
import { customErrors } from "../custom/rules.js";
import type { FieldError } from "../field-errors.js";
import type { UntypedObject } from "../types.js";
import * as access from "./access.js";
import { eventErrors, leaseErrors, namespaceErrors, nodeErrors, nodeUpdateErrors } from "./cluster.js";
import { configMapErrors, configMapUpdateErrors, secretErrors, secretUpdateErrors } from "./data.js";
import { endpointSliceErrors, endpointSliceUpdateErrors, endpointsErrors } from "./endpoints.js";
import { metadataErrors, metadataUpdateErrors, type ValidatedKind } from "./metadata.js";
import * as network from "./network.js";
import type { ValidationOptions } from "./options.js";
import { ephemeralContainersErrors, resizeErrors } from "./pod-parts.js";
import { podErrors } from "./pod-spec.js";
import { podStatusErrors, podUpdateErrors } from "./pod-update.js";
import * as scheduled from "./scheduled.js";
import { serviceErrors, serviceUpdateErrors } from "./service.js";
import * as storage from "./storage.js";
import {
  daemonSetErrors,
  daemonSetUpdateErrors,
  deploymentErrors,
  deploymentUpdateErrors,
  jobErrors,
  jobUpdateErrors,
  replicaSetErrors,
  replicaSetUpdateErrors,
  replicaStatusErrors,
  statefulSetErrors,
  statefulSetUpdateErrors,
} from "./workloads.js";

/**
 * Validation of every kind: metadata for all, more where a kind is listed. Objects must have been decoded, defaulted
 * and prepared by their strategy before; the errors go into `invalid` of status.ts.
 */
interface KindRules {
  readonly create?: (object: never, options: ValidationOptions) => FieldError[];
  /** Without one, `create` is what an update must pass. */
  readonly update?: (object: never, old: never, options: ValidationOptions) => FieldError[];
  readonly status?: (object: never, old: never) => FieldError[];
  /** Other subresources that are written as the object is, by name. */
  readonly parts?: Readonly<Record<string, (object: never, old: never) => FieldError[]>>;
}

const countsStatus = (object: { status?: object }): FieldError[] => replicaStatusErrors(object.status);

const rules = new Map<string, KindRules>([
  [
    "/Pod",
    {
      create: podErrors,
      update: podUpdateErrors,
      status: podStatusErrors,
      parts: { ephemeralcontainers: ephemeralContainersErrors, resize: resizeErrors },
    },
  ],
  ["/Namespace", { create: namespaceErrors }],
  ["/Node", { create: nodeErrors, update: nodeUpdateErrors, status: nodeUpdateErrors }],
  ["/Service", { create: serviceErrors, update: serviceUpdateErrors }],
  ["/Endpoints", { create: endpointsErrors }],
  ["discovery.k8s.io/EndpointSlice", { create: endpointSliceErrors, update: endpointSliceUpdateErrors }],
  ["/ConfigMap", { create: configMapErrors, update: configMapUpdateErrors }],
  ["/Secret", { create: secretErrors, update: secretUpdateErrors }],
  ["/Event", { create: eventErrors }],
  ["coordination.k8s.io/Lease", { create: leaseErrors }],
  ["apps/Deployment", { create: deploymentErrors, update: deploymentUpdateErrors, status: countsStatus }],
  ["apps/ReplicaSet", { create: replicaSetErrors, update: replicaSetUpdateErrors, status: countsStatus }],
  ["apps/DaemonSet", { create: daemonSetErrors, update: daemonSetUpdateErrors }],
  ["apps/StatefulSet", { create: statefulSetErrors, update: statefulSetUpdateErrors, status: countsStatus }],
  ["batch/Job", { create: jobErrors, update: jobUpdateErrors }],
  ["batch/CronJob", { create: scheduled.cronJobErrors }],
  ["autoscaling/HorizontalPodAutoscaler", { create: scheduled.horizontalPodAutoscalerErrors }],
  ["policy/PodDisruptionBudget", { create: scheduled.podDisruptionBudgetErrors }],
  ["/ReplicationController", { create: scheduled.replicationControllerErrors, status: countsStatus }],
  ["/PersistentVolumeClaim", { create: storage.persistentVolumeClaimErrors, update: storage.persistentVolumeClaimUpdateErrors }],
  ["/PersistentVolume", { create: storage.persistentVolumeErrors }],
  ["storage.k8s.io/StorageClass", { create: storage.storageClassErrors, update: storage.storageClassUpdateErrors }],
  ["/ResourceQuota", { create: storage.resourceQuotaErrors }],
  ["/LimitRange", { create: storage.limitRangeErrors }],
  ["networking.k8s.io/Ingress", { create: network.ingressErrors }],
  ["networking.k8s.io/IngressClass", { create: network.ingressClassErrors, update: network.ingressClassUpdateErrors }],
  ["networking.k8s.io/NetworkPolicy", { create: network.networkPolicyErrors }],
  ["rbac.authorization.k8s.io/Role", { create: access.roleErrors }],
  ["rbac.authorization.k8s.io/ClusterRole", { create: access.clusterRoleErrors }],
  ["rbac.authorization.k8s.io/RoleBinding", { create: access.roleBindingErrors, update: access.roleBindingUpdateErrors }],
  [
    "rbac.authorization.k8s.io/ClusterRoleBinding",
    { create: access.clusterRoleBindingErrors, update: access.clusterRoleBindingUpdateErrors },
  ],
  ["scheduling.k8s.io/PriorityClass", { create: access.priorityClassErrors, update: access.priorityClassUpdateErrors }],
  ["node.k8s.io/RuntimeClass", { create: access.runtimeClassErrors, update: access.runtimeClassUpdateErrors }],
  [
    "apiextensions.k8s.io/CustomResourceDefinition",
    { create: definitionErrors, update: definitionUpdateErrors, status: definitionStatusErrors },
  ],
] as Array<[string, KindRules]>);

/** The rules of kinds that were asked for before: a name put together anew for every object is not found for nothing. */
const found = new WeakMap<ValidatedKind, KindRules>();
const noRules: KindRules = {};

function rulesOf(kind: ValidatedKind): KindRules {
  const known = found.get(kind);
  if (known !== undefined) return known;
  const of = rules.get(`${kind.group}/${kind.kind}`) ?? noRules;
  found.set(kind, of);
  return of;
}

/** The faults of a new object. */
export const validateCreate = (kind: ValidatedKind, object: UntypedObject, options: ValidationOptions): FieldError[] => [
  ...metadataErrors(kind, object.metadata),
  ...(kind.custom === undefined ? (rulesOf(kind).create?.(object as never, options) ?? []) : customErrors(kind.custom, object)),
];

/**
 * The faults of an update of an object or of one of its subresources (`status`, `finalize`), against what is stored.
 * `warn` hears of what is wrong but was so before.
 */
export const validateUpdate = (
  kind: ValidatedKind,
  object: UntypedObject,
  old: UntypedObject,
  subresource: string | undefined,
  options: ValidationOptions,
  warn?: (text: string) => void,
): FieldError[] => {
  const errors = metadataUpdateErrors(kind, object.metadata, old.metadata);
  if (kind.custom !== undefined) return [...errors, ...customErrors(kind.custom, object, old, warn)];
  const of = rulesOf(kind);
  if (subresource === "status") return [...errors, ...(of.status?.(object as never, old as never) ?? [])];
  if (subresource !== undefined && subresource !== "finalize") {
    return [...errors, ...(of.parts?.[subresource]?.(object as never, old as never) ?? [])];
  }
  const own = of.update?.(object as never, old as never, options) ?? of.create?.(object as never, options);
  return [...errors, ...(own ?? [])];
};

/** Kinds with validation of their own beside the metadata, as `group/kind`. */
export const kindsWithValidation = (): string[] => [...rules.keys()];
