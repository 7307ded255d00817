import type { ApiHandler } from "../../request.js";
import type { HttpResponse } from "./message.js";

/** What a reader of the trace may leave unread before lines are thrown away, which it is told. */
const unreadBytesMost = 4 * 1024 * 1024;

/** Serves the trace ring as NDJSON; with `follow`, until the client goes away. */
export function serveTrace(handler: ApiHandler, follow: boolean, response: HttpResponse): void {
  response.writeHead(200, { "Content-Type": "application/x-ndjson", "Cache-Control": "no-cache, private" });
  response.flushHeaders?.();
  const lost = (count: number) => response.write(`${JSON.stringify({ kind: "lost", count })}\n`);
  const handle = handler.trace(
    {
      lines: (lines) => {
        if (response.writableLength > unreadBytesMost) lost(lines.length);
        else response.write(lines.map((line) => `${line}\n`).join(""));
      },
      lost,
    },
    { follow },
  );
  if (!follow) response.end();
  response.once("close", () => handle.closed());
}
