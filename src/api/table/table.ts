import type { CustomVersion } from "../custom/version.js";
import type { ListMeta } from "../generated/types.js";
import type { KubernetesObject, Table, TableColumnDefinition, TableRow, UntypedObject } from "../types.js";
import * as access from "./access.js";
import * as core from "./core.js";
import * as extension from "./extension.js";
import * as network from "./network.js";
import { podPrinter, podTemplatePrinter } from "./pod.js";
import { age, type Printer, printer } from "./printer.js";
import * as scaling from "./scaling.js";
import * as storage from "./storage.js";
import * as workloads from "./workloads.js";

/**
 * Objects as a `meta.k8s.io/v1` Table, which is how kubectl asks for what it prints.
 * Source: "API concepts", receiving resources as Tables.
 */
const printers = new Map<string, Printer>([
  ["/Pod", podPrinter],
  ["/PodTemplate", podTemplatePrinter],
  ["/Node", core.nodePrinter],
  ["/Namespace", core.namespacePrinter],
  ["/ConfigMap", core.configMapPrinter],
  ["/Secret", core.secretPrinter],
  ["/ServiceAccount", core.serviceAccountPrinter],
  ["/ComponentStatus", core.componentStatusPrinter],
  ["/Event", core.eventPrinter],
  ["events.k8s.io/Event", core.eventsV1Printer],
  ["/ResourceQuota", core.resourceQuotaPrinter],
  ["/Service", network.servicePrinter],
  ["/Endpoints", network.endpointsPrinter],
  ["/ReplicationController", workloads.replicationControllerPrinter],
  ["/PersistentVolume", storage.persistentVolumePrinter],
  ["/PersistentVolumeClaim", storage.persistentVolumeClaimPrinter],
  ["discovery.k8s.io/EndpointSlice", network.endpointSlicePrinter],
  ["networking.k8s.io/Ingress", network.ingressPrinter],
  ["networking.k8s.io/IngressClass", network.ingressClassPrinter],
  ["networking.k8s.io/NetworkPolicy", network.networkPolicyPrinter],
  ["apps/Deployment", workloads.deploymentPrinter],
  ["apps/ReplicaSet", workloads.replicaSetPrinter],
  ["apps/DaemonSet", workloads.daemonSetPrinter],
  ["apps/StatefulSet", workloads.statefulSetPrinter],
  ["apps/ControllerRevision", workloads.controllerRevisionPrinter],
  ["batch/Job", workloads.jobPrinter],
  ["batch/CronJob", workloads.cronJobPrinter],
  ["autoscaling/Scale", scaling.scalePrinter],
  ["autoscaling/HorizontalPodAutoscaler", scaling.horizontalPodAutoscalerPrinter],
  ["policy/PodDisruptionBudget", workloads.podDisruptionBudgetPrinter],
  ["storage.k8s.io/StorageClass", storage.storageClassPrinter],
  ["storage.k8s.io/VolumeAttachment", storage.volumeAttachmentPrinter],
  ["storage.k8s.io/CSINode", storage.csiNodePrinter],
  ["storage.k8s.io/CSIDriver", storage.csiDriverPrinter],
  ["coordination.k8s.io/Lease", access.leasePrinter],
  ["rbac.authorization.k8s.io/RoleBinding", access.roleBindingPrinter],
  ["rbac.authorization.k8s.io/ClusterRoleBinding", access.roleBindingPrinter],
  ["certificates.k8s.io/CertificateSigningRequest", access.certificateSigningRequestPrinter],
  ["scheduling.k8s.io/PriorityClass", access.priorityClassPrinter],
  ["node.k8s.io/RuntimeClass", access.runtimeClassPrinter],
  ["admissionregistration.k8s.io/MutatingWebhookConfiguration", access.webhooksPrinter],
  ["admissionregistration.k8s.io/ValidatingWebhookConfiguration", access.webhooksPrinter],
  ["apiregistration.k8s.io/APIService", access.apiServicePrinter],
  ["admissionregistration.k8s.io/ValidatingAdmissionPolicy", extension.validatingAdmissionPolicyPrinter],
  ["admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding", extension.admissionPolicyBindingPrinter],
  ["admissionregistration.k8s.io/MutatingAdmissionPolicy", extension.mutatingAdmissionPolicyPrinter],
  ["admissionregistration.k8s.io/MutatingAdmissionPolicyBinding", extension.admissionPolicyBindingPrinter],
  ["flowcontrol.apiserver.k8s.io/FlowSchema", extension.flowSchemaPrinter],
  ["flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration", extension.priorityLevelConfigurationPrinter],
  ["resource.k8s.io/ResourceClaim", extension.resourceClaimPrinter],
  ["resource.k8s.io/ResourceClaimTemplate", extension.namedPrinter],
  ["resource.k8s.io/DeviceClass", extension.namedPrinter],
  ["resource.k8s.io/ResourceSlice", extension.resourceSlicePrinter],
  ["networking.k8s.io/IPAddress", extension.ipAddressPrinter],
  ["networking.k8s.io/ServiceCIDR", extension.serviceCidrPrinter],
  ["certificates.k8s.io/ClusterTrustBundle", extension.clusterTrustBundlePrinter],
  ["coordination.k8s.io/LeaseCandidate", extension.leaseCandidatePrinter],
  ["internal.apiserver.k8s.io/StorageVersion", extension.storageVersionPrinter],
  ["storagemigration.k8s.io/StorageVersionMigration", extension.storageVersionMigrationPrinter],
  ["storage.k8s.io/CSIStorageCapacity", extension.csiStorageCapacityPrinter],
  ["storage.k8s.io/VolumeAttributesClass", extension.volumeAttributesClassPrinter],
]);

