/** Writes whole answers. */
import { gzip } from "node:zlib";
import type { ApiError } from "../../../../src/api/status.js";
import { mediaTypes } from "../../http/negotiation.js";
import type { Rendered } from "../../http/render.js";
import { type HttpRequest, type HttpResponse, isGone } from "./message.js";

/** Smaller answers are not worth compressing; kube-apiserver's threshold. */
const compressFromBytes = 128 * 1024;

const baseHeaders = { "Cache-Control": "no-cache, private" } as const;

export interface AnswerOptions {
  readonly warnings?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** What the client still sends is not read: it must begin anew. */
  readonly lastOnConnection?: boolean;
}

export function answer(
  request: HttpRequest,
  response: HttpResponse,
  code: number,
  rendered: Rendered,
  options: AnswerOptions = {},
): void {
  if (isGone(response) || response.headersSent) return;
  const bytes = typeof rendered.body === "string" ? Buffer.from(rendered.body) : rendered.body;
  const headers: Record<string, string | string[]> = { ...baseHeaders, ...options.headers, "Content-Type": rendered.contentType };
  if (options.warnings !== undefined && options.warnings.length > 0) headers.Warning = options.warnings.map(warningHeader);
  if (options.lastOnConnection === true && request.httpVersionMajor === 1) headers.Connection = "close";
  const send = (body: Uint8Array) => {
    response.writeHead(code, { ...headers, "Content-Length": String(body.length) });
    if (request.method === "HEAD") response.end();
    else response.end(body);
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
    if (!isGone(response)) send(compressed);
  });
}

export function answerText(request: HttpRequest, response: HttpResponse, code: number, text: string): void {
  answer(request, response, code, { contentType: "text/plain; charset=utf-8", body: text });
}

export function answerError(request: HttpRequest, response: HttpResponse, error: ApiError, options: AnswerOptions = {}): void {
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
