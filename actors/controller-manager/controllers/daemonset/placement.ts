/** Puts one pod on each node that should have one, and takes away what should not be there. */
import type { EventToRecord } from "../../../../src/actor/events.js";
import type { Pod } from "../../../../src/api/types.js";
import { isReady } from "../../engine/pods.js";
import type { Keeper } from "../workload/keeper.js";
import type { FailedPods } from "./failed-pods.js";
import { maxSurge } from "./rolling-update.js";
import type { DaemonView } from "./view.js";

/** What is to be done on the nodes. */
export interface Placement {
  readonly createOn: string[];
  readonly remove: Pod[];
  readonly events: EventToRecord[];
  /** Look again then, for failed pods that may be replaced. */
  readonly againInMs: number | undefined;
}

const isGoing = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;

export function place(view: DaemonView, keeper: Keeper, failed: FailedPods): Placement {
  const createOn: string[] = [];
  const remove: Pod[] = [];
  const events: EventToRecord[] = [];
  let againInMs: number | undefined;
  for (const [node, { shouldRun, mayStay }] of view.fits) {
    const here = view.byNode.get(node);
    if (here === undefined) {
      if (shouldRun) createOn.push(node);
      continue;
    }
    if (!mayStay) {
      remove.push(...here.filter((pod) => !isGoing(pod)));
      continue;
    }
    const running: Pod[] = [];
    for (const pod of here) {
      if (isGoing(pod)) continue;
      const { phase } = pod.status ?? {};
      const which = `${pod.metadata.namespace}/${pod.metadata.name} on node ${node}`;
      if (phase === "Failed") {
        const waitMs = failed.waitMs(`${view.set.metadata.uid}/${node}`, view.nowMs);
        if (waitMs > 0) againInMs = Math.min(againInMs ?? waitMs, waitMs);
        else {
          events.push(keeper.event("Warning", "FailedDaemonPod", `Found failed daemon pod ${which}, will try to kill it`));
          remove.push(pod);
        }
      } else if (phase === "Succeeded") {
        events.push(keeper.event("Normal", "SucceededDaemonPod", `Found succeeded daemon pod ${which}, will try to delete it`));
        remove.push(pod);
      } else running.push(pod);
    }
    if (running.length > 1) remove.push(...(maxSurge(view) === 0 ? running.slice(1) : beyondSurge(view, running)));
  }
  for (const [node, here] of view.byNode) {
    // Pods meant for a node that is gone would wait for it for ever; bound ones are the garbage collector's.
    if (!view.fits.has(node)) remove.push(...here.filter((pod) => !pod.spec?.nodeName && !isGoing(pod)));
  }
  return { createOn, remove, events, againInMs };
}

/** Two may be there while the old one is ready and the new one is not yet. */
function beyondSurge(view: DaemonView, running: readonly Pod[]): Pod[] {
  const fresh = running.find((pod) => view.isUpdated(pod));
  const old = running.find((pod) => !view.isUpdated(pod));
  const kept = new Set<Pod>();
  if (fresh !== undefined) kept.add(fresh);
  if (old !== undefined && (fresh === undefined || (isReady(old) && !view.isAvailable(fresh)))) kept.add(old);
  return running.filter((pod) => !kept.has(pod));
}
