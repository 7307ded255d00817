/** A DaemonSet has a pod on every node that it fits. Source: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/ */
import { compileLabelSelector } from "../../../../src/api/selectors.js";
import type { ControllerRevision, DaemonSet, Node, Pod } from "../../../../src/api/types.js";
import { claim } from "../../engine/ownership.js";
import { type Circumstances, nothingToDo, type Plan } from "../../engine/plan.js";
import { isActive } from "../../engine/pods.js";
import { pods as podsResource } from "../../engine/resources.js";
import { statusUpdate } from "../../engine/status-update.js";
import { Keeper } from "../workload/keeper.js";
import { daemonSets } from "../workload/resources.js";
import { beyondHistory, hashOf, historyOf } from "../workload/revision-history.js";
import type { FailedPods } from "./failed-pods.js";
import { place } from "./placement.js";
import { replaceOld } from "./rolling-update.js";
import { daemonSetStatus } from "./status.js";
import { daemonPod, hashLabel } from "./template.js";
import { DaemonView } from "./view.js";

/** Pods created or deleted in one round. */
export const burst = 250;

/** What is known that concerns one DaemonSet. */
export interface DaemonSetView {
  readonly set: DaemonSet;
  readonly nodes: readonly Node[];
  /** Pods that name it as their controller. */
  readonly owned: readonly Pod[];
  /** Pods of the namespace without controller. */
  readonly orphans: readonly Pod[];
  readonly revisions: readonly ControllerRevision[];
  readonly revisionNamed: (name: string) => ControllerRevision | undefined;
  readonly failed: FailedPods;
}

const selectsAll = ({ spec }: DaemonSet): boolean => {
  const { matchLabels = {}, matchExpressions = [] } = spec?.selector ?? {};
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
};

export function reconcileDaemonSet(view: DaemonSetView, { answers, nowMs }: Circumstances): Plan {
  const { set, nodes, owned, orphans } = view;
  const keeper = new Keeper(set, "apps/v1", "DaemonSet", "daemonset-controller");
  if (selectsAll(set)) {
    const message = "This daemon set is selecting all pods. A non-empty selector is required.";
    return { events: [keeper.event("Warning", "SelectingAll", message)] };
  }
  if (set.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const claimed = claim<Pod>(
    {
      owner: set,
      reference: keeper.reference,
      matches: compileLabelSelector(set.spec?.selector),
      owned,
      orphans: orphans.filter(isActive),
      resource: podsResource.path,
      ownerResource: daemonSets.path,
    },
    answers,
  );
  if (claimed.reads.length > 0) return { reads: claimed.reads };
  const history = historyOf({
    owner: set,
    reference: keeper.reference,
    template: set.spec?.template ?? {},
    hashLabel,
    collisionCount: set.status?.collisionCount,
    revisions: view.revisions,
    named: view.revisionNamed,
  });
  // Pods carry the revision's hash, so it comes before them.
  if (history.current === undefined) return { writes: [...claimed.writes, ...history.writes] };
  const hash = hashOf(history.current, hashLabel);
  const daemons = new DaemonView(set, nodes, claimed.mine, hash, nowMs);
  const placement = place(daemons, keeper, view.failed);
  const settled = placement.createOn.length === 0 && placement.remove.length === 0;
  const { createOn, remove } = settled ? replaceOld(daemons) : placement;
  const { status, nextAvailableAtMs } = daemonSetStatus(daemons, history.collisionCount);
  const inUse = new Set(claimed.mine.map(({ metadata }) => metadata.labels?.[hashLabel]));
  const againInMs = [placement.againInMs, nextAvailableAtMs === undefined ? undefined : nextAvailableAtMs - nowMs];
  const waits = againInMs.filter((each) => each !== undefined);
  return {
    writes: [
      ...claimed.writes,
      ...history.writes,
      ...statusUpdate({ apiVersion: "apps/v1", kind: "DaemonSet", path: daemonSets.path }, set, status),
      ...createOn.slice(0, burst).map((node) => keeper.create(daemonPod(set, node, hash))),
      ...remove.slice(0, burst).map((pod) => keeper.delete(pod)),
      ...beyondHistory(history.old, set.spec?.revisionHistoryLimit ?? 10, (each) => inUse.has(hashOf(each, hashLabel))),
    ],
    events: placement.events,
    ...(waits.length === 0 ? {} : { requeueAfterMs: Math.max(0, Math.min(...waits)) }),
  };
}
