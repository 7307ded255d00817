/**
 * One look at an autoscaler: how many replicas its target has, what each metric asks for, what the limits leave of that, and the target's
 * scale as it is to be. Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
import { type EventToRecord, referenceTo } from "../../../../src/actor/events.js";
import { compileLabelSelectorText } from "../../../../src/api/selectors/label-parser.js";
import type { HorizontalPodAutoscaler, MetricStatus, Pod, Scale } from "../../../../src/api/types.js";
import { statusOf } from "../../../apiserver/messages.js";
import { keyOf } from "../../engine/ownership.js";
import type { Circumstances, Plan, PlannedWrite } from "../../engine/plan.js";
import { firstMemory, limit, type Memory, withChange } from "./limits.js";
import { type MetricScope, metricReads } from "./metric-reads.js";
import { type MetricOutcome, proposalOf } from "./proposals.js";
import { StatusDraft } from "./status.js";

export const lookAgainMs = 15_000;

export interface AutoscalerView {
  readonly autoscaler: HorizontalPodAutoscaler;
  /** Where objects of its target's kind live; undefined for a kind that nobody knows. */
  readonly target: { readonly group: string; readonly version: string; readonly resource: string } | undefined;
  readonly resourceOf: MetricScope["resourceOf"];
  /** Of its namespace. */
  readonly pods: readonly Pod[];
  readonly memory: Memory | undefined;
  /** Called once it is decided, and again once the target is scaled. */
  readonly remember: (memory: Memory) => void;
  /** The other autoscalers that have been seen to select a pod. */
  readonly othersOf: (pods: readonly Pod[], selector: string) => readonly string[];
}

const component = "horizontal-pod-autoscaler";

const eventOf = (of: HorizontalPodAutoscaler, type: "Normal" | "Warning", reason: string, message: string): EventToRecord => ({
  involvedObject: referenceTo(of, "HorizontalPodAutoscaler", "autoscaling/v2"),
  type,
  reason,
  message,
  component,
});

const later: Pick<Plan, "requeueAfterMs"> = { requeueAfterMs: lookAgainMs };

