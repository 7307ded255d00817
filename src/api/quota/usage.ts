/** What an object costs of a ResourceQuota. https://kubernetes.io/docs/concepts/policy/resource-quotas/ */
import type { ScopedResourceSelectorRequirement } from "../generated/types.js";
import { type ParsedQuantity, quantityOf } from "../quantity.js";
import type { UntypedObject } from "../types.js";

/** Amounts by the names that quotas use: `pods`, `requests.cpu`, `count/deployments.apps`. */
export type Usage = ReadonlyMap<string, ParsedQuantity>;

export const one: ParsedQuantity = quantityOf("1");

/** How objects of one resource are counted. */
export interface Evaluator {
  /** True for the names of a quota that such objects use up. */
  counts(name: string): boolean;
  /** What an object uses. `nowMs` because a pod that should be gone no longer counts. */
  usage(object: UntypedObject, nowMs: number): Usage;
  /** Why an object cannot be held against a quota that limits these names; undefined when it can. */
  fault?(names: readonly string[], object: UntypedObject): string | undefined;
  /** Whether a quota's scope takes an object in. Without one, no scope does. */
  inScope?(scope: ScopedResourceSelectorRequirement, object: UntypedObject): boolean;
  /** Whether an update may cost something, beside a create. */
  readonly chargesUpdates: boolean;
}
