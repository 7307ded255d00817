import type { Pod, PriorityClass } from "../generated/types.js";
import { fail, type Result, succeed } from "../status.js";
import type { UntypedObject } from "../types.js";
import {
  type AdmissionPlugin,
  type AdmissionRequest,
  type AdmissionTarget,
  aboutPods,
  type ClusterView,
  forbidden,
  noRemarks,
  type Remarks,
} from "./plugin.js";

/** The priority that a pod's class stands for. Source: "Pod Priority and Preemption" of the Kubernetes documentation. */
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

/** Sets `priority`, `preemptionPolicy` and, by default, the class name. */
const admitNewPod = (request: AdmissionRequest, cluster: ClusterView): Result<UntypedObject> => {
  const pod = request.object as Pod;
  const spec = pod.spec;
  if (spec === undefined) return succeed(request.object!);
  const classes = cluster.list<PriorityClass>("scheduling.k8s.io", "priorityclasses");
  const wanted = spec.priorityClassName ?? "";
  const known = [...classes, ...systemPriorityClasses];
  const found = wanted === "" ? defaultClass(classes) : known.find((candidate) => candidate.metadata.name === wanted);
  if (wanted !== "" && found === undefined) return fail(forbidden(request, `no PriorityClass with name ${wanted} was found`));
  const priority = found?.value ?? 0;
  const preemptionPolicy = found?.preemptionPolicy ?? "PreemptLowerPriority";
  if (spec.priority !== undefined && spec.priority !== priority) {
    const why = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`;
    return fail(forbidden(request, why));
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
    const why = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`;
    return fail(forbidden(request, why));
  }
  const className = found?.metadata.name;
  const named = className === undefined ? {} : { priorityClassName: className };
  return succeed({ ...request.object!, spec: { ...spec, priority, preemptionPolicy, ...named } });
};

/** An update that leaves out what was set at the beginning does not mean to change it. */
const keepPriority = ({ object, old }: AdmissionRequest): UntypedObject => {
  const pod = object as Pod;
  const before = (old as Pod).spec;
  if (pod.spec === undefined || before === undefined) return object!;
  const kept = {
    ...(pod.spec.priority === undefined && before.priority !== undefined ? { priority: before.priority } : {}),
    ...(pod.spec.preemptionPolicy === undefined && before.preemptionPolicy !== undefined
      ? { preemptionPolicy: before.preemptionPolicy }
      : {}),
  };
  return { ...object!, spec: { ...pod.spec, ...kept } };
};

/** Only one class can be what applies to pods that name none. */
const validateClass = (request: AdmissionRequest, cluster: ClusterView): Result<Remarks> => {
  const priorityClass = request.object as unknown as PriorityClass;
  if (priorityClass.globalDefault !== true) return noRemarks();
  const other = defaultClass(cluster.list<PriorityClass>("scheduling.k8s.io", "priorityclasses"))?.metadata.name;
  if (other === undefined || other === priorityClass.metadata.name) return noRemarks();
  const why = `PriorityClass ${other} is already marked as default. Only one default can exist`;
  return fail(forbidden(request, why));
};

const aboutClasses = ({ group, resource, subresource }: AdmissionTarget): boolean =>
  group === "scheduling.k8s.io" && resource === "priorityclasses" && subresource === "";

export const priority: AdmissionPlugin = {
  name: "Priority",
  concerns: (target) =>
    (target.operation === "CREATE" || target.operation === "UPDATE") && (aboutPods(target) || aboutClasses(target)),
  mutate: (request, cluster) => {
    if (!aboutPods(request)) return succeed(request.object);
    return request.operation === "CREATE" ? admitNewPod(request, cluster) : succeed(keepPriority(request));
  },
  validate: (request, cluster) => (aboutClasses(request) ? validateClass(request, cluster) : noRemarks()),
};
