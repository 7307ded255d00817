import type { RenderContext } from "../../http/render.js";
import { WatchRenderer } from "../../http/render.js";
import type { WatchEvent } from "../../messages.js";
import type { ApiHandler, WatchRequest, WatchSink } from "../../request.js";
import type { HttpRequest, HttpResponse } from "./message.js";
import { answerError } from "./response.js";

/** So much is handed to the connection at a time; the rest waits as events, whose text all watchers share. */
const writtenBytesMost = 256 * 1024;
const writtenAtOnce = 100;
/** What a watcher may leave unread of what happens, before it is cut off. What there was when it began does not count. */
const unreadBytesMost = 8 * 1024 * 1024;
const unreadEventsMost = 10_000;

/** Serves one watch until its time is up, the client goes away or is too slow. */
export function serveWatch(
  handler: ApiHandler,
  watch: WatchRequest,
  exchange: { readonly request: HttpRequest; readonly response: HttpResponse; onSetUp(): void },
  context: RenderContext,
): void {
  const { request, response } = exchange;
  const renderer = new WatchRenderer(context);
  const { group = "", version = "", kind = "" } = context.resource ?? {};
  const told = handler.metrics.watchEvents.of(group, version, kind);
  const stream = new WatchStream(response, renderer);
  let initial = false;
  const sink: WatchSink = {
    started: () => {
      response.writeHead(200, {
        "Content-Type": renderer.contentType,
        "Cache-Control": "no-cache, private",
        ...response.ownHeaders,
      });
      response.flushHeaders?.();
      exchange.onSetUp();
      // What is told in the same breath is what there is as the watch begins.
      initial = true;
      queueMicrotask(() => {
        initial = false;
      });
    },
    refused: (error) => answerError(request, response, error),
    events: (events) => {
      told.value += events.length;
      if (stream.send(events, initial)) return;
      handle.closed();
      response.destroy();
    },
    ended: (error) => stream.end(error === undefined ? undefined : renderer.error(error)),
  };
  const handle = handler.watch(watch, sink);
  response.once("close", () => handle.closed());
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
    private readonly response: HttpResponse,
    private readonly renderer: WatchRenderer,
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

  private write(events: readonly WatchEvent[]): void {
    const parts = events.map((event) => this.renderer.event(event));
    if (parts.every((part) => typeof part === "string")) this.response.write(parts.join(""));
    else for (const part of parts) this.response.write(part);
    if (this.response.writableLength <= writtenBytesMost || this.draining) return;
    this.draining = true;
    this.response.once("drain", () => this.drained());
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
    if (last !== undefined) this.response.write(last);
    this.response.end();
  }
}
