/** The pod that a DaemonSet wants on a node. Source: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#how-daemon-pods-are-scheduled */
import type { DaemonSet, NodeSelectorTerm, Pod, PodSpec, Toleration } from "../../../../src/api/types.js";
import { controllerReference } from "../../engine/ownership.js";
import { podFromTemplate } from "../../engine/pods.js";

export const hashLabel = "controller-revision-hash";
const generationLabel = "pod-template-generation";

const tolerated: ReadonlyArray<readonly [key: string, effect: string]> = [
  ["not-ready", "NoExecute"],
  ["unreachable", "NoExecute"],
  ["disk-pressure", "NoSchedule"],
  ["memory-pressure", "NoSchedule"],
  ["pid-pressure", "NoSchedule"],
  ["unschedulable", "NoSchedule"],
];

/** Daemons run on nodes that other pods must leave. */
export function daemonTolerations({ tolerations = [], hostNetwork }: PodSpec): Toleration[] {
  const own = hostNetwork ? [...tolerated, ["network-unavailable", "NoSchedule"] as const] : tolerated;
  const added = own.map(([key, effect]) => ({ key: `node.kubernetes.io/${key}`, operator: "Exists", effect }));
  const same = (one: Toleration, other: Toleration) =>
    one.key === other.key &&
    one.effect === other.effect &&
    (one.operator ?? "Equal") === (other.operator ?? "Equal") &&
    (one.value ?? "") === (other.value ?? "");
  return [...tolerations.filter((each) => !added.some((other) => same(each, other))), ...added];
}

/** The template's spec with what every daemon tolerates. */
export const daemonSpec = (set: DaemonSet): PodSpec => {
  const spec = set.spec?.template.spec ?? { containers: [] };
  return { ...spec, tolerations: daemonTolerations(spec) };
};

const onNode = (node: string): NodeSelectorTerm => ({ matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] });

/** The template's generation, as sets of earlier API versions had it. */
const templateGeneration = ({ metadata }: DaemonSet): string | undefined => {
  const text = metadata.annotations?.["deprecated.daemonset.template.generation"];
  return text !== undefined && /^[0-9]+$/.test(text) ? text : undefined;
};

/** The scheduler binds the pod, but to no other node than this one. */
export function daemonPod(set: DaemonSet, node: string, hash: string): Pod {
  const { name, namespace = "" } = set.metadata;
  const generation = templateGeneration(set);
  const labels = { [hashLabel]: hash, ...(generation === undefined ? {} : { [generationLabel]: generation }) };
  const pod = podFromTemplate(set.spec?.template, {
    generateName: `${name}-`,
    namespace,
    labels,
    ownerReferences: [controllerReference(set, "apps/v1", "DaemonSet")],
  });
  const spec = daemonSpec(set);
  const nodeAffinity = {
    ...spec.affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [onNode(node)] },
  };
  return { ...pod, spec: { ...spec, affinity: { ...spec.affinity, nodeAffinity } } };
}

/** The node that a daemon pod is on, or is meant for while it is not bound yet. */
export function nodeOf({ spec }: Pod): string | undefined {
  if (spec?.nodeName) return spec.nodeName;
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const { matchFields = [] } of terms) {
    const field = matchFields.find(({ key, operator }) => key === "metadata.name" && operator === "In");
    if (field?.values?.length === 1) return field.values[0];
  }
  return undefined;
}

/** Is a pod of the set's template as it is now? */
export function isUpdated(pod: Pod, set: DaemonSet, hash: string): boolean {
  const { labels = {} } = pod.metadata;
  const generation = templateGeneration(set);
  return (hash !== "" && labels[hashLabel] === hash) || (generation !== undefined && labels[generationLabel] === generation);
}
