/**
 * Holds a request against the quotas of its namespace, the last of all admission. What it costs is added to the quotas'
 * status, which is written together with the object, so that no two requests spend the same. Nothing is held against a
 * quota whose use has not been counted yet. https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
import type { ResourceQuota } from "../generated/types.js";
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  type ParsedQuantity,
  quantityOf,
  subtractQuantities,
} from "../quantity.js";
import { evaluatorOf } from "../quota/evaluators.js";
import { takesIn } from "../quota/scopes.js";
import type { Evaluator, Usage } from "../quota/usage.js";
import { fail, type Result, succeed } from "../status.js";
import { type AdmissionRequest, type AdmissionTarget, forbidden, groupResourceOf } from "./plugin.js";

/** Whether requests of this form may cost anything. */
export const mayCost = (target: AdmissionTarget): boolean => {
  if (!target.namespaced) return false;
  const { operation, subresource, group, resource } = target;
  if (group === "" && resource === "pods" && subresource === "resize") return operation === "UPDATE";
  // A controller may set aside more for a claim than was asked for.
  if (group === "" && resource === "persistentvolumeclaims" && subresource === "status") return operation === "UPDATE";
  if (subresource !== "") return false;
  const evaluator = evaluatorOf(groupResourceOf(target));
  return evaluator !== undefined && (operation === "CREATE" || (operation === "UPDATE" && evaluator.chargesUpdates));
};

const listed = (amounts: ReadonlyMap<string, ParsedQuantity>, names: readonly string[]): string =>
  names.map((name) => `${name}=${formatQuantity(amounts.get(name) ?? quantityOf("0"))}`).join(",");

const amountsOf = (list: { [name: string]: string } | undefined): Map<string, ParsedQuantity> =>
  new Map(Object.entries(list ?? {}).map(([name, amount]) => [name, quantityOf(amount)]));

/** What a request adds to what is used: an update only what it asks for beyond what was there. Nothing that stays the same. */
function costOf({ object, old }: AdmissionRequest, evaluator: Evaluator, nowMs: number): Map<string, ParsedQuantity> {
  const after = evaluator.usage(object!, nowMs);
  const before: Usage = old === undefined ? new Map() : evaluator.usage(old, nowMs);
  const zero = quantityOf("0");
  const names = [...new Set([...after.keys(), ...before.keys()])];
  return new Map(
    names
      .map((name): [string, ParsedQuantity] => [
        name,
        before.has(name) ? subtractQuantities(after.get(name) ?? zero, before.get(name)!) : after.get(name)!,
      ])
      .filter(([, amount]) => amount.nano !== 0n),
  );
}

/** Why a quota cannot be asked about an object; undefined when it can. */
function unfit(quota: ResourceQuota, limited: readonly string[], request: AdmissionRequest, evaluator: Evaluator) {
  const name = quota.metadata.name ?? "";
  const fault = evaluator.fault?.(limited, request.object!);
  if (fault !== undefined) return `failed quota: ${name}: ${fault}`;
  const uncounted = limited.some((resource) => !Object.hasOwn(quota.status?.used ?? {}, resource));
  return uncounted ? `status unknown for quota: ${name}, resources: ${[...limited].sort().join(",")}` : undefined;
}

/** A quota with a cost added to what is used of it, or why that is too much. The quota itself when it costs nothing of it. */
function charged(quota: ResourceQuota, cost: ReadonlyMap<string, ParsedQuantity>): ResourceQuota | string {
  const hard = amountsOf(quota.status?.hard);
  const used = amountsOf(quota.status?.used);
  const names = [...cost.keys()].filter((name) => hard.has(name)).sort();
  if (names.length === 0) return quota;
  const zero = quantityOf("0");
  const after = new Map(names.map((name) => [name, addQuantities(used.get(name) ?? zero, cost.get(name)!)]));
  const exceeded = names.filter((name) => compareQuantities(after.get(name)!, hard.get(name)!) > 0);
  if (exceeded.length > 0) {
    const amounts = `requested: ${listed(cost, exceeded)}, used: ${listed(used, exceeded)}, limited: ${listed(hard, exceeded)}`;
    return `exceeded quota: ${quota.metadata.name ?? ""}, ${amounts}`;
  }
  const written = Object.fromEntries([...after].map(([name, amount]) => [name, formatQuantity(amount)]));
  return { ...quota, status: { ...quota.status, used: { ...quota.status?.used, ...written } } };
}

/**
 * The quotas that a request changes, as they are to be written, or 403. `quotas` are those of its namespace, by name.
 */
export function chargeQuotas(
  request: AdmissionRequest,
  quotas: readonly ResourceQuota[],
  nowMs: number,
): Result<readonly ResourceQuota[]> {
  const evaluator = evaluatorOf(groupResourceOf(request));
  if (evaluator === undefined || request.object === undefined) return succeed([]);
  const pertinent: ResourceQuota[] = [];
  for (const quota of quotas) {
    const limited = Object.keys(quota.status?.hard ?? {}).filter((name) => evaluator.counts(name));
    if (limited.length === 0 || !takesIn(quota, evaluator, request.object)) continue;
    const why = unfit(quota, limited, request, evaluator);
    if (why !== undefined) return fail(forbidden(request, why));
    pertinent.push(quota);
  }
  if (pertinent.length === 0) return succeed([]);
  const cost = costOf(request, evaluator, nowMs);
  const after: ResourceQuota[] = [];
  for (const quota of pertinent) {
    const next = charged(quota, cost);
    if (typeof next === "string") return fail(forbidden(request, next));
    if (next !== quota) after.push(next);
  }
  return succeed(after);
}
