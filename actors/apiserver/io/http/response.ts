/** Writes whole answers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzip } from "node:zlib";
import type { ApiError } from "../../../../src/api/status.js";
import { mediaTypes } from "../../http/negotiation.js";
import type { Rendered } from "../../http/render.js";

/** Smaller answers are not worth compressing; kube-apiserver's threshold. */
const compressFromBytes = 128 * 1024;

const baseHeaders = { "Cache-Control": "no-cache, private" } as const;

export interface AnswerOptions {
  readonly warnings?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  code: number,
  rendered: Rendered,
  options: AnswerOptions = {},
): void {
  if (response.destroyed || response.headersSent) return;
  const bytes = typeof rendered.body === "string" ? Buffer.from(rendered.body) : rendered.body;
  const headers: Record<string, string | string[]> = { ...baseHeaders, ...options.headers, "Content-Type": rendered.contentType };
  if (options.warnings !== undefined && options.warnings.length > 0) headers.Warning = options.warnings.map(warningHeader);
  const send = (body: Uint8Array) => {
    response.writeHead(code, { ...headers, "Content-Length": String(body.length) });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  if (bytes.length < compressFromBytes || !/\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""))) {
    send(bytes);
    return;
  }
  gzip(bytes, { level: 1 }, (error, compressed) => {
    if (error !== null) {
      send(bytes);
      return;
    }
    headers["Content-Encoding"] = "gzip";
    headers.Vary = "Accept-Encoding";
    if (!response.destroyed) send(compressed);
  });
}

export function answerText(request: IncomingMessage, response: ServerResponse, code: number, text: string): void {
  answer(request, response, code, { contentType: "text/plain; charset=utf-8", body: text });
}

export function answerError(
  request: IncomingMessage,
  response: ServerResponse,
  error: ApiError,
  options: AnswerOptions = {},
): void {
  const retryAfterSeconds = error.status.details?.retryAfterSeconds;
  const headers = { ...options.headers, ...(retryAfterSeconds ? { "Retry-After": String(retryAfterSeconds) } : {}) };
  answer(
    request,
    response,
    error.code,
    { contentType: mediaTypes.json, body: JSON.stringify(error.status) },
    { ...options, headers },
  );
}

/** https://kubernetes.io/blog/2020/09/03/warnings/: code 299, and what the text may not contain taken out of it. */
function warningHeader(text: string): string {
  const printable = [...text].map((character) => (character < " " || character > "~" ? " " : character)).join("");
  return `299 - "${printable.replace(/["\\]/g, "\\$&")}"`;
}
