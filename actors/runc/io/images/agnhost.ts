/** Stand-in for agnhost, the Kubernetes project's image for trying things: netexec, serve-hostname, pause and a few more. */
import { createServer } from "node:net";
import { agnhostAnswer } from "../../images/answers.js";
import type { ProgramContext } from "../container/entry.js";
import { dial, serveDatagrams, serveHealth } from "./agnhost-network.js";
import { answerText, pathOf, queryOf, readBody, serveUntilSignal } from "./serve.js";
import { pause } from "./small.js";

/** `--name=value` and `--name value`. */
function flagOf(args: readonly string[], name: string): string | undefined {
  const at = args.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  if (at < 0) return undefined;
  const equals = args[at]!.indexOf("=");
  return equals > 0 ? args[at]!.slice(equals + 1) : args[at + 1];
}

export function agnhost(context: ProgramContext): unknown {
  const [subcommand = "pause", ...args] = context.args;
  switch (subcommand) {
    case "pause":
      return pause();
    case "netexec":
      return netexec(context, args);
    case "grpc-health-checking":
      serveHealth(Number(flagOf(args, "port") ?? 5000), Number(flagOf(args, "http-port") ?? 8080));
      return undefined;
    case "serve-hostname":
      return serveHostname(context, args);
    case "liveness":
      return liveness();
    case "entrypoint-tester":
      console.log(`[${["/agnhost", "entrypoint-tester", ...args].join(" ")}]`);
      return 0;
    case "--help":
    case "help":
      console.log(
        "agnhost (Chartroom's stand-in): entrypoint-tester, grpc-health-checking, liveness, netexec, pause, serve-hostname",
      );
      return 0;
    default:
      console.error(`Error: unknown command "${subcommand}" for "app"\nRun 'app --help' for usage.`);
      return 1;
  }
}

function netexec({ hostname }: ProgramContext, args: readonly string[]): Promise<number> {
  const port = Number(flagOf(args, "http-port") ?? 8080);
  const delayMs = Number(flagOf(args, "delay-shutdown") ?? 0) * 1000;
  console.log(`Started HTTP server on port ${port}`);
  const udpPort = Number(flagOf(args, "udp-port") ?? 8081);
  if (udpPort > 0) serveDatagrams(udpPort, hostname);
  let healthy = true;
  if (delayMs > 0) process.once("SIGTERM", () => setTimeout(() => process.exit(0), delayMs));
  return serveUntilSignal(
    port,
    (request, response) => {
      const path = pathOf(request);
      const query = queryOf(request);
      if (path === "/echo") {
        const code = Number(query.get("code") ?? 200);
        answerText(response, code, query.get("msg") ?? "");
      } else if (path === "/clientip") {
        answerText(response, 200, `${request.socket.remoteAddress}:${request.socket.remotePort}`);
      } else if (path === "/header") {
        answerText(response, 200, String(request.headers[(query.get("key") ?? "").toLowerCase()] ?? ""));
      } else if (path === "/dial") {
        void dial(query).then((text) => answerText(response, 200, text, "application/json"));
      } else if (path === "/exit") {
        response.end();
        setTimeout(() => process.exit(Number(query.get("code") ?? 0)), Number(query.get("wait")?.replace(/s$/, "") ?? 0) * 1000);
      } else if (path === "/healthz" && query.has("set")) {
        healthy = query.get("set") === "true";
        answerText(response, 200, "");
      } else if (path === "/healthz" && !healthy) {
        answerText(response, 412, "");
      } else if (path === "/shutdown") {
        process.exit(0);
      } else if (path === "/") {
        console.log(`GET ${path}`);
        answerText(response, 200, `NOW: ${new Date().toISOString()}`);
      } else {
        const { status, body } = agnhostAnswer({ hostname, path });
        if (request.method === "POST") readBody(request, () => answerText(response, status, body));
        else answerText(response, status, body);
      }
    },
    delayMs > 0 ? ["SIGINT"] : undefined,
  );
}

function serveHostname({ hostname }: ProgramContext, args: readonly string[]): Promise<number> {
  const port = Number(flagOf(args, "port") ?? 9376);
  const tcp = args.some((arg) => arg === "--tcp" || arg === "--tcp=true");
  const http = !args.includes("--http=false");
  console.log("Serving on port", port);
  if (tcp && !http) {
    return new Promise((resolve) => {
      const server = createServer((socket) => socket.end(`${hostname}\n`));
      server.listen(port);
      process.once("SIGTERM", () => server.close(() => resolve(0)));
    });
  }
  return serveUntilSignal(port, (_request, response) => answerText(response, 200, hostname));
}

/** Healthy for ten seconds, then not: what the documentation's liveness example probes. */
function liveness(): Promise<number> {
  const startedAtMs = Date.now();
  return serveUntilSignal(8080, (request, response) => {
    const seconds = (Date.now() - startedAtMs) / 1000;
    if (pathOf(request) === "/healthz" && seconds > 10) answerText(response, 500, `error: ${seconds}`);
    else answerText(response, 200, "ok");
  });
}
