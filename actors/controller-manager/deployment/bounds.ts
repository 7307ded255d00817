/**
 * How many pods a rolling update may have too many or too few.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
 */
import type { Deployment, IntOrString } from "../../../src/api/types.js";

/** `25%` of a number, rounded up or down, or the number itself. */
export function scaled(value: IntOrString | undefined, of: number, roundUp: boolean): number {
  if (typeof value === "number") return value;
  const percent = /^([0-9]+)%$/.exec(value ?? "");
  if (percent === null) return Number(value ?? 0) || 0;
  const exact = (Number(percent[1]) * of) / 100;
  return roundUp ? Math.ceil(exact) : Math.floor(exact);
}

export const isRolling = (deployment: Deployment): boolean =>
  (deployment.spec?.strategy?.type ?? "RollingUpdate") === "RollingUpdate";

export const wantedReplicas = (deployment: Deployment): number => deployment.spec?.replicas ?? 1;

/** Surge is rounded up, unavailability down; when both come to nothing, one pod may be unavailable. */
function fenceposts(deployment: Deployment): { surge: number; unavailable: number } {
  const { maxSurge = "25%", maxUnavailable = "25%" } = deployment.spec?.strategy?.rollingUpdate ?? {};
  const replicas = wantedReplicas(deployment);
  const surge = scaled(maxSurge, replicas, true);
  const unavailable = scaled(maxUnavailable, replicas, false);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

export const maxSurge = (deployment: Deployment): number => (isRolling(deployment) ? fenceposts(deployment).surge : 0);

export function maxUnavailable(deployment: Deployment): number {
  const replicas = wantedReplicas(deployment);
  if (!isRolling(deployment) || replicas === 0) return 0;
  return Math.min(fenceposts(deployment).unavailable, replicas);
}
