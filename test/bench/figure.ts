/** What a benchmark says: a number, what is in it, and what it is to be. */
export interface Figure {
  readonly name: string;
  /** Undefined when it could not be measured; `includes` then says why. */
  readonly value: number | undefined;
  readonly unit: string;
  /** What it is to be: at most or at least so much, in the same unit. */
  readonly target?: { readonly atMost: number } | { readonly atLeast: number };
  /** What was measured, and what the figure contains. */
  readonly includes: string;
  /** Each measurement, when the value is their median. */
  readonly runs?: readonly number[];
}

export interface Bench {
  readonly name: string;
  /** One line for the list of benches. */
  readonly about: string;
  run(): Promise<readonly Figure[]>;
}

/** Undefined without a measurement or a target. */
export function isMet({ value, target }: Figure): boolean | undefined {
  if (value === undefined || target === undefined) return undefined;
  return "atMost" in target ? value <= target.atMost : value >= target.atLeast;
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** A figure that is the median of several runs. */
export function medianOf(runs: readonly number[], figure: Omit<Figure, "value" | "runs">, digits = 2): Figure {
  return { ...figure, value: rounded(median(runs), digits), runs: runs.map((run) => rounded(run, digits)) };
}
