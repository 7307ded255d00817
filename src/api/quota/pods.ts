/** What a pod costs of a quota, and which scopes take it in. */
import type { Affinity, Container, Pod, PodAffinityTerm, ScopedResourceSelectorRequirement } from "../generated/types.js";
import { secondsInMs } from "../go-duration.js";
import { podLimitQuantities, podRequestQuantities, type Quantities, quantitiesOf } from "../pod-resources.js";
import type { ParsedQuantity } from "../quantity.js";
import { qosClassOf } from "../strategy/pod.js";
import { parseTime } from "../time.js";
import type { UntypedObject } from "../types.js";
import { type Evaluator, one } from "./usage.js";

const computed = ["cpu", "memory", "ephemeral-storage"] as const;
const names = new Set(["pods", "count/pods", ...computed.flatMap((name) => [name, `requests.${name}`, `limits.${name}`])]);
const hugePages = "hugepages-";
const requestsPrefix = "requests.";

/** A resource that a device plugin brings: it has a domain, and not Kubernetes' own. */
const isExtended = (name: string): boolean =>
  name.includes("/") && !name.includes("kubernetes.io/") && !name.startsWith(requestsPrefix);

const counts = (name: string): boolean => {
  if (names.has(name) || name.startsWith(hugePages)) return true;
  if (!name.startsWith(requestsPrefix)) return false;
  const requested = name.slice(requestsPrefix.length);
  return requested.startsWith(hugePages) || isExtended(requested);
};

function computeUsage(requests: Quantities, limits: Quantities): Map<string, ParsedQuantity> {
  const usage = new Map<string, ParsedQuantity>([["pods", one]]);
  for (const name of computed) {
    const request = requests.get(name);
    const limit = limits.get(name);
    if (request !== undefined) usage.set(name, request).set(requestsPrefix + name, request);
    if (limit !== undefined) usage.set(`limits.${name}`, limit);
  }
  for (const [name, request] of requests) {
    if (name.startsWith(hugePages)) usage.set(name, request);
    if (name.startsWith(hugePages) || isExtended(name)) usage.set(requestsPrefix + name, request);
  }
  return usage;
}

/** A pod that has ended, or should long be gone from a node that is lost, uses nothing but its place in the store. */
function usesResources({ metadata, status }: Pod, nowMs: number): boolean {
  if (status?.phase === "Failed" || status?.phase === "Succeeded") return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  const going = parseTime(deletionTimestamp);
  return !going.ok || nowMs <= going.ms + secondsInMs(deletionGracePeriodSeconds);
}

function usage(object: UntypedObject, nowMs: number): Map<string, ParsedQuantity> {
  const pod = object as Pod;
  const stored = new Map<string, ParsedQuantity>([["count/pods", one]]);
  if (!usesResources(pod, nowMs)) return stored;
  const spec = pod.spec ?? { containers: [] };
  return new Map([...stored, ...computeUsage(podRequestQuantities(spec), podLimitQuantities(spec))]);
}

/** Names that every container must speak of when they are limited. */
const mustBeSaid = new Set(["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"]);

const isSaid = (container: Container, name: string): boolean =>
  computeUsage(quantitiesOf(container.resources?.requests), quantitiesOf(container.resources?.limits)).has(name);

function fault(limited: readonly string[], object: UntypedObject): string | undefined {
  const { spec } = object as Pod;
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const faults = limited
    .filter((name) => mustBeSaid.has(name))
    .sort()
    .map((name) => ({ name, silent: containers.filter((container) => !isSaid(container, name)).map((each) => each.name) }))
    .filter(({ silent }) => silent.length > 0)
    .map(({ name, silent }) => `${name} for: ${[...new Set(silent)].sort().join(",")}`);
  return faults.length === 0 ? undefined : `must specify ${faults.join("; ")}`;
}

const isTerminating = ({ spec }: Pod): boolean => (spec?.activeDeadlineSeconds ?? -1) >= 0;
const isBestEffort = ({ spec }: Pod): boolean => qosClassOf(spec ?? { containers: [] }) === "BestEffort";

function podAffinityTerms({ podAffinity, podAntiAffinity }: Affinity): PodAffinityTerm[] {
  return [podAffinity, podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
}

const looksAcrossNamespaces = ({ spec }: Pod): boolean =>
  podAffinityTerms(spec?.affinity ?? {}).some(
    ({ namespaces, namespaceSelector }) => (namespaces?.length ?? 0) > 0 || namespaceSelector !== undefined,
  );

function inPriorityClass({ operator, values = [] }: ScopedResourceSelectorRequirement, { spec }: Pod): boolean {
  const name = spec?.priorityClassName ?? "";
  switch (operator) {
    case "Exists":
      return name !== "";
    case "DoesNotExist":
      return name === "";
    case "In":
      return name !== "" && values.includes(name);
    default:
      return !values.includes(name);
  }
}

function inScope(scope: ScopedResourceSelectorRequirement, object: UntypedObject): boolean {
  const pod = object as Pod;
  switch (scope.scopeName) {
    case "Terminating":
      return isTerminating(pod);
    case "NotTerminating":
      return !isTerminating(pod);
    case "BestEffort":
      return isBestEffort(pod);
    case "NotBestEffort":
      return !isBestEffort(pod);
    case "PriorityClass":
      return inPriorityClass(scope, pod);
    case "CrossNamespacePodAffinity":
      return looksAcrossNamespaces(pod);
    default:
      return false;
  }
}

/** Updates cost something only through the resize of a running pod. */
export const podEvaluator: Evaluator = { counts, usage, fault, inScope, chargesUpdates: false };
