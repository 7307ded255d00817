/**
 * Counts what is used of a quota. The API server charges quotas itself as objects are written; what is counted here is
 * where it begins, and what is given back when objects go or change.
 * Source: https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
import { semanticEqual } from "../../../../src/api/json-value.js";
import { addQuantities, canonicalQuantity, formatQuantity, quantityOf } from "../../../../src/api/quantity.js";
import { countedBy, evaluatorOf } from "../../../../src/api/quota/evaluators.js";
import { takesIn } from "../../../../src/api/quota/scopes.js";
import { type GroupResource, resourceText } from "../../../../src/api/status.js";
import type { ResourceQuota, UntypedObject } from "../../../../src/api/types.js";
import type { ResourcePath } from "../../../apiserver/messages.js";
import { pathTo } from "../../engine/ownership.js";
import { type Answers, nothingToDo, type Plan } from "../../engine/plan.js";

export const quotasPath = { group: "", version: "v1", resource: "resourcequotas" } as const;

/** Counted anew after so long, since pods stop counting by the mere passing of time. */
const recountMs = 300_000;

export interface QuotaView {
  readonly quota: ResourceQuota;
  /** Objects of the quota's namespace; undefined while they are not known, or when there is no such resource. */
  objectsOf(of: GroupResource): readonly UntypedObject[] | undefined;
  /** Where they can be asked for. */
  pathOf(of: GroupResource): ResourcePath | undefined;
}

type Amounts = { [name: string]: string };

/** The resources whose objects a quota counts, each with the names that count them. */
export function countedResources(
  quota: ResourceQuota,
): ReadonlyArray<{ readonly of: GroupResource; readonly names: readonly string[] }> {
  const counted = new Map<string, { of: GroupResource; names: string[] }>();
  for (const name of Object.keys(quota.spec?.hard ?? {})) {
    const of = countedBy(name);
    if (of === undefined) continue;
    const entry = counted.get(resourceText(of)) ?? { of, names: [] };
    entry.names.push(name);
    counted.set(resourceText(of), entry);
  }
  return [...counted.values()];
}

/** What is used, by the names of a quota; `complete` is false when some objects are not known. */
function count(quota: ResourceQuota, objectsOf: QuotaView["objectsOf"], nowMs: number) {
  const used: Amounts = {};
  let complete = true;
  for (const { of, names } of countedResources(quota)) {
    const evaluator = evaluatorOf(of);
    const objects = objectsOf(of);
    if (evaluator === undefined || objects === undefined) {
      complete = false;
      continue;
    }
    const counting = objects
      .filter((object) => takesIn(quota, evaluator, object))
      .map((object) => evaluator.usage(object, nowMs));
    for (const name of names) {
      const amounts = counting.map((usage) => usage.get(name)).filter((amount) => amount !== undefined);
      used[name] = formatQuantity(amounts.reduce(addQuantities, quantityOf("0")));
    }
  }
  return { used, complete };
}

const canonical = (hard: Amounts | undefined): Amounts =>
  Object.fromEntries(Object.entries(hard ?? {}).map(([name, amount]) => [name, canonicalQuantity(amount)]));

/** What the status says of names that nobody here can count stays as it was. */
function statusWith(quota: ResourceQuota, counted: Amounts) {
  const hard = canonical(quota.spec?.hard);
  const before = quota.status?.used ?? {};
  const kept = Object.entries({ ...before, ...counted }).filter(([name]) => Object.hasOwn(hard, name));
  return { hard, used: Object.fromEntries(kept) };
}

/** Lists as the API server gives them, in place of the caches. */
const listed =
  (answers: Answers): QuotaView["objectsOf"] =>
  (of) => {
    const answer = answers.get(resourceText(of));
    return answer === undefined || answer === "absent" ? undefined : ((answer.items ?? []) as UntypedObject[]);
  };

/**
 * The caches tell when something has changed. What is written is counted from lists of the API server: those are at
 * least as new as the quota that is known here, and when it has been charged meanwhile the write meets a conflict. So
 * nothing that was charged is ever forgotten.
 */
export function reconcileQuota(view: QuotaView, answers: Answers, nowMs: number): Plan {
  const { quota } = view;
  if (quota.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const again = { requeueAfterMs: recountMs };
  const isAs = (status: object): boolean => quota.status?.hard !== undefined && semanticEqual(status, quota.status);
  if (answers.size === 0) {
    const seen = count(quota, view.objectsOf, nowMs);
    if (seen.complete && isAs(statusWith(quota, seen.used))) return again;
    const reads = countedResources(quota).flatMap(({ of }) => {
      const path = view.pathOf(of);
      return path === undefined ? [] : [{ name: resourceText(of), request: { verb: "list" as const, path } }];
    });
    if (reads.length > 0) return { reads };
  }
  const status = statusWith(quota, count(quota, listed(answers), nowMs).used);
  if (isAs(status)) return again;
  const { managedFields: _, ...metadata } = quota.metadata;
  const object: ResourceQuota = { ...quota, metadata, status };
  return { writes: [{ request: { verb: "update", path: pathTo(quotasPath, quota, "status"), object } }], ...again };
}