/** Built-in kinds without a printer of their own say when they were made. */
const plainPrinter = printer("Name, Created At:date", (object) => [
  object.metadata.name,
  object.metadata.creationTimestamp ?? "<unknown>",
]);

/** Custom resources without columns of their own say how old they are. */
const customPrinter = printer("Name, Age:date", (object, nowMs) => [object.metadata.name, age(object, nowMs)]);

export interface PrintedKind {
  readonly group: string;
  readonly kind: string;
  /** Empty for custom resources. */
  readonly type: string;
  readonly custom?: CustomVersion;
}

export interface TableOptions {
  readonly nowMs: number;
  /** What each row carries of its object; upstream's default is Metadata. */
  readonly includeObject?: "None" | "Metadata" | "Object";
}

const printerOf = (of: PrintedKind): Printer =>
  of.custom?.printer ?? printers.get(`${of.group}/${of.kind}`) ?? (of.type === "" ? customPrinter : plainPrinter);

const partial = (object: UntypedObject): KubernetesObject => ({
  kind: "PartialObjectMetadata",
  apiVersion: "meta.k8s.io/v1",
  metadata: object.metadata,
});

const rowObject = (object: UntypedObject, include: TableOptions["includeObject"]): Partial<TableRow> => {
  if (include === "None") return {};
  return { object: include === "Object" ? object : partial(object) };
};

/** The columns of a kind, wide ones with priority 1. */
export const columnsOf = (of: PrintedKind): readonly TableColumnDefinition[] => printerOf(of).columns;

/** One object as a row; objects must have been decoded. */
export const rowOf = (of: PrintedKind, object: UntypedObject, options: TableOptions): TableRow => {
  const { cells, conditions } = printerOf(of);
  const told = conditions?.(object as never) ?? [];
  return {
    cells: cells(object as never, options.nowMs),
    ...(told.length === 0 ? {} : { conditions: told }),
    ...rowObject(object, options.includeObject ?? "Metadata"),
  };
};

const inOrder = (objects: readonly UntypedObject[], { order }: Printer): readonly UntypedObject[] =>
  order === undefined ? objects : [...objects].sort(order as (left: UntypedObject, right: UntypedObject) => number);

/** Objects as a table. `metadata` is the list's (resourceVersion, continue …); for one object its resourceVersion. */
export const tableOf = (
  of: PrintedKind,
  objects: readonly UntypedObject[],
  metadata: ListMeta,
  options: TableOptions,
): Table => ({
  kind: "Table",
  apiVersion: "meta.k8s.io/v1",
  metadata,
  columnDefinitions: [...columnsOf(of)],
  rows: inOrder(objects, printerOf(of)).map((object) => rowOf(of, object, options)),
});

/** Kinds with columns of their own, as `group/kind`. */
export const kindsWithColumns = (): string[] => [...printers.keys()];
