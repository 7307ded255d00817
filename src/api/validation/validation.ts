import { definitionErrors, definitionStatusErrors, definitionUpdateErrors } from "../custom/definition.js";
import { customErrors } from "../custom/rules.js";
import type { FieldError } from "../field-errors.js";
import type { UntypedObject } from "../types.js";
import * as access from "./access.js";
import {
  validatingBindingErrors,
  validatingPolicyErrors,
  validatingPolicyStatusErrors,
  validatingPolicyUpdateErrors,
} from "./admission-policies.js";
import { autoscalerErrors, autoscalerStatusErrors, autoscalerUpdateErrors } from "./autoscalers.js";
import * as certificates from "./certificates.js";
import * as claims from "./claims.js";
import * as cluster from "./cluster.js";
import * as csi from "./csi.js";
import { configMapErrors, configMapUpdateErrors, secretErrors, secretUpdateErrors } from "./data.js";
import { resourceClaimStatusErrors } from "./device-status.js";
import * as devices from "./devices.js";
import { endpointSliceErrors, endpointSliceUpdateErrors, endpointsErrors } from "./endpoints.js";
import * as events from "./events.js";
import * as extension from "./extension.js";
import * as flow from "./flow-control.js";
import * as internal from "./internal-kinds.js";
import { jobStatusErrors } from "./job-status.js";
import { jobErrors, jobUpdateErrors } from "./jobs.js";
import { metadataErrors, metadataUpdateErrors, type ValidatedKind } from "./metadata.js";
import { mutatingBindingErrors, mutatingPolicyErrors, mutatingPolicyUpdateErrors } from "./mutating-policies.js";
import * as network from "./network.js";
import { networkPolicyErrors } from "./network-policies.js";
import type { ValidationOptions } from "./options.js";
import { persistentVolumeErrors, persistentVolumeUpdateErrors } from "./persistent-volumes.js";
import { ephemeralContainersUpdateErrors, resizeErrors } from "./pod-parts.js";
import { podErrors } from "./pod-spec.js";
import { podStatusErrors } from "./pod-status.js";
import { podUpdateErrors } from "./pod-update.js";
import * as quotas from "./quotas.js";
import * as scheduled from "./scheduled.js";
import { serviceErrors, serviceStatusErrors, serviceUpdateErrors } from "./service.js";
import * as storage from "./storage.js";
import { webhookConfigurationErrors, webhookConfigurationUpdateErrors } from "./webhooks.js";
import {
  countsStatusErrors,
  daemonSetErrors,
  daemonSetStatusErrors,
  daemonSetUpdateErrors,
  deploymentErrors,
  deploymentUpdateErrors,
  replicaSetErrors,
  replicaSetUpdateErrors,
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

const rules = new Map<string, KindRules>([
  [
    "/Pod",
    {
      create: podErrors,
      update: podUpdateErrors,
      status: podStatusErrors,
      parts: { ephemeralcontainers: ephemeralContainersUpdateErrors, resize: resizeErrors },
    },
  ],
  ["/Namespace", { create: cluster.namespaceErrors, status: cluster.namespaceStatusErrors }],
  ["/Node", { create: cluster.nodeErrors, update: cluster.nodeUpdateErrors, status: cluster.nodeUpdateErrors }],
  ["/Service", { create: serviceErrors, update: serviceUpdateErrors, status: serviceStatusErrors }],
  ["/Endpoints", { create: endpointsErrors }],
  ["discovery.k8s.io/EndpointSlice", { create: endpointSliceErrors, update: endpointSliceUpdateErrors }],
  ["/ConfigMap", { create: configMapErrors, update: configMapUpdateErrors }],
  ["/Secret", { create: secretErrors, update: secretUpdateErrors }],
  ["/Event", { create: events.eventErrors }],
  ["events.k8s.io/Event", { create: events.groupEventErrors, update: events.groupEventUpdateErrors }],
  ["coordination.k8s.io/Lease", { create: cluster.leaseErrors }],
  ["apps/Deployment", { create: deploymentErrors, update: deploymentUpdateErrors, status: countsStatusErrors }],
  ["apps/ReplicaSet", { create: replicaSetErrors, update: replicaSetUpdateErrors, status: countsStatusErrors }],
  ["apps/DaemonSet", { create: daemonSetErrors, update: daemonSetUpdateErrors, status: daemonSetStatusErrors }],
  ["apps/StatefulSet", { create: statefulSetErrors, update: statefulSetUpdateErrors, status: countsStatusErrors }],
  ["batch/Job", { create: jobErrors, update: jobUpdateErrors, status: jobStatusErrors }],
  ["batch/CronJob", { create: scheduled.cronJobErrors, update: scheduled.cronJobUpdateErrors }],
  [
    "autoscaling/HorizontalPodAutoscaler",
    { create: autoscalerErrors, update: autoscalerUpdateErrors, status: autoscalerStatusErrors },
  ],
  [
    "policy/PodDisruptionBudget",
    { create: scheduled.podDisruptionBudgetErrors, status: scheduled.podDisruptionBudgetStatusErrors },
  ],
  ["/ReplicationController", { create: scheduled.replicationControllerErrors, status: countsStatusErrors }],
  [
    "/PersistentVolumeClaim",
    {
      create: claims.persistentVolumeClaimErrors,
      update: claims.persistentVolumeClaimUpdateErrors,
      status: claims.persistentVolumeClaimStatusErrors,
    },
  ],
  ["/PersistentVolume", { create: persistentVolumeErrors, update: persistentVolumeUpdateErrors }],
  ["storage.k8s.io/StorageClass", { create: storage.storageClassErrors, update: storage.storageClassUpdateErrors }],
  ["storage.k8s.io/CSINode", { create: csi.csiNodeErrors, update: csi.csiNodeUpdateErrors }],
  ["storage.k8s.io/CSIDriver", { create: csi.csiDriverErrors, update: csi.csiDriverUpdateErrors }],
  ["storage.k8s.io/CSIStorageCapacity", { create: csi.csiStorageCapacityErrors, update: csi.csiStorageCapacityUpdateErrors }],
  ["storage.k8s.io/VolumeAttachment", { create: csi.volumeAttachmentErrors, update: csi.volumeAttachmentUpdateErrors }],
  [
    "storage.k8s.io/VolumeAttributesClass",
    { create: csi.volumeAttributesClassErrors, update: csi.volumeAttributesClassUpdateErrors },
  ],
  ["flowcontrol.apiserver.k8s.io/FlowSchema", { create: flow.flowSchemaErrors, status: flow.flowStatusErrors }],
  [
    "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
    { create: flow.priorityLevelConfigurationErrors, status: flow.flowStatusErrors },
  ],
  [
    "resource.k8s.io/ResourceClaim",
    { create: devices.resourceClaimErrors, update: devices.resourceClaimUpdateErrors, status: resourceClaimStatusErrors },
  ],
  [
    "resource.k8s.io/ResourceClaimTemplate",
    { create: devices.resourceClaimTemplateErrors, update: devices.resourceClaimTemplateUpdateErrors },
  ],
  ["resource.k8s.io/DeviceClass", { create: devices.deviceClassErrors }],
  ["resource.k8s.io/ResourceSlice", { create: devices.resourceSliceErrors, update: devices.resourceSliceUpdateErrors }],
  ["resource.k8s.io/DeviceTaintRule", { create: devices.deviceTaintRuleErrors }],
  ["/PodTemplate", { create: extension.podTemplateKindErrors }],
  ["apps/ControllerRevision", { create: extension.controllerRevisionErrors, update: extension.controllerRevisionUpdateErrors }],
  ["networking.k8s.io/IPAddress", { create: extension.ipAddressErrors, update: extension.ipAddressUpdateErrors }],
  ["networking.k8s.io/ServiceCIDR", { create: extension.serviceCidrErrors, update: extension.serviceCidrUpdateErrors }],
  ["coordination.k8s.io/LeaseCandidate", { create: internal.leaseCandidateErrors, update: internal.leaseCandidateUpdateErrors }],
  [
    "internal.apiserver.k8s.io/StorageVersion",
    { create: internal.storageVersionErrors, update: () => [], status: internal.storageVersionStatusErrors },
  ],
  [
    "storagemigration.k8s.io/StorageVersionMigration",
    {
      create: internal.storageVersionMigrationErrors,
      update: internal.storageVersionMigrationUpdateErrors,
      status: internal.storageVersionMigrationStatusErrors,
    },
  ],
  [
    "certificates.k8s.io/ClusterTrustBundle",
    { create: extension.clusterTrustBundleErrors, update: extension.clusterTrustBundleUpdateErrors },
  ],
  ["apiregistration.k8s.io/APIService", { create: extension.apiServiceErrors }],
  ["/ResourceQuota", { create: quotas.resourceQuotaErrors, update: quotas.resourceQuotaUpdateErrors }],
  ["/LimitRange", { create: quotas.limitRangeErrors }],
  [
    "networking.k8s.io/Ingress",
    { create: network.ingressErrors, update: network.ingressUpdateErrors, status: network.ingressStatusErrors },
  ],
  ["networking.k8s.io/IngressClass", { create: network.ingressClassErrors, update: network.ingressClassUpdateErrors }],
  ["networking.k8s.io/NetworkPolicy", { create: networkPolicyErrors }],
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
    "certificates.k8s.io/CertificateSigningRequest",
    {
      create: certificates.certificateRequestErrors,
      update: certificates.certificateRequestUpdateErrors,
      parts: { approval: certificates.certificateRequestUpdateErrors },
      status: certificates.certificateStatusErrors,
    },
  ],
  [
    "apiextensions.k8s.io/CustomResourceDefinition",
    { create: definitionErrors, update: definitionUpdateErrors, status: definitionStatusErrors },
  ],
  [
    "admissionregistration.k8s.io/MutatingWebhookConfiguration",
    { create: webhookConfigurationErrors, update: webhookConfigurationUpdateErrors },
  ],
  [
    "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
    { create: webhookConfigurationErrors, update: webhookConfigurationUpdateErrors },
  ],
  [
    "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
    { create: validatingPolicyErrors, update: validatingPolicyUpdateErrors, status: validatingPolicyStatusErrors },
  ],
  ["admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding", { create: validatingBindingErrors }],
  ["admissionregistration.k8s.io/MutatingAdmissionPolicy", { create: mutatingPolicyErrors, update: mutatingPolicyUpdateErrors }],
  ["admissionregistration.k8s.io/MutatingAdmissionPolicyBinding", { create: mutatingBindingErrors }],
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
