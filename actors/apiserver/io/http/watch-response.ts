import type { RenderContext } from "../../http/render.js";
import { WatchRenderer } from "../../http/render.js";
import type { ApiHandler, WatchRequest, WatchSink } from "../../request.js";
import type { HttpRequest, HttpResponse } from "./message.js";
import { answerError } from "./response.js";

/** What a watcher may leave unread before it is cut off. */
const unreadBytesMost = 8 * 1024 * 1024;

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
  const write = (parts: Array<string | Uint8Array>) => {
    const text = parts.every((part) => typeof part === "string");
    if (text) response.write(parts.join(""));
    else for (const part of parts) response.write(part);
  };
  const sink: WatchSink = {
    started: () => {
      response.writeHead(200, {
        "Content-Type": renderer.contentType,
        "Cache-Control": "no-cache, private",
        ...response.flowHeaders,
      });
      response.flushHeaders?.();
      exchange.onSetUp();
    },
    refused: (error) => answerError(request, response, error),
    events: (events) => {
      if (response.writableLength > unreadBytesMost) {
        handle.closed();
        response.destroy();
        return;
      }
      told.value += events.length;
      write(events.map((event) => renderer.event(event)));
    },
    ended: (error) => {
      if (error !== undefined) write([renderer.error(error)]);
      response.end();
    },
  };
  const handle = handler.watch(watch, sink);
  response.once("close", () => handle.closed());
}
