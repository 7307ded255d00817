/** What runc knows of its node: sandboxes, containers, images and who wants to hear of them. The charts' bulk, kept out of context. */
import type { OutgoingStream } from "../../src/wire/streams.js";
import { AddressPool, parseRange } from "./address-pool.js";
import type { ContainerRecord, ImageRecord, SandboxRecord } from "./io/driver.js";
import type { ContainerEvent } from "./messages.js";
import { containerStatus } from "./status.js";

type EventStream = OutgoingStream<ContainerEvent, never>;

export class RuncTable {
  readonly sandboxes = new Map<string, SandboxRecord>();
  readonly containers = new Map<string, ContainerRecord>();
  readonly images = new Map<string, ImageRecord>();
  private readonly pools = new Map<string, AddressPool>();
  private readonly subscribers = new Set<EventStream>();
  private sessions = 0;

  /** An address of the range, "" when none is free, undefined when the range is not one. */
  takeAddress(podCidr: string): string | undefined {
    let pool = this.pools.get(podCidr);
    if (pool === undefined) {
      const range = parseRange(podCidr);
      if (range === undefined) return undefined;
      pool = new AddressPool(range);
      for (const sandbox of this.sandboxes.values()) {
        if (sandbox.state === "ready") pool.reserve(sandbox.podIP);
      }
      this.pools.set(podCidr, pool);
    }
    return pool.take() ?? "";
  }

  freeAddress(address: string): void {
    for (const pool of this.pools.values()) pool.free(address);
  }

  containersOf(sandboxId: string): ContainerRecord[] {
    return [...this.containers.values()].filter((record) => record.spec.sandboxId === sandboxId);
  }

  /** Names the chart of an exec, attach or log stream. */
  nextSession(): number {
    this.sessions += 1;
    return this.sessions;
  }

  subscribe(stream: EventStream): void {
    this.subscribers.add(stream);
    stream.listen({ onClosed: () => this.subscribers.delete(stream) });
  }

  publish(type: ContainerEvent["type"], record: ContainerRecord): void {
    for (const stream of [...this.subscribers]) stream.send({ type, status: containerStatus(record) });
  }

  endSubscriptions(): void {
    for (const stream of this.subscribers) stream.end();
    this.subscribers.clear();
  }
}
