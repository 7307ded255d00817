/** Says why no node will do, in kube-scheduler's words, as the FailedScheduling event and the pod's condition have it. */

import type { FilterName, Rejection } from "./filter.js";
import type { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";
import type { Outlook } from "./preemption/victims.js";

export interface FitError {
  readonly message: string;
  readonly rejectedBy: ReadonlySet<FilterName>;
  readonly outlook: Outlook;
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` */
export function availabilityMessage(nodes: number, reasons: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const counted = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodes} nodes are available:${counted.length === 0 ? "" : ` ${counted.join(", ")}.`}`;
}

/** Why making room would not help: asked only of nodes where removing pods could. */
function preemptionMessage(pod: PodInfo, rejections: ReadonlyMap<NodeInfo, Rejection>): string {
  if (pod.pod.spec?.preemptionPolicy === "Never") return "preemption: not eligible due to preemptionPolicy=Never.";
  const reasons = [...rejections].map(([node, { unresolvable, reasons: why }]) => {
    if (unresolvable) return "Preemption is not helpful for scheduling";
    const lower = [...node.pods.values()].some(({ priority }) => priority < pod.priority);
    return lower ? (why[0] ?? "") : "No preemption victims found for incoming pod";
  });
  return `preemption: ${availabilityMessage(rejections.size, reasons)}`;
}

/** What to say of a pod that no node would do for, whatever it is like: there are no nodes to count. */
export function refusedBeforehand(nodes: number, reason: string, by: FilterName): FitError {
  const none = Array.from({ length: nodes }, () => "Preemption is not helpful for scheduling");
  const message = `0/${nodes} nodes are available: ${reason}. preemption: ${availabilityMessage(nodes, none)}`;
  return { message, rejectedBy: new Set([by]), outlook: "none" };
}

/** What to say when every node was rejected; without any node at all there is nothing to count. */
export function fitError(pod: PodInfo, rejections: ReadonlyMap<NodeInfo, Rejection>, outlook: Outlook): FitError {
  if (rejections.size === 0) return { message: "no nodes available to schedule pods", rejectedBy: new Set(), outlook };
  const all = [...rejections.values()];
  const available = availabilityMessage(
    rejections.size,
    all.flatMap(({ reasons }) => reasons),
  );
  const preemption = {
    none: () => ` ${preemptionMessage(pod, rejections)}`,
    waiting: () => " preemption: not eligible due to a terminating pod on the nominated node.",
    possible: () => "",
  }[typeof outlook === "string" ? outlook : "possible"]();
  return { message: available + preemption, rejectedBy: new Set(all.map(({ filter }) => filter)), outlook };
}
