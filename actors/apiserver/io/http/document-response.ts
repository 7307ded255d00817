/** Answers with what the API server says of itself: discovery and OpenAPI. */
import { notAcceptable } from "../../../../src/api/status.js";
import { documentFor, pinnedDocument } from "../../http/documents.js";
import { mediaTypes, negotiate } from "../../http/negotiation.js";
import { absent } from "../../http/routing.js";
import type { Asked } from "./asked.js";
import { authorityOf, type HttpResponse } from "./message.js";
import { answer, answerError, answerText } from "./response.js";

/** A year, the most that HTTP caches are meant to keep anything. */
const documentLifetimeMs = 365 * 24 * 3_600_000;

const isDiscovery = (path: string): boolean => path.startsWith("/api");

export function serveDocument({ handler, request, path, query }: Asked, response: HttpResponse): void {
  const pinned = pinnedDocument(handler.catalog, path, query.get("hash") ?? "");
  if (pinned !== undefined && pinned !== "current") {
    response.writeHead(301, { ...response.ownHeaders, Location: pinned.movedTo });
    response.end();
    return;
  }
  const document = documentFor(handler.catalog, path, request.headers.accept ?? "", authorityOf(request));
  if (document === undefined) {
    const nothing = absent(path);
    if (nothing.type === "refused") answerError(request, response, nothing.error);
    else answerText(request, response, 404, "404 page not found\n");
    return;
  }
  if (document.contentType === mediaTypes.json && isDiscovery(path) && negotiate(request.headers.accept) === undefined) {
    answerError(request, response, notAcceptable(Object.values(mediaTypes)));
    return;
  }
  // Under its hash a document never changes.
  const forGood = {
    "Cache-Control": "public, immutable",
    Expires: new Date(Date.now() + documentLifetimeMs).toUTCString(),
  };
  const headers = { ETag: document.etag, Vary: "Accept", ...(pinned === "current" ? forGood : {}) };
  if (request.headers["if-none-match"] === document.etag) {
    response.writeHead(304, { ...response.ownHeaders, ...headers });
    response.end();
    return;
  }
  answer(request, response, 200, document, { headers });
}
