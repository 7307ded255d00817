/** What the watch cache asks of etcd: the whole registry page by page at one revision, then its changes. */
import type { Host } from "../../../src/actor/host.js";
import type { Address } from "../../../src/wire/address.js";
import { roleOf } from "../../../src/wire/address.js";
import { type Outcome, type WireError, wireError } from "../../../src/wire/errors.js";
import type { IncomingStream } from "../../../src/wire/streams.js";
import {
  type EtcdRejection,
  etcdMessages,
  type KeyValue,
  type ProgressRequest,
  prefixEnd,
  type RangeReply,
  type WatchChunk,
} from "../../etcd/messages.js";
import { registryPrefix, type WatchCache } from "./cache.js";
import type { Freshness } from "./freshness.js";

const pageLimit = 500;

/** The etcd that an API server is linked to now. */
export const etcdOf = (host: Host): Address | undefined => host.wire.peers().find((peer) => roleOf(peer) === "etcd");

/** The reason that etcd gave for declining, if it did. */
export const rejectionOf = (error: WireError | undefined): EtcdRejection | undefined =>
  error?.code === "rejected" ? (error.details as EtcdRejection) : undefined;

export class EtcdLink {
  private stream: IncomingStream<ProgressRequest> | undefined;
  /** Lists that were given up are recognised by their number. */
  private lists = 0;

  constructor(
    private readonly host: Host,
    readonly cache: WatchCache,
    readonly freshness: Freshness,
  ) {}

  get linked(): boolean {
    return etcdOf(this.host) !== undefined;
  }

  /** Lists everything at one revision into the cache. */
  list(onListed: (outcome: Outcome<null>) => void): void {
    const list = ++this.lists;
    const kvs: KeyValue[] = [];
    const page = (key: string, revision: bigint): void => {
      const etcd = etcdOf(this.host);
      if (etcd === undefined) {
        onListed({ ok: false, error: wireError("unreachable", "etcd is not linked") });
        return;
      }
      const request = { key, rangeEnd: prefixEnd(registryPrefix), limit: pageLimit, revision };
      const onOutcome = (outcome: Outcome<RangeReply>): void => {
        if (list !== this.lists) return;
        if (!outcome.ok) {
          onListed(outcome);
          return;
        }
        const { kvs: found, more } = outcome.reply;
        const at = revision === 0n ? outcome.reply.revision : revision;
        for (const kv of found) kvs.push(kv);
        const last = found.at(-1);
        if (more && last !== undefined) {
          page(`${last.key}\0`, at);
          return;
        }
        this.cache.replace(kvs, at);
        onListed({ ok: true, reply: null });
      };
      this.host.wire.call(etcd, etcdMessages.range, request, { onOutcome });
    };
    page(registryPrefix, 0n);
  }

  /** Gives up a list that is under way. */
  stopListing(): void {
    this.lists += 1;
  }

  /** Follows what happens after the cache's revision. `onStarted` with the first word from etcd. */
  watch(told: { onStarted(): void; onEnd(error?: WireError): void }): void {
    const etcd = etcdOf(this.host);
    if (etcd === undefined) {
      told.onEnd(wireError("unreachable", "etcd is not linked"));
      return;
    }
    let started = false;
    const start = (): void => {
      started = true;
      this.freshness.connected((progress) => this.stream?.send({ progress }));
      told.onStarted();
    };
    const request = {
      key: registryPrefix,
      rangeEnd: prefixEnd(registryPrefix),
      startRevision: this.cache.revision + 1n,
      progressNotify: true,
    };
    const onChunk = (chunk: WatchChunk): void => {
      this.cache.apply(chunk);
      if (!started) start();
      if (chunk.progress !== undefined) this.freshness.answered(chunk.progress);
    };
    const onEnd = (error?: WireError): void => told.onEnd(error);
    this.stream = this.host.wire.open(etcd, etcdMessages.watch, request, { onChunk, onEnd });
  }

  stopWatching(): void {
    this.freshness.disconnected();
    this.stream?.cancel();
    this.stream = undefined;
  }
}
