/** What each metric of an autoscaler asks for, in the words of Kubernetes' conditions. */

import { goLabelSelector } from "../../../../src/api/go-label-selector.js";
import { formatQuantity } from "../../../../src/api/quantity.js";
import type { MetricSpec, MetricStatus, MetricTarget, Pod } from "../../../../src/api/types.js";
import type { Circumstances } from "../../engine/plan.js";
import { type MetricScope, metricValues, podMetrics } from "./metric-reads.js";
import {
  type PodsAndSamples,
  type Proposal,
  replicasByAverage,
  replicasByShare,
  replicasByUtilization,
  replicasByValue,
} from "./replicas.js";
import { type Computed, computed, milliOf, problem, resourceSamples, valueSamples } from "./samples.js";

export interface MetricView extends MetricScope {
  readonly pods: readonly Pod[];
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly known: Circumstances;
}

export interface MetricProposal {
  readonly replicas: number;
  /** `cpu resource utilization (percentage of request)` */
  readonly metric: string;
  readonly status: MetricStatus;
}

export type MetricOutcome =
  | ({ readonly ok: true } & MetricProposal)
  /** `condition` is what the metric itself is told of, `error` how the autoscaler tells of it among others. */
  | { readonly ok: false; readonly reason: string; readonly condition: string; readonly error: string };

const quantity = (milli: number): string => formatQuantity({ nano: BigInt(milli) * 1_000_000n, format: "DecimalSI" });

const samplesOf = ({ pods, specReplicas, known }: MetricView) => ({ pods, currentReplicas: specReplicas, nowMs: known.nowMs });

function ofResource(
  spec: MetricSpec,
  { name, target, container }: { name: string; target: MetricTarget; container: string },
  view: MetricView,
): Computed<{ proposal: Proposal; metric: string }> {
  if (target.averageValue === undefined && target.averageUtilization === undefined)
    return problem(
      "invalid resource metric source: neither an average utilization target nor an average value (usage) target was set",
    );
  const inWords = (why: string) => problem(`failed to get ${name} utilization: ${why}`);
  const items = podMetrics(spec, view, view.known);
  if (!items.ok) return inWords(`unable to get metrics for resource ${name}: ${items.problem}`);
  const samples = resourceSamples(items.value, name, container);
  if (!samples.ok) return inWords(`unable to get metrics for resource ${name}: ${samples.problem}`);
  const of: PodsAndSamples = { ...samplesOf(view), samples: samples.value };
  const byAverage = target.averageValue !== undefined;
  const proposal = byAverage
    ? replicasByAverage(of, name, milliOf(target.averageValue))
    : replicasByUtilization(of, { resource: name, container, targetPercent: target.averageUtilization ?? 0 });
  if (!proposal.ok) return inWords(proposal.problem);
  const metric = byAverage
    ? container === ""
      ? `${name} resource`
      : `${name} container resource`
    : container === ""
      ? `${name} resource utilization (percentage of request)`
      : `${name} container resource utilization (percentage of request)`;
  return computed({ proposal: proposal.value, metric });
}

const currentOf = ({ milli, utilization }: Proposal) => ({
  ...(utilization === undefined ? {} : { averageUtilization: utilization }),
  averageValue: quantity(milli),
});

const failed = (reason: string, condition: string, error: string): MetricOutcome => ({ ok: false, reason, condition, error });

function forResource(spec: MetricSpec, view: MetricView): MetricOutcome {
  const source = spec.containerResource ?? spec.resource!;
  const container = spec.containerResource?.container ?? "";
  const outcome = ofResource(spec, { ...source, container }, view);
  if (!outcome.ok) {
    const reason = container === "" ? "FailedGetResourceMetric" : "FailedGetContainerResourceMetric";
    const what = container === "" ? `${source.name} resource metric value` : `${source.name} container metric value`;
    return failed(reason, outcome.problem, `failed to get ${what}: ${outcome.problem}`);
  }
  const { proposal, metric } = outcome.value;
  const status = { name: source.name, current: currentOf(proposal) };
  return {
    ok: true,
    replicas: proposal.replicas,
    metric,
    status:
      container === ""
        ? { type: "Resource", resource: status }
        : { type: "ContainerResource", containerResource: { ...status, container } },
  };
}

