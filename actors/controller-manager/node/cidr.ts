/** Gives every node a range of pod addresses of its own, cut from the cluster's. */
import { referenceTo } from "../../../src/actor/events.js";
import type { Node } from "../../../src/api/types.js";
import { pathTo } from "../engine/ownership.js";
import type { Plan, PlannedWrite } from "../engine/plan.js";
import { nodes as resource } from "../engine/resources.js";

interface Range {
  readonly first: number;
  readonly prefix: number;
}

const addressNumber = (text: string): number => text.split(".").reduce((number, part) => number * 256 + Number(part), 0);
const addressText = (number: number): string => [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");

/** `10.244.0.0/16` taken apart; undefined for what is no IPv4 range. */
export function parseRange(text: string): Range | undefined {
  const match = /^([0-9]{1,3}(?:\.[0-9]{1,3}){3})\/([0-9]{1,2})$/.exec(text);
  if (match === null || Number(match[2]) > 32) return undefined;
  return { first: addressNumber(match[1]!), prefix: Number(match[2]) };
}

/** The ranges of `maskSize` within the cluster's that no node has yet, in order. */
function* freeRanges(cluster: Range, maskSize: number, taken: ReadonlySet<string>): Generator<string> {
  const count = 2 ** Math.max(0, maskSize - cluster.prefix);
  for (let index = 0; index < count; index++) {
    const range = `${addressText(cluster.first + index * 2 ** (32 - maskSize))}/${maskSize}`;
    if (!taken.has(range)) yield range;
  }
}

/** All nodes at once, so that no two are given the same range. */
export function reconcileRanges(nodes: readonly Node[], clusterCidr: string, maskSize: number): Plan {
  const cluster = parseRange(clusterCidr);
  const without = nodes.filter(({ spec, metadata }) => !spec?.podCIDR && metadata.deletionTimestamp === undefined);
  if (cluster === undefined || without.length === 0) return {};
  const taken = new Set(nodes.flatMap(({ spec }) => (spec?.podCIDR ? [spec.podCIDR] : [])));
  const free = freeRanges(cluster, maskSize, taken);
  const writes: PlannedWrite[] = [];
  const late: Node[] = [];
  for (const node of without) {
    const range = free.next();
    if (range.done) late.push(node);
    else {
      const patch = { spec: { podCIDR: range.value, podCIDRs: [range.value] } };
      const patchType = "application/merge-patch+json";
      writes.push({ request: { verb: "patch", path: pathTo(resource.path, node), patchType, patch } });
    }
  }
  const events = late.map((node) => ({
    involvedObject: referenceTo(node, "Node", "v1"),
    type: "Normal" as const,
    reason: "CIDRNotAvailable",
    message: `Node ${node.metadata.name} status is now: CIDRNotAvailable`,
    component: "cidrAllocator",
  }));
  return { writes, events };
}
