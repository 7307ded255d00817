/**
 * How long requests took without what they waited for others: their turn, and webhooks. Most wait for nobody, so this is worked out of their
 * whole durations when somebody asks. https://kubernetes.io/docs/reference/instrumentation/metrics/ (apiserver_request_sli_duration_seconds)
 */
import { type Distributed, type Distribution, labelText, type Registry } from "./registry.js";

/** Of whole durations, in seconds. */
export const durationBounds = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];

/** Requests of one sort. */
interface Measured {
  /** Verb, dry run, and what they were about. */
  readonly labels: readonly string[];
  readonly longRunning: boolean;
  readonly durations: Distribution;
  readonly waited?: { readonly whole: Distribution; readonly own: Distribution };
}

const names = ["verb", "group", "version", "resource", "subresource", "scope", "component"] as const;

/** The indicator's first bucket has what is in the first three of the durations. */
const firstBound = 0.05;
const mergedBuckets = durationBounds.indexOf(firstBound) + 1;
const bounds = durationBounds.slice(mergedBuckets - 1);

export function tellIndicator(registry: Registry, sorts: () => Iterable<Measured>): void {
  registry.tellHistogram(
    "apiserver_request_sli_duration_seconds",
    "Seconds that requests took, without what they waited for their turn and for webhooks.",
    bounds,
    () => indicators(sorts()),
  );
}

function indicators(sorts: Iterable<Measured>): Iterable<readonly [string, Distributed]> {
  const series = new Map<string, Distributed>();
  for (const { labels, longRunning, durations, waited } of sorts) {
    if (longRunning || durations.count === 0) continue;
    const [verb = "", , ...about] = labels;
    const text = labelText([verb, ...about].map((value, index) => [names[index]!, value]));
    const parts =
      waited === undefined
        ? [[durations, 1] as const]
        : ([
            [durations, 1],
            [waited.whole, -1],
            [waited.own, 1],
          ] as const);
    let total = series.get(text) ?? { counts: new Array<number>(bounds.length).fill(0), sum: 0, count: 0 };
    for (const [part, times] of parts) total = added(total, part, times);
    series.set(text, total);
  }
  return series;
}

function added(to: Distributed, part: Distributed, times: 1 | -1): Distributed {
  const counts = to.counts.map((count, index) => {
    const from = index === 0 ? 0 : index + mergedBuckets - 1;
    const own = part.counts.slice(from, index + mergedBuckets).reduce((sum, each) => sum + each, 0);
    return count + times * own;
  });
  return { counts, sum: to.sum + times * part.sum, count: to.count + times * part.count };
}
