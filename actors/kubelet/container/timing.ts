/** How long a container waits before it is tried again. */
import { backoffMs } from "../backoff.js";
import { kubeletTimings as timings } from "../configuration.js";

/** The first restart is made at once; the next ones wait longer and longer. */
export const crashBackoffMs = (crashes: number): number =>
  backoffMs(crashes - 1, { firstMs: timings.crashBackoffFirstMs, mostMs: timings.crashBackoffMostMs });

export const imageErrorShownMs = 1_000;

/** What remains of the back-off after the error itself was shown. */
export const imageBackoffMs = (failures: number): number =>
  backoffMs(failures, { firstMs: timings.imageBackoffFirstMs, mostMs: timings.imageBackoffMostMs }) - imageErrorShownMs;
