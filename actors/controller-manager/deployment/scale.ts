/**
 * Sizes of ReplicaSets: those of a rollout that goes on, and those of one that is scaled meanwhile.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#proportional-scaling
 */
import type { Deployment } from "../../../src/api/types.js";
import { isRolling, maxSurge, maxUnavailable, wantedReplicas } from "./bounds.js";
import { activeOf, annotations, availableOf, byAge, type Member, replicasOf, resize, sumOf } from "./members.js";

/** How large the new set may become now: as large as wanted, within the surge that all sets together may have. */
export function newSetSize(deployment: Deployment, all: readonly Member[], fresh: Member): number {
  const wanted = wantedReplicas(deployment);
  if (!isRolling(deployment)) return wanted;
  const room = wanted + maxSurge(deployment) - replicasOf(all);
  return room <= 0 ? fresh.replicas : fresh.replicas + Math.min(room, wanted - fresh.replicas);
}

/** Makes old sets smaller as far as the pods that are available allow; unhealthy pods go first. True if any shrank. */
export function shrinkOld(deployment: Deployment, all: readonly Member[], old: readonly Member[], current: Member): boolean {
  if (replicasOf(old) === 0) return false;
  const leastAvailable = wantedReplicas(deployment) - maxUnavailable(deployment);
  const newUnavailable = current.replicas - availableOf(current);
  const most = replicasOf(all) - leastAvailable - newUnavailable;
  if (most <= 0) return false;
  const unhealthy = shrinkUnhealthy(deployment, old, most);
  return shrinkAvailable(deployment, all, old, leastAvailable) + unhealthy > 0;
}

function shrinkUnhealthy(deployment: Deployment, old: readonly Member[], most: number): number {
  let shrunk = 0;
  for (const member of [...old].sort(byAge)) {
    if (shrunk >= most) break;
    const unhealthy = member.replicas - availableOf(member);
    if (member.replicas === 0 || unhealthy <= 0) continue;
    const by = Math.min(most - shrunk, unhealthy);
    resize(member, member.replicas - by, deployment);
    shrunk += by;
  }
  return shrunk;
}

function shrinkAvailable(deployment: Deployment, all: readonly Member[], old: readonly Member[], least: number): number {
  const spare = sumOf(all, availableOf) - least;
  let shrunk = 0;
  for (const member of [...old].sort(byAge)) {
    if (shrunk >= spare) break;
    if (member.replicas === 0) continue;
    const by = Math.min(member.replicas, spare - shrunk);
    resize(member, member.replicas - by, deployment);
    shrunk += by;
  }
  return shrunk;
}

/** The new set has every pod it is to have, and all are available. */
function isSaturated(deployment: Deployment, current: Member | undefined): boolean {
  if (current === undefined) return false;
  const wanted = wantedReplicas(deployment);
  const desired = Number(current.annotations[annotations.desiredReplicas] ?? Number.NaN);
  return current.replicas === wanted && desired === wanted && availableOf(current) === wanted;
}

/** Brings the Deployment to its size without going on with a rollout. */
export function scaleSets(deployment: Deployment, current: Member | undefined, old: readonly Member[]): void {
  const all = [...old, ...(current === undefined ? [] : [current])];
  const active = activeOf(all);
  const newest = [...old].sort(byAge).at(-1);
  const only = active.length === 1 ? active[0] : active.length === 0 ? (current ?? newest) : undefined;
  if (only !== undefined) {
    resize(only, wantedReplicas(deployment), deployment);
  } else if (isSaturated(deployment, current)) {
    for (const member of activeOf(old)) resize(member, 0, deployment);
  } else if (isRolling(deployment) && active.length > 0) scaleInProportion(deployment, active);
}

function scaleInProportion(deployment: Deployment, active: readonly Member[]): void {
  const wanted = wantedReplicas(deployment);
  const toAdd = (wanted === 0 ? 0 : wanted + maxSurge(deployment)) - replicasOf(active);
  const newerFirst = toAdd > 0 ? -1 : 1;
  const order = [...active].sort((one, other) => other.replicas - one.replicas || newerFirst * byAge(one, other));
  let added = 0;
  const sizes = order.map((member) => {
    const share = shareOf(deployment, member, toAdd, added);
    added += share;
    return member.replicas + share;
  });
  // What rounding left over goes to the largest.
  if (toAdd !== 0 && sizes.length > 0) sizes[0] = Math.max(0, sizes[0]! + toAdd - added);
  for (const [index, member] of order.entries()) resize(member, sizes[index]!, deployment);
}

function shareOf(deployment: Deployment, member: Member, toAdd: number, added: number): number {
  if (member.replicas === 0 || toAdd === 0 || toAdd === added) return 0;
  const fraction = fractionOf(deployment, member);
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
}

/** By how much a set would grow if all grew alike since it was last sized. */
function fractionOf(deployment: Deployment, member: Member): number {
  const wanted = wantedReplicas(deployment);
  if (wanted === 0) return -member.replicas;
  const noted = Number(member.annotations[annotations.maxReplicas] ?? 0);
  const before = noted > 0 ? noted : (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return Math.round((member.replicas * (wanted + maxSurge(deployment))) / before) - member.replicas;
}
