/** Stand-in for agnhost, the Kubernetes project's image for trying things: what each of its subcommands does. */
import { createServer } from "node:net";
import { agnhostAnswer } from "../../images/answers.js";
import type { ProgramContext } from "../container/entry.js";
import { checkIssuer, inClusterClient } from "./agnhost-accounts.js";
import { guestbook } from "./agnhost-guestbook.js";
import { logsGenerator } from "./agnhost-logs.js";
import { mounttest } from "./agnhost-mounttest.js";
import { nettest } from "./agnhost-nettest.js";
import { dial, serveDatagrams, serveHealth } from "./agnhost-network.js";
import { admissionWebhook, conversionWebhook } from "./agnhost-webhooks.js";
import { escaped, testWebserver } from "./agnhost-webserver.js";
import { flagOf } from "./flags.js";
import { answerText, pathOf, queryOf, readBody, serveUntilSignal } from "./serve.js";

type Subcommand = (context: ProgramContext, args: readonly string[]) => unknown;

/** By name; what each returns is the exit code, or a promise of it. */
const subcommands: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ["crd-conversion-webhook", (_context, args) => conversionWebhook(args)],
  ["entrypoint-tester", entrypointTester],
  [
    "grpc-health-checking",
    (_context, args) => serveHealth(Number(flagOf(args, "port") ?? 5000), Number(flagOf(args, "http-port") ?? 8080)),
  ],
  ["guestbook", guestbook],
  ["inclusterclient", (_context, args) => inClusterClient(Number(flagOf(args, "poll-interval") ?? 30))],
  ["liveness", liveness],
  ["logs-generator", (_context, args) => logsGenerator(args)],
  ["mounttest", (_context, args) => mounttest(args)],
  ["netexec", netexec],
  ["nettest", nettest],
  ["pause", pauseAloud],
  ["serve-hostname", serveHostname],
  ["test-service-account-issuer-discovery", (_context, args) => checkIssuer(args)],
  ["test-webserver", (_context, args) => testWebserver(Number(flagOf(args, "port") ?? 80))],
  ["webhook", (_context, args) => admissionWebhook(args)],
]);

export function agnhost(context: ProgramContext): unknown {
  const [subcommand = "help", ...args] = context.args;
  if (subcommand === "help" || subcommand === "--help") {
    console.log(`agnhost (Chartroom's stand-in): ${[...subcommands.keys()].join(", ")}`);
    return 0;
  }
  const run = subcommands.get(subcommand);
  if (run !== undefined) return run(context, args);
  console.error(`Error: unknown command "${subcommand}" for "app"\nRun 'app --help' for usage.`);
  return 1;
}

/** Prints the whole command line as Go prints a list. */
function entrypointTester({ argv }: ProgramContext): number {
  console.log(`[${argv.join(" ")}]`);
  return 0;
}

/** Unlike the pause image it says so, and ends by a signal with an exit code of its own: 2 after SIGTERM, 1 after SIGINT. */
function pauseAloud(): Promise<number> {
  console.log("Paused");
  return new Promise((resolve) => {
    const timer = setInterval(() => {}, 2 ** 31 - 1);
    const endWith = (exitCode: number) => () => {
      clearInterval(timer);
      resolve(exitCode);
    };
    process.once("SIGTERM", endWith(2));
    process.once("SIGINT", endWith(1));
  });
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
      console.log(`${request.method} ${request.url}`);
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
    const path = pathOf(request);
    if (path === "/redirect") {
      const location = queryOf(request).get("loc") ?? "";
      response.writeHead(302, { location, "content-type": "text/html; charset=utf-8" });
      response.end(`<a href="${escaped(location)}">Found</a>.\n\n`);
    } else if (path === "/started") answerText(response, 200, `${seconds}s`);
    else if (path !== "/healthz") answerText(response, 404, "404 page not found\n");
    else if (seconds > 10) answerText(response, 500, `error: ${seconds}`);
    else answerText(response, 200, "ok");
  });
}
