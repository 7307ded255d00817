/**
 * How many seats each priority level has, of all that the server has: its nominal share, less what it lends, plus what it
 * borrows, by what was wanted lately. KEP-1040, "Dispatching" and "Borrowing":
 * https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/1040-priority-and-fairness
 */
import type { PriorityLevelConfiguration } from "../../../src/api/types.js";

/** What a level may have at a time. */
export interface SeatBounds {
  readonly nominal: number;
  readonly least: number;
  readonly most: number;
}

interface Shares {
  readonly nominalConcurrencyShares?: number;
  readonly lendablePercent?: number;
  readonly borrowingLimitPercent?: number;
}

export const sharesOf = ({ spec }: PriorityLevelConfiguration): Shares =>
  spec?.type === "Exempt" ? (spec.exempt ?? {}) : (spec?.limited ?? {});

const sharesNumber = (configuration: PriorityLevelConfiguration): number =>
  sharesOf(configuration).nominalConcurrencyShares ?? (configuration.spec?.type === "Exempt" ? 0 : 30);

/** By name. */
export function seatBounds(levels: readonly PriorityLevelConfiguration[], serverSeats: number): Map<string, SeatBounds> {
  const sum = levels.reduce((all, level) => all + sharesNumber(level), 0);
  return new Map(
    levels.map((level) => {
      const nominal = sum === 0 ? 0 : Math.ceil((serverSeats * sharesNumber(level)) / sum);
      const { lendablePercent = 0, borrowingLimitPercent } = sharesOf(level);
      const borrowable = borrowingLimitPercent === undefined ? serverSeats : Math.round((nominal * borrowingLimitPercent) / 100);
      const least = nominal - Math.round((nominal * lendablePercent) / 100);
      return [level.metadata.name ?? "", { nominal, least, most: Math.min(serverSeats, nominal + borrowable) }];
    }),
  );
}

/** What was wanted over a while: at most, on average with the deviation from it, and smoothed over more than one while. */
export interface Settled {
  readonly high: number;
  readonly average: number;
  readonly deviation: number;
  readonly smooth: number;
}

/** Seats that were wanted at once, over a while: those in use and those waited for. */
export class Demand {
  private high = 0;
  private sum = 0;
  private squares = 0;
  private span = 0;
  private smooth = 0;
  private now = 0;
  /** As it was asked last. */
  settled: Settled = { high: 0, average: 0, deviation: 0, smooth: 0 };

  constructor(private sinceMs: number) {}

  change(seats: number, nowMs: number): void {
    this.pass(nowMs);
    this.now = seats;
    this.high = Math.max(this.high, seats);
  }

  /** What was wanted since this was asked last. Rises at once, falls slowly. */
  settle(nowMs: number): Settled {
    this.pass(nowMs);
    const average = this.span === 0 ? this.now : this.sum / this.span;
    const variance = this.span === 0 ? 0 : Math.max(0, this.squares / this.span - average * average);
    const deviation = Math.sqrt(variance);
    const envelope = Math.min(this.high, average + deviation);
    this.smooth = Math.max(envelope, fading * this.smooth + (1 - fading) * envelope);
    const { high } = this;
    this.high = this.now;
    this.sum = 0;
    this.squares = 0;
    this.span = 0;
    this.settled = { high, average, deviation, smooth: this.smooth };
    return this.settled;
  }

  private pass(nowMs: number): void {
    const passed = Math.max(0, nowMs - this.sinceMs);
    this.sum += this.now * passed;
    this.squares += this.now * this.now * passed;
    this.span += passed;
    this.sinceMs = nowMs;
  }
}

/** What remains of a demand that is over, after one settlement. */
const fading = 0.977;

export interface Wanting {
  readonly bounds: SeatBounds;
  readonly high: number;
  readonly smooth: number;
}

/** The seats of each level, in their order: no less than it needs of its own, and of the rest as much as it wants in proportion. */
export function allocateSeats(levels: readonly Wanting[], serverSeats: number): number[] {
  const least = levels.map(({ bounds, high }) => Math.max(bounds.least, Math.min(bounds.nominal, high)));
  if (least.reduce((sum, seats) => sum + seats, 0) >= serverSeats) return least;
  const targets = levels.map(({ smooth }, index) => Math.max(least[index]!, smooth));
  const at = (proportion: number): number[] =>
    levels.map(({ bounds }, index) => Math.min(bounds.most, Math.max(least[index]!, proportion * targets[index]!)));
  let [low, high] = [0, serverSeats];
  // Each step halves what is unknown of the proportion: far finer than one seat in the end.
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (at(middle).reduce((sum, seats) => sum + seats, 0) > serverSeats) high = middle;
    else low = middle;
  }
  return at(low).map((seats) => Math.round(seats));
}
