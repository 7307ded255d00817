/** An HTTP server as the stand-ins run one: on one port, until a signal, then exit code 0 once open requests are answered. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";

export function serveUntilSignal(
  port: number,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  signals: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGQUIT"],
  tls?: ServerOptions,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
    server.once("error", reject);
    server.listen(port);
    const end = (): void => {
      server.close(() => resolve(0));
      server.closeIdleConnections();
    };
    for (const signal of signals) process.once(signal, end);
  });
}

export const pathOf = (request: IncomingMessage): string => (request.url ?? "/").split("?")[0] ?? "/";

export function queryOf(request: IncomingMessage): URLSearchParams {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  return new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
}

export function readBytes(request: IncomingMessage, onDone: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => onDone(Buffer.concat(chunks)));
}

export const readBody = (request: IncomingMessage, onDone: (body: string) => void): void =>
  readBytes(request, (bytes) => onDone(bytes.toString("utf8")));

export function answerText(response: ServerResponse, status: number, body: string, type = "text/plain; charset=utf-8"): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/** What Go's servers say of a text that nobody has said more of: a page where it begins as one. */
const pageStart = /^\s*<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|!--)[\s>]/i;
export const sniffedType = (text: string): string => `text/${pageStart.test(text) ? "html" : "plain"}; charset=utf-8`;

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (number: number): string => String(number).padStart(2, "0");

/** The combined log format of web servers. */
export function accessLine(request: IncomingMessage, status: number, bytes: number): string {
  const now = new Date();
  const day = `${two(now.getUTCDate())}/${months[now.getUTCMonth()]}/${now.getUTCFullYear()}`;
  const time = `${two(now.getUTCHours())}:${two(now.getUTCMinutes())}:${two(now.getUTCSeconds())}`;
  const from = request.socket.remoteAddress ?? "-";
  const agent = request.headers["user-agent"] ?? "-";
  const referer = request.headers.referer ?? "-";
  return `${from} - - [${day}:${time} +0000] "${request.method} ${request.url} HTTP/${request.httpVersion}" ${status} ${bytes} "${referer}" "${agent}"`;
}
