/** Remembers when each node was last heard of, by this actor's own clock: a node's clock may be wrong, its silence is not. */
import type { Lease, Node } from "../../../src/api/types.js";

interface Heard {
  readonly renewTime: string | undefined;
  readonly heartbeat: string | undefined;
  readonly atMs: number;
}

export class NodeHealth {
  private readonly nodes = new Map<string, Heard>();

  /** A lease that was renewed is a sign of life. */
  leaseSeen({ metadata, spec }: Lease, monotonicMs: number): void {
    const name = metadata.name ?? "";
    const before = this.nodes.get(name);
    if (before?.renewTime === spec?.renewTime) return;
    this.nodes.set(name, { renewTime: spec?.renewTime, heartbeat: before?.heartbeat, atMs: monotonicMs });
  }

  /** So is a status whose heartbeat moved on; and a node is given its time when it is seen first. */
  nodeSeen({ metadata, status }: Node, monotonicMs: number): void {
    const name = metadata.name ?? "";
    const before = this.nodes.get(name);
    const heartbeat = status?.conditions?.find(({ type }) => type === "Ready")?.lastHeartbeatTime;
    if (before !== undefined && before.heartbeat === heartbeat) return;
    this.nodes.set(name, { renewTime: before?.renewTime, heartbeat, atMs: monotonicMs });
  }

  forget(name: string): void {
    this.nodes.delete(name);
  }

  /** When the node was last heard of; undefined when never. */
  lastHeardMs(name: string): number | undefined {
    return this.nodes.get(name)?.atMs;
  }
}
