import type { DaemonSet, Node, Pod } from "../../../../src/api/types.js";
import { availableAtMs, timeMs } from "../../engine/pods.js";
import { type NodeFit, nodeFit } from "./node-fit.js";
import { isUpdated, nodeOf } from "./template.js";

/** What is known of one DaemonSet: its pods by the node that they are on or meant for. */
export class DaemonView {
  readonly byNode = new Map<string, Pod[]>();
  readonly fits = new Map<string, NodeFit>();

  constructor(
    readonly set: DaemonSet,
    readonly nodes: readonly Node[],
    pods: readonly Pod[],
    readonly hash: string,
    readonly nowMs: number,
  ) {
    for (const node of nodes) this.fits.set(node.metadata.name ?? "", nodeFit(set, node));
    for (const pod of pods) {
      const node = nodeOf(pod);
      if (node === undefined) continue;
      const here = this.byNode.get(node) ?? [];
      here.push(pod);
      this.byNode.set(node, here);
    }
    for (const here of this.byNode.values()) here.sort(byAgeAndBinding);
  }

  get desired(): number {
    return [...this.fits.values()].filter(({ shouldRun }) => shouldRun).length;
  }

  isUpdated(pod: Pod): boolean {
    return isUpdated(pod, this.set, this.hash);
  }

  isAvailable(pod: Pod): boolean {
    const atMs = availableAtMs(pod, this.set.spec?.minReadySeconds ?? 0);
    return atMs !== undefined && atMs <= this.nowMs;
  }
}

/** Bound pods first, then the oldest. */
function byAgeAndBinding(one: Pod, other: Pod): number {
  const bound = (pod: Pod) => (pod.spec?.nodeName ? 0 : 1);
  const created = (pod: Pod) => timeMs(pod.metadata.creationTimestamp) ?? 0;
  return (
    bound(one) - bound(other) ||
    created(one) - created(other) ||
    ((one.metadata.name ?? "") < (other.metadata.name ?? "") ? -1 : 1)
  );
}
