/** Stand-in for agnhost, the Kubernetes project's image for trying things: what each of its subcommands does. */
import type { ProgramContext } from "../container/entry.js";
import { checkIssuer, inClusterClient } from "./agnhost-accounts.js";
import { guestbook } from "./agnhost-guestbook.js";
import { logsGenerator } from "./agnhost-logs.js";
import { mounttest } from "./agnhost-mounttest.js";
import { connectOnce, dnsServerList, dnsSuffix, etcHosts } from "./agnhost-names.js";
import { netexec } from "./agnhost-netexec.js";
import { nettest } from "./agnhost-nettest.js";
import { serveHealth } from "./agnhost-network.js";
import { porter, portForwardTester, serveHostname } from "./agnhost-servers.js";
import { admissionWebhook, conversionWebhook } from "./agnhost-webhooks.js";
import { escaped, testWebserver } from "./agnhost-webserver.js";
import { flagOf } from "./flags.js";
import { answerText, pathOf, queryOf, serveUntilSignal } from "./serve.js";

type Subcommand = (context: ProgramContext, args: readonly string[]) => unknown;

/** By name; what each returns is the exit code, or a promise of it. */
const subcommands: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ["connect", (_context, args) => connectOnce(args)],
  ["crd-conversion-webhook", (_context, args) => conversionWebhook(args)],
  ["dns-server-list", () => dnsServerList()],
  ["dns-suffix", () => dnsSuffix()],
  ["entrypoint-tester", entrypointTester],
  ["etc-hosts", () => etcHosts()],
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
  ["port-forward-tester", portForwardTester],
  ["porter", porter],
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
