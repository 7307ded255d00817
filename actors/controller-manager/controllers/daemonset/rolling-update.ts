/**
 * Replaces pods of an old template, a few nodes at a time.
 * Source: https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/
 */
import type { Pod } from "../../../../src/api/types.js";
import { scaled } from "../../deployment/bounds.js";
import type { DaemonView } from "./view.js";

const isRolling = ({ set }: DaemonView): boolean => (set.spec?.updateStrategy?.type ?? "RollingUpdate") === "RollingUpdate";

/** How many nodes may have a second pod meanwhile; rounded up. */
export const maxSurge = (view: DaemonView): number =>
  isRolling(view) ? scaled(view.set.spec?.updateStrategy?.rollingUpdate?.maxSurge ?? 0, view.desired, true) : 0;

/** How many nodes may be without an available pod; rounded up, and 1 when there may be no surge either. */
function maxUnavailable(view: DaemonView): number {
  const most = scaled(view.set.spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, view.desired, true);
  return most === 0 && maxSurge(view) === 0 ? 1 : most;
}

/** A node's pods that stay: at most one of the template as it is, at most one older. Undefined when it has more. */
function pair(view: DaemonView, here: readonly Pod[]): { readonly fresh?: Pod; readonly old?: Pod } | undefined {
  const staying = here.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const fresh = staying.filter((pod) => view.isUpdated(pod));
  const old = staying.filter((pod) => !view.isUpdated(pod));
  if (fresh.length > 1 || old.length > 1) return undefined;
  return { ...(fresh[0] === undefined ? {} : { fresh: fresh[0] }), ...(old[0] === undefined ? {} : { old: old[0] }) };
}

export interface Replacement {
  readonly createOn: string[];
  readonly remove: Pod[];
}

export function replaceOld(view: DaemonView): Replacement {
  if (!isRolling(view)) return { createOn: [], remove: [] };
  const surge = maxSurge(view);
  return surge === 0 ? makeRoom(view, maxUnavailable(view)) : surgeOnto(view, surge);
}

/** Takes old pods away where the limit allows; their successors come when they are gone. Pods that serve nobody go in any case. */
function makeRoom(view: DaemonView, limit: number): Replacement {
  let unavailable = 0;
  const useless: Pod[] = [];
  const candidates: Pod[] = [];
  for (const here of view.byNode.values()) {
    const found = pair(view, here);
    const { fresh, old } = found ?? {};
    if (fresh !== undefined && old === undefined) unavailable += view.isAvailable(fresh) ? 0 : 1;
    else if (old === undefined || fresh !== undefined) unavailable += 1;
    else (view.isAvailable(old) ? candidates : useless).push(old);
  }
  return { createOn: [], remove: [...useless, ...candidates.slice(0, Math.max(0, limit - unavailable))] };
}

/** Puts the new pod beside the old one, which goes when the new one is available. */
function surgeOnto(view: DaemonView, limit: number): Replacement {
  let surging = 0;
  const remove: Pod[] = [];
  const useless: string[] = [];
  const candidates: string[] = [];
  for (const [node, here] of view.byNode) {
    const found = pair(view, here);
    if (found === undefined) surging += 1;
    else if (found.old === undefined) continue;
    else if (found.fresh === undefined) (view.isAvailable(found.old) ? candidates : useless).push(node);
    else if (view.isAvailable(found.fresh)) remove.push(found.old);
    else surging += 1;
  }
  return { createOn: [...useless, ...candidates.slice(0, Math.max(0, limit - surging))], remove };
}
