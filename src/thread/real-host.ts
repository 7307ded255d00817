/** Time and chance of the real world, for one actor. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../actor/host.js";
import { type Random, seededRandom } from "../actor/random.js";

/** setTimeout takes no more than this. */
const longestTimerMs = 2 ** 31 - 1;

interface RealTimer {
  handle: NodeJS.Timeout | undefined;
}

export function realClock(): Clock {
  const startedMs = performance.now();
  const arm = (timer: RealTimer, delayMs: number, callback: () => void) => {
    timer.handle =
      delayMs > longestTimerMs
        ? setTimeout(() => arm(timer, delayMs - longestTimerMs, callback), longestTimerMs)
        : setTimeout(callback, delayMs);
  };
  return {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now() - startedMs,
    after: (delayMs, callback) => {
      const timer: RealTimer = { handle: undefined };
      arm(timer, delayMs, callback);
      return timer;
    },
    cancel: (timer) => clearTimeout((timer as RealTimer | undefined)?.handle),
  };
}

/** A good generator, seeded from the operating system's chance: drawing costs nanoseconds. */
export const realRandom = (): Random => seededRandom(randomBytes(32).toString("hex"));
