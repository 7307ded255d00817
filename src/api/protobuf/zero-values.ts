/**
 * Which fields keep a zero that arrives in protobuf. Kubernetes writes 0, "" and false of a plain field whether set or
 * not, and leaves them out of JSON; of a pointer they are written only when set, and mean something: no replicas, user 0.
 */
import { typeOf } from "../schema.js";

/** Optional fields that are pointers, or whose zero says more than its absence. Source: https://pkg.go.dev/k8s.io/api@v0.33.0 */
const pointers: Readonly<Record<string, string>> = {
  AutoscalingV1HorizontalPodAutoscalerSpec: "minReplicas targetCPUUtilizationPercentage",
  AutoscalingV1HorizontalPodAutoscalerStatus: "currentCPUUtilizationPercentage observedGeneration",
  AzureDiskVolumeSource: "readOnly",
  CSIDriverSpec:
    "attachRequired nodeAllocatableUpdatePeriodSeconds podInfoOnMount requiresRepublish seLinuxMount storageCapacity",
  CSIVolumeSource: "readOnly",
  CertificateSigningRequestSpec: "expirationSeconds",
  ClientIPConfig: "timeoutSeconds",
  ClusterTrustBundleProjection: "optional",
  ConfigMap: "immutable",
  ConfigMapEnvSource: "optional",
  ConfigMapKeySelector: "optional",
  ConfigMapProjection: "optional",
  ConfigMapVolumeSource: "defaultMode optional",
  ContainerStatus: "started",
  CronJobSpec: "failedJobsHistoryLimit startingDeadlineSeconds successfulJobsHistoryLimit suspend",
  DaemonSetSpec: "revisionHistoryLimit",
  DaemonSetStatus: "collisionCount",
  DeleteOptions: "gracePeriodSeconds ignoreStoreReadErrorWithClusterBreakingPotential orphanDependents",
  DeploymentSpec: "progressDeadlineSeconds replicas revisionHistoryLimit",
  DeploymentStatus: "collisionCount terminatingReplicas",
  DeviceAttribute: "bool int string version",
  DiscoveryV1EndpointPort: "name port",
  DownwardAPIVolumeFile: "mode",
  DownwardAPIVolumeSource: "defaultMode",
  EndpointConditions: "ready serving terminating",
  ExemptPriorityLevelConfiguration: "lendablePercent nominalConcurrencyShares",
  FCVolumeSource: "lun",
  HPAScalingRules: "stabilizationWindowSeconds",
  HorizontalPodAutoscalerSpec: "minReplicas",
  HorizontalPodAutoscalerStatus: "observedGeneration",
  JSONSchemaProps:
    "maximum minimum multipleOf maxLength minLength maxItems minItems maxProperties minProperties x-kubernetes-preserve-unknown-fields",
  JobSpec:
    "activeDeadlineSeconds backoffLimit backoffLimitPerIndex completions manualSelector maxFailedIndexes parallelism suspend ttlSecondsAfterFinished",
  JobStatus: "ready terminating",
  KeyToPath: "mode",
  LeaseSpec: "holderIdentity leaseDurationSeconds leaseTransitions",
  LimitedPriorityLevelConfiguration: "borrowingLimitPercent lendablePercent nominalConcurrencyShares",
  ListMeta: "remainingItemCount",
  MetricTarget: "averageUtilization",
  MetricValueStatus: "averageUtilization",
  MutatingWebhook: "timeoutSeconds",
  NetworkPolicyPort: "endPort port",
  NodeFeatures: "supplementalGroupsPolicy",
  NodeRuntimeHandlerFeatures: "recursiveReadOnlyMounts userNamespaces",
  NodeSwapStatus: "capacity",
  ObjectMeta: "deletionGracePeriodSeconds managedFields",
  OwnerReference: "blockOwnerDeletion controller",
  PersistentVolumeClaimSpec: "storageClassName volumeAttributesClassName",
  PodDisruptionBudgetSpec: "maxUnavailable minAvailable",
  PodSecurityContext: "fsGroup runAsGroup runAsNonRoot runAsUser",
  PodSpec:
    "activeDeadlineSeconds automountServiceAccountToken enableServiceLinks hostUsers priority runtimeClassName setHostnameAsFQDN shareProcessNamespace terminationGracePeriodSeconds",
  Probe: "terminationGracePeriodSeconds",
  ProjectedVolumeSource: "defaultMode",
  ReplicaSetSpec: "replicas",
  ReplicaSetStatus: "terminatingReplicas",
  ReplicationControllerSpec: "replicas",
  RollingUpdateDaemonSet: "maxSurge maxUnavailable",
  RollingUpdateDeployment: "maxSurge maxUnavailable",
  RollingUpdateStatefulSetStrategy: "maxUnavailable partition",
  ScaleSpec: "replicas",
  Secret: "immutable",
  SecretEnvSource: "optional",
  SecretKeySelector: "optional",
  SecretProjection: "optional",
  SecretVolumeSource: "defaultMode optional",
  SecurityContext: "allowPrivilegeEscalation privileged readOnlyRootFilesystem runAsGroup runAsNonRoot runAsUser",
  ServiceAccount: "automountServiceAccountToken",
  ServiceAccountTokenProjection: "expirationSeconds",
  ServiceReference: "port",
  ServiceSpec: "allocateLoadBalancerNodePorts",
  StatefulSetSpec: "replicas revisionHistoryLimit",
  StatefulSetStatus: "collisionCount",
  StorageClass: "allowVolumeExpansion",
  StorageV1TokenRequest: "expirationSeconds",
  SuccessPolicyRule: "succeededCount",
  TokenRequestSpec: "expirationSeconds",
  Toleration: "tolerationSeconds",
  TopologySpreadConstraint: "minDomains",
  ValidatingWebhook: "timeoutSeconds",
  ValidationRule: "optionalOldSelf",
  VolumeError: "errorCode",
  VolumeNodeResources: "count",
  WindowsSecurityContextOptions: "hostProcess",
};

const sets = new Map<string, ReadonlySet<string>>();

/** True when a zero value of this field belongs into JSON. */
export function keepsZero(typeName: string, fieldName: string): boolean {
  let kept = sets.get(typeName);
  if (kept === undefined) {
    const required = [...(typeOf(typeName)?.fields.values() ?? [])].filter((field) => field.required).map((field) => field.name);
    const listed = Object.hasOwn(pointers, typeName) ? pointers[typeName]!.split(" ") : [];
    kept = new Set([...required, ...listed]);
    sets.set(typeName, kept);
  }
  return kept.has(fieldName);
}
