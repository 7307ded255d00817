/**
 * When an Indexed Job has succeeded before all its indexes have.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#success-policy
 */
import type { Job } from "../../../../src/api/types.js";
import { parseIndexes } from "./indexes.js";

/** Which rule is met first; undefined when none is. */
export function metRule({ spec }: Job, completedIndexes: ReadonlySet<number>): number | undefined {
  const found = (spec?.successPolicy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return completedIndexes.size >= (succeededCount ?? Number.POSITIVE_INFINITY);
    const of = parseIndexes(succeededIndexes, spec?.completions ?? 0);
    const succeeded = [...of].filter((index) => completedIndexes.has(index)).length;
    return succeeded >= (succeededCount ?? of.size);
  });
  return found < 0 ? undefined : found;
}
