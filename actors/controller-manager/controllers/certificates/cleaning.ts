/** Removes requests for certificates that nobody needs any more: those that wait for a day, and those that came to something an hour ago. */
import type { CertificateSigningRequest } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informers } from "../../engine/informers.js";
import { pathTo } from "../../engine/ownership.js";
import { nothingToDo, type Plan } from "../../engine/plan.js";
import { timeMs } from "../../engine/pods.js";
import { conditionOf, isIssued, requestController, requestKind } from "./requests.js";

const hourMs = 3_600_000;
export const keptMs = { pending: 24 * hourMs, approved: hourMs, denied: hourMs, failed: hourMs } as const;

/** When the request is to go: by what came of it, and when; one that is approved but not signed stays. */
function endsAtMs(request: CertificateSigningRequest): number | undefined {
  const since = (type: Parameters<typeof conditionOf>[1]): number | undefined => {
    const condition = conditionOf(request, type);
    return condition === undefined ? undefined : (timeMs(condition.lastUpdateTime) ?? timeMs(request.metadata.creationTimestamp));
  };
  const ends: Array<number | undefined> = [];
  const [approved, denied, failed] = [since("Approved"), since("Denied"), since("Failed")];
  const after = (sinceMs: number | undefined, forMs: number) => (sinceMs === undefined ? undefined : sinceMs + forMs);
  ends.push(after(denied, keptMs.denied), after(failed, keptMs.failed));
  if (isIssued(request)) ends.push(after(approved, keptMs.approved));
  if (approved === undefined && denied === undefined)
    ends.push(after(timeMs(request.metadata.creationTimestamp), keptMs.pending));
  const known = ends.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

export function reconcileCleaning(request: CertificateSigningRequest, nowMs: number): Plan {
  const ends = endsAtMs(request);
  if (ends === undefined) return nothingToDo;
  if (nowMs < ends) return { requeueAfterMs: ends - nowMs };
  const { uid } = request.metadata;
  const options = uid === undefined ? {} : { preconditions: { uid } };
  return { writes: [{ request: { verb: "delete", path: pathTo(requestKind.path, request), options } }] };
}

export const certificateCleaner = (informers: Informers): ControllerDefinition =>
  requestController(informers, "csrcleaner", (request, { nowMs }) => reconcileCleaning(request, nowMs));
