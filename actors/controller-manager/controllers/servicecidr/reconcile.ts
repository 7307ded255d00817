/**
 * A range of Service addresses is told to be ready, and stays while there are addresses in it that no other range covers.
 * Source: https://kubernetes.io/docs/tasks/network/extend-service-ip-ranges/ (KEP-1880)
 */
import { rfc3339 } from "../../../../src/actor/host.js";
import { cidrContains, parseCidr } from "../../../../src/api/ip.js";
import { semanticEqual } from "../../../../src/api/json-value.js";
import type { Condition, IPAddress, ServiceCIDR } from "../../../../src/api/types.js";
import { pathTo } from "../../engine/ownership.js";
import { nothingToDo, type Plan, type PlannedWrite } from "../../engine/plan.js";

export const rangesPath = { group: "networking.k8s.io", version: "v1", resource: "servicecidrs" } as const;
const finalizer = "networking.k8s.io/service-cidr-finalizer";

export interface RangeView {
  readonly range: ServiceCIDR;
  readonly others: readonly ServiceCIDR[];
  readonly addresses: readonly IPAddress[];
}

const covers = ({ spec }: ServiceCIDR, address: string): boolean =>
  (spec?.cidrs ?? []).some((text) => {
    const cidr = parseCidr(text);
    return cidr !== undefined && cidrContains(cidr, address);
  });

/** Addresses that would be in no range any more. */
const isNeeded = ({ range, others, addresses }: RangeView): boolean =>
  addresses.some(({ metadata: { name = "" } }) => covers(range, name) && !others.some((other) => covers(other, name)));

function withCondition(range: ServiceCIDR, condition: Omit<Condition, "lastTransitionTime">, nowMs: number): PlannedWrite[] {
  const before = range.status?.conditions?.find(({ type }) => type === condition.type);
  const { lastTransitionTime, ...known } = before ?? {};
  if (before !== undefined && semanticEqual(known, condition)) return [];
  const since = before?.status === condition.status && lastTransitionTime !== undefined ? lastTransitionTime : rfc3339(nowMs);
  const others = (range.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
  const status = { ...range.status, conditions: [...others, { ...condition, lastTransitionTime: since }] };
  const object: ServiceCIDR = { ...range, status };
  return [{ request: { verb: "update", path: pathTo(rangesPath, range, "status"), object } }];
}

const withFinalizers = (range: ServiceCIDR, finalizers: readonly string[]): PlannedWrite[] => {
  const { finalizers: _, ...metadata } = range.metadata;
  const kept = finalizers.length === 0 ? {} : { finalizers: [...finalizers] };
  const object: ServiceCIDR = { ...range, metadata: { ...metadata, ...kept } };
  return [{ request: { verb: "update", path: pathTo(rangesPath, range), object } }];
};

/** `others` are ranges that stay. */
export function reconcileRange(view: RangeView, nowMs: number): Plan {
  const { range } = view;
  const { finalizers = [], deletionTimestamp } = range.metadata;
  if (deletionTimestamp === undefined) {
    if (!finalizers.includes(finalizer)) return { writes: withFinalizers(range, [...finalizers, finalizer]) };
    const ready = { type: "Ready", status: "True", reason: "", message: "Kubernetes Service CIDR is ready" };
    return { writes: withCondition(range, ready, nowMs) };
  }
  if (!finalizers.includes(finalizer)) return nothingToDo;
  if (!isNeeded(view))
    return {
      writes: withFinalizers(
        range,
        finalizers.filter((each) => each !== finalizer),
      ),
    };
  const message = "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";
  return { writes: withCondition(range, { type: "Ready", status: "False", reason: "Terminating", message }, nowMs) };
}
