/**
 * The templates that a DaemonSet or StatefulSet has had, each as a ControllerRevision, so that a rollout can be undone.
 * Source: https://kubernetes.io/docs/tasks/manage-daemon/rollback-daemon-set/#understanding-daemonset-revisions
 */
import { inFieldOrder, type JsonObject, semanticEqual } from "../../../../src/api/json-value.js";
import type { ControllerRevision, KubernetesObject, OwnerReference, PodTemplateSpec } from "../../../../src/api/types.js";
import { templateHash } from "../../deployment/template-hash.js";
import { pathTo } from "../../engine/ownership.js";
import type { PlannedWrite } from "../../engine/plan.js";
import { controllerRevisions } from "./resources.js";

export interface HistoryOf {
  readonly owner: KubernetesObject;
  readonly reference: OwnerReference;
  readonly template: PodTemplateSpec;
  /** The label of a revision that holds its hash. */
  readonly hashLabel: string;
  readonly collisionCount: number | undefined;
  /** The owner's own revisions. */
  readonly revisions: readonly ControllerRevision[];
  /** Any revision of the owner's namespace, by name. */
  readonly named: (name: string) => ControllerRevision | undefined;
}

export interface History {
  /** The revision of the template as it is now; undefined while it is yet to be made. */
  readonly current: ControllerRevision | undefined;
  /** The others, oldest first. */
  readonly old: readonly ControllerRevision[];
  readonly collisionCount: number | undefined;
  /** What makes the history say what is. */
  readonly writes: readonly PlannedWrite[];
}

/**
 * A patch that brings the template back. Clients compare it byte by byte with what they make of a DaemonSet themselves: it has
 * its fields in order, and the creation time that a Go struct always writes.
 */
function dataOf(template: PodTemplateSpec): object {
  const written = { ...template, metadata: { creationTimestamp: null, ...template.metadata }, $patch: "replace" };
  return { spec: { template: inFieldOrder(written as unknown as JsonObject) } };
}

/** The hash that a revision's label holds. */
export const hashOf = ({ metadata }: ControllerRevision, hashLabel: string): string => metadata.labels?.[hashLabel] ?? "";

export function historyOf(of: HistoryOf): History {
  const { owner, template, revisions, collisionCount } = of;
  const data = dataOf(template);
  const inOrder = [...revisions].sort((one, other) => Number(one.revision) - Number(other.revision));
  const current = inOrder.findLast((each) => semanticEqual(each.data, data));
  const old = inOrder.filter((each) => each !== current);
  const next = Math.max(0, ...old.map(({ revision }) => Number(revision))) + 1;
  if (current === undefined) {
    if (owner.metadata.deletionTimestamp !== undefined) return { current, old, collisionCount, writes: [] };
    const made = revisionFor(of, data, next);
    return { current, old, collisionCount: made.collisionCount, writes: [made.write] };
  }
  if (current.revision >= next) return { current, old, collisionCount, writes: [] };
  const request = {
    verb: "patch",
    path: pathTo(controllerRevisions.path, current),
    patchType: "application/merge-patch+json",
    patch: { revision: next },
  } as const;
  return { current: { ...current, revision: next }, old, collisionCount, writes: [{ request }] };
}

/**
 * A revision has the annotations that its owner has then: `kubectl rollout history` shows one as the cause of the change.
 * One whose name is taken by another template gets another hash, by counting up.
 */
function revisionFor(of: HistoryOf, data: object, revision: number): { write: PlannedWrite; collisionCount: number | undefined } {
  const { owner, reference, template, hashLabel, named } = of;
  const { name = "", namespace = "", annotations } = owner.metadata;
  let { collisionCount } = of;
  let hash = templateHash(template, collisionCount);
  while (named(`${name}-${hash}`) !== undefined) {
    collisionCount = (collisionCount ?? 0) + 1;
    hash = templateHash(template, collisionCount);
  }
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  const metadata = {
    name: `${name}-${hash}`,
    namespace,
    labels,
    ...(annotations === undefined ? {} : { annotations }),
    ownerReferences: [reference],
  };
  const object = { apiVersion: "apps/v1", kind: "ControllerRevision", metadata, data, revision };
  const path = { ...controllerRevisions.path, namespace };
  return { write: { request: { verb: "create", path, object } }, collisionCount };
}

/** Takes away old revisions that no pod is of, when there are more than are to be remembered. */
export function beyondHistory(
  old: readonly ControllerRevision[],
  limit: number,
  isInUse: (revision: ControllerRevision) => boolean,
): PlannedWrite[] {
  const unused = old.filter((each) => !isInUse(each) && each.metadata.deletionTimestamp === undefined);
  return unused.slice(0, Math.max(0, unused.length - limit)).map((each) => ({
    request: {
      verb: "delete",
      path: pathTo(controllerRevisions.path, each),
      options: each.metadata.uid === undefined ? {} : { preconditions: { uid: each.metadata.uid } },
    },
  }));
}
