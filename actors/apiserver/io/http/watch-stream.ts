/** A watch on its way to whoever reads it, over whatever connection: as fast as it is read, and cut off when that is too slow. */
import { type RenderContext, WatchRenderer } from "../../http/render.js";
import type { WatchEvent } from "../../messages.js";
import type { ApiError, ApiHandler, WatchHandle, WatchRequest, WatchSink } from "../../request.js";

/** So much is handed to the connection at a time; the rest waits as events, whose text all watchers share. */
const writtenBytesMost = 256 * 1024;
const writtenAtOnce = 100;
/** What a watcher may leave unread of what happens, before it is cut off. What there was when it began does not count. */
const unreadBytesMost = 8 * 1024 * 1024;
const unreadEventsMost = 10_000;

/** Where events are written. */
export interface WatchConnection {
  /** Bytes that were written and have not left yet. */
  readonly writableLength: number;
  write(part: string | Uint8Array): unknown;
  once(event: "drain", listener: () => void): unknown;
  /** Sends what was written, where it would wait for what else is written in this turn of the event loop. */
  flush?(): void;
  end(): unknown;
  destroy(): unknown;
}

/** How the watch of one request begins. */
export interface WatchBeginning {
  /** What each event is on its own: a message, without the length that parts it from the next in a stream of bytes. */
  readonly inMessages: boolean;
  /** The watch is accepted. Undefined where the connection has failed: then its end is told by `closed` of the handle. */
  accept(contentType: string): WatchConnection | undefined;
  refuse(error: ApiError): void;
}

export function followWatch(
  handler: ApiHandler,
  watch: WatchRequest,
  context: RenderContext,
  { inMessages, accept, refuse }: WatchBeginning,
): WatchHandle {
  const renderer = new WatchRenderer(context, inMessages);
  const { group = "", version = "", kind = "" } = context.resource ?? {};
  const { front } = handler.metrics;
  const told = front.watchEvents.of(group, version, kind);
  const sizes = front.watchEventSizes.of(group, version, kind);
  let stream: WatchStream | undefined;
  let initial = false;
  const sink: WatchSink = {
    started: () => {
      const connection = accept(renderer.contentType);
      if (connection !== undefined) stream = new WatchStream(connection, renderer, inMessages);
      // What is told in the same breath is what there is as the watch begins.
      initial = true;
      queueMicrotask(() => {
        initial = false;
      });
    },
    refused: refuse,
    events: (events) => {
      told.value += events.length;
      for (const { object } of events) sizes.observe(object.length);
      if (stream === undefined || stream.send(events, initial)) return;
      front.terminatedWatchers.of(context.resource?.plural ?? "").value += 1;
      handle.closed();
      stream.destroy();
    },
    ended: (error) => stream?.end(error === undefined ? undefined : renderer.error(error)),
  };
  const handle = handler.watch(watch, sink);
  return handle;
}

/** Writes events as fast as they are read. */
class WatchStream {
  private waiting: WatchEvent[] = [];
  /** Where the oldest of them is. */
  private head = 0;
  /** How many of the oldest are of what there was when the watch began. */
  private initial = 0;
  /** Of the others. */
  private waitingBytes = 0;
  private draining = false;
  /** Set once no more events come: what is written last. */
  private ending: { readonly last: string | Uint8Array | undefined } | undefined;

  constructor(
    private readonly connection: WatchConnection,
    private readonly renderer: WatchRenderer,
    private readonly inMessages: boolean,
  ) {}

  /** False when the reader is too far behind. */
  send(events: readonly WatchEvent[], initial: boolean): boolean {
    if (!this.draining) {
      this.write(events);
      return true;
    }
    for (const event of events) {
      this.waiting.push(event);
      if (initial) this.initial += 1;
      else this.waitingBytes += event.object.length;
    }
    const unread = this.waiting.length - this.head - this.initial;
    return this.waitingBytes <= unreadBytesMost && unread <= unreadEventsMost;
  }

  end(last: string | Uint8Array | undefined): void {
    this.ending = { last };
    if (!this.draining) this.finish();
  }

  destroy(): void {
    this.connection.destroy();
  }

  private write(events: readonly WatchEvent[]): void {
    const parts = events.map((event) => this.renderer.event(event));
    if (!this.inMessages && parts.every((part) => typeof part === "string")) this.connection.write(parts.join(""));
    else for (const part of parts) this.connection.write(part);
    this.connection.flush?.();
    if (this.connection.writableLength <= writtenBytesMost || this.draining) return;
    this.draining = true;
    this.connection.once("drain", () => this.drained());
  }

  private drained(): void {
    this.draining = false;
    while (this.head < this.waiting.length && !this.draining) this.write(this.take());
    if (!this.draining && this.ending !== undefined) this.finish();
  }

  private take(): WatchEvent[] {
    const taken = this.waiting.slice(this.head, this.head + writtenAtOnce);
    for (const event of taken) {
      if (this.initial > 0) this.initial -= 1;
      else this.waitingBytes -= event.object.length;
    }
    this.head += taken.length;
    if (this.head === this.waiting.length) {
      this.waiting = [];
      this.head = 0;
    }
    return taken;
  }

  private finish(): void {
    const last = this.ending?.last;
    if (last !== undefined) this.connection.write(last);
    this.connection.end();
  }
}
