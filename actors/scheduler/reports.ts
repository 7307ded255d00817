/** Tells users what became of a pod: events, and the pod's own PodScheduled condition. */
import { recordEvent, referenceTo } from "../../src/actor/events.js";
import { type Host, rfc3339 } from "../../src/actor/host.js";
import { unschedulablePatch } from "./condition/condition.js";
import { conditionMachine } from "./condition/machine.js";
import type { PodInfo } from "./pod-info.js";

const component = "default-scheduler";

export function reportScheduled(host: Host, { pod, key }: PodInfo, node: string): void {
  recordEvent(host, {
    involvedObject: referenceTo(pod, "Pod", "v1"),
    type: "Normal",
    reason: "Scheduled",
    message: `Successfully assigned ${key} to ${node}`,
    component,
  });
}

export function reportFailure(host: Host, { pod }: PodInfo, message: string): void {
  const involvedObject = referenceTo(pod, "Pod", "v1");
  recordEvent(host, { involvedObject, type: "Warning", reason: "FailedScheduling", message, component });
}

export function reportUnschedulable(host: Host, info: PodInfo, message: string): void {
  reportFailure(host, info, message);
  const patch = unschedulablePatch(info.pod, message, rfc3339(host.clock.nowMs()));
  const id = `condition ${info.key}`;
  // One that is still being written says nearly the same; the next failure writes anew.
  if (patch === undefined || host.charts.get(id) !== undefined) return;
  const { namespace = "", name = "" } = info.pod.metadata;
  const path = { group: "", version: "v1", resource: "pods", namespace, name, subresource: "status" };
  const patchType = "application/strategic-merge-patch+json";
  host.charts.start(conditionMachine, { id, input: { host, write: { verb: "patch", path, patchType, patch } } });
}

export function reportPreempted(host: Host, { pod }: PodInfo, by: PodInfo, node: string): void {
  recordEvent(host, {
    involvedObject: referenceTo(pod, "Pod", "v1"),
    type: "Normal",
    reason: "Preempted",
    message: `Preempted by pod ${by.uid} on node ${node}`,
    component,
  });
}
