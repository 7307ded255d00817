import type { ApiHandler, ConnectRequest } from "../../request.js";
import type { HttpRequest, HttpResponse } from "./message.js";
import { answerError } from "./response.js";

/** Serves a container's log: as fast as the client reads, no faster. */
export function serveLog(
  handler: ApiHandler,
  connect: ConnectRequest,
  { request, response }: { readonly request: HttpRequest; readonly response: HttpResponse },
): void {
  const open = () => {
    if (response.headersSent) return;
    response.writeHead(200, { ...response.ownHeaders, "Content-Type": "text/plain", "Cache-Control": "no-cache, private" });
    response.flushHeaders?.();
  };
  const handle = handler.connect(connect, {
    // Only the first output or the end shows that there is a log to give.
    started: () => undefined,
    refused: (error) => answerError(request, response, error),
    output: (chunk) => {
      if (!("data" in chunk)) return;
      open();
      response.write(chunk.data, () => handle.consumed(1));
    },
    ended: (error) => {
      if (error !== undefined && !response.headersSent) {
        answerError(request, response, error);
        return;
      }
      open();
      response.end();
    },
  });
  response.once("close", () => handle.closed());
}