export function reconcileAutoscaler(view: AutoscalerView, known: Circumstances): Plan {
  const { autoscaler, target } = view;
  const { namespace = "" } = autoscaler.metadata;
  const { scaleTargetRef, maxReplicas, minReplicas = 1 } = autoscaler.spec!;
  const draft = new StatusDraft(autoscaler, known.nowMs);
  const warned = (reason: string, message: string) => eventOf(autoscaler, "Warning", reason, message);
  const unscalable = (why: string): Plan => {
    draft.set(
      "AbleToScale",
      "False",
      "FailedGetScale",
      `the HPA controller was unable to get the target's current scale: ${why}`,
    );
    return { writes: draft.writes(), events: [warned("FailedGetScale", why)], ...later };
  };

  if (target === undefined) return unscalable(noMatch(scaleTargetRef));
  const path = { ...target, namespace, name: scaleTargetRef.name, subresource: "scale" };
  const refusal = known.refusals?.get("scale");
  if (refusal !== undefined) return unscalable(refusal.message);
  const answer = known.answers.get("scale");
  if (answer === undefined || answer === "absent")
    return { reads: [{ name: "scale", request: { verb: "get", path }, mayFail: true }] };
  const scale = answer.object as Scale;
  draft.set("AbleToScale", "True", "SucceededGetScale", "the HPA controller was able to get the target's current scale");
  const current = scale.spec?.replicas ?? 0;
  const memory = view.memory ?? firstMemory(current, known.monotonicMs);

  const decided = (
    desired: number,
    reason: string,
    metrics: readonly MetricStatus[],
    now: Memory,
    events: EventToRecord[],
  ): Plan => {
    view.remember(now);
    if (desired === current) {
      draft.count(current, metrics, current);
      return { writes: draft.writes(), events, ...later };
    }
    const failure = known.failure;
    if (failure !== undefined && statusOf(failure)?.details?.kind !== "horizontalpodautoscalers") {
      const why = `the HPA controller was unable to update the target scale: ${failure.message}`;
      draft.set("AbleToScale", "False", "FailedUpdateScale", why);
      draft.count(current, metrics);
      return { writes: draft.writes(), events, ...later };
    }
    draft.set("AbleToScale", "True", "SucceededRescale", `the HPA controller was able to update the target scale to ${desired}`);
    draft.count(current, metrics, desired);
    draft.scaled();
    const rescale: PlannedWrite = {
      request: { verb: "update", path, object: { ...scale, spec: { ...scale.spec, replicas: desired } } as Scale },
      onSuccess: () => {
        view.remember(withChange(now, current, desired, known.monotonicMs));
        return eventOf(autoscaler, "Normal", "SuccessfulRescale", `New size: ${desired}; reason: ${reason}`);
      },
      onFailure: ({ message }) => warned("FailedRescale", `New size: ${desired}; reason: ${reason}; error: ${message}`),
    };
    return { writes: [rescale, ...draft.writes()], inOrder: true, events, ...later };
  };

  if (current === 0 && minReplicas !== 0) {
    const why = "scaling is disabled since the replica count of the target is zero";
    draft.set("ScalingActive", "False", "ScalingDisabled", why);
    return decided(0, "", [], memory, []);
  }
  if (current > maxReplicas) return decided(maxReplicas, "Current number of replicas above Spec.MaxReplicas", [], memory, []);
  if (current < minReplicas) return decided(minReplicas, "Current number of replicas below Spec.MinReplicas", [], memory, []);

  const undecided = (error: string, metrics: readonly MetricStatus[], events: EventToRecord[]): Plan => {
    view.remember(memory);
    draft.count(current, metrics);
    return { writes: draft.writes(), events: [...events, warned("FailedComputeMetricsReplicas", error)], ...later };
  };

  const selector = scale.status?.selector ?? "";
  if (selector === "") {
    draft.set("ScalingActive", "False", "InvalidSelector", "the HPA target's scale is missing a selector");
    return undecided("selector is required", [], [warned("SelectorRequired", "selector is required")]);
  }
  const selects = compileLabelSelectorText(selector);
  if (!selects.ok) {
    const why = `couldn't convert selector into a corresponding internal selector object: ${selects.message}`;
    draft.set("ScalingActive", "False", "InvalidSelector", why);
    return undecided(why, [], [warned("InvalidSelector", why)]);
  }
  const pods = view.pods.filter(({ metadata }) => selects.value(metadata.labels));
  const others = view.othersOf(pods, selector);
  if (others.length > 0) {
    const all = [keyOf(autoscaler), ...others].sort();
    const why = `pods by selector ${selector} are controlled by multiple HPAs: [${all.join(" ")}]`;
    draft.set("ScalingActive", "False", "AmbiguousSelector", why);
    return undecided(why, [], [warned("AmbiguousSelector", why)]);
  }

  const scope = { namespace, selector, resourceOf: view.resourceOf };
  const { metrics = [] } = autoscaler.spec!;
  const reads = metricReads(metrics, scope, known);
  if (reads.length > 0) return { reads };
  const of = { ...scope, pods, specReplicas: current, statusReplicas: scale.status?.replicas ?? 0, known };
  const outcomes = metrics.map((metric) => proposalOf(metric, of));
  const statuses = outcomes.map((outcome): MetricStatus => (outcome.ok ? outcome.status : { type: "" }));
  const events = outcomes.flatMap((outcome) => (outcome.ok ? [] : [warned(outcome.reason, outcome.condition)]));
  const { most, invalid, first } = together(outcomes);
  const error =
    first === undefined ? "" : `invalid metrics (${invalid} invalid out of ${metrics.length}), first error is: ${first.error}`;
  // What some metrics cannot be asked may be a reason for more: then there are not to be fewer.
  if (most === undefined || (first !== undefined && most.replicas < current)) {
    if (first !== undefined) {
      const why = `the HPA was unable to compute the replica count: ${first.condition}`;
      draft.set("ScalingActive", "False", first.reason, why);
    }
    return undecided(error, statuses, events);
  }
  const valid = `the HPA was able to successfully calculate a replica count from ${most.metric}`;
  draft.set("ScalingActive", "True", "ValidMetricFound", valid);
  const limits = { current, desired: most.replicas, least: minReplicas, most: maxReplicas };
  const limited = limit({ ...limits, behavior: autoscaler.spec?.behavior, nowMs: known.monotonicMs }, memory);
  draft.set("AbleToScale", "True", limited.able.reason, limited.able.message);
  draft.set("ScalingLimited", limited.limited.status, limited.limited.reason, limited.limited.message);
  const reason = most.replicas > current ? `${most.metric} above target` : "All metrics below target";
  return decided(limited.replicas, reason, statuses, limited.memory, events);
}

const noMatch = ({ apiVersion = "", kind }: { apiVersion?: string; kind: string }): string => {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return `no matches for kind "${kind}" in group "${group}"`;
};

/** The metric that asks for the most, and the first that could not be asked. */
function together(outcomes: readonly MetricOutcome[]) {
  let most: Extract<MetricOutcome, { ok: true }> | undefined;
  let first: Extract<MetricOutcome, { ok: false }> | undefined;
  let invalid = 0;
  for (const outcome of outcomes) {
    if (!outcome.ok) {
      invalid += 1;
      first ??= outcome;
    } else if (most === undefined || outcome.replicas > most.replicas) most = outcome;
  }
  return { most, first, invalid };
}
