/** Writes whole answers. */
import { gzip } from "node:zlib";
import type { ApiError } from "../../../../src/api/status.js";
import type { AuditedRequest } from "../../audit/audit.js";
import { isPretty, negotiate } from "../../http/negotiation.js";
import { type Rendered, renderStatus } from "../../http/render.js";
import { boundedWarnings, warningHeader } from "../../http/warnings.js";
import type { Noted } from "../../request.js";
import { type HttpRequest, type HttpResponse, isGone } from "./message.js";
import { bytesOfPieces } from "./text-bytes.js";

/** Smaller answers are not worth compressing; kube-apiserver's threshold. */
const compressFromBytes = 128 * 1024;

const baseHeaders = { "Cache-Control": "no-cache, private" } as const;

export interface AnswerOptions {
  readonly warnings?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** What the client still sends is not read: it must begin anew. */
  readonly lastOnConnection?: boolean;
}

/** What admission has to say besides goes with whatever answer, and into the audit log. */
export function remarkOn(response: HttpResponse, { warnings, annotations }: Noted, audited: AuditedRequest | undefined): void {
  if (annotations !== undefined) audited?.remarked(annotations);
  if (warnings === undefined) return;
  const Warning = [...[response.ownHeaders?.Warning ?? []].flat(), ...boundedWarnings(warnings).map(warningHeader)];
  response.ownHeaders = { ...response.ownHeaders, Warning };
}

export function answer(
  request: HttpRequest,
  response: HttpResponse,
  code: number,
  rendered: Rendered,
  options: AnswerOptions = {},
): void {
  if (isGone(response) || response.headersSent) return;
  const body = contentOf(rendered);
  const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  const headers: Record<string, string | string[]> = {
    ...baseHeaders,
    ...response.ownHeaders,
    ...options.headers,
    "Content-Type": rendered.contentType,
  };
  if (options.warnings !== undefined && options.warnings.length > 0)
    headers.Warning = [...[headers.Warning ?? []].flat(), ...boundedWarnings(options.warnings).map(warningHeader)];
  if (options.lastOnConnection === true && request.httpVersionMajor === 1) headers.Connection = "close";
  // Text goes out in one piece with the head, which bytes do not.
  const send = (content: string | Uint8Array, contentBytes: number) => {
    response.bodyBytes = contentBytes;
    headers["Content-Length"] = String(contentBytes);
    response.writeHead(code, headers);
    if (request.method === "HEAD") response.end();
    else response.end(content);
  };
  if (bytes < compressFromBytes || !/\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""))) {
    send(body, bytes);
    return;
  }
  gzip(body, { level: 1 }, (error, compressed) => {
    if (error !== null) {
      send(body, bytes);
      return;
    }
    headers["Content-Encoding"] = "gzip";
    headers.Vary = headers.Vary === undefined ? "Accept-Encoding" : `${headers.Vary}, Accept-Encoding`;
    if (!isGone(response)) send(compressed, compressed.length);
  });
}

const contentOf = ({ body }: Rendered): string | Uint8Array =>
  typeof body === "string" || body instanceof Uint8Array ? body : bytesOfPieces(body);

export function answerText(
  request: HttpRequest,
  response: HttpResponse,
  code: number,
  text: string,
  options: AnswerOptions = {},
): void {
  const headers = { ...options.headers, "X-Content-Type-Options": "nosniff" };
  answer(request, response, code, { contentType: "text/plain; charset=utf-8", body: text }, { ...options, headers });
}

export function answerError(request: HttpRequest, response: HttpResponse, error: ApiError, options: AnswerOptions = {}): void {
  const retryAfterSeconds = error.status.details?.retryAfterSeconds;
  const headers = { ...options.headers, ...(retryAfterSeconds ? { "Retry-After": String(retryAfterSeconds) } : {}) };
  // Whoever reads nothing that there is reads JSON.
  const representation = negotiate(request.headers.accept) ?? { encoding: "json", parameters: new Map() };
  const pretty = isPretty(request.url ?? "", request.headers["user-agent"] ?? "");
  answer(request, response, error.code, renderStatus(error.status, representation, pretty), { ...options, headers });
}
