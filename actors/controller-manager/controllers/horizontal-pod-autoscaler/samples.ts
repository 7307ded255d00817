/** What the metrics APIs tell, as numbers: thousandths of a unit (milli-CPUs, thousandths of requests a second). */
import { quantityMilliValue, quantityOf } from "../../../../src/api/quantity.js";
import { timeMs } from "../../engine/pods.js";

/** Of one pod. */
export interface Sample {
  readonly milli: number;
  /** When it was taken, and over how long. */
  readonly atMs: number;
  readonly windowMs: number;
}
export type Samples = ReadonlyMap<string, Sample>;

export type Computed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };
export const computed = <T>(value: T): Computed<T> => ({ ok: true, value });
export const problem = (text: string): Computed<never> => ({ ok: false, problem: text });

/** PodMetrics of metrics.k8s.io/v1beta1. */
export interface PodMetrics {
  readonly metadata: { readonly name?: string; readonly namespace?: string };
  readonly timestamp?: string;
  /** `30s`, `1m2.5s` */
  readonly window?: string;
  readonly containers?: ReadonlyArray<{ readonly name: string; readonly usage?: Readonly<Record<string, string>> }>;
}

/** MetricValue of custom.metrics.k8s.io and ExternalMetricValue of external.metrics.k8s.io. */
export interface MetricValue {
  readonly describedObject?: { readonly name?: string };
  readonly timestamp?: string;
  readonly windowSeconds?: number;
  /** What version v1beta1 calls windowSeconds. */
  readonly window?: number;
  readonly value?: string;
}

const customWindowSeconds = 60;
const unitsMs: ReadonlyMap<string, number> = new Map([
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
]);

export const milliOf = (quantity: string | undefined): number => Number(quantityMilliValue(quantityOf(quantity)));

function durationMs(text: string): number {
  let sum = 0;
  for (const [, count = "", unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g))
    sum += Number(count) * (unitsMs.get(unit) ?? 0);
  return sum;
}

/** What each pod uses of a resource, all its containers or one of them. A pod of which one container tells nothing has no sample. */
export function resourceSamples(items: readonly PodMetrics[], resource: string, container: string): Computed<Samples> {
  const samples = new Map<string, Sample>();
  for (const { metadata, timestamp, window = "", containers = [] } of items) {
    const { name = "", namespace = "" } = metadata;
    const counted = container === "" ? containers : containers.filter((each) => each.name === container);
    if (container !== "" && counted.length === 0)
      return problem(
        `failed to get container metrics: container ${container} not present in metrics for pod ${namespace}/${name}`,
      );
    const usages = counted.map(({ usage }) => usage?.[resource]);
    if (usages.length === 0 || usages.includes(undefined)) continue;
    const milli = usages.reduce((sum, usage) => sum + milliOf(usage), 0);
    samples.set(name, { milli, atMs: timeMs(timestamp) ?? 0, windowMs: durationMs(window) });
  }
  return computed(samples);
}

export const valueSamples = (items: readonly MetricValue[]): Samples =>
  new Map(
    items.map(({ describedObject, timestamp, windowSeconds, window, value }) => {
      const windowMs = (windowSeconds ?? window ?? customWindowSeconds) * 1_000;
      return [describedObject?.name ?? "", { milli: milliOf(value), atMs: timeMs(timestamp) ?? 0, windowMs }];
    }),
  );
