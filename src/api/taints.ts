/** Taints keep pods away from nodes unless they tolerate them. Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
import type { Taint, Toleration } from "./types.js";

export const unschedulableTaint = "node.kubernetes.io/unschedulable";

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator || "Equal") {
    case "Exists":
      return true;
    case "Equal":
      return (toleration.value ?? "") === (taint.value ?? "") && Boolean(toleration.key);
    default:
      return false;
  }
}

export const isTolerated = (taint: Taint, tolerations: readonly Toleration[]): boolean =>
  tolerations.some((toleration) => tolerates(toleration, taint));

/** The first taint that forbids scheduling and is not tolerated. */
export const untoleratedTaint = (taints: readonly Taint[], tolerations: readonly Toleration[]): Taint | undefined =>
  taints.find(({ effect, ...rest }) => effect !== "PreferNoSchedule" && !isTolerated({ effect, ...rest }, tolerations));

/** How many taints only advise against the node, and are not tolerated. */
export const discouragingTaints = (taints: readonly Taint[], tolerations: readonly Toleration[]): number =>
  taints.filter((taint) => taint.effect === "PreferNoSchedule" && !isTolerated(taint, tolerations)).length;
