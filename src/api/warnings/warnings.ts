/**
 * What a writer is told in the header Warning of an object that is accepted all the same: it says something twice, something that has no
 * effect, or something that a later release will refuse. As kube-apiserver 1.33 has it, kind by kind.
 * https://kubernetes.io/docs/reference/using-api/deprecation-policy/, https://kubernetes.io/blog/2020/09/03/warnings/
 */

import { at } from "../field-errors.js";
import type { Node, RuntimeClass, ServiceAccount } from "../generated/types.js";
import type { UntypedObject } from "../types.js";
import { cidrWarnings } from "./addresses.js";
import * as claims from "./claims.js";
import * as network from "./network.js";
import { nodeLabelDeprecation } from "./node-labels.js";
import { podStatusWarnings, podWarnings, templateWarnings } from "./pod.js";
import * as workloads from "./workloads.js";

type Told = (object: never) => string[];
type ToldOfNew = (object: never, sent: never) => string[];
type ToldOfChange = (object: never, old: never) => string[];

interface KindWarnings {
  readonly create?: ToldOfNew;
  /** Of what is new in the spec; not told where nothing in it is. */
  readonly update?: Told;
  /** Of every update. */
  readonly always?: ToldOfChange;
  readonly status?: Told;
}

/** Kinds that warn of the same whenever they are written. */
const equally = (told: Told): KindWarnings => ({ create: told, always: told });

const nodeWarnings = ({ spec = {} }: Node): string[] => [
  ...(spec.configSource === undefined ? [] : ["spec.configSource: the feature is removed"]),
  ...(spec.externalID ? ["spec.externalID: this field is deprecated, and is unused by Kubernetes"] : []),
  ...(spec.podCIDRs ?? []).flatMap((range, index) => cidrWarnings(at("spec.podCIDRs", index), range)),
];

const runtimeClassWarnings = ({ scheduling }: RuntimeClass): string[] =>
  Object.keys(scheduling?.nodeSelector ?? {}).flatMap((label) => {
    const deprecation = nodeLabelDeprecation(label);
    return deprecation === undefined ? [] : [`scheduling.nodeSelector: ${deprecation}`];
  });

const mountableSecrets = "kubernetes.io/enforce-mountable-secrets";

const accountWarnings = ({ metadata }: ServiceAccount, old?: ServiceAccount): string[] =>
  metadata.annotations?.[mountableSecrets] === undefined || old?.metadata.annotations?.[mountableSecrets] !== undefined
    ? []
    : [
        `metadata.annotations[${mountableSecrets}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
      ];

const namingWorkload: KindWarnings = { create: workloads.namingWorkloadWarnings, update: workloads.workloadWarnings };

const kinds = new Map<string, KindWarnings>([
  ["/Pod", { create: podWarnings, status: podStatusWarnings }],
  [
    "/PodTemplate",
    equally(({ template }: { readonly template?: Parameters<typeof templateWarnings>[1] }) =>
      templateWarnings("template", template),
    ),
  ],
  ["/ReplicationController", namingWorkload],
  ["apps/ReplicaSet", namingWorkload],
  ["apps/Deployment", namingWorkload],
  ["apps/DaemonSet", { create: workloads.workloadWarnings, update: workloads.workloadWarnings }],
  [
    "apps/StatefulSet",
    {
      create: workloads.newStatefulSetWarnings,
      update: workloads.workloadWarnings,
      always: workloads.changedStatefulSetWarnings,
    },
  ],
  ["batch/Job", { create: workloads.newJobWarnings, update: workloads.jobWarnings }],
  [
    "batch/CronJob",
    { create: workloads.newCronJobWarnings, update: workloads.cronJobWarnings, always: workloads.scheduleWarnings },
  ],
  ["/Service", { ...equally(network.serviceWarnings), status: network.serviceStatusWarnings }],
  ["/Endpoints", equally(network.endpointsWarnings)],
  ["discovery.k8s.io/EndpointSlice", { create: network.newEndpointSliceWarnings, always: network.endpointSliceWarnings }],
  ["networking.k8s.io/NetworkPolicy", equally(network.networkPolicyWarnings)],
  ["networking.k8s.io/ServiceCIDR", equally(network.serviceCidrWarnings)],
  ["/Node", equally(nodeWarnings)],
  ["node.k8s.io/RuntimeClass", equally(runtimeClassWarnings)],
  ["/PersistentVolume", equally(claims.persistentVolumeWarnings)],
  ["/PersistentVolumeClaim", equally(claims.claimWarnings)],
  ["storage.k8s.io/StorageClass", equally(claims.storageClassWarnings)],
  ["storage.k8s.io/CSIStorageCapacity", equally(claims.storageCapacityWarnings)],
  [
    "/ServiceAccount",
    { create: (account: ServiceAccount) => accountWarnings(account), always: (account, old) => accountWarnings(account, old) },
  ],
] as Array<[string, KindWarnings]>);

interface Kind {
  readonly group: string;
  readonly kind: string;
}

/** Told of a new object that has been validated. `sent`: as it was before the server completed it. */
export const createWarnings = ({ group, kind }: Kind, object: UntypedObject, sent: UntypedObject): string[] =>
  kinds.get(`${group}/${kind}`)?.create?.(object as never, sent as never) ?? [];

/** Told of a changed object, or of one of its subresources, that has been validated. */
export const updateWarnings = (
  { group, kind }: Kind,
  object: UntypedObject,
  old: UntypedObject,
  subresource: string | undefined,
): string[] => {
  const of = kinds.get(`${group}/${kind}`);
  if (of === undefined) return [];
  if (subresource === "status") return of.status?.(object as never) ?? [];
  if (subresource !== undefined) return [];
  const isNew = object.metadata.generation !== old.metadata.generation;
  return [...(isNew ? (of.update?.(object as never) ?? []) : []), ...(of.always?.(object as never, old as never) ?? [])];
};
