/** Pods for which room is being made: on their node they count before pods that are less important. */
import { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";

export class Nominations {
  private readonly places = new Map<string, { readonly pod: PodInfo; readonly node: string }>();

  put(pod: PodInfo, node: string): void {
    this.places.set(pod.key, { pod, node });
  }

  delete(key: string): void {
    this.places.delete(key);
  }

  /** Gives up the room of less important pods on a node, since it goes to this pod; tells which they were. */
  displace({ priority }: PodInfo, node: string): PodInfo[] {
    const displaced = [...this.places.values()].filter((each) => each.node === node && each.pod.priority < priority);
    for (const { pod } of displaced) this.places.delete(pod.key);
    return displaced.map(({ pod }) => pod);
  }

  /** A node as a pod may use it: with the pods that are nominated for it and at least as important. */
  seenBy(pod: PodInfo, node: NodeInfo): NodeInfo {
    if (this.places.size === 0) return node;
    const before = [...this.places.values()].filter(
      (each) => each.node === node.name && each.pod.key !== pod.key && each.pod.priority >= pod.priority,
    );
    if (before.length === 0) return node;
    const seen = new NodeInfo(node.name, node.node);
    for (const each of node.pods.values()) seen.add(each);
    for (const each of before) seen.add(each.pod);
    return seen;
  }
}
