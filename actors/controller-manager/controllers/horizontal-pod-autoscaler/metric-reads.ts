/** What is asked of the metrics APIs, which extension API servers answer: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#support-for-metrics-apis */
import type { ApiAnswer } from "../../../../src/actor/api-requests.js";
import { labelSelectorText } from "../../../../src/api/selectors.js";
import type { MetricSpec } from "../../../../src/api/types.js";
import type { WireError } from "../../../../src/wire/errors.js";
import { statusOf } from "../../../apiserver/messages.js";
import type { Circumstances, PlannedRead } from "../../engine/plan.js";
import { type Computed, computed, type MetricValue, type PodMetrics, problem } from "./samples.js";

export interface MetricScope {
  readonly namespace: string;
  /** Of the pods, as text. */
  readonly selector: string;
  /** The resource of an object that a metric describes: `ingresses.networking.k8s.io`; undefined for a kind that nobody knows. */
  readonly resourceOf: (of: { readonly apiVersion?: string; readonly kind: string }) => string | undefined;
}

type Question = PlannedRead["request"] & { readonly verb: "get" | "list" };

/** Newer first: what an extension does not serve in one version it may in the next. */
const customVersions = ["v1beta2", "v1beta1"] as const;

/** What must be asked for a metric, the first alternative that is answered counting. */
function questionsFor(spec: MetricSpec, { namespace, selector, resourceOf }: MetricScope): Question[] {
  const custom = (resource: string, name: string, metric: string, query: Readonly<Record<string, string>>): Question[] =>
    customVersions.map((version) => ({
      verb: "get" as const,
      path: { group: "custom.metrics.k8s.io", version, namespace, resource, name, subresource: metric },
      query,
    }));
  if (spec.resource !== undefined || spec.containerResource !== undefined) {
    const path = { group: "metrics.k8s.io", version: "v1beta1", namespace, resource: "pods" };
    return [{ verb: "list", path, options: { labelSelector: selector } }];
  }
  if (spec.pods !== undefined) {
    const { name, selector: of } = spec.pods.metric;
    return custom("pods", "*", name, { labelSelector: selector, metricLabelSelector: labelSelectorText(of) });
  }
  if (spec.object !== undefined) {
    const { describedObject, metric } = spec.object;
    const resource = resourceOf(describedObject);
    if (resource === undefined) return [];
    return custom(resource, describedObject.name, metric.name, { metricLabelSelector: labelSelectorText(metric.selector) });
  }
  if (spec.external === undefined) return [];
  const { name, selector: of } = spec.external.metric;
  const path = { group: "external.metrics.k8s.io", version: "v1beta1", namespace, resource: name };
  return [{ verb: "list", path, options: { labelSelector: labelSelectorText(of) } }];
}

/** The same question has the same name: what many metrics are made of is asked once. */
const nameOf = (question: Question): string => JSON.stringify(question);

const isUnserved = (error: WireError): boolean => statusOf(error)?.code === 404;

/** What is to be asked next, given what is answered; none when all is known. */
export function metricReads(
  metrics: readonly MetricSpec[],
  scope: MetricScope,
  { answers, refusals }: Pick<Circumstances, "answers" | "refusals">,
): PlannedRead[] {
  const reads = new Map<string, PlannedRead>();
  for (const spec of metrics) {
    for (const question of questionsFor(spec, scope)) {
      const name = nameOf(question);
      const refusal = refusals?.get(name);
      if (refusal !== undefined && isUnserved(refusal)) continue;
      if (refusal === undefined && !answers.has(name)) reads.set(name, { name, request: question, mayFail: true });
      break;
    }
  }
  return [...reads.values()];
}

/** Go's client says what it asked for of answers that are no objects. */
function words(error: WireError, { verb, path }: Question): string {
  const status = statusOf(error);
  const subresource = "subresource" in path && path.subresource !== undefined ? `/${path.subresource}` : "";
  const asked = `(${verb === "list" ? "get" : verb} ${path.resource}${subresource}.${path.group})`;
  const isGeneric = /^the server (could not find the requested resource|is currently unable to handle the request)$/;
  return isGeneric.test(status?.message ?? "") ? `${status?.message} ${asked}` : error.message;
}

function answerTo(
  spec: MetricSpec,
  scope: MetricScope,
  { answers, refusals }: Pick<Circumstances, "answers" | "refusals">,
): Computed<ApiAnswer> {
  const questions = questionsFor(spec, scope);
  let refusal = "";
  for (const question of questions) {
    const answer = answers.get(nameOf(question));
    if (answer !== undefined && answer !== "absent") return computed(answer);
    const error = refusals?.get(nameOf(question));
    if (error !== undefined) refusal = words(error, question);
  }
  return problem(refusal);
}

const itemsOf = <Item>({ items, object }: ApiAnswer): readonly Item[] =>
  (items ?? (object as { items?: readonly unknown[] } | undefined)?.items ?? []) as readonly Item[];

export function podMetrics(spec: MetricSpec, scope: MetricScope, known: Circumstances): Computed<readonly PodMetrics[]> {
  const answer = answerTo(spec, scope, known);
  if (!answer.ok) return problem(`unable to fetch metrics from resource metrics API: ${answer.problem}`);
  const items = itemsOf<PodMetrics>(answer.value);
  return items.length === 0 ? problem("no metrics returned from resource metrics API") : computed(items);
}

export function metricValues(spec: MetricSpec, scope: MetricScope, known: Circumstances): Computed<readonly MetricValue[]> {
  const api = spec.external === undefined ? "custom" : "external";
  const answer = answerTo(spec, scope, known);
  if (!answer.ok) return problem(`unable to fetch metrics from ${api} metrics API: ${answer.problem}`);
  const items = itemsOf<MetricValue>(answer.value);
  return items.length === 0 ? problem(`no metrics returned from ${api} metrics API`) : computed(items);
}