function forPods(spec: MetricSpec, view: MetricView): MetricOutcome {
  const { metric, target } = spec.pods!;
  const items = metricValues(spec, view, view.known);
  const samples = items.ok ? computed(valueSamples(items.value)) : items;
  const proposal = samples.ok
    ? replicasByAverage({ ...samplesOf(view), samples: samples.value }, "", milliOf(target.averageValue))
    : problem(`unable to get metric ${metric.name}: ${samples.problem}`);
  if (!proposal.ok)
    return failed("FailedGetPodsMetric", proposal.problem, `failed to get pods metric value: ${proposal.problem}`);
  const current = { averageValue: quantity(proposal.value.milli) };
  const status: MetricStatus = { type: "Pods", pods: { metric, current } };
  return { ok: true, replicas: proposal.value.replicas, metric: `pods metric ${metric.name}`, status };
}

/** A value in all or for each replica. */
function byTarget(target: MetricTarget, milli: number, view: MetricView): Computed<Proposal> {
  if (target.averageValue !== undefined)
    return computed(replicasByShare(view.statusReplicas, milli, milliOf(target.averageValue)));
  return replicasByValue({ pods: view.pods, currentReplicas: view.specReplicas }, milli, milliOf(target.value));
}

const shown = (target: MetricTarget, { milli }: Proposal) =>
  target.averageValue === undefined ? { value: quantity(milli) } : { averageValue: quantity(milli) };

function forObject(spec: MetricSpec, view: MetricView): MetricOutcome {
  const { describedObject, metric, target } = spec.object!;
  const items = metricValues(spec, view, view.known);
  const on = `on ${describedObject.kind} ${view.namespace}/${describedObject.name}`;
  const proposal = items.ok
    ? byTarget(target, milliOf(items.value[0]?.value), view)
    : problem(`unable to get metric ${metric.name}: ${on} ${items.problem}`);
  if (!proposal.ok)
    return failed("FailedGetObjectMetric", proposal.problem, `failed to get object metric value: ${proposal.problem}`);
  const status: MetricStatus = { type: "Object", object: { describedObject, metric, current: shown(target, proposal.value) } };
  return { ok: true, replicas: proposal.value.replicas, metric: `${describedObject.kind} metric ${metric.name}`, status };
}

function forExternal(spec: MetricSpec, view: MetricView): MetricOutcome {
  const { metric, target } = spec.external!;
  const items = metricValues(spec, view, view.known);
  const selector = metric.selector === undefined ? "nil" : goLabelSelector(metric.selector);
  const proposal = items.ok
    ? byTarget(
        target,
        items.value.reduce((sum, { value }) => sum + milliOf(value), 0),
        view,
      )
    : problem(`unable to get external metric ${view.namespace}/${metric.name}/${selector}: ${items.problem}`);
  if (!proposal.ok) {
    const error =
      target.averageValue === undefined
        ? `failed to get external metric ${metric.name}: ${proposal.problem}`
        : `failed to get ${metric.name} external metric: ${proposal.problem}`;
    return failed("FailedGetExternalMetric", proposal.problem, error);
  }
  const status: MetricStatus = { type: "External", external: { metric, current: shown(target, proposal.value) } };
  return { ok: true, replicas: proposal.value.replicas, metric: `external metric ${metric.name}(${selector})`, status };
}

export function proposalOf(spec: MetricSpec, view: MetricView): MetricOutcome {
  if (spec.resource !== undefined || spec.containerResource !== undefined) return forResource(spec, view);
  if (spec.pods !== undefined) return forPods(spec, view);
  if (spec.object !== undefined) return forObject(spec, view);
  if (spec.external !== undefined) return forExternal(spec, view);
  const why = `unknown metric source type "${spec.type}"`;
  return failed("InvalidMetricSourceType", why, why);
}
