/**
 * What an API server counts of itself, and how it is told: the text form of Prometheus, version 0.0.4.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */

type Labels = readonly (readonly [name: string, value: string])[];

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  lines(): Iterable<string>;
}

/** Counters and gauges may be told as of when somebody asks, which costs nothing until then. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

const escaped = (value: string): string => value.replace(/[\\"\n]/g, (found) => (found === "\n" ? "\\n" : `\\${found}`));

/** `{a="1",b="2"}`; nothing without labels. */
export const labelText = (labels: Labels): string =>
  labels.length === 0 ? "" : `{${labels.map(([name, value]) => `${name}="${escaped(value)}"`).join(",")}}`;

const numberText = (value: number): string => (value === Number.POSITIVE_INFINITY ? "+Inf" : String(value));

/** Counts by label values. A series is found once by whoever counts often, and counted by `add`. */
export class Counter implements Metric {
  readonly type = "counter";
  private readonly series = new Map<string, { value: number }>();

  constructor(
    readonly name: string,
    readonly help: string,
    private readonly labelNames: readonly string[],
  ) {}

  /** The series of these label values, in the order of the names. */
  of(...values: readonly string[]): { value: number } {
    const text = labelText(this.labelNames.map((name, index) => [name, values[index] ?? ""]));
    const known = this.series.get(text);
    if (known !== undefined) return known;
    const made = { value: 0 };
    this.series.set(text, made);
    return made;
  }

  *lines(): Iterable<string> {
    for (const [labels, { value }] of this.series) yield `${this.name}${labels} ${value}`;
  }
}

/** One series of a histogram: how many observations were at most each bound, how many in all, and their sum. */
export class Distribution {
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = new Array<number>(bounds.length).fill(0);
  }

  observe(value: number): void {
    this.sum += value;
    this.count += 1;
    const { bounds } = this;
    let index = 0;
    while (index < bounds.length && value > bounds[index]!) index += 1;
    if (index < bounds.length) this.counts[index]! += 1;
  }
}

export class Histogram implements Metric {
  readonly type = "histogram";
  private readonly series = new Map<string, Distribution>();

  constructor(
    readonly name: string,
    readonly help: string,
    private readonly labelNames: readonly string[],
    private readonly bounds: readonly number[],
  ) {}

  of(...values: readonly string[]): Distribution {
    const text = labelText(this.labelNames.map((name, index) => [name, values[index] ?? ""]));
    const known = this.series.get(text);
    if (known !== undefined) return known;
    const made = new Distribution(this.bounds);
    this.series.set(text, made);
    return made;
  }

  lines(): Iterable<string> {
    return bucketLines(this.name, this.bounds, this.series);
  }

  /** The same without buckets, by another name. */
  *sums(name: string): Iterable<string> {
    for (const [text, { count, sum }] of this.series) {
      yield `${name}_sum${text} ${sum}`;
      yield `${name}_count${text} ${count}`;
    }
  }
}

/** What a histogram tells of one series: how many observations were in each bucket and in all, and their sum. */
export type Distributed = Pick<Distribution, "counts" | "sum" | "count">;

/** There may be tens of thousands: the text of a series' labels is made once, not for each of its bounds. */
function* bucketLines(
  name: string,
  bounds: readonly number[],
  series: Iterable<readonly [labels: string, distributed: Distributed]>,
): Iterable<string> {
  const ends = bounds.map((bound) => `le="${numberText(bound)}"} `);
  for (const [text, { counts, count, sum }] of series) {
    const bucket = `${name}_bucket${text === "" ? "{" : `${text.slice(0, -1)},`}`;
    let within = 0;
    for (const [index, end] of ends.entries()) {
      within += counts[index]!;
      yield bucket + end + within;
    }
    yield `${bucket}le="+Inf"} ${count}`;
    yield `${name}_sum${text} ${sum}`;
    yield `${name}_count${text} ${count}`;
  }
}

/** A histogram that is worked out from others when somebody asks. */
class ToldHistogram implements Metric {
  readonly type = "histogram";

  constructor(
    readonly name: string,
    readonly help: string,
    private readonly bounds: readonly number[],
    private readonly series: () => Iterable<readonly [labels: string, distributed: Distributed]>,
  ) {}

  lines(): Iterable<string> {
    return bucketLines(this.name, this.bounds, this.series());
  }
}

/** A summary without quantiles, of what a histogram observes. */
class Summary implements Metric {
  readonly type = "summary";

  constructor(
    readonly name: string,
    readonly help: string,
    private readonly histogram: Histogram,
  ) {}

  lines(): Iterable<string> {
    return this.histogram.sums(this.name);
  }
}

/** Told from what is known anyway, when somebody asks. */
class Told implements Metric {
  constructor(
    readonly name: string,
    readonly help: string,
    readonly type: "counter" | "gauge",
    private readonly samples: () => Iterable<Sample>,
  ) {}

  *lines(): Iterable<string> {
    for (const { labels = {}, value } of this.samples())
      yield `${this.name}${labelText(Object.entries(labels))} ${numberText(value)}`;
  }
}

export class Registry {
  private readonly metrics: Metric[] = [];

  counter(name: string, help: string, labels: readonly string[] = []): Counter {
    return this.add(new Counter(name, help, labels));
  }

  histogram(name: string, help: string, labels: readonly string[], bounds: readonly number[]): Histogram {
    return this.add(new Histogram(name, help, labels, bounds));
  }

  /** Its series are asked for whenever the metrics are; labels as `labelText` writes them. */
  tellHistogram(
    name: string,
    help: string,
    bounds: readonly number[],
    series: () => Iterable<readonly [labels: string, distributed: Distributed]>,
  ): void {
    this.add(new ToldHistogram(name, help, bounds, series));
  }

  get names(): readonly string[] {
    return this.metrics.map(({ name }) => name);
  }

  summary(name: string, help: string, of: Histogram): void {
    this.add(new Summary(name, help, of));
  }

  /** A gauge, or a counter that is kept elsewhere, whose samples are asked for whenever the metrics are. */
  tell(type: "counter" | "gauge", name: string, help: string, samples: () => Iterable<Sample>): void {
    this.add(new Told(name, help, type, samples));
  }

  /** Every metric that has a sample, by name. */
  text(): string {
    const lines: string[] = [];
    for (const metric of [...this.metrics].sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const samples = [...metric.lines()];
      if (samples.length === 0) continue;
      lines.push(`# HELP ${metric.name} ${metric.help}`, `# TYPE ${metric.name} ${metric.type}`, ...samples);
    }
    return `${lines.join("\n")}\n`;
  }

  private add<M extends Metric>(metric: M): M {
    this.metrics.push(metric);
    return metric;
  }
}
