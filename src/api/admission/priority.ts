import type { Pod, PriorityClass } from "../generated/types.js";
import { fail, forbidden, type Result, succeed } from "../status.js";

/** The priority that a pod's class stands for. Source: "Pod Priority and Preemption" of the Kubernetes documentation. */
const pods = { group: "", resource: "pods" };

/** The two classes every cluster has. */
export const systemPriorityClasses: readonly PriorityClass[] = [
  {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name: "system-node-critical" },
    value: 2000001000,
    description: "Used for system critical pods that must not be moved from their current node.",
    preemptionPolicy: "PreemptLowerPriority",
  },
  {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name: "system-cluster-critical" },
    value: 2000000000,
    description: "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    preemptionPolicy: "PreemptLowerPriority",
  },
];

/** The class that applies when a pod names none: the one marked as default, the lowest if several are. */
const defaultClass = (classes: readonly PriorityClass[]): PriorityClass | undefined =>
  classes.filter((candidate) => candidate.globalDefault === true).sort((left, right) => left.value - right.value)[0];

/** Sets `priority`, `preemptionPolicy` and, by default, the class name. `classes` are those that exist beside the system's. */
export const admitPriority = (pod: Pod, classes: readonly PriorityClass[]): Result<Pod> => {
  const spec = pod.spec;
  if (spec === undefined) return succeed(pod);
  const name = pod.metadata.name ?? "";
  const wanted = spec.priorityClassName ?? "";
  const known = [...classes, ...systemPriorityClasses];
  const found = wanted === "" ? defaultClass(classes) : known.find((candidate) => candidate.metadata.name === wanted);
  if (wanted !== "" && found === undefined) return fail(forbidden(pods, name, `no PriorityClass with name ${wanted} was found`));
  const priority = found?.value ?? 0;
  const preemptionPolicy = found?.preemptionPolicy ?? "PreemptLowerPriority";
  if (spec.priority !== undefined && spec.priority !== priority) {
    const why = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`;
    return fail(forbidden(pods, name, why));
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
    const why = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`;
    return fail(forbidden(pods, name, why));
  }
  const className = found?.metadata.name;
  return succeed({
    ...pod,
    spec: { ...spec, priority, preemptionPolicy, ...(className === undefined ? {} : { priorityClassName: className }) },
  });
};
