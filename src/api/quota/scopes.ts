/** Which objects a quota is about. */
import type { ResourceQuota, ScopedResourceSelectorRequirement } from "../generated/types.js";
import type { UntypedObject } from "../types.js";
import type { Evaluator } from "./usage.js";

/** A quota's scopes, in either form. */
export const scopesOf = ({ spec }: ResourceQuota): ScopedResourceSelectorRequirement[] => [
  ...(spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: "Exists" })),
  ...(spec?.scopeSelector?.matchExpressions ?? []),
];

/** True when every scope of a quota takes an object in. */
export const takesIn = (quota: ResourceQuota, evaluator: Evaluator, object: UntypedObject): boolean =>
  scopesOf(quota).every((scope) => evaluator.inScope?.(scope, object) === true);
