/**
 * How many replicas a metric asks for.
 * Source: "Algorithm details" of https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
import type { Container, Pod } from "../../../../src/api/types.js";
import { conditionOf, isReady, timeMs } from "../../engine/pods.js";
import { type Computed, computed, milliOf, problem, type Samples } from "./samples.js";

/** A ratio of usage to target this near to 1 changes nothing. */
const tolerance = 0.1;
/** For so long after its start a pod's CPU may be that of its start. */
const cpuInitializationMs = 300_000;
/** A pod that was unready so soon after its start has never been ready. */
const initialReadinessDelayMs = 30_000;

export interface Proposal {
  readonly replicas: number;
  /** What is used now: thousandths of a unit a pod, or in all, as the target is. */
  readonly milli: number;
  /** In percent of what the pods ask for; absent where the target is not. */
  readonly utilization?: number;
}

export interface PodsAndSamples {
  readonly pods: readonly Pod[];
  readonly samples: Samples;
  readonly currentReplicas: number;
  readonly nowMs: number;
}

interface Grouped {
  readonly ready: number;
  readonly unready: readonly string[];
  readonly missing: readonly string[];
  /** Of the pods whose samples count. */
  readonly used: ReadonlyMap<string, number>;
}

const isNear = (ratio: number): boolean => Math.abs(1 - ratio) <= tolerance;

function cpuIsOfStart(pod: Pod, { atMs, windowMs }: { atMs: number; windowMs: number }, nowMs: number): boolean {
  const condition = conditionOf(pod, "Ready");
  const startedMs = timeMs(pod.status?.startTime);
  if (condition === undefined || startedMs === undefined) return true;
  const isUnready = condition.status === "False";
  const changedMs = timeMs(condition.lastTransitionTime) ?? 0;
  // While it may be starting: unready, or not measured for a whole window since it became what it is.
  if (startedMs + cpuInitializationMs > nowMs) return isUnready || atMs < changedMs + windowMs;
  return isUnready && startedMs + initialReadinessDelayMs > changedMs;
}

function grouped({ pods, samples, nowMs }: PodsAndSamples, resource: string): Grouped {
  const unready: string[] = [];
  const missing: string[] = [];
  const used = new Map([...samples].map(([name, { milli }]) => [name, milli]));
  let ready = 0;
  for (const pod of pods) {
    const { name = "", deletionTimestamp } = pod.metadata;
    const sample = samples.get(name);
    if (deletionTimestamp !== undefined || pod.status?.phase === "Failed") used.delete(name);
    else if (pod.status?.phase === "Pending") unready.push(name);
    else if (sample === undefined) missing.push(name);
    else if (resource === "cpu" && cpuIsOfStart(pod, sample, nowMs)) unready.push(name);
    else ready += 1;
  }
  for (const name of unready) used.delete(name);
  return { ready, unready, missing, used };
}

interface Ratio {
  readonly ratio: number;
  readonly milli: number;
  readonly utilization?: number;
}

/**
 * First by the pods that tell something; where others are not ready or tell nothing, once more with what they are taken to use: nothing when
 * there are to be more, `assumed` when there are to be fewer. What would turn round then changes nothing.
 */
function proposed(
  of: PodsAndSamples,
  resource: string,
  ratioOf: (used: ReadonlyMap<string, number>) => Computed<Ratio>,
  assumed: (pod: string) => number,
): Computed<Proposal> {
  const { currentReplicas } = of;
  if (of.pods.length === 0) return problem("no pods returned by selector while calculating replica count");
  const { ready, unready, missing, used } = grouped(of, resource);
  if (used.size === 0) return problem("did not receive metrics for any ready pods");
  const first = ratioOf(used);
  if (!first.ok) return first;
  const { ratio, ...usage } = first.value;
  const unchanged = computed({ replicas: currentReplicas, ...usage });
  const countsUnready = unready.length > 0 && ratio > 1;
  if (!countsUnready && missing.length === 0)
    return isNear(ratio) ? unchanged : computed({ replicas: Math.ceil(ratio * ready), ...usage });
  const all = new Map(used);
  for (const name of missing) all.set(name, ratio < 1 ? assumed(name) : 0);
  if (countsUnready) for (const name of unready) all.set(name, 0);
  const second = ratioOf(all);
  if (!second.ok) return second;
  const again = second.value.ratio;
  const replicas = Math.ceil(again * all.size);
  const turnsRound = (ratio < 1 && again > 1) || (ratio > 1 && again < 1);
  const turnsCount = (again < 1 && replicas > currentReplicas) || (again > 1 && replicas < currentReplicas);
  return isNear(again) || turnsRound || turnsCount ? unchanged : computed({ replicas, ...usage });
}

