/** A node with what its pods take of it, kept up to date pod by pod. */
import type { HostPort } from "../../src/api/host-ports.js";
import type { Node, Taint } from "../../src/api/types.js";
import type { PodInfo } from "./pod-info.js";
import { type Amounts, amountsOf } from "./resources.js";

const add = (into: Map<string, number>, amounts: Amounts, sign: 1 | -1): void => {
  for (const [resource, amount] of amounts) into.set(resource, (into.get(resource) ?? 0) + sign * amount);
};

export class NodeInfo {
  readonly pods = new Map<string, PodInfo>();
  /** Those of them that want to be apart from others. */
  readonly podsApart = new Map<string, PodInfo>();
  readonly requested = new Map<string, number>();
  readonly requestedForScores = new Map<string, number>();
  readonly hostPorts: HostPort[] = [];
  /** How many pods of each controller run here. */
  readonly podsOfOwner = new Map<string, number>();
  allocatable: Amounts = new Map();
  taints: readonly Taint[] = [];

  constructor(
    readonly name: string,
    /** Undefined when only pods of it are known: they were bound to a node that is not known (any more). */
    public node: Node | undefined = undefined,
  ) {
    if (node !== undefined) this.become(node);
  }

  become(node: Node | undefined): void {
    this.node = node;
    this.allocatable = amountsOf(node?.status?.allocatable);
    this.taints = node?.spec?.taints ?? [];
  }

  add(pod: PodInfo): void {
    this.remove(pod.key);
    this.pods.set(pod.key, pod);
    if ((pod.terms?.apart.length ?? 0) > 0) this.podsApart.set(pod.key, pod);
    this.count(pod, 1);
    this.hostPorts.push(...pod.hostPorts);
  }

  remove(key: string): void {
    const pod = this.pods.get(key);
    if (pod === undefined) return;
    this.pods.delete(key);
    this.podsApart.delete(key);
    this.count(pod, -1);
    if (pod.hostPorts.length === 0) return;
    this.hostPorts.length = 0;
    for (const other of this.pods.values()) this.hostPorts.push(...other.hostPorts);
  }

  private count(pod: PodInfo, sign: 1 | -1): void {
    add(this.requested, pod.requests, sign);
    add(this.requestedForScores, pod.requestsForScores, sign);
    if (pod.owner === "") return;
    const count = (this.podsOfOwner.get(pod.owner) ?? 0) + sign;
    if (count === 0) this.podsOfOwner.delete(pod.owner);
    else this.podsOfOwner.set(pod.owner, count);
  }
}
