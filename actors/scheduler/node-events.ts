/** What a change of a node means to pods that wait. */
import type { Change } from "../../src/actor/informer/store.js";
import type { Node } from "../../src/api/types.js";
import { writeJson } from "../../src/json/text.js";
import type { ClusterEvent } from "./queue.js";

const differs = (one: unknown, other: unknown): boolean => writeJson(one ?? null) !== writeJson(other ?? null);

/** A heartbeat that only repeats itself helps nobody. */
export function nodeEvents(change: Exclude<Change<Node>, { type: "synced" }>): ClusterEvent[] {
  if (change.type === "added") return ["node added"];
  if (change.type === "deleted") return [];
  const { object: after, previous: before } = change;
  const events: ClusterEvent[] = [];
  if (differs(before.status?.allocatable, after.status?.allocatable)) events.push("node allocatable changed");
  if (differs(before.metadata.labels, after.metadata.labels)) events.push("node labels changed");
  const taints = (node: Node) => [node.spec?.taints, node.spec?.unschedulable ?? false];
  if (differs(taints(before), taints(after))) events.push("node taints changed");
  return events;
}
