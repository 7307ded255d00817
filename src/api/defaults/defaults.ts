import type * as k from "../generated/types.js";
import { deepCopy } from "../json-value.js";
import type { KubernetesObject } from "../types.js";
import { defaultAutoscaler, defaultAutoscalerV1 } from "./autoscaling.js";
import { defaultCronJob, defaultJob } from "./batch.js";
import { defaultLimitRange, defaultNamespace, defaultNode, defaultResourceQuota, defaultSecret } from "./core.js";
import * as extension from "./extension.js";
import { defaultPod, defaultPodTemplate } from "./pod.js";
import {
  defaultApiService,
  defaultCustomResourceDefinition,
  defaultIngressClass,
  defaultMutatingWebhooks,
  defaultPriorityClass,
  defaultRoleBinding,
  defaultWebhooks,
} from "./policy.js";
import { defaultEndpointSlice, defaultEndpoints, defaultNetworkPolicy, defaultService } from "./service.js";
import { defaultCsiDriver, defaultPersistentVolume, defaultPersistentVolumeClaim, defaultStorageClass } from "./storage.js";
import {
  defaultDaemonSet,
  defaultDeployment,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from "./workloads.js";

/**
 * Which defaults each kind has. They apply to an object as a client sent it, after decoding and before admission.
 * Kinds that are not listed have none.
 */
type DefaultInPlace = (object: never) => void;

const defaulters = new Map<string, DefaultInPlace>([
  ["/v1/Pod", defaultPod],
  ["/v1/PodTemplate", (object: k.PodTemplate) => defaultPodTemplate(object.template)],
  ["/v1/Service", defaultService],
  ["/v1/Endpoints", defaultEndpoints],
  ["/v1/Namespace", defaultNamespace],
  ["/v1/Secret", defaultSecret],
  ["/v1/Node", defaultNode],
  ["/v1/LimitRange", defaultLimitRange],
  ["/v1/ResourceQuota", defaultResourceQuota],
  ["/v1/PersistentVolume", defaultPersistentVolume],
  ["/v1/PersistentVolumeClaim", defaultPersistentVolumeClaim],
  ["/v1/ReplicationController", defaultReplicationController],
  ["apps/v1/Deployment", defaultDeployment],
  ["apps/v1/ReplicaSet", defaultReplicaSet],
  ["apps/v1/DaemonSet", defaultDaemonSet],
  ["apps/v1/StatefulSet", defaultStatefulSet],
  ["batch/v1/Job", defaultJob],
  ["batch/v1/CronJob", defaultCronJob],
  ["autoscaling/v1/HorizontalPodAutoscaler", defaultAutoscalerV1],
  ["autoscaling/v2/HorizontalPodAutoscaler", defaultAutoscaler],
  ["discovery.k8s.io/v1/EndpointSlice", defaultEndpointSlice],
  ["networking.k8s.io/v1/NetworkPolicy", defaultNetworkPolicy],
  ["networking.k8s.io/v1/IngressClass", defaultIngressClass],
  ["rbac.authorization.k8s.io/v1/RoleBinding", defaultRoleBinding],
  ["rbac.authorization.k8s.io/v1/ClusterRoleBinding", defaultRoleBinding],
  ["storage.k8s.io/v1/StorageClass", defaultStorageClass],
  ["storage.k8s.io/v1/CSIDriver", defaultCsiDriver],
  ["scheduling.k8s.io/v1/PriorityClass", defaultPriorityClass],
  ["apiregistration.k8s.io/v1/APIService", defaultApiService],
  ["apiextensions.k8s.io/v1/CustomResourceDefinition", defaultCustomResourceDefinition],
  ["flowcontrol.apiserver.k8s.io/v1/FlowSchema", extension.defaultFlowSchema],
  ["flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration", extension.defaultPriorityLevelConfiguration],
  ["admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy", extension.defaultAdmissionPolicy],
  ["admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding", extension.defaultAdmissionPolicyBinding],
  ["admissionregistration.k8s.io/v1beta1/ValidatingAdmissionPolicy", extension.defaultAdmissionPolicy],
  ["admissionregistration.k8s.io/v1beta1/ValidatingAdmissionPolicyBinding", extension.defaultAdmissionPolicyBinding],
  ["admissionregistration.k8s.io/v1alpha1/MutatingAdmissionPolicy", extension.defaultAdmissionPolicy],
  ["admissionregistration.k8s.io/v1alpha1/MutatingAdmissionPolicyBinding", extension.defaultAdmissionPolicyBinding],
  ...["v1alpha3", "v1beta1", "v1beta2"].flatMap(
    (version): Array<[string, DefaultInPlace]> => [
      [`resource.k8s.io/${version}/ResourceClaim`, extension.defaultResourceClaim],
      [`resource.k8s.io/${version}/ResourceClaimTemplate`, extension.defaultResourceClaimTemplate],
    ],
  ),
  ["admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration", defaultWebhooks],
  ["admissionregistration.k8s.io/v1/MutatingWebhookConfiguration", defaultMutatingWebhooks],
] as Array<[string, DefaultInPlace]>);

export type Defaulter = <T extends KubernetesObject>(object: T) => T;

const same: Defaulter = (object) => object;

/** The defaulter of a kind: takes a decoded object, answers a new one with its defaults. */
export const defaulterFor = (group: string, version: string, kind: string): Defaulter => {
  const inPlace = defaulters.get(`${group}/${version}/${kind}`);
  if (inPlace === undefined) return same;
  return (object) => {
    const copy = deepCopy(object);
    inPlace(copy as never);
    return copy;
  };
};

const withDefaultsInStatus = new Set([
  "Namespace",
  "Node",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "ResourceQuota",
  "Service",
]);

/** The same for a write of the status alone: few kinds have defaults there, and no other part of the object is taken. */
export const statusDefaulterFor = (group: string, version: string, kind: string): Defaulter =>
  group === "" && withDefaultsInStatus.has(kind) ? defaulterFor(group, version, kind) : same;

/** The kinds that have defaults of their own, as `group/version/kind`. */
export const kindsWithDefaults = (): string[] => [...defaulters.keys()];
