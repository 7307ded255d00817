/** What an informer does on the wire and to its store; its chart says when. */
import {
  apiserverMessages,
  type ListOptions,
  type ListReply,
  type ResourcePath,
  statusOf,
  type WatchChunk,
} from "../../../actors/apiserver/messages.js";
import type { KubernetesObject } from "../../api/types.js";
import type { Address } from "../../wire/address.js";
import { roleOf } from "../../wire/address.js";
import { type Outcome, type WireError, wireError } from "../../wire/errors.js";
import { decodeJson, type Json } from "../../wire/json.js";
import type { IncomingStream } from "../../wire/streams.js";
import type { Host } from "../host.js";
import { between } from "../random.js";
import { type Change, keyOf, type Store } from "./store.js";

const backoffBounds = { firstMs: 20, mostMs: 2_000 } as const;

export type Selection = Pick<ListOptions, "labelSelector" | "fieldSelector">;

export class Reflection {
  private resourceVersion = "";
  private synced = false;
  private stream: IncomingStream<never> | undefined;

  constructor(
    private readonly host: Host,
    private readonly path: ResourcePath,
    private readonly selection: Selection,
    private readonly store: Store<KubernetesObject>,
    private readonly onChange: (change: Change<KubernetesObject>) => void,
  ) {}

  list(onListed: (outcome: Outcome<{ resourceVersion: string }>) => void): void {
    const server = this.apiserver();
    if (server === undefined) {
      onListed({ ok: false, error: wireError("unreachable", "no API server is linked") });
      return;
    }
    const onOutcome = (outcome: Outcome<ListReply>) => {
      if (outcome.ok) this.replace(outcome.reply);
      onListed(outcome);
    };
    this.host.wire.call(
      server,
      apiserverMessages.list,
      { path: this.path, options: this.selection },
      { deadlineMs: 30_000, onOutcome },
    );
  }

  watch(onChunk: (chunk: WatchChunk) => void, onEnd: (error?: WireError) => void): void {
    const server = this.apiserver();
    if (server === undefined) {
      onEnd(wireError("unreachable", "no API server is linked"));
      return;
    }
    const options = { ...this.selection, resourceVersion: this.resourceVersion, allowWatchBookmarks: true };
    this.stream = this.host.wire.open(server, apiserverMessages.watch, { path: this.path, options }, { onChunk, onEnd });
  }

  stopWatch(): void {
    this.stream?.cancel();
    this.stream = undefined;
  }

  apply(chunk: WatchChunk): void {
    for (const event of chunk.events) {
      this.resourceVersion = event.resourceVersion;
      this.store.revision = event.resourceVersion;
      if (event.type === "BOOKMARK") continue;
      const object = decodeJson(event.object as Json<KubernetesObject>);
      this.tell(event.type === "DELETED" ? this.store.delete(keyOf(object)) : this.store.put(object));
    }
  }

  hasExpired(error: WireError | undefined): boolean {
    return error !== undefined && statusOf(error)?.code === 410;
  }

  backoffMs(failures: number): number {
    const doubled = Math.min(backoffBounds.mostMs, backoffBounds.firstMs * 2 ** Math.max(0, failures - 1));
    return between(this.host.random, doubled / 2, doubled);
  }

  private replace(reply: ListReply): void {
    this.resourceVersion = reply.resourceVersion;
    this.store.revision = reply.resourceVersion;
    for (const change of this.store.replace(reply.items.map((item) => decodeJson(item)))) this.tell(change);
    if (!this.synced) {
      this.synced = true;
      this.onChange({ type: "synced" });
    }
  }

  private tell(change: Change<KubernetesObject> | undefined): void {
    if (change !== undefined) this.onChange(change);
  }

  private apiserver(): Address | undefined {
    return apiserverOf(this.host);
  }
}

/** The API server that an actor is attached to now. */
export const apiserverOf = (host: Host): Address | undefined => host.wire.peers().find((peer) => roleOf(peer) === "apiserver");
