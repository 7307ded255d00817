/**
 * How fast pods may be expelled from nodes that are not ready. A few lost nodes lose their pods one node after another; when
 * most of a zone is lost it is more likely the network, and nobody is expelled.
 * Source: https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction
 */
import type { Node } from "../../../src/api/types.js";

export const expulsionLimits = {
  /** One node every ten seconds. */
  everyMs: 10_000,
  /** In a large zone that is partly lost. */
  slowlyEveryMs: 100_000,
  /** A zone with more nodes than this is large. */
  largeZoneNodes: 50,
  /** The part of a zone that makes it partly lost, when it is more than two nodes. */
  lostPart: 0.55,
} as const;

export const isNodeReady = ({ status }: Node): boolean =>
  status?.conditions?.find(({ type }) => type === "Ready")?.status === "True";

/** Nodes fail together by region and zone. */
export const zoneOf = ({ metadata }: Node): string => {
  const { "topology.kubernetes.io/region": region = "", "topology.kubernetes.io/zone": zone = "" } = metadata.labels ?? {};
  return `${region}/${zone}`;
};

/** Milliseconds between two nodes of a zone; undefined when none may be expelled. */
export function paceMs(ready: number, notReady: number): number | undefined {
  const isPartlyLost = ready > 0 && notReady > 2 && notReady / (ready + notReady) >= expulsionLimits.lostPart;
  if (!isPartlyLost) return expulsionLimits.everyMs;
  return ready + notReady > expulsionLimits.largeZoneNodes ? expulsionLimits.slowlyEveryMs : undefined;
}

interface Last {
  readonly node: string;
  readonly atMs: number;
}

/** Remembers of each zone which node was last, by the monotonic clock. */
export class Expulsions {
  private readonly last = new Map<string, Last>();

  /** 0 when it is this node's turn, which it then keeps; how long it must wait; undefined when none of the zone may be expelled. */
  waitMs(node: Node, nodes: readonly Node[], monotonicMs: number): number | undefined {
    const zone = zoneOf(node);
    const { name = "" } = node.metadata;
    const ofZone = nodes.filter((each) => zoneOf(each) === zone);
    const ready = ofZone.filter(isNodeReady).length;
    const pace = paceMs(ready, ofZone.length - ready);
    if (pace === undefined) return undefined;
    const last = this.last.get(zone);
    const nextMs = last === undefined || last.node === name ? monotonicMs : last.atMs + pace;
    if (nextMs > monotonicMs) return nextMs - monotonicMs;
    if (last?.node !== name) this.last.set(zone, { node: name, atMs: monotonicMs });
    return 0;
  }
}
