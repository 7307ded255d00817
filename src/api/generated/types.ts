// Written by src/api/generate from the Kubernetes 1.33 API definitions. Do not edit.
import type { Integer } from "../../json/integer.js";
export interface APIGroup { apiVersion?: string; kind?: string; name: string; preferredVersion?: GroupVersionForDiscovery; serverAddressByClientCIDRs?: ServerAddressByClientCIDR[]; versions: GroupVersionForDiscovery[] }
export interface APIGroupList { apiVersion?: string; groups: APIGroup[]; kind?: string }
export interface APIResource { categories?: string[]; group?: string; kind: string; name: string; namespaced: boolean; shortNames?: string[]; singularName: string; storageVersionHash?: string; verbs: string[]; version?: string }
export interface APIResourceList { apiVersion?: string; groupVersion: string; kind?: string; resources: APIResource[] }
export interface APIService { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: APIServiceSpec; status?: APIServiceStatus }
export interface APIServiceCondition { lastTransitionTime?: Time; message?: string; reason?: string; status: string; type: string }
export interface APIServiceList { apiVersion?: string; items: APIService[]; kind?: string; metadata?: ListMeta }
export interface APIServiceSpec { caBundle?: string; group?: string; groupPriorityMinimum: number; insecureSkipTLSVerify?: boolean; service?: ApiregistrationV1ServiceReference; version?: string; versionPriority: number }
export interface APIServiceStatus { conditions?: APIServiceCondition[] }
export interface APIVersions { apiVersion?: string; kind?: string; serverAddressByClientCIDRs: ServerAddressByClientCIDR[]; versions: string[] }
export interface AWSElasticBlockStoreVolumeSource { fsType?: string; partition?: number; readOnly?: boolean; volumeID: string }
export interface AdmissionregistrationV1alpha1MatchCondition { expression: string; name: string }
export interface AdmissionregistrationV1alpha1MatchResources { excludeResourceRules?: AdmissionregistrationV1alpha1NamedRuleWithOperations[]; matchPolicy?: string; namespaceSelector?: LabelSelector; objectSelector?: LabelSelector; resourceRules?: AdmissionregistrationV1alpha1NamedRuleWithOperations[] }
export interface AdmissionregistrationV1alpha1NamedRuleWithOperations { apiGroups?: string[]; apiVersions?: string[]; operations?: string[]; resourceNames?: string[]; resources?: string[]; scope?: string }
export interface AdmissionregistrationV1alpha1ParamKind { apiVersion?: string; kind?: string }
export interface AdmissionregistrationV1alpha1ParamRef { name?: string; namespace?: string; parameterNotFoundAction?: string; selector?: LabelSelector }
export interface AdmissionregistrationV1alpha1Variable { expression: string; name: string }
export interface AdmissionregistrationV1beta1AuditAnnotation { key: string; valueExpression: string }
export interface AdmissionregistrationV1beta1ExpressionWarning { fieldRef: string; warning: string }
export interface AdmissionregistrationV1beta1MatchCondition { expression: string; name: string }
export interface AdmissionregistrationV1beta1MatchResources { excludeResourceRules?: AdmissionregistrationV1beta1NamedRuleWithOperations[]; matchPolicy?: string; namespaceSelector?: LabelSelector; objectSelector?: LabelSelector; resourceRules?: AdmissionregistrationV1beta1NamedRuleWithOperations[] }
export interface AdmissionregistrationV1beta1NamedRuleWithOperations { apiGroups?: string[]; apiVersions?: string[]; operations?: string[]; resourceNames?: string[]; resources?: string[]; scope?: string }
export interface AdmissionregistrationV1beta1ParamKind { apiVersion?: string; kind?: string }
export interface AdmissionregistrationV1beta1ParamRef { name?: string; namespace?: string; parameterNotFoundAction?: string; selector?: LabelSelector }
export interface AdmissionregistrationV1beta1TypeChecking { expressionWarnings?: AdmissionregistrationV1beta1ExpressionWarning[] }
export interface AdmissionregistrationV1beta1ValidatingAdmissionPolicy { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: AdmissionregistrationV1beta1ValidatingAdmissionPolicySpec; status?: AdmissionregistrationV1beta1ValidatingAdmissionPolicyStatus }
export interface AdmissionregistrationV1beta1ValidatingAdmissionPolicyBinding { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: AdmissionregistrationV1beta1ValidatingAdmissionPolicyBindingSpec }
export interface AdmissionregistrationV1beta1ValidatingAdmissionPolicyBindingList { apiVersion?: string; items: AdmissionregistrationV1beta1ValidatingAdmissionPolicyBinding[]; kind?: string; metadata?: ListMeta }
export interface AdmissionregistrationV1beta1ValidatingAdmissionPolicyBindingSpec { matchResources?: AdmissionregistrationV1beta1MatchResources; paramRef?: AdmissionregistrationV1beta1ParamRef; policyName?: string; validationActions?: string[] }
export interface AdmissionregistrationV1beta1ValidatingAdmissionPolicyList { apiVersion?: string; items: AdmissionregistrationV1beta1ValidatingAdmissionPolicy[]; kind?: string; metadata?: ListMeta }
export interface AdmissionregistrationV1beta1ValidatingAdmissionPolicySpec { auditAnnotations?: AdmissionregistrationV1beta1AuditAnnotation[]; failurePolicy?: string; matchConditions?: AdmissionregistrationV1beta1MatchCondition[]; matchConstraints?: AdmissionregistrationV1beta1MatchResources; paramKind?: AdmissionregistrationV1beta1ParamKind; validations?: AdmissionregistrationV1beta1Validation[]; variables?: AdmissionregistrationV1beta1Variable[] }
export interface AdmissionregistrationV1beta1ValidatingAdmissionPolicyStatus { conditions?: Condition[]; observedGeneration?: Integer; typeChecking?: AdmissionregistrationV1beta1TypeChecking }
export interface AdmissionregistrationV1beta1Validation { expression: string; message?: string; messageExpression?: string; reason?: string }
export interface AdmissionregistrationV1beta1Variable { expression: string; name: string }
export interface Affinity { nodeAffinity?: NodeAffinity; podAffinity?: PodAffinity; podAntiAffinity?: PodAntiAffinity }
export interface AggregationRule { clusterRoleSelectors?: LabelSelector[] }
export interface AllocatedDeviceStatus { conditions?: Condition[]; data?: RawExtension; device: string; driver: string; networkData?: NetworkDeviceData; pool: string }
export interface AllocationResult { devices?: DeviceAllocationResult; nodeSelector?: NodeSelector }
export interface ApiextensionsV1ServiceReference { name: string; namespace: string; path?: string; port?: number }
export interface ApiextensionsV1WebhookClientConfig { caBundle?: string; service?: ApiextensionsV1ServiceReference; url?: string }
export interface ApiregistrationV1ServiceReference { name?: string; namespace?: string; port?: number }
export interface AppArmorProfile { localhostProfile?: string; type: string }
export interface ApplyConfiguration { expression?: string }
export interface AttachedVolume { devicePath: string; name: string }
export interface AuditAnnotation { key: string; valueExpression: string }
export interface AutoscalingV1CrossVersionObjectReference { apiVersion?: string; kind: string; name: string }
export interface AutoscalingV1HorizontalPodAutoscaler { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: AutoscalingV1HorizontalPodAutoscalerSpec; status?: AutoscalingV1HorizontalPodAutoscalerStatus }
export interface AutoscalingV1HorizontalPodAutoscalerList { apiVersion?: string; items: AutoscalingV1HorizontalPodAutoscaler[]; kind?: string; metadata?: ListMeta }
export interface AutoscalingV1HorizontalPodAutoscalerSpec { maxReplicas: number; minReplicas?: number; scaleTargetRef: AutoscalingV1CrossVersionObjectReference; targetCPUUtilizationPercentage?: number }
export interface AutoscalingV1HorizontalPodAutoscalerStatus { currentCPUUtilizationPercentage?: number; currentReplicas: number; desiredReplicas: number; lastScaleTime?: Time; observedGeneration?: Integer }
export interface AzureDiskVolumeSource { cachingMode?: string; diskName: string; diskURI: string; fsType?: string; kind?: string; readOnly?: boolean }
export interface AzureFilePersistentVolumeSource { readOnly?: boolean; secretName: string; secretNamespace?: string; shareName: string }
export interface AzureFileVolumeSource { readOnly?: boolean; secretName: string; shareName: string }
export interface BasicDevice { allNodes?: boolean; attributes?: { [key: string]: ResourceV1beta1DeviceAttribute }; capacity?: { [key: string]: ResourceV1beta1DeviceCapacity }; consumesCounters?: ResourceV1beta1DeviceCounterConsumption[]; nodeName?: string; nodeSelector?: NodeSelector; taints?: ResourceV1beta1DeviceTaint[] }
export interface Binding { apiVersion?: string; kind?: string; metadata: ObjectMeta; target: ObjectReference }
export interface BoundObjectReference { apiVersion?: string; kind?: string; name?: string; uid?: string }
export interface CELDeviceSelector { expression: string }
export interface CSIDriver { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: CSIDriverSpec }
export interface CSIDriverList { apiVersion?: string; items: CSIDriver[]; kind?: string; metadata?: ListMeta }
export interface CSIDriverSpec { attachRequired?: boolean; fsGroupPolicy?: string; nodeAllocatableUpdatePeriodSeconds?: Integer; podInfoOnMount?: boolean; requiresRepublish?: boolean; seLinuxMount?: boolean; storageCapacity?: boolean; tokenRequests?: StorageV1TokenRequest[]; volumeLifecycleModes?: string[] }
export interface CSINode { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: CSINodeSpec }
export interface CSINodeDriver { allocatable?: VolumeNodeResources; name: string; nodeID: string; topologyKeys?: string[] }
export interface CSINodeList { apiVersion?: string; items: CSINode[]; kind?: string; metadata?: ListMeta }
export interface CSINodeSpec { drivers: CSINodeDriver[] }
export interface CSIPersistentVolumeSource { controllerExpandSecretRef?: SecretReference; controllerPublishSecretRef?: SecretReference; driver: string; fsType?: string; nodeExpandSecretRef?: SecretReference; nodePublishSecretRef?: SecretReference; nodeStageSecretRef?: SecretReference; readOnly?: boolean; volumeAttributes?: { [key: string]: string }; volumeHandle: string }
export interface CSIStorageCapacity { apiVersion?: string; capacity?: Quantity; kind?: string; maximumVolumeSize?: Quantity; metadata: ObjectMeta; nodeTopology?: LabelSelector; storageClassName: string }
export interface CSIStorageCapacityList { apiVersion?: string; items: CSIStorageCapacity[]; kind?: string; metadata?: ListMeta }
export interface CSIVolumeSource { driver: string; fsType?: string; nodePublishSecretRef?: LocalObjectReference; readOnly?: boolean; volumeAttributes?: { [key: string]: string } }
export interface Capabilities { add?: string[]; drop?: string[] }
export interface CephFSPersistentVolumeSource { monitors: string[]; path?: string; readOnly?: boolean; secretFile?: string; secretRef?: SecretReference; user?: string }
export interface CephFSVolumeSource { monitors: string[]; path?: string; readOnly?: boolean; secretFile?: string; secretRef?: LocalObjectReference; user?: string }
export interface CertificateSigningRequest { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: CertificateSigningRequestSpec; status?: CertificateSigningRequestStatus }
export interface CertificateSigningRequestCondition { lastTransitionTime?: Time; lastUpdateTime?: Time; message?: string; reason?: string; status: string; type: string }
export interface CertificateSigningRequestList { apiVersion?: string; items: CertificateSigningRequest[]; kind?: string; metadata?: ListMeta }
export interface CertificateSigningRequestSpec { expirationSeconds?: number; extra?: { [key: string]: string[] }; groups?: string[]; request: string; signerName: string; uid?: string; usages?: string[]; username?: string }
export interface CertificateSigningRequestStatus { certificate?: string; conditions?: CertificateSigningRequestCondition[] }
export interface CertificatesV1alpha1ClusterTrustBundle { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: CertificatesV1alpha1ClusterTrustBundleSpec }
export interface CertificatesV1alpha1ClusterTrustBundleList { apiVersion?: string; items: CertificatesV1alpha1ClusterTrustBundle[]; kind?: string; metadata?: ListMeta }
export interface CertificatesV1alpha1ClusterTrustBundleSpec { signerName?: string; trustBundle: string }
export interface CinderPersistentVolumeSource { fsType?: string; readOnly?: boolean; secretRef?: SecretReference; volumeID: string }
export interface CinderVolumeSource { fsType?: string; readOnly?: boolean; secretRef?: LocalObjectReference; volumeID: string }
export interface ClientIPConfig { timeoutSeconds?: number }
export interface ClusterRole { aggregationRule?: AggregationRule; apiVersion?: string; kind?: string; metadata: ObjectMeta; rules?: PolicyRule[] }
export interface ClusterRoleBinding { apiVersion?: string; kind?: string; metadata: ObjectMeta; roleRef: RoleRef; subjects?: Subject[] }
export interface ClusterRoleBindingList { apiVersion?: string; items: ClusterRoleBinding[]; kind?: string; metadata?: ListMeta }
export interface ClusterRoleList { apiVersion?: string; items: ClusterRole[]; kind?: string; metadata?: ListMeta }
export interface ClusterTrustBundle { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: ClusterTrustBundleSpec }
export interface ClusterTrustBundleList { apiVersion?: string; items: ClusterTrustBundle[]; kind?: string; metadata?: ListMeta }
export interface ClusterTrustBundleProjection { labelSelector?: LabelSelector; name?: string; optional?: boolean; path: string; signerName?: string }
export interface ClusterTrustBundleSpec { signerName?: string; trustBundle: string }
export interface ComponentCondition { error?: string; message?: string; status: string; type: string }
export interface ComponentStatus { apiVersion?: string; conditions?: ComponentCondition[]; kind?: string; metadata: ObjectMeta }
export interface ComponentStatusList { apiVersion?: string; items: ComponentStatus[]; kind?: string; metadata?: ListMeta }
export interface Condition { lastTransitionTime: Time; message: string; observedGeneration?: Integer; reason: string; status: string; type: string }
export interface ConfigMap { apiVersion?: string; binaryData?: { [key: string]: string }; data?: { [key: string]: string }; immutable?: boolean; kind?: string; metadata: ObjectMeta }
export interface ConfigMapEnvSource { name?: string; optional?: boolean }
export interface ConfigMapKeySelector { key: string; name?: string; optional?: boolean }
export interface ConfigMapList { apiVersion?: string; items: ConfigMap[]; kind?: string; metadata?: ListMeta }
export interface ConfigMapNodeConfigSource { kubeletConfigKey: string; name: string; namespace: string; resourceVersion?: string; uid?: string }
export interface ConfigMapProjection { items?: KeyToPath[]; name?: string; optional?: boolean }
export interface ConfigMapVolumeSource { defaultMode?: number; items?: KeyToPath[]; name?: string; optional?: boolean }
export interface Container { args?: string[]; command?: string[]; env?: EnvVar[]; envFrom?: EnvFromSource[]; image?: string; imagePullPolicy?: string; lifecycle?: Lifecycle; livenessProbe?: Probe; name: string; ports?: ContainerPort[]; readinessProbe?: Probe; resizePolicy?: ContainerResizePolicy[]; resources?: ResourceRequirements; restartPolicy?: string; securityContext?: SecurityContext; startupProbe?: Probe; stdin?: boolean; stdinOnce?: boolean; terminationMessagePath?: string; terminationMessagePolicy?: string; tty?: boolean; volumeDevices?: VolumeDevice[]; volumeMounts?: VolumeMount[]; workingDir?: string }
export interface ContainerImage { names?: string[]; sizeBytes?: Integer }
export interface ContainerPort { containerPort: number; hostIP?: string; hostPort?: number; name?: string; protocol?: string }
export interface ContainerResizePolicy { resourceName: string; restartPolicy: string }
export interface ContainerResourceMetricSource { container: string; name: string; target: MetricTarget }
export interface ContainerResourceMetricStatus { container: string; current: MetricValueStatus; name: string }
export interface ContainerState { running?: ContainerStateRunning; terminated?: ContainerStateTerminated; waiting?: ContainerStateWaiting }
export interface ContainerStateRunning { startedAt?: Time }
export interface ContainerStateTerminated { containerID?: string; exitCode: number; finishedAt?: Time; message?: string; reason?: string; signal?: number; startedAt?: Time }
export interface ContainerStateWaiting { message?: string; reason?: string }
export interface ContainerStatus { allocatedResources?: { [key: string]: Quantity }; allocatedResourcesStatus?: ResourceStatus[]; containerID?: string; image: string; imageID: string; lastState?: ContainerState; name: string; ready: boolean; resources?: ResourceRequirements; restartCount: number; started?: boolean; state?: ContainerState; stopSignal?: string; user?: ContainerUser; volumeMounts?: VolumeMountStatus[] }
export interface ContainerUser { linux?: LinuxContainerUser }
export interface ControllerRevision { apiVersion?: string; data?: RawExtension; kind?: string; metadata: ObjectMeta; revision: Integer }
export interface ControllerRevisionList { apiVersion?: string; items: ControllerRevision[]; kind?: string; metadata?: ListMeta }
export interface CoordinationV1alpha2LeaseCandidate { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: CoordinationV1alpha2LeaseCandidateSpec }
export interface CoordinationV1alpha2LeaseCandidateList { apiVersion?: string; items: CoordinationV1alpha2LeaseCandidate[]; kind?: string; metadata?: ListMeta }
export interface CoordinationV1alpha2LeaseCandidateSpec { binaryVersion: string; emulationVersion?: string; leaseName: string; pingTime?: MicroTime; renewTime?: MicroTime; strategy: string }
export interface CoreV1ResourceClaim { name: string; request?: string }
export interface Counter { value: Quantity }
export interface CounterSet { counters: { [key: string]: Counter }; name: string }
export interface CronJob { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: CronJobSpec; status?: CronJobStatus }
export interface CronJobList { apiVersion?: string; items: CronJob[]; kind?: string; metadata?: ListMeta }
export interface CronJobSpec { concurrencyPolicy?: string; failedJobsHistoryLimit?: number; jobTemplate: JobTemplateSpec; schedule: string; startingDeadlineSeconds?: Integer; successfulJobsHistoryLimit?: number; suspend?: boolean; timeZone?: string }
export interface CronJobStatus { active?: ObjectReference[]; lastScheduleTime?: Time; lastSuccessfulTime?: Time }
export interface CrossVersionObjectReference { apiVersion?: string; kind: string; name: string }
export interface CustomResourceColumnDefinition { description?: string; format?: string; jsonPath: string; name: string; priority?: number; type: string }
export interface CustomResourceConversion { strategy: string; webhook?: WebhookConversion }
export interface CustomResourceDefinition { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: CustomResourceDefinitionSpec; status?: CustomResourceDefinitionStatus }
export interface CustomResourceDefinitionCondition { lastTransitionTime?: Time; message?: string; reason?: string; status: string; type: string }
export interface CustomResourceDefinitionList { apiVersion?: string; items: CustomResourceDefinition[]; kind?: string; metadata?: ListMeta }
export interface CustomResourceDefinitionNames { categories?: string[]; kind: string; listKind?: string; plural: string; shortNames?: string[]; singular?: string }
export interface CustomResourceDefinitionSpec { conversion?: CustomResourceConversion; group: string; names: CustomResourceDefinitionNames; preserveUnknownFields?: boolean; scope: string; versions: CustomResourceDefinitionVersion[] }
export interface CustomResourceDefinitionStatus { acceptedNames?: CustomResourceDefinitionNames; conditions?: CustomResourceDefinitionCondition[]; storedVersions?: string[] }
export interface CustomResourceDefinitionVersion { additionalPrinterColumns?: CustomResourceColumnDefinition[]; deprecated?: boolean; deprecationWarning?: string; name: string; schema?: CustomResourceValidation; selectableFields?: SelectableField[]; served: boolean; storage: boolean; subresources?: CustomResourceSubresources }
export interface CustomResourceSubresourceScale { labelSelectorPath?: string; specReplicasPath: string; statusReplicasPath: string }
export type CustomResourceSubresourceStatus = { [key: string]: never };
export interface CustomResourceSubresources { scale?: CustomResourceSubresourceScale; status?: CustomResourceSubresourceStatus }
export interface CustomResourceValidation { openAPIV3Schema?: JSONSchemaProps }
export interface DaemonEndpoint { Port: number }
export interface DaemonSet { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: DaemonSetSpec; status?: DaemonSetStatus }
export interface DaemonSetCondition { lastTransitionTime?: Time; message?: string; reason?: string; status: string; type: string }
export interface DaemonSetList { apiVersion?: string; items: DaemonSet[]; kind?: string; metadata?: ListMeta }
export interface DaemonSetSpec { minReadySeconds?: number; revisionHistoryLimit?: number; selector: LabelSelector; template: PodTemplateSpec; updateStrategy?: DaemonSetUpdateStrategy }
export interface DaemonSetStatus { collisionCount?: number; conditions?: DaemonSetCondition[]; currentNumberScheduled: number; desiredNumberScheduled: number; numberAvailable?: number; numberMisscheduled: number; numberReady: number; numberUnavailable?: number; observedGeneration?: Integer; updatedNumberScheduled?: number }
export interface DaemonSetUpdateStrategy { rollingUpdate?: RollingUpdateDaemonSet; type?: string }
export interface DeleteOptions { apiVersion?: string; dryRun?: string[]; gracePeriodSeconds?: Integer; ignoreStoreReadErrorWithClusterBreakingPotential?: boolean; kind?: string; orphanDependents?: boolean; preconditions?: Preconditions; propagationPolicy?: string }
export interface Deployment { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: DeploymentSpec; status?: DeploymentStatus }
export interface DeploymentCondition { lastTransitionTime?: Time; lastUpdateTime?: Time; message?: string; reason?: string; status: string; type: string }
export interface DeploymentList { apiVersion?: string; items: Deployment[]; kind?: string; metadata?: ListMeta }
export interface DeploymentSpec { minReadySeconds?: number; paused?: boolean; progressDeadlineSeconds?: number; replicas?: number; revisionHistoryLimit?: number; selector: LabelSelector; strategy?: DeploymentStrategy; template: PodTemplateSpec }
export interface DeploymentStatus { availableReplicas?: number; collisionCount?: number; conditions?: DeploymentCondition[]; observedGeneration?: Integer; readyReplicas?: number; replicas?: number; terminatingReplicas?: number; unavailableReplicas?: number; updatedReplicas?: number }
export interface DeploymentStrategy { rollingUpdate?: RollingUpdateDeployment; type?: string }
export interface Device { allNodes?: boolean; attributes?: { [key: string]: DeviceAttribute }; capacity?: { [key: string]: DeviceCapacity }; consumesCounters?: DeviceCounterConsumption[]; name: string; nodeName?: string; nodeSelector?: NodeSelector; taints?: DeviceTaint[] }
export interface DeviceAllocationConfiguration { opaque?: OpaqueDeviceConfiguration; requests?: string[]; source: string }
export interface DeviceAllocationResult { config?: DeviceAllocationConfiguration[]; results?: DeviceRequestAllocationResult[] }
export interface DeviceAttribute { bool?: boolean; int?: Integer; string?: string; version?: string }
export interface DeviceCapacity { value: Quantity }
export interface DeviceClaim { config?: DeviceClaimConfiguration[]; constraints?: DeviceConstraint[]; requests?: DeviceRequest[] }
export interface DeviceClaimConfiguration { opaque?: OpaqueDeviceConfiguration; requests?: string[] }
export interface DeviceClass { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: DeviceClassSpec }
export interface DeviceClassConfiguration { opaque?: OpaqueDeviceConfiguration }
export interface DeviceClassList { apiVersion?: string; items: DeviceClass[]; kind?: string; metadata?: ListMeta }
export interface DeviceClassSpec { config?: DeviceClassConfiguration[]; selectors?: DeviceSelector[] }
export interface DeviceConstraint { matchAttribute?: string; requests?: string[] }
export interface DeviceCounterConsumption { counterSet: string; counters: { [key: string]: Counter } }
export interface DeviceRequest { exactly?: ExactDeviceRequest; firstAvailable?: DeviceSubRequest[]; name: string }
export interface DeviceRequestAllocationResult { adminAccess?: boolean; device: string; driver: string; pool: string; request: string; tolerations?: DeviceToleration[] }
export interface DeviceSelector { cel?: CELDeviceSelector }
export interface DeviceSubRequest { allocationMode?: string; count?: Integer; deviceClassName: string; name: string; selectors?: DeviceSelector[]; tolerations?: DeviceToleration[] }
export interface DeviceTaint { effect: string; key: string; timeAdded?: Time; value?: string }
export interface DeviceTaintRule { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: DeviceTaintRuleSpec }
export interface DeviceTaintRuleList { apiVersion?: string; items: DeviceTaintRule[]; kind?: string; metadata?: ListMeta }
export interface DeviceTaintRuleSpec { deviceSelector?: DeviceTaintSelector; taint: ResourceV1alpha3DeviceTaint }
export interface DeviceTaintSelector { device?: string; deviceClassName?: string; driver?: string; pool?: string; selectors?: ResourceV1alpha3DeviceSelector[] }
export interface DeviceToleration { effect?: string; key?: string; operator?: string; tolerationSeconds?: Integer; value?: string }
export interface DiscoveryV1EndpointPort { appProtocol?: string; name?: string; port?: number; protocol?: string }
export interface DownwardAPIProjection { items?: DownwardAPIVolumeFile[] }
export interface DownwardAPIVolumeFile { fieldRef?: ObjectFieldSelector; mode?: number; path: string; resourceFieldRef?: ResourceFieldSelector }
export interface DownwardAPIVolumeSource { defaultMode?: number; items?: DownwardAPIVolumeFile[] }
export interface EmptyDirVolumeSource { medium?: string; sizeLimit?: Quantity }
export interface Endpoint { addresses: string[]; conditions?: EndpointConditions; deprecatedTopology?: { [key: string]: string }; hints?: EndpointHints; hostname?: string; nodeName?: string; targetRef?: ObjectReference; zone?: string }
export interface EndpointAddress { hostname?: string; ip: string; nodeName?: string; targetRef?: ObjectReference }
export interface EndpointConditions { ready?: boolean; serving?: boolean; terminating?: boolean }
export interface EndpointHints { forNodes?: ForNode[]; forZones?: ForZone[] }
export interface EndpointPort { appProtocol?: string; name?: string; port: number; protocol?: string }
export interface EndpointSlice { addressType: string; apiVersion?: string; endpoints: Endpoint[]; kind?: string; metadata: ObjectMeta; ports?: DiscoveryV1EndpointPort[] }
export interface EndpointSliceList { apiVersion?: string; items: EndpointSlice[]; kind?: string; metadata?: ListMeta }
export interface EndpointSubset { addresses?: EndpointAddress[]; notReadyAddresses?: EndpointAddress[]; ports?: EndpointPort[] }
export interface Endpoints { apiVersion?: string; kind?: string; metadata: ObjectMeta; subsets?: EndpointSubset[] }
export interface EndpointsList { apiVersion?: string; items: Endpoints[]; kind?: string; metadata?: ListMeta }
export interface EnvFromSource { configMapRef?: ConfigMapEnvSource; prefix?: string; secretRef?: SecretEnvSource }
export interface EnvVar { name: string; value?: string; valueFrom?: EnvVarSource }
export interface EnvVarSource { configMapKeyRef?: ConfigMapKeySelector; fieldRef?: ObjectFieldSelector; resourceFieldRef?: ResourceFieldSelector; secretKeyRef?: SecretKeySelector }
export interface EphemeralContainer { args?: string[]; command?: string[]; env?: EnvVar[]; envFrom?: EnvFromSource[]; image?: string; imagePullPolicy?: string; lifecycle?: Lifecycle; livenessProbe?: Probe; name: string; ports?: ContainerPort[]; readinessProbe?: Probe; resizePolicy?: ContainerResizePolicy[]; resources?: ResourceRequirements; restartPolicy?: string; securityContext?: SecurityContext; startupProbe?: Probe; stdin?: boolean; stdinOnce?: boolean; targetContainerName?: string; terminationMessagePath?: string; terminationMessagePolicy?: string; tty?: boolean; volumeDevices?: VolumeDevice[]; volumeMounts?: VolumeMount[]; workingDir?: string }
export interface EphemeralVolumeSource { volumeClaimTemplate?: PersistentVolumeClaimTemplate }
export interface Event { action?: string; apiVersion?: string; count?: number; eventTime?: MicroTime; firstTimestamp?: Time; involvedObject: ObjectReference; kind?: string; lastTimestamp?: Time; message?: string; metadata: ObjectMeta; reason?: string; related?: ObjectReference; reportingComponent?: string; reportingInstance?: string; series?: EventSeries; source?: EventSource; type?: string }
export interface EventList { apiVersion?: string; items: Event[]; kind?: string; metadata?: ListMeta }
export interface EventSeries { count?: number; lastObservedTime?: MicroTime }
export interface EventSource { component?: string; host?: string }
export interface EventsV1Event { action?: string; apiVersion?: string; deprecatedCount?: number; deprecatedFirstTimestamp?: Time; deprecatedLastTimestamp?: Time; deprecatedSource?: EventSource; eventTime: MicroTime; kind?: string; metadata: ObjectMeta; note?: string; reason?: string; regarding?: ObjectReference; related?: ObjectReference; reportingController?: string; reportingInstance?: string; series?: EventsV1EventSeries; type?: string }
export interface EventsV1EventList { apiVersion?: string; items: EventsV1Event[]; kind?: string; metadata?: ListMeta }
export interface EventsV1EventSeries { count: number; lastObservedTime: MicroTime }
export interface Eviction { apiVersion?: string; deleteOptions?: DeleteOptions; kind?: string; metadata: ObjectMeta }
export interface ExactDeviceRequest { adminAccess?: boolean; allocationMode?: string; count?: Integer; deviceClassName: string; selectors?: DeviceSelector[]; tolerations?: DeviceToleration[] }
export interface ExecAction { command?: string[] }
export interface ExemptPriorityLevelConfiguration { lendablePercent?: number; nominalConcurrencyShares?: number }
export interface ExpressionWarning { fieldRef: string; warning: string }
export interface ExternalDocumentation { description?: string; url?: string }
export interface ExternalMetricSource { metric: MetricIdentifier; target: MetricTarget }
export interface ExternalMetricStatus { current: MetricValueStatus; metric: MetricIdentifier }
export interface FCVolumeSource { fsType?: string; lun?: number; readOnly?: boolean; targetWWNs?: string[]; wwids?: string[] }
export interface FieldSelectorAttributes { rawSelector?: string; requirements?: FieldSelectorRequirement[] }
export interface FieldSelectorRequirement { key: string; operator: string; values?: string[] }
export type FieldsV1 = { [field: string]: unknown };
export interface FlexPersistentVolumeSource { driver: string; fsType?: string; options?: { [key: string]: string }; readOnly?: boolean; secretRef?: SecretReference }
export interface FlexVolumeSource { driver: string; fsType?: string; options?: { [key: string]: string }; readOnly?: boolean; secretRef?: LocalObjectReference }
export interface FlockerVolumeSource { datasetName?: string; datasetUUID?: string }
export interface FlowDistinguisherMethod { type: string }
export interface FlowSchema { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: FlowSchemaSpec; status?: FlowSchemaStatus }
export interface FlowSchemaCondition { lastTransitionTime?: Time; message?: string; reason?: string; status?: string; type?: string }
export interface FlowSchemaList { apiVersion?: string; items: FlowSchema[]; kind?: string; metadata?: ListMeta }
export interface FlowSchemaSpec { distinguisherMethod?: FlowDistinguisherMethod; matchingPrecedence?: number; priorityLevelConfiguration: PriorityLevelConfigurationReference; rules?: PolicyRulesWithSubjects[] }
export interface FlowSchemaStatus { conditions?: FlowSchemaCondition[] }
export interface FlowcontrolV1Subject { group?: GroupSubject; kind: string; serviceAccount?: ServiceAccountSubject; user?: UserSubject }
export interface ForNode { name: string }
export interface ForZone { name: string }
export interface GCEPersistentDiskVolumeSource { fsType?: string; partition?: number; pdName: string; readOnly?: boolean }
export interface GRPCAction { port: number; service?: string }
export interface GitRepoVolumeSource { directory?: string; repository: string; revision?: string }
export interface GlusterfsPersistentVolumeSource { endpoints: string; endpointsNamespace?: string; path: string; readOnly?: boolean }
export interface GlusterfsVolumeSource { endpoints: string; path: string; readOnly?: boolean }
export interface GroupSubject { name: string }
export interface GroupVersionForDiscovery { groupVersion: string; version: string }
export interface GroupVersionResource { group?: string; resource?: string; version?: string }
export interface HPAScalingPolicy { periodSeconds: number; type: string; value: number }
export interface HPAScalingRules { policies?: HPAScalingPolicy[]; selectPolicy?: string; stabilizationWindowSeconds?: number; tolerance?: Quantity }
export interface HTTPGetAction { host?: string; httpHeaders?: HTTPHeader[]; path?: string; port: IntOrString; scheme?: string }
export interface HTTPHeader { name: string; value: string }
export interface HTTPIngressPath { backend: IngressBackend; path?: string; pathType: string }
export interface HTTPIngressRuleValue { paths: HTTPIngressPath[] }
export interface HorizontalPodAutoscaler { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: HorizontalPodAutoscalerSpec; status?: HorizontalPodAutoscalerStatus }
export interface HorizontalPodAutoscalerBehavior { scaleDown?: HPAScalingRules; scaleUp?: HPAScalingRules }
export interface HorizontalPodAutoscalerCondition { lastTransitionTime?: Time; message?: string; reason?: string; status: string; type: string }
export interface HorizontalPodAutoscalerList { apiVersion?: string; items: HorizontalPodAutoscaler[]; kind?: string; metadata?: ListMeta }
export interface HorizontalPodAutoscalerSpec { behavior?: HorizontalPodAutoscalerBehavior; maxReplicas: number; metrics?: MetricSpec[]; minReplicas?: number; scaleTargetRef: CrossVersionObjectReference }
export interface HorizontalPodAutoscalerStatus { conditions?: HorizontalPodAutoscalerCondition[]; currentMetrics?: MetricStatus[]; currentReplicas?: number; desiredReplicas: number; lastScaleTime?: Time; observedGeneration?: Integer }
export interface HostAlias { hostnames?: string[]; ip: string }
export interface HostIP { ip: string }
export interface HostPathVolumeSource { path: string; type?: string }
export interface IPAddress { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: IPAddressSpec }
export interface IPAddressList { apiVersion?: string; items: IPAddress[]; kind?: string; metadata?: ListMeta }
export interface IPAddressSpec { parentRef: ParentReference }
export interface IPBlock { cidr: string; except?: string[] }
export interface ISCSIPersistentVolumeSource { chapAuthDiscovery?: boolean; chapAuthSession?: boolean; fsType?: string; initiatorName?: string; iqn: string; iscsiInterface?: string; lun: number; portals?: string[]; readOnly?: boolean; secretRef?: SecretReference; targetPortal: string }
export interface ISCSIVolumeSource { chapAuthDiscovery?: boolean; chapAuthSession?: boolean; fsType?: string; initiatorName?: string; iqn: string; iscsiInterface?: string; lun: number; portals?: string[]; readOnly?: boolean; secretRef?: LocalObjectReference; targetPortal: string }
export interface ImageVolumeSource { pullPolicy?: string; reference?: string }
export interface Info { buildDate: string; compiler: string; emulationMajor?: string; emulationMinor?: string; gitCommit: string; gitTreeState: string; gitVersion: string; goVersion: string; major: string; minCompatibilityMajor?: string; minCompatibilityMinor?: string; minor: string; platform: string }
export interface Ingress { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: IngressSpec; status?: IngressStatus }
export interface IngressBackend { resource?: TypedLocalObjectReference; service?: IngressServiceBackend }
export interface IngressClass { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: IngressClassSpec }
export interface IngressClassList { apiVersion?: string; items: IngressClass[]; kind?: string; metadata?: ListMeta }
export interface IngressClassParametersReference { apiGroup?: string; kind: string; name: string; namespace?: string; scope?: string }
export interface IngressClassSpec { controller?: string; parameters?: IngressClassParametersReference }
export interface IngressList { apiVersion?: string; items: Ingress[]; kind?: string; metadata?: ListMeta }
export interface IngressLoadBalancerIngress { hostname?: string; ip?: string; ports?: IngressPortStatus[] }
export interface IngressLoadBalancerStatus { ingress?: IngressLoadBalancerIngress[] }
export interface IngressPortStatus { error?: string; port: number; protocol: string }
export interface IngressRule { host?: string; http?: HTTPIngressRuleValue }
export interface IngressServiceBackend { name: string; port?: ServiceBackendPort }
export interface IngressSpec { defaultBackend?: IngressBackend; ingressClassName?: string; rules?: IngressRule[]; tls?: IngressTLS[] }
export interface IngressStatus { loadBalancer?: IngressLoadBalancerStatus }
export interface IngressTLS { hosts?: string[]; secretName?: string }
export type IntOrString = number | string;
export interface JSONPatch { expression?: string }
export interface JSONSchemaProps { "$ref"?: string; "$schema"?: string; additionalItems?: JSONSchemaPropsOrBool; additionalProperties?: JSONSchemaPropsOrBool; allOf?: JSONSchemaProps[]; anyOf?: JSONSchemaProps[]; default?: JSONValue; definitions?: { [key: string]: JSONSchemaProps }; dependencies?: { [key: string]: JSONSchemaPropsOrStringArray }; description?: string; enum?: JSONValue[]; example?: JSONValue; exclusiveMaximum?: boolean; exclusiveMinimum?: boolean; externalDocs?: ExternalDocumentation; format?: string; id?: string; items?: JSONSchemaPropsOrArray; maxItems?: Integer; maxLength?: Integer; maxProperties?: Integer; maximum?: Integer; minItems?: Integer; minLength?: Integer; minProperties?: Integer; minimum?: Integer; multipleOf?: Integer; not?: JSONSchemaProps; nullable?: boolean; oneOf?: JSONSchemaProps[]; pattern?: string; patternProperties?: { [key: string]: JSONSchemaProps }; properties?: { [key: string]: JSONSchemaProps }; required?: string[]; title?: string; type?: string; uniqueItems?: boolean; "x-kubernetes-embedded-resource"?: boolean; "x-kubernetes-int-or-string"?: boolean; "x-kubernetes-list-map-keys"?: string[]; "x-kubernetes-list-type"?: string; "x-kubernetes-map-type"?: string; "x-kubernetes-preserve-unknown-fields"?: boolean; "x-kubernetes-validations"?: ValidationRule[] }
export type JSONSchemaPropsOrArray = JSONSchemaProps | JSONSchemaProps[];
export type JSONSchemaPropsOrBool = JSONSchemaProps | boolean;
export type JSONSchemaPropsOrStringArray = JSONSchemaProps | string[];
export type JSONValue = unknown;
export interface Job { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: JobSpec; status?: JobStatus }
export interface JobCondition { lastProbeTime?: Time; lastTransitionTime?: Time; message?: string; reason?: string; status: string; type: string }
export interface JobList { apiVersion?: string; items: Job[]; kind?: string; metadata?: ListMeta }
export interface JobSpec { activeDeadlineSeconds?: Integer; backoffLimit?: number; backoffLimitPerIndex?: number; completionMode?: string; completions?: number; managedBy?: string; manualSelector?: boolean; maxFailedIndexes?: number; parallelism?: number; podFailurePolicy?: PodFailurePolicy; podReplacementPolicy?: string; selector?: LabelSelector; successPolicy?: SuccessPolicy; suspend?: boolean; template: PodTemplateSpec; ttlSecondsAfterFinished?: number }
export interface JobStatus { active?: number; completedIndexes?: string; completionTime?: Time; conditions?: JobCondition[]; failed?: number; failedIndexes?: string; ready?: number; startTime?: Time; succeeded?: number; terminating?: number; uncountedTerminatedPods?: UncountedTerminatedPods }
export interface JobTemplateSpec { metadata?: ObjectMeta; spec?: JobSpec }
export interface KeyToPath { key: string; mode?: number; path: string }
export interface LabelSelector { matchExpressions?: LabelSelectorRequirement[]; matchLabels?: { [key: string]: string } }
export interface LabelSelectorAttributes { rawSelector?: string; requirements?: LabelSelectorRequirement[] }
export interface LabelSelectorRequirement { key: string; operator: string; values?: string[] }
export interface Lease { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: LeaseSpec }
export interface LeaseCandidate { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: LeaseCandidateSpec }
export interface LeaseCandidateList { apiVersion?: string; items: LeaseCandidate[]; kind?: string; metadata?: ListMeta }
export interface LeaseCandidateSpec { binaryVersion: string; emulationVersion?: string; leaseName: string; pingTime?: MicroTime; renewTime?: MicroTime; strategy: string }
export interface LeaseList { apiVersion?: string; items: Lease[]; kind?: string; metadata?: ListMeta }
export interface LeaseSpec { acquireTime?: MicroTime; holderIdentity?: string; leaseDurationSeconds?: number; leaseTransitions?: number; preferredHolder?: string; renewTime?: MicroTime; strategy?: string }
export interface Lifecycle { postStart?: LifecycleHandler; preStop?: LifecycleHandler; stopSignal?: string }
export interface LifecycleHandler { exec?: ExecAction; httpGet?: HTTPGetAction; sleep?: SleepAction; tcpSocket?: TCPSocketAction }
export interface LimitRange { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: LimitRangeSpec }
export interface LimitRangeItem { default?: { [key: string]: Quantity }; defaultRequest?: { [key: string]: Quantity }; max?: { [key: string]: Quantity }; maxLimitRequestRatio?: { [key: string]: Quantity }; min?: { [key: string]: Quantity }; type: string }
export interface LimitRangeList { apiVersion?: string; items: LimitRange[]; kind?: string; metadata?: ListMeta }
export interface LimitRangeSpec { limits: LimitRangeItem[] }
export interface LimitResponse { queuing?: QueuingConfiguration; type: string }
export interface LimitedPriorityLevelConfiguration { borrowingLimitPercent?: number; lendablePercent?: number; limitResponse?: LimitResponse; nominalConcurrencyShares?: number }
export interface LinuxContainerUser { gid: Integer; supplementalGroups?: Integer[]; uid: Integer }
export interface ListMeta { continue?: string; remainingItemCount?: Integer; resourceVersion?: string; selfLink?: string }
export interface LoadBalancerIngress { hostname?: string; ip?: string; ipMode?: string; ports?: PortStatus[] }
export interface LoadBalancerStatus { ingress?: LoadBalancerIngress[] }
export interface LocalObjectReference { name?: string }
export interface LocalSubjectAccessReview { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: SubjectAccessReviewSpec; status?: SubjectAccessReviewStatus }
export interface LocalVolumeSource { fsType?: string; path: string }
export interface ManagedFieldsEntry { apiVersion?: string; fieldsType?: string; fieldsV1?: FieldsV1; manager?: string; operation?: string; subresource?: string; time?: Time }
export interface MatchCondition { expression: string; name: string }
export interface MatchResources { excludeResourceRules?: NamedRuleWithOperations[]; matchPolicy?: string; namespaceSelector?: LabelSelector; objectSelector?: LabelSelector; resourceRules?: NamedRuleWithOperations[] }
export interface MetricIdentifier { name: string; selector?: LabelSelector }
export interface MetricSpec { containerResource?: ContainerResourceMetricSource; external?: ExternalMetricSource; object?: ObjectMetricSource; pods?: PodsMetricSource; resource?: ResourceMetricSource; type: string }
export interface MetricStatus { containerResource?: ContainerResourceMetricStatus; external?: ExternalMetricStatus; object?: ObjectMetricStatus; pods?: PodsMetricStatus; resource?: ResourceMetricStatus; type: string }
export interface MetricTarget { averageUtilization?: number; averageValue?: Quantity; type: string; value?: Quantity }
export interface MetricValueStatus { averageUtilization?: number; averageValue?: Quantity; value?: Quantity }
export type MicroTime = string;
export interface MigrationCondition { lastUpdateTime?: Time; message?: string; reason?: string; status: string; type: string }
export interface ModifyVolumeStatus { status: string; targetVolumeAttributesClassName?: string }
export interface MutatingAdmissionPolicy { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: MutatingAdmissionPolicySpec }
export interface MutatingAdmissionPolicyBinding { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: MutatingAdmissionPolicyBindingSpec }
export interface MutatingAdmissionPolicyBindingList { apiVersion?: string; items: MutatingAdmissionPolicyBinding[]; kind?: string; metadata?: ListMeta }
export interface MutatingAdmissionPolicyBindingSpec { matchResources?: AdmissionregistrationV1alpha1MatchResources; paramRef?: AdmissionregistrationV1alpha1ParamRef; policyName?: string }
export interface MutatingAdmissionPolicyList { apiVersion?: string; items: MutatingAdmissionPolicy[]; kind?: string; metadata?: ListMeta }
export interface MutatingAdmissionPolicySpec { failurePolicy?: string; matchConditions?: AdmissionregistrationV1alpha1MatchCondition[]; matchConstraints?: AdmissionregistrationV1alpha1MatchResources; mutations?: Mutation[]; paramKind?: AdmissionregistrationV1alpha1ParamKind; reinvocationPolicy?: string; variables?: AdmissionregistrationV1alpha1Variable[] }
export interface MutatingWebhook { admissionReviewVersions: string[]; clientConfig: WebhookClientConfig; failurePolicy?: string; matchConditions?: MatchCondition[]; matchPolicy?: string; name: string; namespaceSelector?: LabelSelector; objectSelector?: LabelSelector; reinvocationPolicy?: string; rules?: RuleWithOperations[]; sideEffects: string; timeoutSeconds?: number }
export interface MutatingWebhookConfiguration { apiVersion?: string; kind?: string; metadata: ObjectMeta; webhooks?: MutatingWebhook[] }
export interface MutatingWebhookConfigurationList { apiVersion?: string; items: MutatingWebhookConfiguration[]; kind?: string; metadata?: ListMeta }
export interface Mutation { applyConfiguration?: ApplyConfiguration; jsonPatch?: JSONPatch; patchType: string }
export interface NFSVolumeSource { path: string; readOnly?: boolean; server: string }
export interface NamedRuleWithOperations { apiGroups?: string[]; apiVersions?: string[]; operations?: string[]; resourceNames?: string[]; resources?: string[]; scope?: string }
export interface Namespace { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: NamespaceSpec; status?: NamespaceStatus }
export interface NamespaceCondition { lastTransitionTime?: Time; message?: string; reason?: string; status: string; type: string }
export interface NamespaceList { apiVersion?: string; items: Namespace[]; kind?: string; metadata?: ListMeta }
export interface NamespaceSpec { finalizers?: string[] }
export interface NamespaceStatus { conditions?: NamespaceCondition[]; phase?: string }
export interface NetworkDeviceData { hardwareAddress?: string; interfaceName?: string; ips?: string[] }
export interface NetworkPolicy { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: NetworkPolicySpec }
export interface NetworkPolicyEgressRule { ports?: NetworkPolicyPort[]; to?: NetworkPolicyPeer[] }
export interface NetworkPolicyIngressRule { from?: NetworkPolicyPeer[]; ports?: NetworkPolicyPort[] }
export interface NetworkPolicyList { apiVersion?: string; items: NetworkPolicy[]; kind?: string; metadata?: ListMeta }
export interface NetworkPolicyPeer { ipBlock?: IPBlock; namespaceSelector?: LabelSelector; podSelector?: LabelSelector }
export interface NetworkPolicyPort { endPort?: number; port?: IntOrString; protocol?: string }
export interface NetworkPolicySpec { egress?: NetworkPolicyEgressRule[]; ingress?: NetworkPolicyIngressRule[]; podSelector: LabelSelector; policyTypes?: string[] }
export interface NetworkingV1beta1IPAddress { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: NetworkingV1beta1IPAddressSpec }
export interface NetworkingV1beta1IPAddressList { apiVersion?: string; items: NetworkingV1beta1IPAddress[]; kind?: string; metadata?: ListMeta }
export interface NetworkingV1beta1IPAddressSpec { parentRef: NetworkingV1beta1ParentReference }
export interface NetworkingV1beta1ParentReference { group?: string; name: string; namespace?: string; resource: string }
export interface NetworkingV1beta1ServiceCIDR { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: NetworkingV1beta1ServiceCIDRSpec; status?: NetworkingV1beta1ServiceCIDRStatus }
export interface NetworkingV1beta1ServiceCIDRList { apiVersion?: string; items: NetworkingV1beta1ServiceCIDR[]; kind?: string; metadata?: ListMeta }
export interface NetworkingV1beta1ServiceCIDRSpec { cidrs?: string[] }
export interface NetworkingV1beta1ServiceCIDRStatus { conditions?: Condition[] }
export interface Node { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: NodeSpec; status?: NodeStatus }
export interface NodeAddress { address: string; type: string }
export interface NodeAffinity { preferredDuringSchedulingIgnoredDuringExecution?: PreferredSchedulingTerm[]; requiredDuringSchedulingIgnoredDuringExecution?: NodeSelector }
export interface NodeCondition { lastHeartbeatTime?: Time; lastTransitionTime?: Time; message?: string; reason?: string; status: string; type: string }
export interface NodeConfigSource { configMap?: ConfigMapNodeConfigSource }
export interface NodeConfigStatus { active?: NodeConfigSource; assigned?: NodeConfigSource; error?: string; lastKnownGood?: NodeConfigSource }
export interface NodeDaemonEndpoints { kubeletEndpoint?: DaemonEndpoint }
export interface NodeFeatures { supplementalGroupsPolicy?: boolean }
export interface NodeList { apiVersion?: string; items: Node[]; kind?: string; metadata?: ListMeta }
export interface NodeRuntimeHandler { features?: NodeRuntimeHandlerFeatures; name?: string }
export interface NodeRuntimeHandlerFeatures { recursiveReadOnlyMounts?: boolean; userNamespaces?: boolean }
export interface NodeSelector { nodeSelectorTerms: NodeSelectorTerm[] }
export interface NodeSelectorRequirement { key: string; operator: string; values?: string[] }
export interface NodeSelectorTerm { matchExpressions?: NodeSelectorRequirement[]; matchFields?: NodeSelectorRequirement[] }
export interface NodeSpec { configSource?: NodeConfigSource; externalID?: string; podCIDR?: string; podCIDRs?: string[]; providerID?: string; taints?: Taint[]; unschedulable?: boolean }
export interface NodeStatus { addresses?: NodeAddress[]; allocatable?: { [key: string]: Quantity }; capacity?: { [key: string]: Quantity }; conditions?: NodeCondition[]; config?: NodeConfigStatus; daemonEndpoints?: NodeDaemonEndpoints; features?: NodeFeatures; images?: ContainerImage[]; nodeInfo?: NodeSystemInfo; phase?: string; runtimeHandlers?: NodeRuntimeHandler[]; volumesAttached?: AttachedVolume[]; volumesInUse?: string[] }
export interface NodeSwapStatus { capacity?: Integer }
export interface NodeSystemInfo { architecture: string; bootID: string; containerRuntimeVersion: string; kernelVersion: string; kubeProxyVersion: string; kubeletVersion: string; machineID: string; operatingSystem: string; osImage: string; swap?: NodeSwapStatus; systemUUID: string }
export interface NonResourceAttributes { path?: string; verb?: string }
export interface NonResourcePolicyRule { nonResourceURLs: string[]; verbs: string[] }
export interface NonResourceRule { nonResourceURLs?: string[]; verbs: string[] }
export interface ObjectFieldSelector { apiVersion?: string; fieldPath: string }
export interface ObjectMeta { annotations?: { [key: string]: string }; creationTimestamp?: Time; deletionGracePeriodSeconds?: Integer; deletionTimestamp?: Time; finalizers?: string[]; generateName?: string; generation?: Integer; labels?: { [key: string]: string }; managedFields?: ManagedFieldsEntry[]; name?: string; namespace?: string; ownerReferences?: OwnerReference[]; resourceVersion?: string; selfLink?: string; uid?: string }
export interface ObjectMetricSource { describedObject: CrossVersionObjectReference; metric: MetricIdentifier; target: MetricTarget }
export interface ObjectMetricStatus { current: MetricValueStatus; describedObject: CrossVersionObjectReference; metric: MetricIdentifier }
export interface ObjectReference { apiVersion?: string; fieldPath?: string; kind?: string; name?: string; namespace?: string; resourceVersion?: string; uid?: string }
export interface OpaqueDeviceConfiguration { driver: string; parameters: RawExtension }
export interface Overhead { podFixed?: { [key: string]: Quantity } }
export interface OwnerReference { apiVersion: string; blockOwnerDeletion?: boolean; controller?: boolean; kind: string; name: string; uid: string }
export interface ParamKind { apiVersion?: string; kind?: string }
export interface ParamRef { name?: string; namespace?: string; parameterNotFoundAction?: string; selector?: LabelSelector }
export interface ParentReference { group?: string; name: string; namespace?: string; resource: string }
export type Patch = { [field: string]: unknown };
export interface PersistentVolume { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: PersistentVolumeSpec; status?: PersistentVolumeStatus }
export interface PersistentVolumeClaim { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: PersistentVolumeClaimSpec; status?: PersistentVolumeClaimStatus }
export interface PersistentVolumeClaimCondition { lastProbeTime?: Time; lastTransitionTime?: Time; message?: string; reason?: string; status: string; type: string }
export interface PersistentVolumeClaimList { apiVersion?: string; items: PersistentVolumeClaim[]; kind?: string; metadata?: ListMeta }
export interface PersistentVolumeClaimSpec { accessModes?: string[]; dataSource?: TypedLocalObjectReference; dataSourceRef?: TypedObjectReference; resources?: VolumeResourceRequirements; selector?: LabelSelector; storageClassName?: string; volumeAttributesClassName?: string; volumeMode?: string; volumeName?: string }
export interface PersistentVolumeClaimStatus { accessModes?: string[]; allocatedResourceStatuses?: { [key: string]: string }; allocatedResources?: { [key: string]: Quantity }; capacity?: { [key: string]: Quantity }; conditions?: PersistentVolumeClaimCondition[]; currentVolumeAttributesClassName?: string; modifyVolumeStatus?: ModifyVolumeStatus; phase?: string }
export interface PersistentVolumeClaimTemplate { metadata?: ObjectMeta; spec: PersistentVolumeClaimSpec }
export interface PersistentVolumeClaimVolumeSource { claimName: string; readOnly?: boolean }
export interface PersistentVolumeList { apiVersion?: string; items: PersistentVolume[]; kind?: string; metadata?: ListMeta }
export interface PersistentVolumeSpec { accessModes?: string[]; awsElasticBlockStore?: AWSElasticBlockStoreVolumeSource; azureDisk?: AzureDiskVolumeSource; azureFile?: AzureFilePersistentVolumeSource; capacity?: { [key: string]: Quantity }; cephfs?: CephFSPersistentVolumeSource; cinder?: CinderPersistentVolumeSource; claimRef?: ObjectReference; csi?: CSIPersistentVolumeSource; fc?: FCVolumeSource; flexVolume?: FlexPersistentVolumeSource; flocker?: FlockerVolumeSource; gcePersistentDisk?: GCEPersistentDiskVolumeSource; glusterfs?: GlusterfsPersistentVolumeSource; hostPath?: HostPathVolumeSource; iscsi?: ISCSIPersistentVolumeSource; local?: LocalVolumeSource; mountOptions?: string[]; nfs?: NFSVolumeSource; nodeAffinity?: VolumeNodeAffinity; persistentVolumeReclaimPolicy?: string; photonPersistentDisk?: PhotonPersistentDiskVolumeSource; portworxVolume?: PortworxVolumeSource; quobyte?: QuobyteVolumeSource; rbd?: RBDPersistentVolumeSource; scaleIO?: ScaleIOPersistentVolumeSource; storageClassName?: string; storageos?: StorageOSPersistentVolumeSource; volumeAttributesClassName?: string; volumeMode?: string; vsphereVolume?: VsphereVirtualDiskVolumeSource }
export interface PersistentVolumeStatus { lastPhaseTransitionTime?: Time; message?: string; phase?: string; reason?: string }
export interface PhotonPersistentDiskVolumeSource { fsType?: string; pdID: string }
export interface Pod { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: PodSpec; status?: PodStatus }
export interface PodAffinity { preferredDuringSchedulingIgnoredDuringExecution?: WeightedPodAffinityTerm[]; requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[] }
export interface PodAffinityTerm { labelSelector?: LabelSelector; matchLabelKeys?: string[]; mismatchLabelKeys?: string[]; namespaceSelector?: LabelSelector; namespaces?: string[]; topologyKey: string }
export interface PodAntiAffinity { preferredDuringSchedulingIgnoredDuringExecution?: WeightedPodAffinityTerm[]; requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[] }
export interface PodCondition { lastProbeTime?: Time; lastTransitionTime?: Time; message?: string; observedGeneration?: Integer; reason?: string; status: string; type: string }
export interface PodDNSConfig { nameservers?: string[]; options?: PodDNSConfigOption[]; searches?: string[] }
export interface PodDNSConfigOption { name?: string; value?: string }
export interface PodDisruptionBudget { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: PodDisruptionBudgetSpec; status?: PodDisruptionBudgetStatus }
export interface PodDisruptionBudgetList { apiVersion?: string; items: PodDisruptionBudget[]; kind?: string; metadata?: ListMeta }
export interface PodDisruptionBudgetSpec { maxUnavailable?: IntOrString; minAvailable?: IntOrString; selector?: LabelSelector; unhealthyPodEvictionPolicy?: string }
export interface PodDisruptionBudgetStatus { conditions?: Condition[]; currentHealthy: number; desiredHealthy: number; disruptedPods?: { [key: string]: Time }; disruptionsAllowed: number; expectedPods: number; observedGeneration?: Integer }
export interface PodFailurePolicy { rules: PodFailurePolicyRule[] }
export interface PodFailurePolicyOnExitCodesRequirement { containerName?: string; operator: string; values: number[] }
export interface PodFailurePolicyOnPodConditionsPattern { status: string; type: string }
export interface PodFailurePolicyRule { action: string; onExitCodes?: PodFailurePolicyOnExitCodesRequirement; onPodConditions?: PodFailurePolicyOnPodConditionsPattern[] }
export interface PodIP { ip: string }
export interface PodList { apiVersion?: string; items: Pod[]; kind?: string; metadata?: ListMeta }
export interface PodOS { name: string }
export interface PodReadinessGate { conditionType: string }
export interface PodResourceClaim { name: string; resourceClaimName?: string; resourceClaimTemplateName?: string }
export interface PodResourceClaimStatus { name: string; resourceClaimName?: string }
export interface PodSchedulingGate { name: string }
export interface PodSecurityContext { appArmorProfile?: AppArmorProfile; fsGroup?: Integer; fsGroupChangePolicy?: string; runAsGroup?: Integer; runAsNonRoot?: boolean; runAsUser?: Integer; seLinuxChangePolicy?: string; seLinuxOptions?: SELinuxOptions; seccompProfile?: SeccompProfile; supplementalGroups?: Integer[]; supplementalGroupsPolicy?: string; sysctls?: Sysctl[]; windowsOptions?: WindowsSecurityContextOptions }
export interface PodSpec { activeDeadlineSeconds?: Integer; affinity?: Affinity; automountServiceAccountToken?: boolean; containers: Container[]; dnsConfig?: PodDNSConfig; dnsPolicy?: string; enableServiceLinks?: boolean; ephemeralContainers?: EphemeralContainer[]; hostAliases?: HostAlias[]; hostIPC?: boolean; hostNetwork?: boolean; hostPID?: boolean; hostUsers?: boolean; hostname?: string; imagePullSecrets?: LocalObjectReference[]; initContainers?: Container[]; nodeName?: string; nodeSelector?: { [key: string]: string }; os?: PodOS; overhead?: { [key: string]: Quantity }; preemptionPolicy?: string; priority?: number; priorityClassName?: string; readinessGates?: PodReadinessGate[]; resourceClaims?: PodResourceClaim[]; resources?: ResourceRequirements; restartPolicy?: string; runtimeClassName?: string; schedulerName?: string; schedulingGates?: PodSchedulingGate[]; securityContext?: PodSecurityContext; serviceAccount?: string; serviceAccountName?: string; setHostnameAsFQDN?: boolean; shareProcessNamespace?: boolean; subdomain?: string; terminationGracePeriodSeconds?: Integer; tolerations?: Toleration[]; topologySpreadConstraints?: TopologySpreadConstraint[]; volumes?: Volume[] }
export interface PodStatus { conditions?: PodCondition[]; containerStatuses?: ContainerStatus[]; ephemeralContainerStatuses?: ContainerStatus[]; hostIP?: string; hostIPs?: HostIP[]; initContainerStatuses?: ContainerStatus[]; message?: string; nominatedNodeName?: string; observedGeneration?: Integer; phase?: string; podIP?: string; podIPs?: PodIP[]; qosClass?: string; reason?: string; resize?: string; resourceClaimStatuses?: PodResourceClaimStatus[]; startTime?: Time }
export interface PodTemplate { apiVersion?: string; kind?: string; metadata: ObjectMeta; template?: PodTemplateSpec }
export interface PodTemplateList { apiVersion?: string; items: PodTemplate[]; kind?: string; metadata?: ListMeta }
export interface PodTemplateSpec { metadata?: ObjectMeta; spec?: PodSpec }
export interface PodsMetricSource { metric: MetricIdentifier; target: MetricTarget }
export interface PodsMetricStatus { current: MetricValueStatus; metric: MetricIdentifier }
export interface PolicyRule { apiGroups?: string[]; nonResourceURLs?: string[]; resourceNames?: string[]; resources?: string[]; verbs: string[] }
export interface PolicyRulesWithSubjects { nonResourceRules?: NonResourcePolicyRule[]; resourceRules?: ResourcePolicyRule[]; subjects: FlowcontrolV1Subject[] }
export interface PortStatus { error?: string; port: number; protocol: string }
export interface PortworxVolumeSource { fsType?: string; readOnly?: boolean; volumeID: string }
export interface Preconditions { resourceVersion?: string; uid?: string }
export interface PreferredSchedulingTerm { preference: NodeSelectorTerm; weight: number }
export interface PriorityClass { apiVersion?: string; description?: string; globalDefault?: boolean; kind?: string; metadata: ObjectMeta; preemptionPolicy?: string; value: number }
export interface PriorityClassList { apiVersion?: string; items: PriorityClass[]; kind?: string; metadata?: ListMeta }
export interface PriorityLevelConfiguration { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: PriorityLevelConfigurationSpec; status?: PriorityLevelConfigurationStatus }
export interface PriorityLevelConfigurationCondition { lastTransitionTime?: Time; message?: string; reason?: string; status?: string; type?: string }
export interface PriorityLevelConfigurationList { apiVersion?: string; items: PriorityLevelConfiguration[]; kind?: string; metadata?: ListMeta }
export interface PriorityLevelConfigurationReference { name: string }
export interface PriorityLevelConfigurationSpec { exempt?: ExemptPriorityLevelConfiguration; limited?: LimitedPriorityLevelConfiguration; type: string }
export interface PriorityLevelConfigurationStatus { conditions?: PriorityLevelConfigurationCondition[] }
export interface Probe { exec?: ExecAction; failureThreshold?: number; grpc?: GRPCAction; httpGet?: HTTPGetAction; initialDelaySeconds?: number; periodSeconds?: number; successThreshold?: number; tcpSocket?: TCPSocketAction; terminationGracePeriodSeconds?: Integer; timeoutSeconds?: number }
export interface ProjectedVolumeSource { defaultMode?: number; sources?: VolumeProjection[] }
export type Quantity = string;
export interface QueuingConfiguration { handSize?: number; queueLengthLimit?: number; queues?: number }
export interface QuobyteVolumeSource { group?: string; readOnly?: boolean; registry: string; tenant?: string; user?: string; volume: string }
export interface RBDPersistentVolumeSource { fsType?: string; image: string; keyring?: string; monitors: string[]; pool?: string; readOnly?: boolean; secretRef?: SecretReference; user?: string }
export interface RBDVolumeSource { fsType?: string; image: string; keyring?: string; monitors: string[]; pool?: string; readOnly?: boolean; secretRef?: LocalObjectReference; user?: string }
export type RawExtension = { [field: string]: unknown };
export interface ReplicaSet { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: ReplicaSetSpec; status?: ReplicaSetStatus }
export interface ReplicaSetCondition { lastTransitionTime?: Time; message?: string; reason?: string; status: string; type: string }
export interface ReplicaSetList { apiVersion?: string; items: ReplicaSet[]; kind?: string; metadata?: ListMeta }
export interface ReplicaSetSpec { minReadySeconds?: number; replicas?: number; selector: LabelSelector; template?: PodTemplateSpec }
export interface ReplicaSetStatus { availableReplicas?: number; conditions?: ReplicaSetCondition[]; fullyLabeledReplicas?: number; observedGeneration?: Integer; readyReplicas?: number; replicas: number; terminatingReplicas?: number }
export interface ReplicationController { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: ReplicationControllerSpec; status?: ReplicationControllerStatus }
export interface ReplicationControllerCondition { lastTransitionTime?: Time; message?: string; reason?: string; status: string; type: string }
export interface ReplicationControllerList { apiVersion?: string; items: ReplicationController[]; kind?: string; metadata?: ListMeta }
export interface ReplicationControllerSpec { minReadySeconds?: number; replicas?: number; selector?: { [key: string]: string }; template?: PodTemplateSpec }
export interface ReplicationControllerStatus { availableReplicas?: number; conditions?: ReplicationControllerCondition[]; fullyLabeledReplicas?: number; observedGeneration?: Integer; readyReplicas?: number; replicas: number }
export interface ResourceAttributes { fieldSelector?: FieldSelectorAttributes; group?: string; labelSelector?: LabelSelectorAttributes; name?: string; namespace?: string; resource?: string; subresource?: string; verb?: string; version?: string }
export interface ResourceClaim { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: ResourceClaimSpec; status?: ResourceClaimStatus }
export interface ResourceClaimConsumerReference { apiGroup?: string; name: string; resource: string; uid: string }
export interface ResourceClaimList { apiVersion?: string; items: ResourceClaim[]; kind?: string; metadata?: ListMeta }
export interface ResourceClaimSpec { devices?: DeviceClaim }
export interface ResourceClaimStatus { allocation?: AllocationResult; devices?: AllocatedDeviceStatus[]; reservedFor?: ResourceClaimConsumerReference[] }
export interface ResourceClaimTemplate { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: ResourceClaimTemplateSpec }
export interface ResourceClaimTemplateList { apiVersion?: string; items: ResourceClaimTemplate[]; kind?: string; metadata?: ListMeta }
export interface ResourceClaimTemplateSpec { metadata?: ObjectMeta; spec: ResourceClaimSpec }
export interface ResourceFieldSelector { containerName?: string; divisor?: Quantity; resource: string }
export interface ResourceHealth { health?: string; resourceID: string }
export interface ResourceMetricSource { name: string; target: MetricTarget }
export interface ResourceMetricStatus { current: MetricValueStatus; name: string }
export interface ResourcePolicyRule { apiGroups: string[]; clusterScope?: boolean; namespaces?: string[]; resources: string[]; verbs: string[] }
export interface ResourcePool { generation: Integer; name: string; resourceSliceCount: Integer }
export interface ResourceQuota { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: ResourceQuotaSpec; status?: ResourceQuotaStatus }
export interface ResourceQuotaList { apiVersion?: string; items: ResourceQuota[]; kind?: string; metadata?: ListMeta }
export interface ResourceQuotaSpec { hard?: { [key: string]: Quantity }; scopeSelector?: ScopeSelector; scopes?: string[] }
export interface ResourceQuotaStatus { hard?: { [key: string]: Quantity }; used?: { [key: string]: Quantity } }
export interface ResourceRequirements { claims?: CoreV1ResourceClaim[]; limits?: { [key: string]: Quantity }; requests?: { [key: string]: Quantity } }
export interface ResourceRule { apiGroups?: string[]; resourceNames?: string[]; resources?: string[]; verbs: string[] }
export interface ResourceSlice { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: ResourceSliceSpec }
export interface ResourceSliceList { apiVersion?: string; items: ResourceSlice[]; kind?: string; metadata?: ListMeta }
export interface ResourceSliceSpec { allNodes?: boolean; devices?: Device[]; driver: string; nodeName?: string; nodeSelector?: NodeSelector; perDeviceNodeSelection?: boolean; pool: ResourcePool; sharedCounters?: CounterSet[] }
export interface ResourceStatus { name: string; resources?: ResourceHealth[] }
export interface ResourceV1alpha3AllocatedDeviceStatus { conditions?: Condition[]; data?: RawExtension; device: string; driver: string; networkData?: ResourceV1alpha3NetworkDeviceData; pool: string }
export interface ResourceV1alpha3AllocationResult { devices?: ResourceV1alpha3DeviceAllocationResult; nodeSelector?: NodeSelector }
export interface ResourceV1alpha3BasicDevice { allNodes?: boolean; attributes?: { [key: string]: ResourceV1alpha3DeviceAttribute }; capacity?: { [key: string]: Quantity }; consumesCounters?: ResourceV1alpha3DeviceCounterConsumption[]; nodeName?: string; nodeSelector?: NodeSelector; taints?: ResourceV1alpha3DeviceTaint[] }
export interface ResourceV1alpha3CELDeviceSelector { expression: string }
export interface ResourceV1alpha3Counter { value: Quantity }
export interface ResourceV1alpha3CounterSet { counters: { [key: string]: ResourceV1alpha3Counter }; name: string }
export interface ResourceV1alpha3Device { basic?: ResourceV1alpha3BasicDevice; name: string }
export interface ResourceV1alpha3DeviceAllocationConfiguration { opaque?: ResourceV1alpha3OpaqueDeviceConfiguration; requests?: string[]; source: string }
export interface ResourceV1alpha3DeviceAllocationResult { config?: ResourceV1alpha3DeviceAllocationConfiguration[]; results?: ResourceV1alpha3DeviceRequestAllocationResult[] }
export interface ResourceV1alpha3DeviceAttribute { bool?: boolean; int?: Integer; string?: string; version?: string }
export interface ResourceV1alpha3DeviceClaim { config?: ResourceV1alpha3DeviceClaimConfiguration[]; constraints?: ResourceV1alpha3DeviceConstraint[]; requests?: ResourceV1alpha3DeviceRequest[] }
export interface ResourceV1alpha3DeviceClaimConfiguration { opaque?: ResourceV1alpha3OpaqueDeviceConfiguration; requests?: string[] }
export interface ResourceV1alpha3DeviceClass { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: ResourceV1alpha3DeviceClassSpec }
export interface ResourceV1alpha3DeviceClassConfiguration { opaque?: ResourceV1alpha3OpaqueDeviceConfiguration }
export interface ResourceV1alpha3DeviceClassList { apiVersion?: string; items: ResourceV1alpha3DeviceClass[]; kind?: string; metadata?: ListMeta }
export interface ResourceV1alpha3DeviceClassSpec { config?: ResourceV1alpha3DeviceClassConfiguration[]; selectors?: ResourceV1alpha3DeviceSelector[] }
export interface ResourceV1alpha3DeviceConstraint { matchAttribute?: string; requests?: string[] }
export interface ResourceV1alpha3DeviceCounterConsumption { counterSet: string; counters: { [key: string]: ResourceV1alpha3Counter } }
export interface ResourceV1alpha3DeviceRequest { adminAccess?: boolean; allocationMode?: string; count?: Integer; deviceClassName?: string; firstAvailable?: ResourceV1alpha3DeviceSubRequest[]; name: string; selectors?: ResourceV1alpha3DeviceSelector[]; tolerations?: ResourceV1alpha3DeviceToleration[] }
export interface ResourceV1alpha3DeviceRequestAllocationResult { adminAccess?: boolean; device: string; driver: string; pool: string; request: string; tolerations?: ResourceV1alpha3DeviceToleration[] }
export interface ResourceV1alpha3DeviceSelector { cel?: ResourceV1alpha3CELDeviceSelector }
export interface ResourceV1alpha3DeviceSubRequest { allocationMode?: string; count?: Integer; deviceClassName: string; name: string; selectors?: ResourceV1alpha3DeviceSelector[]; tolerations?: ResourceV1alpha3DeviceToleration[] }
export interface ResourceV1alpha3DeviceTaint { effect: string; key: string; timeAdded?: Time; value?: string }
export interface ResourceV1alpha3DeviceToleration { effect?: string; key?: string; operator?: string; tolerationSeconds?: Integer; value?: string }
export interface ResourceV1alpha3NetworkDeviceData { hardwareAddress?: string; interfaceName?: string; ips?: string[] }
export interface ResourceV1alpha3OpaqueDeviceConfiguration { driver: string; parameters: RawExtension }
export interface ResourceV1alpha3ResourceClaim { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: ResourceV1alpha3ResourceClaimSpec; status?: ResourceV1alpha3ResourceClaimStatus }
export interface ResourceV1alpha3ResourceClaimConsumerReference { apiGroup?: string; name: string; resource: string; uid: string }
export interface ResourceV1alpha3ResourceClaimList { apiVersion?: string; items: ResourceV1alpha3ResourceClaim[]; kind?: string; metadata?: ListMeta }
export interface ResourceV1alpha3ResourceClaimSpec { devices?: ResourceV1alpha3DeviceClaim }
export interface ResourceV1alpha3ResourceClaimStatus { allocation?: ResourceV1alpha3AllocationResult; devices?: ResourceV1alpha3AllocatedDeviceStatus[]; reservedFor?: ResourceV1alpha3ResourceClaimConsumerReference[] }
export interface ResourceV1alpha3ResourceClaimTemplate { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: ResourceV1alpha3ResourceClaimTemplateSpec }
export interface ResourceV1alpha3ResourceClaimTemplateList { apiVersion?: string; items: ResourceV1alpha3ResourceClaimTemplate[]; kind?: string; metadata?: ListMeta }
export interface ResourceV1alpha3ResourceClaimTemplateSpec { metadata?: ObjectMeta; spec: ResourceV1alpha3ResourceClaimSpec }
export interface ResourceV1alpha3ResourcePool { generation: Integer; name: string; resourceSliceCount: Integer }
export interface ResourceV1alpha3ResourceSlice { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: ResourceV1alpha3ResourceSliceSpec }
export interface ResourceV1alpha3ResourceSliceList { apiVersion?: string; items: ResourceV1alpha3ResourceSlice[]; kind?: string; metadata?: ListMeta }
export interface ResourceV1alpha3ResourceSliceSpec { allNodes?: boolean; devices?: ResourceV1alpha3Device[]; driver: string; nodeName?: string; nodeSelector?: NodeSelector; perDeviceNodeSelection?: boolean; pool: ResourceV1alpha3ResourcePool; sharedCounters?: ResourceV1alpha3CounterSet[] }
export interface ResourceV1beta1AllocatedDeviceStatus { conditions?: Condition[]; data?: RawExtension; device: string; driver: string; networkData?: ResourceV1beta1NetworkDeviceData; pool: string }
export interface ResourceV1beta1AllocationResult { devices?: ResourceV1beta1DeviceAllocationResult; nodeSelector?: NodeSelector }
export interface ResourceV1beta1CELDeviceSelector { expression: string }
export interface ResourceV1beta1Counter { value: Quantity }
export interface ResourceV1beta1CounterSet { counters: { [key: string]: ResourceV1beta1Counter }; name: string }
export interface ResourceV1beta1Device { basic?: BasicDevice; name: string }
export interface ResourceV1beta1DeviceAllocationConfiguration { opaque?: ResourceV1beta1OpaqueDeviceConfiguration; requests?: string[]; source: string }
export interface ResourceV1beta1DeviceAllocationResult { config?: ResourceV1beta1DeviceAllocationConfiguration[]; results?: ResourceV1beta1DeviceRequestAllocationResult[] }
export interface ResourceV1beta1DeviceAttribute { bool?: boolean; int?: Integer; string?: string; version?: string }
export interface ResourceV1beta1DeviceCapacity { value: Quantity }
export interface ResourceV1beta1DeviceClaim { config?: ResourceV1beta1DeviceClaimConfiguration[]; constraints?: ResourceV1beta1DeviceConstraint[]; requests?: ResourceV1beta1DeviceRequest[] }
export interface ResourceV1beta1DeviceClaimConfiguration { opaque?: ResourceV1beta1OpaqueDeviceConfiguration; requests?: string[] }
export interface ResourceV1beta1DeviceClass { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: ResourceV1beta1DeviceClassSpec }
export interface ResourceV1beta1DeviceClassConfiguration { opaque?: ResourceV1beta1OpaqueDeviceConfiguration }
export interface ResourceV1beta1DeviceClassList { apiVersion?: string; items: ResourceV1beta1DeviceClass[]; kind?: string; metadata?: ListMeta }
export interface ResourceV1beta1DeviceClassSpec { config?: ResourceV1beta1DeviceClassConfiguration[]; selectors?: ResourceV1beta1DeviceSelector[] }
export interface ResourceV1beta1DeviceConstraint { matchAttribute?: string; requests?: string[] }
export interface ResourceV1beta1DeviceCounterConsumption { counterSet: string; counters: { [key: string]: ResourceV1beta1Counter } }
export interface ResourceV1beta1DeviceRequest { adminAccess?: boolean; allocationMode?: string; count?: Integer; deviceClassName?: string; firstAvailable?: ResourceV1beta1DeviceSubRequest[]; name: string; selectors?: ResourceV1beta1DeviceSelector[]; tolerations?: ResourceV1beta1DeviceToleration[] }
export interface ResourceV1beta1DeviceRequestAllocationResult { adminAccess?: boolean; device: string; driver: string; pool: string; request: string; tolerations?: ResourceV1beta1DeviceToleration[] }
export interface ResourceV1beta1DeviceSelector { cel?: ResourceV1beta1CELDeviceSelector }
export interface ResourceV1beta1DeviceSubRequest { allocationMode?: string; count?: Integer; deviceClassName: string; name: string; selectors?: ResourceV1beta1DeviceSelector[]; tolerations?: ResourceV1beta1DeviceToleration[] }
export interface ResourceV1beta1DeviceTaint { effect: string; key: string; timeAdded?: Time; value?: string }
export interface ResourceV1beta1DeviceToleration { effect?: string; key?: string; operator?: string; tolerationSeconds?: Integer; value?: string }
export interface ResourceV1beta1NetworkDeviceData { hardwareAddress?: string; interfaceName?: string; ips?: string[] }
export interface ResourceV1beta1OpaqueDeviceConfiguration { driver: string; parameters: RawExtension }
export interface ResourceV1beta1ResourceClaim { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: ResourceV1beta1ResourceClaimSpec; status?: ResourceV1beta1ResourceClaimStatus }
export interface ResourceV1beta1ResourceClaimConsumerReference { apiGroup?: string; name: string; resource: string; uid: string }
export interface ResourceV1beta1ResourceClaimList { apiVersion?: string; items: ResourceV1beta1ResourceClaim[]; kind?: string; metadata?: ListMeta }
export interface ResourceV1beta1ResourceClaimSpec { devices?: ResourceV1beta1DeviceClaim }
export interface ResourceV1beta1ResourceClaimStatus { allocation?: ResourceV1beta1AllocationResult; devices?: ResourceV1beta1AllocatedDeviceStatus[]; reservedFor?: ResourceV1beta1ResourceClaimConsumerReference[] }
export interface ResourceV1beta1ResourceClaimTemplate { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: ResourceV1beta1ResourceClaimTemplateSpec }
export interface ResourceV1beta1ResourceClaimTemplateList { apiVersion?: string; items: ResourceV1beta1ResourceClaimTemplate[]; kind?: string; metadata?: ListMeta }
export interface ResourceV1beta1ResourceClaimTemplateSpec { metadata?: ObjectMeta; spec: ResourceV1beta1ResourceClaimSpec }
export interface ResourceV1beta1ResourcePool { generation: Integer; name: string; resourceSliceCount: Integer }
export interface ResourceV1beta1ResourceSlice { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: ResourceV1beta1ResourceSliceSpec }
export interface ResourceV1beta1ResourceSliceList { apiVersion?: string; items: ResourceV1beta1ResourceSlice[]; kind?: string; metadata?: ListMeta }
export interface ResourceV1beta1ResourceSliceSpec { allNodes?: boolean; devices?: ResourceV1beta1Device[]; driver: string; nodeName?: string; nodeSelector?: NodeSelector; perDeviceNodeSelection?: boolean; pool: ResourceV1beta1ResourcePool; sharedCounters?: ResourceV1beta1CounterSet[] }
export interface Role { apiVersion?: string; kind?: string; metadata: ObjectMeta; rules?: PolicyRule[] }
export interface RoleBinding { apiVersion?: string; kind?: string; metadata: ObjectMeta; roleRef: RoleRef; subjects?: Subject[] }
export interface RoleBindingList { apiVersion?: string; items: RoleBinding[]; kind?: string; metadata?: ListMeta }
export interface RoleList { apiVersion?: string; items: Role[]; kind?: string; metadata?: ListMeta }
export interface RoleRef { apiGroup: string; kind: string; name: string }
export interface RollingUpdateDaemonSet { maxSurge?: IntOrString; maxUnavailable?: IntOrString }
export interface RollingUpdateDeployment { maxSurge?: IntOrString; maxUnavailable?: IntOrString }
export interface RollingUpdateStatefulSetStrategy { maxUnavailable?: IntOrString; partition?: number }
export interface RuleWithOperations { apiGroups?: string[]; apiVersions?: string[]; operations?: string[]; resources?: string[]; scope?: string }
export interface RuntimeClass { apiVersion?: string; handler: string; kind?: string; metadata: ObjectMeta; overhead?: Overhead; scheduling?: Scheduling }
export interface RuntimeClassList { apiVersion?: string; items: RuntimeClass[]; kind?: string; metadata?: ListMeta }
export interface SELinuxOptions { level?: string; role?: string; type?: string; user?: string }
export interface Scale { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: ScaleSpec; status?: ScaleStatus }
export interface ScaleIOPersistentVolumeSource { fsType?: string; gateway: string; protectionDomain?: string; readOnly?: boolean; secretRef: SecretReference; sslEnabled?: boolean; storageMode?: string; storagePool?: string; system: string; volumeName?: string }
export interface ScaleIOVolumeSource { fsType?: string; gateway: string; protectionDomain?: string; readOnly?: boolean; secretRef: LocalObjectReference; sslEnabled?: boolean; storageMode?: string; storagePool?: string; system: string; volumeName?: string }
export interface ScaleSpec { replicas?: number }
export interface ScaleStatus { replicas: number; selector?: string }
export interface Scheduling { nodeSelector?: { [key: string]: string }; tolerations?: Toleration[] }
export interface ScopeSelector { matchExpressions?: ScopedResourceSelectorRequirement[] }
export interface ScopedResourceSelectorRequirement { operator: string; scopeName: string; values?: string[] }
export interface SeccompProfile { localhostProfile?: string; type: string }
export interface Secret { apiVersion?: string; data?: { [key: string]: string }; immutable?: boolean; kind?: string; metadata: ObjectMeta; stringData?: { [key: string]: string }; type?: string }
export interface SecretEnvSource { name?: string; optional?: boolean }
export interface SecretKeySelector { key: string; name?: string; optional?: boolean }
export interface SecretList { apiVersion?: string; items: Secret[]; kind?: string; metadata?: ListMeta }
export interface SecretProjection { items?: KeyToPath[]; name?: string; optional?: boolean }
export interface SecretReference { name?: string; namespace?: string }
export interface SecretVolumeSource { defaultMode?: number; items?: KeyToPath[]; optional?: boolean; secretName?: string }
export interface SecurityContext { allowPrivilegeEscalation?: boolean; appArmorProfile?: AppArmorProfile; capabilities?: Capabilities; privileged?: boolean; procMount?: string; readOnlyRootFilesystem?: boolean; runAsGroup?: Integer; runAsNonRoot?: boolean; runAsUser?: Integer; seLinuxOptions?: SELinuxOptions; seccompProfile?: SeccompProfile; windowsOptions?: WindowsSecurityContextOptions }
export interface SelectableField { jsonPath: string }
export interface SelfSubjectAccessReview { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: SelfSubjectAccessReviewSpec; status?: SubjectAccessReviewStatus }
export interface SelfSubjectAccessReviewSpec { nonResourceAttributes?: NonResourceAttributes; resourceAttributes?: ResourceAttributes }
export interface SelfSubjectReview { apiVersion?: string; kind?: string; metadata: ObjectMeta; status?: SelfSubjectReviewStatus }
export interface SelfSubjectReviewStatus { userInfo?: UserInfo }
export interface SelfSubjectRulesReview { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: SelfSubjectRulesReviewSpec; status?: SubjectRulesReviewStatus }
export interface SelfSubjectRulesReviewSpec { namespace?: string }
export interface ServerAddressByClientCIDR { clientCIDR: string; serverAddress: string }
export interface ServerStorageVersion { apiServerID?: string; decodableVersions?: string[]; encodingVersion?: string; servedVersions?: string[] }
export interface Service { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: ServiceSpec; status?: ServiceStatus }
export interface ServiceAccount { apiVersion?: string; automountServiceAccountToken?: boolean; imagePullSecrets?: LocalObjectReference[]; kind?: string; metadata: ObjectMeta; secrets?: ObjectReference[] }
export interface ServiceAccountList { apiVersion?: string; items: ServiceAccount[]; kind?: string; metadata?: ListMeta }
export interface ServiceAccountSubject { name: string; namespace: string }
export interface ServiceAccountTokenProjection { audience?: string; expirationSeconds?: Integer; path: string }
export interface ServiceBackendPort { name?: string; number?: number }
export interface ServiceCIDR { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: ServiceCIDRSpec; status?: ServiceCIDRStatus }
export interface ServiceCIDRList { apiVersion?: string; items: ServiceCIDR[]; kind?: string; metadata?: ListMeta }
export interface ServiceCIDRSpec { cidrs?: string[] }
export interface ServiceCIDRStatus { conditions?: Condition[] }
export interface ServiceList { apiVersion?: string; items: Service[]; kind?: string; metadata?: ListMeta }
export interface ServicePort { appProtocol?: string; name?: string; nodePort?: number; port: number; protocol?: string; targetPort?: IntOrString }
export interface ServiceReference { name: string; namespace: string; path?: string; port?: number }
export interface ServiceSpec { allocateLoadBalancerNodePorts?: boolean; clusterIP?: string; clusterIPs?: string[]; externalIPs?: string[]; externalName?: string; externalTrafficPolicy?: string; healthCheckNodePort?: number; internalTrafficPolicy?: string; ipFamilies?: string[]; ipFamilyPolicy?: string; loadBalancerClass?: string; loadBalancerIP?: string; loadBalancerSourceRanges?: string[]; ports?: ServicePort[]; publishNotReadyAddresses?: boolean; selector?: { [key: string]: string }; sessionAffinity?: string; sessionAffinityConfig?: SessionAffinityConfig; trafficDistribution?: string; type?: string }
export interface ServiceStatus { conditions?: Condition[]; loadBalancer?: LoadBalancerStatus }
export interface SessionAffinityConfig { clientIP?: ClientIPConfig }
export interface SleepAction { seconds: Integer }
export interface StatefulSet { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: StatefulSetSpec; status?: StatefulSetStatus }
export interface StatefulSetCondition { lastTransitionTime?: Time; message?: string; reason?: string; status: string; type: string }
export interface StatefulSetList { apiVersion?: string; items: StatefulSet[]; kind?: string; metadata?: ListMeta }
export interface StatefulSetOrdinals { start?: number }
export interface StatefulSetPersistentVolumeClaimRetentionPolicy { whenDeleted?: string; whenScaled?: string }
export interface StatefulSetSpec { minReadySeconds?: number; ordinals?: StatefulSetOrdinals; persistentVolumeClaimRetentionPolicy?: StatefulSetPersistentVolumeClaimRetentionPolicy; podManagementPolicy?: string; replicas?: number; revisionHistoryLimit?: number; selector: LabelSelector; serviceName?: string; template: PodTemplateSpec; updateStrategy?: StatefulSetUpdateStrategy; volumeClaimTemplates?: PersistentVolumeClaim[] }
export interface StatefulSetStatus { availableReplicas?: number; collisionCount?: number; conditions?: StatefulSetCondition[]; currentReplicas?: number; currentRevision?: string; observedGeneration?: Integer; readyReplicas?: number; replicas: number; updateRevision?: string; updatedReplicas?: number }
export interface StatefulSetUpdateStrategy { rollingUpdate?: RollingUpdateStatefulSetStrategy; type?: string }
export interface Status { apiVersion?: string; code?: number; details?: StatusDetails; kind?: string; message?: string; metadata?: ListMeta; reason?: string; status?: string }
export interface StatusCause { field?: string; message?: string; reason?: string }
export interface StatusDetails { causes?: StatusCause[]; group?: string; kind?: string; name?: string; retryAfterSeconds?: number; uid?: string }
export interface StorageClass { allowVolumeExpansion?: boolean; allowedTopologies?: TopologySelectorTerm[]; apiVersion?: string; kind?: string; metadata: ObjectMeta; mountOptions?: string[]; parameters?: { [key: string]: string }; provisioner: string; reclaimPolicy?: string; volumeBindingMode?: string }
export interface StorageClassList { apiVersion?: string; items: StorageClass[]; kind?: string; metadata?: ListMeta }
export interface StorageOSPersistentVolumeSource { fsType?: string; readOnly?: boolean; secretRef?: ObjectReference; volumeName?: string; volumeNamespace?: string }
export interface StorageOSVolumeSource { fsType?: string; readOnly?: boolean; secretRef?: LocalObjectReference; volumeName?: string; volumeNamespace?: string }
export interface StorageV1TokenRequest { audience: string; expirationSeconds?: Integer }
export interface StorageV1alpha1VolumeAttributesClass { apiVersion?: string; driverName: string; kind?: string; metadata: ObjectMeta; parameters?: { [key: string]: string } }
export interface StorageV1alpha1VolumeAttributesClassList { apiVersion?: string; items: StorageV1alpha1VolumeAttributesClass[]; kind?: string; metadata?: ListMeta }
export interface StorageVersion { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: StorageVersionSpec; status: StorageVersionStatus }
export interface StorageVersionCondition { lastTransitionTime?: Time; message: string; observedGeneration?: Integer; reason: string; status: string; type: string }
export interface StorageVersionList { apiVersion?: string; items: StorageVersion[]; kind?: string; metadata?: ListMeta }
export interface StorageVersionMigration { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: StorageVersionMigrationSpec; status?: StorageVersionMigrationStatus }
export interface StorageVersionMigrationList { apiVersion?: string; items: StorageVersionMigration[]; kind?: string; metadata?: ListMeta }
export interface StorageVersionMigrationSpec { continueToken?: string; resource: GroupVersionResource }
export interface StorageVersionMigrationStatus { conditions?: MigrationCondition[]; resourceVersion?: string }
export type StorageVersionSpec = { [key: string]: never };
export interface StorageVersionStatus { commonEncodingVersion?: string; conditions?: StorageVersionCondition[]; storageVersions?: ServerStorageVersion[] }
export interface Subject { apiGroup?: string; kind: string; name: string; namespace?: string }
export interface SubjectAccessReview { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: SubjectAccessReviewSpec; status?: SubjectAccessReviewStatus }
export interface SubjectAccessReviewSpec { extra?: { [key: string]: string[] }; groups?: string[]; nonResourceAttributes?: NonResourceAttributes; resourceAttributes?: ResourceAttributes; uid?: string; user?: string }
export interface SubjectAccessReviewStatus { allowed: boolean; denied?: boolean; evaluationError?: string; reason?: string }
export interface SubjectRulesReviewStatus { evaluationError?: string; incomplete: boolean; nonResourceRules: NonResourceRule[]; resourceRules: ResourceRule[] }
export interface SuccessPolicy { rules: SuccessPolicyRule[] }
export interface SuccessPolicyRule { succeededCount?: number; succeededIndexes?: string }
export interface Sysctl { name: string; value: string }
export interface TCPSocketAction { host?: string; port: IntOrString }
export interface Taint { effect: string; key: string; timeAdded?: Time; value?: string }
export type Time = string;
export interface TokenRequest { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: TokenRequestSpec; status?: TokenRequestStatus }
export interface TokenRequestSpec { audiences: string[]; boundObjectRef?: BoundObjectReference; expirationSeconds?: Integer }
export interface TokenRequestStatus { expirationTimestamp: Time; token: string }
export interface TokenReview { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: TokenReviewSpec; status?: TokenReviewStatus }
export interface TokenReviewSpec { audiences?: string[]; token?: string }
export interface TokenReviewStatus { audiences?: string[]; authenticated?: boolean; error?: string; user?: UserInfo }
export interface Toleration { effect?: string; key?: string; operator?: string; tolerationSeconds?: Integer; value?: string }
export interface TopologySelectorLabelRequirement { key: string; values: string[] }
export interface TopologySelectorTerm { matchLabelExpressions?: TopologySelectorLabelRequirement[] }
export interface TopologySpreadConstraint { labelSelector?: LabelSelector; matchLabelKeys?: string[]; maxSkew: number; minDomains?: number; nodeAffinityPolicy?: string; nodeTaintsPolicy?: string; topologyKey: string; whenUnsatisfiable: string }
export interface TypeChecking { expressionWarnings?: ExpressionWarning[] }
export interface TypedLocalObjectReference { apiGroup?: string; kind: string; name: string }
export interface TypedObjectReference { apiGroup?: string; kind: string; name: string; namespace?: string }
export interface UncountedTerminatedPods { failed?: string[]; succeeded?: string[] }
export interface UserInfo { extra?: { [key: string]: string[] }; groups?: string[]; uid?: string; username?: string }
export interface UserSubject { name: string }
export interface ValidatingAdmissionPolicy { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: ValidatingAdmissionPolicySpec; status?: ValidatingAdmissionPolicyStatus }
export interface ValidatingAdmissionPolicyBinding { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec?: ValidatingAdmissionPolicyBindingSpec }
export interface ValidatingAdmissionPolicyBindingList { apiVersion?: string; items: ValidatingAdmissionPolicyBinding[]; kind?: string; metadata?: ListMeta }
export interface ValidatingAdmissionPolicyBindingSpec { matchResources?: MatchResources; paramRef?: ParamRef; policyName?: string; validationActions?: string[] }
export interface ValidatingAdmissionPolicyList { apiVersion?: string; items: ValidatingAdmissionPolicy[]; kind?: string; metadata?: ListMeta }
export interface ValidatingAdmissionPolicySpec { auditAnnotations?: AuditAnnotation[]; failurePolicy?: string; matchConditions?: MatchCondition[]; matchConstraints?: MatchResources; paramKind?: ParamKind; validations?: Validation[]; variables?: Variable[] }
export interface ValidatingAdmissionPolicyStatus { conditions?: Condition[]; observedGeneration?: Integer; typeChecking?: TypeChecking }
export interface ValidatingWebhook { admissionReviewVersions: string[]; clientConfig: WebhookClientConfig; failurePolicy?: string; matchConditions?: MatchCondition[]; matchPolicy?: string; name: string; namespaceSelector?: LabelSelector; objectSelector?: LabelSelector; rules?: RuleWithOperations[]; sideEffects: string; timeoutSeconds?: number }
export interface ValidatingWebhookConfiguration { apiVersion?: string; kind?: string; metadata: ObjectMeta; webhooks?: ValidatingWebhook[] }
export interface ValidatingWebhookConfigurationList { apiVersion?: string; items: ValidatingWebhookConfiguration[]; kind?: string; metadata?: ListMeta }
export interface Validation { expression: string; message?: string; messageExpression?: string; reason?: string }
export interface ValidationRule { fieldPath?: string; message?: string; messageExpression?: string; optionalOldSelf?: boolean; reason?: string; rule: string }
export interface Variable { expression: string; name: string }
export interface Volume { awsElasticBlockStore?: AWSElasticBlockStoreVolumeSource; azureDisk?: AzureDiskVolumeSource; azureFile?: AzureFileVolumeSource; cephfs?: CephFSVolumeSource; cinder?: CinderVolumeSource; configMap?: ConfigMapVolumeSource; csi?: CSIVolumeSource; downwardAPI?: DownwardAPIVolumeSource; emptyDir?: EmptyDirVolumeSource; ephemeral?: EphemeralVolumeSource; fc?: FCVolumeSource; flexVolume?: FlexVolumeSource; flocker?: FlockerVolumeSource; gcePersistentDisk?: GCEPersistentDiskVolumeSource; gitRepo?: GitRepoVolumeSource; glusterfs?: GlusterfsVolumeSource; hostPath?: HostPathVolumeSource; image?: ImageVolumeSource; iscsi?: ISCSIVolumeSource; name: string; nfs?: NFSVolumeSource; persistentVolumeClaim?: PersistentVolumeClaimVolumeSource; photonPersistentDisk?: PhotonPersistentDiskVolumeSource; portworxVolume?: PortworxVolumeSource; projected?: ProjectedVolumeSource; quobyte?: QuobyteVolumeSource; rbd?: RBDVolumeSource; scaleIO?: ScaleIOVolumeSource; secret?: SecretVolumeSource; storageos?: StorageOSVolumeSource; vsphereVolume?: VsphereVirtualDiskVolumeSource }
export interface VolumeAttachment { apiVersion?: string; kind?: string; metadata: ObjectMeta; spec: VolumeAttachmentSpec; status?: VolumeAttachmentStatus }
export interface VolumeAttachmentList { apiVersion?: string; items: VolumeAttachment[]; kind?: string; metadata?: ListMeta }
export interface VolumeAttachmentSource { inlineVolumeSpec?: PersistentVolumeSpec; persistentVolumeName?: string }
export interface VolumeAttachmentSpec { attacher: string; nodeName: string; source: VolumeAttachmentSource }
export interface VolumeAttachmentStatus { attachError?: VolumeError; attached: boolean; attachmentMetadata?: { [key: string]: string }; detachError?: VolumeError }
export interface VolumeAttributesClass { apiVersion?: string; driverName: string; kind?: string; metadata: ObjectMeta; parameters?: { [key: string]: string } }
export interface VolumeAttributesClassList { apiVersion?: string; items: VolumeAttributesClass[]; kind?: string; metadata?: ListMeta }
export interface VolumeDevice { devicePath: string; name: string }
export interface VolumeError { errorCode?: number; message?: string; time?: Time }
export interface VolumeMount { mountPath: string; mountPropagation?: string; name: string; readOnly?: boolean; recursiveReadOnly?: string; subPath?: string; subPathExpr?: string }
export interface VolumeMountStatus { mountPath: string; name: string; readOnly?: boolean; recursiveReadOnly?: string }
export interface VolumeNodeAffinity { required?: NodeSelector }
export interface VolumeNodeResources { count?: number }
export interface VolumeProjection { clusterTrustBundle?: ClusterTrustBundleProjection; configMap?: ConfigMapProjection; downwardAPI?: DownwardAPIProjection; secret?: SecretProjection; serviceAccountToken?: ServiceAccountTokenProjection }
export interface VolumeResourceRequirements { limits?: { [key: string]: Quantity }; requests?: { [key: string]: Quantity } }
export interface VsphereVirtualDiskVolumeSource { fsType?: string; storagePolicyID?: string; storagePolicyName?: string; volumePath: string }
export interface WatchEvent { object: RawExtension; type: string }
export interface WebhookClientConfig { caBundle?: string; service?: ServiceReference; url?: string }
export interface WebhookConversion { clientConfig?: ApiextensionsV1WebhookClientConfig; conversionReviewVersions: string[] }
export interface WeightedPodAffinityTerm { podAffinityTerm: PodAffinityTerm; weight: number }
export interface WindowsSecurityContextOptions { gmsaCredentialSpec?: string; gmsaCredentialSpecName?: string; hostProcess?: boolean; runAsUserName?: string }
