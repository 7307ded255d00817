/** Draws from a seed. Each request of a campaign has a seed of its own, so that one of a million can be made again alone. */
import { type Random, seededRandom } from "../../src/actor/random.js";

export class Chance {
  private readonly random: Random;

  constructor(seed: string) {
    this.random = seededRandom(seed);
  }

  /** A whole number in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.random.next() * limit);
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

/** Text that somebody might put where a name, a number or a selector belongs. */
const strange = [
  "",
  " ",
  "a",
  "0",
  "-1",
  "1e9",
  "9223372036854775808",
  "NaN",
  "null",
  "true",
  "__proto__",
  "constructor",
  "toString",
  "..",
  "../../etc",
  "%",
  "%00",
  "%2F",
  "%E0%A4%A",
  "a/b",
  "a b",
  "é",
  "\u202e",
  "\u{1f600}",
  "a=b,c!=d",
  "a in (b,c",
  "!a,,b",
  "(((((((((",
  "metadata.name=a",
  "spec.nodeName!=b,metadata.namespace=default",
  "{}",
  "[]",
  "\\",
  '"',
  "'",
  "*",
  "x".repeat(64),
  "x".repeat(254),
  "x".repeat(5_000),
  "a.".repeat(200),
  "10.0.0.1",
  "2026-01-01T00:00:00Z",
  "30s",
];

export const strangeText = (chance: Chance): string => chance.pick(strange);

/** Values that a field's type does not foresee. */
export function strangeValue(chance: Chance): unknown {
  return chance.pick<() => unknown>([
    () => null,
    () => true,
    () => -1,
    () => 1.5,
    () => 1e308,
    () => 9007199254740992,
    () => [],
    () => ({}),
    () => [null],
    () => ({ "": "" }),
    () => [[[[[[]]]]]],
    () => strangeText(chance),
  ])();
}
