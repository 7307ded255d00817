import type { RenderContext } from "../../http/render.js";
import type { ApiHandler, WatchRequest } from "../../request.js";
import type { HttpRequest, HttpResponse } from "./message.js";
import { answerError } from "./response.js";
import { followWatch, type WatchConnection } from "./watch-stream.js";

/** Watchers are told before what else comes of an event, such as the answer of the write that made it. */
const toldFirst = (response: HttpResponse): WatchConnection =>
  response.stream === undefined ? Object.assign(response, { flush: () => response.socket?.uncork() }) : response;

/** Serves one watch until its time is up, the client goes away or is too slow. */
export function serveWatch(
  handler: ApiHandler,
  watch: WatchRequest,
  { request, response, onSetUp }: { readonly request: HttpRequest; readonly response: HttpResponse; onSetUp(): void },
  context: RenderContext,
): void {
  const handle = followWatch(handler, watch, context, {
    inMessages: false,
    accept: (contentType) => {
      response.writeHead(200, {
        "Content-Type": contentType,
        "Cache-Control": "no-cache, private",
        ...response.ownHeaders,
      });
      response.flushHeaders?.();
      onSetUp();
      return toldFirst(response);
    },
    refuse: (error) => answerError(request, response, error),
  });
  response.once("close", () => handle.closed());
}
