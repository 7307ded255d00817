/** Which victims of a preemption disruption budgets would rather keep: they go only where it cannot be otherwise. */
import { compileLabelSelector } from "../../../src/api/selectors.js";
import type { PodDisruptionBudget } from "../../../src/api/types.js";
import type { PodInfo } from "../pod-info.js";

/** A budget without selector, or with an empty one, protects nobody from preemption. */
const isEmpty = ({ spec }: PodDisruptionBudget): boolean =>
  Object.keys(spec?.selector?.matchLabels ?? {}).length + (spec?.selector?.matchExpressions ?? []).length === 0;

/** The pods, in their order, for whom a budget has nothing left once those before them have gone. */
export function violating(pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]): Set<PodInfo> {
  const violations = new Set<PodInfo>();
  const effective = budgets.filter((budget) => !isEmpty(budget));
  if (effective.length === 0) return violations;
  const counted = effective.map((budget) => ({
    budget,
    matches: compileLabelSelector(budget.spec?.selector),
    left: budget.status?.disruptionsAllowed ?? 0,
  }));
  for (const info of pods) {
    const { name = "", namespace, labels } = info.pod.metadata;
    for (const each of counted) {
      const { metadata, status } = each.budget;
      if (metadata.namespace !== namespace || !each.matches(labels)) continue;
      // The budget has counted it already.
      if (Object.hasOwn(status?.disruptedPods ?? {}, name)) continue;
      each.left -= 1;
      if (each.left < 0) violations.add(info);
    }
  }
  return violations;
}
