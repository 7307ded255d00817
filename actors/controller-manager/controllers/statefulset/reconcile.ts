/** A StatefulSet has pods with lasting names and storage. Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/ */
import { compileLabelSelector } from "../../../../src/api/selectors.js";
import type { ControllerRevision, PersistentVolumeClaim, Pod, StatefulSet } from "../../../../src/api/types.js";
import { claim } from "../../engine/ownership.js";
import type { Circumstances, Plan, PlannedWrite } from "../../engine/plan.js";
import { isActive } from "../../engine/pods.js";
import { pods as podsResource } from "../../engine/resources.js";
import { statusUpdate } from "../../engine/status-update.js";
import { Keeper } from "../workload/keeper.js";
import { claims as claimsResource, statefulSets } from "../workload/resources.js";
import { beyondHistory, historyOf } from "../workload/revision-history.js";
import { claimsToOwn, isStale } from "./claim-retention.js";
import { claimsOf, ordinalOf, statefulPod } from "./identity.js";
import { nextSteps } from "./next-steps.js";
import { statefulSetStatus } from "./status.js";
import { isLeaving, revisionOf, StatefulView } from "./view.js";

const hashLabel = "controller.kubernetes.io/hash";

/** What is known that concerns one StatefulSet. */
export interface StatefulSetView {
  readonly set: StatefulSet;
  /** Pods that name it as their controller. */
  readonly owned: readonly Pod[];
  /** Pods of the namespace without controller. */
  readonly orphans: readonly Pod[];
  readonly revisions: readonly ControllerRevision[];
  readonly revisionNamed: (name: string) => ControllerRevision | undefined;
  readonly claimNamed: (name: string) => PersistentVolumeClaim | undefined;
}

export function reconcileStatefulSet(view: StatefulSetView, { answers, nowMs }: Circumstances): Plan {
  const { set } = view;
  const keeper = new Keeper(set, "apps/v1", "StatefulSet", "statefulset-controller");
  const claimed = claim<Pod>(
    {
      owner: set,
      reference: keeper.reference,
      matches: compileLabelSelector(set.spec?.selector),
      owned: view.owned,
      orphans: view.orphans.filter((pod) => isActive(pod) && ordinalOf(pod, set) !== undefined),
      resource: podsResource.path,
      ownerResource: statefulSets.path,
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
  // Pods carry the revision's name, so it comes before them.
  if (history.current === undefined) return { writes: [...claimed.writes, ...history.writes] };
  const current = view.revisions.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? history.current;
  const stateful = new StatefulView(set, claimed.mine, current, history.current, nowMs);
  const steps = nextSteps(stateful);
  const { status, nextAvailableAtMs } = statefulSetStatus(stateful, history.collisionCount);
  const inUse = new Set([current.metadata.name, ...claimed.mine.map(revisionOf)]);
  const writer = new PodWriter(keeper, stateful, view);
  return {
    // A pod's claims come before the pod.
    inOrder: (set.spec?.volumeClaimTemplates ?? []).length > 0,
    writes: [
      ...claimed.writes,
      ...history.writes,
      ...statusUpdate({ apiVersion: "apps/v1", kind: "StatefulSet", path: statefulSets.path }, set, status),
      ...steps.pending.flatMap((ordinal) => writer.missingClaims(ordinal)),
      ...(isLeaving(set) ? [] : writer.ownedClaims()),
      ...steps.create
        .filter((ordinal) => !isStale(set, ordinal, view.claimNamed))
        .flatMap((ordinal) => [...writer.missingClaims(ordinal), writer.creation(ordinal)]),
      ...steps.remove.map((pod) => writer.deletion(pod)),
      ...beyondHistory(history.old, set.spec?.revisionHistoryLimit ?? 10, ({ metadata }) => inUse.has(metadata.name)),
    ],
    ...(nextAvailableAtMs === undefined ? {} : { requeueAfterMs: Math.max(0, nextAvailableAtMs - nowMs) }),
  };
}

class PodWriter {
  private readonly where: string;

  constructor(
    private readonly keeper: Keeper,
    private readonly stateful: StatefulView,
    private readonly view: StatefulSetView,
  ) {
    this.where = `in StatefulSet ${stateful.set.metadata.name}`;
  }

  creation(ordinal: number): PlannedWrite {
    const { set } = this.stateful;
    const { revision, template } = this.stateful.templateFor(ordinal);
    const object = statefulPod(set, template, revision, ordinal);
    return this.told("Create", `Pod ${object.metadata.name}`, this.keeper.create(object));
  }

  deletion(pod: Pod): PlannedWrite {
    return this.told("Delete", `Pod ${pod.metadata.name}`, this.keeper.delete(pod));
  }

  /** Before any of the pods goes. */
  ownedClaims(): PlannedWrite[] {
    const { set, pods } = this.stateful;
    return pods.flatMap((pod) => {
      const ordinal = ordinalOf(pod, set);
      return ordinal === undefined ? [] : claimsToOwn(set, pod, ordinal, this.view.claimNamed);
    });
  }

  missingClaims(ordinal: number): PlannedWrite[] {
    const { set } = this.stateful;
    const { namespace = "", name } = set.metadata;
    const missing = claimsOf(set, ordinal).filter(({ metadata }) => this.view.claimNamed(metadata.name ?? "") === undefined);
    return missing.map((object) => {
      const [claimName, pod] = [object.metadata.name, `${name}-${ordinal}`];
      return {
        request: { verb: "create", path: { ...claimsResource.path, namespace }, object },
        onSuccess: () =>
          this.keeper.event("Normal", "SuccessfulCreate", `create Claim ${claimName} Pod ${pod} ${this.where} success`),
        onFailure: ({ message }) =>
          this.keeper.event(
            "Warning",
            "FailedCreate",
            `create Claim ${claimName} for Pod ${pod} ${this.where} failed error: ${message}`,
          ),
      };
    });
  }

  private told(verb: "Create" | "Delete", what: string, { request }: PlannedWrite): PlannedWrite {
    const did = `${verb.toLowerCase()} ${what} ${this.where}`;
    return {
      request,
      onSuccess: () => this.keeper.event("Normal", `Successful${verb}`, `${did} successful`),
      onFailure: ({ message }) => this.keeper.event("Warning", `Failed${verb}`, `${did} failed error: ${message}`),
    };
  }
}
