/**
 * The names that Kubernetes gives to the types of values in its decoding errors. Types with a name of their own are
 * listed; the others follow from the table.
 */
import { typeOf, type ValueType } from "./schema.js";

/** By `<type>.<field>`: text, lists and maps that have a named type. Source: https://pkg.go.dev/k8s.io/api@v0.33.0 */
const named: ReadonlyMap<string, string> = new Map([
  ["Container.imagePullPolicy", "v1.PullPolicy"],
  ["Container.restartPolicy", "v1.ContainerRestartPolicy"],
  ["Container.terminationMessagePolicy", "v1.TerminationMessagePolicy"],
  ["ContainerPort.protocol", "v1.Protocol"],
  ["CronJobSpec.concurrencyPolicy", "v1.ConcurrencyPolicy"],
  ["DaemonSetUpdateStrategy.type", "v1.DaemonSetUpdateStrategyType"],
  ["DeploymentStrategy.type", "v1.DeploymentStrategyType"],
  ["HTTPGetAction.scheme", "v1.URIScheme"],
  ["LabelSelectorRequirement.operator", "v1.LabelSelectorOperator"],
  ["LimitRangeItem.default", "v1.ResourceList"],
  ["LimitRangeItem.defaultRequest", "v1.ResourceList"],
  ["LimitRangeItem.max", "v1.ResourceList"],
  ["LimitRangeItem.maxLimitRequestRatio", "v1.ResourceList"],
  ["LimitRangeItem.min", "v1.ResourceList"],
  ["LimitRangeItem.type", "v1.LimitType"],
  ["NodeSelectorRequirement.operator", "v1.NodeSelectorOperator"],
  ["NodeStatus.allocatable", "v1.ResourceList"],
  ["NodeStatus.capacity", "v1.ResourceList"],
  ["ObjectMeta.uid", "types.UID"],
  ["OwnerReference.uid", "types.UID"],
  ["ObjectReference.uid", "types.UID"],
  ["PersistentVolumeClaimSpec.volumeMode", "v1.PersistentVolumeMode"],
  ["PersistentVolumeClaimSpec.accessModes", "[]v1.PersistentVolumeAccessMode"],
  ["PersistentVolumeSpec.accessModes", "[]v1.PersistentVolumeAccessMode"],
  ["PersistentVolumeSpec.capacity", "v1.ResourceList"],
  ["PersistentVolumeSpec.persistentVolumeReclaimPolicy", "v1.PersistentVolumeReclaimPolicy"],
  ["PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy", "v1.UnhealthyPodEvictionPolicyType"],
  ["PodSpec.dnsPolicy", "v1.DNSPolicy"],
  ["PodSpec.overhead", "v1.ResourceList"],
  ["PodSpec.preemptionPolicy", "v1.PreemptionPolicy"],
  ["PodSpec.restartPolicy", "v1.RestartPolicy"],
  ["PodStatus.phase", "v1.PodPhase"],
  ["PodStatus.qosClass", "v1.PodQOSClass"],
  ["ResourceQuotaSpec.hard", "v1.ResourceList"],
  ["ResourceQuotaStatus.hard", "v1.ResourceList"],
  ["ResourceQuotaStatus.used", "v1.ResourceList"],
  ["ResourceRequirements.limits", "v1.ResourceList"],
  ["ResourceRequirements.requests", "v1.ResourceList"],
  ["VolumeResourceRequirements.limits", "v1.ResourceList"],
  ["VolumeResourceRequirements.requests", "v1.ResourceList"],
  ["Secret.type", "v1.SecretType"],
  ["ServicePort.protocol", "v1.Protocol"],
  ["ServiceSpec.externalTrafficPolicy", "v1.ServiceExternalTrafficPolicy"],
  ["ServiceSpec.internalTrafficPolicy", "v1.ServiceInternalTrafficPolicy"],
  ["ServiceSpec.ipFamilies", "[]v1.IPFamily"],
  ["ServiceSpec.ipFamilyPolicy", "v1.IPFamilyPolicy"],
  ["ServiceSpec.sessionAffinity", "v1.ServiceAffinity"],
  ["ServiceSpec.type", "v1.ServiceType"],
  ["StatefulSetSpec.podManagementPolicy", "v1.PodManagementPolicyType"],
  ["StatefulSetUpdateStrategy.type", "v1.StatefulSetUpdateStrategyType"],
  ["Taint.effect", "v1.TaintEffect"],
  ["Toleration.effect", "v1.TaintEffect"],
  ["Toleration.operator", "v1.TolerationOperator"],
  ["TopologySpreadConstraint.whenUnsatisfiable", "v1.UnsatisfiableConstraintAction"],
  ["VolumeMount.mountPropagation", "v1.MountPropagationMode"],
]);

const plain: Readonly<Record<Exclude<ValueType["type"], "array" | "map" | "ref" | "oneOf">, string>> = {
  string: "string",
  bytes: "[]uint8",
  integer: "int32",
  int64: "int64",
  number: "float64",
  boolean: "bool",
  quantity: "resource.Quantity",
  intOrString: "intstr.IntOrString",
  time: "v1.Time",
  microTime: "v1.MicroTime",
  raw: "runtime.RawExtension",
  json: "v1.JSON",
};

/** `int32`, `[]v1.Container`, `map[string]string`, `v1.PodSpec`. */
export function goTypeOf(value: ValueType): string {
  switch (value.type) {
    case "array":
      return `[]${goTypeOf(value.items)}`;
    case "map":
      return `map[string]${goTypeOf(value.values)}`;
    case "ref":
      return typeOf(value.name)?.goName ?? value.name;
    case "oneOf":
      return "v1.JSONSchemaPropsOrBool";
    default:
      return plain[value.type];
  }
}

/** The same for a field of a type, some of which have named types. */
export const goTypeOfField = (typeName: string, fieldName: string, value: ValueType): string =>
  named.get(`${typeName}.${fieldName}`) ?? goTypeOf(value);
