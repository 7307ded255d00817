/** `agnhost netexec`: answers over HTTP and UDP what its caller wants to know of the network, and does what it is told. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { parseGoDuration } from "../../../../src/api/go-duration.js";
import type { ProgramContext } from "../container/entry.js";
import { dial, serveDatagrams } from "./agnhost-network.js";
import { runInShell } from "./busybox.js";
import { flagOf } from "./flags.js";
import { answerText, pathOf, queryOf, readBytes } from "./serve.js";
import { uploadedFile } from "./upload.js";

interface Asked {
  readonly context: ProgramContext;
  readonly server: Server;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}

type Handler = (asked: Asked) => void;

const text =
  (answer: (asked: Asked) => string): Handler =>
  (asked) =>
    answerText(asked.response, 200, answer(asked));

const addressOf = ({ socket }: IncomingMessage): string => {
  const address = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  return address.includes(":") ? `[${address}]:${socket.remotePort}` : `${address}:${socket.remotePort}`;
};

const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["/clientip", text(({ request }) => addressOf(request))],
  ["/header", text(({ request, query }) => String(request.headers[(query.get("key") ?? "").toLowerCase()] ?? ""))],
  ["/hostname", text(({ context }) => context.hostname)],
  ["/hostName", text(({ context }) => context.hostname)],
  ["/echo", echo],
  ["/dial", ask],
  ["/exit", exit],
  ["/healthz", text(() => "")],
  ["/redirect", redirect],
  ["/shell", shell],
  ["/upload", upload],
  ["/shutdown", () => process.exit(0)],
]);

export function netexec(context: ProgramContext, args: readonly string[]): Promise<number> {
  const port = Number(flagOf(args, "http-port") ?? 8080);
  const udpPort = Number(flagOf(args, "udp-port") ?? 8081);
  const delayMs = Number(flagOf(args, "delay-shutdown") ?? 0) * 1000;
  const override = flagOf(args, "http-override");
  const certificate = flagOf(args, "tls-cert-file");
  const health = { isGood: true };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (override !== undefined) request.url = override;
    const path = pathOf(request);
    const query = queryOf(request);
    console.log(`${override === undefined ? request.method : "GET"} ${request.url}`);
    if (path === "/healthz" && query.has("set")) health.isGood = query.get("set") === "true";
    if (path === "/healthz" && !health.isGood) answerText(response, 412, "");
    else (handlers.get(path) ?? now)({ context, server, request, response, query });
  };
  const server =
    certificate === undefined
      ? createServer(handle)
      : createTlsServer(
          { cert: readFileSync(certificate), key: readFileSync(flagOf(args, "tls-private-key-file") ?? "") },
          handle,
        );
  if (udpPort > 0) serveDatagrams(udpPort, context.hostname);
  if (delayMs > 0) {
    process.once("SIGTERM", () => {
      console.log(`Sleeping ${delayMs / 1000} seconds before exit`);
      setTimeout(() => process.exit(0), delayMs);
    });
  }
  return new Promise((_resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => console.log(`Started HTTP server on port ${port}`));
  });
}

function now({ response }: Asked): void {
  answerText(response, 200, `NOW: ${new Date().toISOString()}`);
}

function echo({ response, query }: Asked): void {
  const code = Number(query.get("code") ?? 200);
  if (Number.isInteger(code) && code >= 200 && code <= 599) answerText(response, code, query.get("msg") ?? "");
  else answerText(response, 200, `argument 'code' must be an integer or empty, got "${query.get("code")}"\n`);
}

function ask({ response, query }: Asked): void {
  void dial(query).then(({ status, body }) => answerText(response, status, body));
}

/** `?code=2&timeout=10s&wait=5s`: after `wait` no more is accepted, and after `timeout` at most it ends. */
function exit({ server, response, query }: Asked): void {
  const [wait, timeout] = ["wait", "timeout"].map((name) => parseGoDuration(query.get(name) || "0"));
  const code = Number(query.get("code") ?? 0);
  if (wait === undefined || timeout === undefined || "problem" in wait || "problem" in timeout || !Number.isInteger(code)) {
    answerText(response, 200, "arguments 'wait' and 'timeout' must be valid golang durations or empty, 'code' an integer\n");
    return;
  }
  setTimeout(() => {
    if (timeout.ms === 0) process.exit(code);
    server.close(() => process.exit(code));
    server.closeIdleConnections();
    setTimeout(() => process.exit(code), timeout.ms);
  }, wait.ms);
  answerText(response, 200, "");
}

function redirect({ response, query }: Asked): void {
  const code = Number(query.get("code") || 302);
  response.writeHead(code, { location: query.get("location") ?? "/" });
  response.end();
}

/** `?cmd=…`: what a shell prints that runs it. */
function shell({ context, response, query }: Asked): void {
  const command = query.get("shellCommand") ?? query.get("cmd") ?? "";
  const parts: Uint8Array[] = [];
  const output = {
    write: async (bytes: Uint8Array) => {
      parts.push(bytes);
    },
  };
  void runInShell(context, command, output).then((status) => {
    const printed = Buffer.concat(parts).toString("utf8");
    const told = { ...(status === 0 ? {} : { error: `exit status ${status}` }), ...(printed === "" ? {} : { output: printed }) };
    answerText(response, 200, JSON.stringify(told));
  });
}

let uploads = 0;

/** A file in the field `file` of a form; it is kept below /uploads. */
function upload({ request, response }: Asked): void {
  readBytes(request, (body) => {
    const file = uploadedFile(request.headers["content-type"] ?? "", body, "file");
    if (file === undefined) {
      answerText(response, 500, JSON.stringify({ error: "Unable to upload file." }));
      return;
    }
    uploads += 1;
    const path = `/uploads/upload${process.pid}${uploads}`;
    mkdirSync("/uploads", { recursive: true });
    writeFileSync(path, file, { mode: 0o700 });
    answerText(response, 201, JSON.stringify({ output: path }));
  });
}