const sidecars = ({ spec }: Pod): Container[] =>
  (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");

function requestsOf(pods: readonly Pod[], resource: string, container: string): Computed<Map<string, number>> {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    const { name = "" } = pod.metadata;
    const counted = [...(pod.spec?.containers ?? []), ...sidecars(pod)].filter(
      (each) => container === "" || each.name === container,
    );
    let sum = 0;
    for (const { name: of, resources } of counted) {
      const request = resources?.requests?.[resource];
      if (request === undefined) return problem(`missing request for ${resource} in container ${of} of Pod ${name}`);
      sum += milliOf(request);
    }
    requests.set(name, sum);
  }
  return computed(requests);
}

/** By the percentage of what the pods ask for that they use. `container` "": all of them. */
export function replicasByUtilization(
  of: PodsAndSamples,
  { resource, container, targetPercent }: { resource: string; container: string; targetPercent: number },
): Computed<Proposal> {
  if (of.pods.length === 0) return problem("no pods returned by selector while calculating replica count");
  const requests = requestsOf(of.pods, resource, container);
  if (!requests.ok) return requests;
  const ratioOf = (used: ReadonlyMap<string, number>): Computed<Ratio> => {
    let usedMilli = 0;
    let requestedMilli = 0;
    let counted = 0;
    for (const [name, milli] of used) {
      const request = requests.value.get(name);
      if (request === undefined) continue;
      usedMilli += milli;
      requestedMilli += request;
      counted += 1;
    }
    if (requestedMilli === 0) return problem("no metrics returned matched known pods");
    const utilization = Math.trunc((usedMilli * 100) / requestedMilli);
    return computed({ ratio: utilization / targetPercent, utilization, milli: Math.trunc(usedMilli / counted) });
  };
  const assumedPercent = Math.max(100, targetPercent);
  const assumed = (name: string) => Math.trunc(((requests.value.get(name) ?? 0) * assumedPercent) / 100);
  return proposed(of, resource, ratioOf, assumed);
}

/** By the average of a pod. `resource` "" for a metric that is none. */
export function replicasByAverage(of: PodsAndSamples, resource: string, targetMilli: number): Computed<Proposal> {
  const ratioOf = (used: ReadonlyMap<string, number>): Computed<Ratio> => {
    const total = [...used.values()].reduce((sum, milli) => sum + milli, 0);
    const milli = Math.trunc(total / used.size);
    return computed({ ratio: milli / targetMilli, milli });
  };
  return proposed(of, resource, ratioOf, () => targetMilli);
}

/** By a value that is not a pod's own, in proportion to the pods that are ready. */
export function replicasByValue(
  { pods, currentReplicas }: Pick<PodsAndSamples, "pods" | "currentReplicas">,
  milli: number,
  targetMilli: number,
): Computed<Proposal> {
  const ratio = milli / targetMilli;
  if (currentReplicas === 0) return computed({ replicas: Math.ceil(ratio), milli });
  if (isNear(ratio)) return computed({ replicas: currentReplicas, milli });
  if (pods.length === 0)
    return problem("unable to calculate ready pods: no pods returned by selector while calculating replica count");
  const ready = pods.filter((pod) => pod.status?.phase === "Running" && isReady(pod)).length;
  return computed({ replicas: Math.ceil(ratio * ready), milli });
}

/** By a value that all replicas share. */
export function replicasByShare(statusReplicas: number, milli: number, targetMilli: number): Proposal {
  const ratio = milli / (targetMilli * statusReplicas);
  const replicas = isNear(ratio) ? statusReplicas : Math.ceil(milli / targetMilli);
  return { replicas, milli: Math.ceil(milli / statusReplicas) };
}
