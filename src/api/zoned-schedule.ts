/** A schedule whose times are those of a time zone, over changes between summer and winter time too. */
import type { Schedule } from "./cron.js";
import { offsetAt, type TimeZone } from "./time-zones/zone.js";

/** How far the clocks of a zone are ahead of UTC at an instant. */
const offsetMsAt = (zone: TimeZone, atMs: number): number => offsetAt(zone, Math.floor(atMs / 1_000)) * 1_000;

/** No zone changes its clocks twice within this. */
const stepMs = 14 * 86_400_000;
/** A schedule looks five years ahead. */
const searchedMs = 5 * 366 * 86_400_000;

/**
 * Times that a change of the clocks leaves out are left out, times that it repeats come twice, as with the library that
 * kube-controller-manager uses.
 */
export const inZone = (schedule: Schedule, zone: TimeZone): Schedule => ({ nextMs: (ms) => nextInZone(schedule, zone, ms) });

function nextInZone(schedule: Schedule, zone: TimeZone, ms: number): number | undefined {
  let fromMs = ms;
  while (fromMs < ms + searchedMs) {
    const offsetMs = offsetMsAt(zone, fromMs + 1);
    const localMs = schedule.nextMs(fromMs + offsetMs);
    if (localMs === undefined) return undefined;
    const nextMs = localMs - offsetMs;
    const changesMs = changeBetween(zone, fromMs + 1, nextMs);
    if (changesMs === undefined) return nextMs;
    // From there on the clocks show other times.
    fromMs = changesMs - 1;
  }
  return undefined;
}

/** The first instant after `fromMs` and up to `toMs` at which the clocks are ahead by something else. */
function changeBetween(zone: TimeZone, fromMs: number, toMs: number): number | undefined {
  const offsetMs = offsetMsAt(zone, fromMs);
  for (let sameMs = fromMs; sameMs < toMs; sameMs += stepMs) {
    const endMs = Math.min(sameMs + stepMs, toMs);
    if (offsetMsAt(zone, endMs) === offsetMs) continue;
    let [before, after] = [sameMs, endMs];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (offsetMsAt(zone, middle) === offsetMs) before = middle;
      else after = middle;
    }
    return after;
  }
  return undefined;
}
