/**
 * A pod takes over what its RuntimeClass costs beside its containers, and where such pods can run.
 * https://kubernetes.io/docs/concepts/containers/runtime-class/
 */
import type { Pod, RuntimeClass, Scheduling, Toleration } from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { fail, type Result, succeed } from "../status.js";
import type { UntypedObject } from "../types.js";
import {
  type AdmissionPlugin,
  type AdmissionRequest,
  aboutPods,
  type ClusterView,
  forbidden,
  noRemarks,
  type Remarks,
} from "./plugin.js";

/** The class that a pod names; undefined when it names none. */
function classOf(request: AdmissionRequest, cluster: ClusterView): Result<RuntimeClass | undefined> {
  const name = (request.object as Pod).spec?.runtimeClassName;
  if (name === undefined) return succeed(undefined);
  const found = cluster.get<RuntimeClass>("node.k8s.io", "runtimeclasses", "", name);
  return found === undefined ? fail(forbidden(request, `pod rejected: RuntimeClass "${name}" not found`)) : succeed(found);
}

const otherOverhead = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

/** Tolerations that say the same, or less than another, are left out. */
function merged(tolerations: readonly Toleration[]): Toleration[] {
  const kept: Toleration[] = [];
  tolerations.forEach((toleration, index) => {
    if (kept.some((before) => includes(before, toleration))) return;
    if (tolerations.slice(index + 1).some((later) => includes(later, toleration) && !includes(toleration, later))) return;
    kept.push(toleration);
  });
  return kept;
}

/** Whether everything that `inner` tolerates is tolerated by `outer`, and for as long. */
function includes(outer: Toleration, inner: Toleration): boolean {
  if (semanticEqual(outer, inner)) return true;
  if (outer.key !== inner.key && (outer.key || outer.operator !== "Exists")) return false;
  if (outer.effect !== inner.effect && outer.effect) return false;
  if (outer.effect === "NoExecute" && outer.tolerationSeconds !== undefined) {
    if (inner.tolerationSeconds === undefined || inner.tolerationSeconds > outer.tolerationSeconds) return false;
  }
  return outer.operator === "Exists" || (inner.operator !== "Exists" && (outer.value ?? "") === (inner.value ?? ""));
}

/** Where such pods can run, added to what the pod says; the message when the two contradict each other. */
function scheduled(pod: Pod, { nodeSelector, tolerations = [] }: Scheduling): Pod | string {
  const own = pod.spec?.nodeSelector;
  const clash = Object.keys(nodeSelector ?? {}).find((key) => own?.[key] !== undefined && own[key] !== nodeSelector![key]);
  if (clash !== undefined) {
    return `conflict: runtimeClass.scheduling.nodeSelector[${clash}] = ${nodeSelector![clash]}; pod.spec.nodeSelector[${clash}] = ${own![clash]}`;
  }
  const selector = nodeSelector === undefined ? {} : { nodeSelector: { ...own, ...nodeSelector } };
  const all = [...(pod.spec?.tolerations ?? []), ...tolerations];
  const tolerated = tolerations.length === 0 ? {} : { tolerations: merged(all) };
  return { ...pod, spec: { ...pod.spec!, ...selector, ...tolerated } };
}

function mutate(request: AdmissionRequest, cluster: ClusterView): Result<UntypedObject | undefined> {
  const found = classOf(request, cluster);
  if (!found.ok) return found;
  if (found.value === undefined) return succeed(request.object);
  let pod = request.object as Pod;
  const { overhead, scheduling } = found.value;
  const own = pod.spec?.overhead ?? {};
  if (overhead !== undefined) {
    if (Object.keys(own).length > 0 && !semanticEqual(own, overhead.podFixed)) return fail(forbidden(request, otherOverhead));
    pod = { ...pod, spec: { ...pod.spec!, overhead: { ...overhead.podFixed } } };
  }
  if (scheduling !== undefined) {
    const placed = scheduled(pod, scheduling);
    if (typeof placed === "string") return fail(forbidden(request, placed));
    pod = placed;
  }
  return succeed(pod as UntypedObject);
}

/** What somebody after us made of the overhead must be what the class says still. */
function validate(request: AdmissionRequest, cluster: ClusterView): Result<Remarks> {
  const found = classOf(request, cluster);
  if (!found.ok) return found;
  const own = (request.object as Pod).spec?.overhead;
  const fixed = found.value?.overhead?.podFixed;
  if (fixed !== undefined) return semanticEqual(own, fixed) ? noRemarks() : fail(forbidden(request, otherOverhead));
  if (own === undefined) return noRemarks();
  return fail(forbidden(request, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"));
}

export const runtimeClass: AdmissionPlugin = {
  name: "RuntimeClass",
  concerns: (target) => target.operation === "CREATE" && aboutPods(target),
  mutate,
  validate,
};
