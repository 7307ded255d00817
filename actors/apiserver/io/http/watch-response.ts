import type { RenderContext } from "../../http/render.js";
import type { ApiHandler, WatchRequest } from "../../request.js";
import type { HttpRequest, HttpResponse } from "./message.js";
import { answerError } from "./response.js";
import { followWatch } from "./watch-stream.js";

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
      return response;
    },
    refuse: (error) => answerError(request, response, error),
  });
  response.once("close", () => handle.closed());
}
