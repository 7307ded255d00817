/** A pod with what scheduling asks of it again and again, worked out once. */
import { type HostPort, hostPortsOf } from "../../src/api/host-ports.js";
import { nodesNamed } from "../../src/api/node-affinity.js";
import type { Pod } from "../../src/api/types.js";
import { type ClaimUsed, claimsUsed } from "../../src/api/volumes/pod-claims.js";
import { type PodTerms, podTerms } from "./pod-terms.js";
import { type Amounts, podRequests, podRequestsForScores } from "./resources.js";

export interface PodInfo {
  /** `namespace/name`. */
  readonly key: string;
  readonly uid: string;
  readonly pod: Pod;
  readonly priority: number;
  readonly requests: Amounts;
  readonly requestsForScores: Amounts;
  readonly hostPorts: readonly HostPort[];
  /** The controller whose pods are spread over nodes; "" for none. */
  readonly owner: string;
  /** Only these nodes can be meant; undefined for any. */
  readonly named: ReadonlySet<string> | undefined;
  /** What it says of other pods; undefined for nothing. */
  readonly terms: PodTerms | undefined;
  readonly claims: readonly ClaimUsed[];
}

export const podKey = (pod: Pod): string => `${pod.metadata.namespace}/${pod.metadata.name}`;

export function podInfo(pod: Pod): PodInfo {
  const spec = pod.spec ?? { containers: [] };
  return {
    key: podKey(pod),
    uid: pod.metadata.uid ?? "",
    pod,
    priority: spec.priority ?? 0,
    requests: podRequests(spec),
    requestsForScores: podRequestsForScores(spec),
    hostPorts: hostPortsOf(pod),
    owner: pod.metadata.ownerReferences?.find((reference) => reference.controller)?.uid ?? "",
    named: nodesNamed(spec),
    terms: podTerms(pod),
    claims: claimsUsed(pod),
  };
}
