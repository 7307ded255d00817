/** curl, where the image has it: its exit codes and messages are those of curl(1). */
import { writeFileSync } from "node:fs";
import { headerOf, valuesOf, withScheme } from "./applets-wget.js";
import { hostPath } from "./files.js";
import type { ShellHttpResponse } from "./host.js";
import { parseOptions } from "./options.js";
import type { Applet, AppletContext } from "./state.js";

const long: Readonly<Record<string, string>> = {
  silent: "s",
  "show-error": "S",
  fail: "f",
  include: "i",
  head: "I",
  request: "X",
  data: "d",
  "data-raw": "d",
  "data-binary": "d",
  header: "H",
  output: "o",
  "max-time": "m",
  "connect-timeout": "c",
  location: "L",
  insecure: "k",
  verbose: "v",
  "write-out": "w",
  retry: "r",
  "retry-delay": "y",
  "retry-connrefused": "R",
  "user-agent": "A",
  globoff: "g",
  "no-buffer": "N",
  interface: "e",
  noproxy: "x",
  http1: "0",
  ipv4: "4",
  ipv6: "6",
};

const redirectsMost = 50;
const usualTimeoutSeconds = 300;
const milliseconds = (text: string): number => Math.max(1, Math.round(Number(text) * 1000)) || usualTimeoutSeconds * 1000;

async function curl(context: AppletContext): Promise<number> {
  const { flags, values, rest, unknown } = parseOptions(context.args, "sSfiIkLvNgq046R", "XdHomcwrAeyx", long);
  const say = (text: string): Promise<void> => context.errors.write(new TextEncoder().encode(text));
  if (unknown !== undefined) {
    await say(`curl: option ${unknown}: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n`);
    return 2;
  }
  if (rest.length === 0) {
    await say("curl: try 'curl --help' or 'curl --manual' for more information\n");
    return 2;
  }
  let status = 0;
  for (const target of rest) status = await fetchOne(context, target, flags, values, say);
  return status;
}

type Say = (text: string) => Promise<void>;

async function fetchOne(
  context: AppletContext,
  target: string,
  flags: ReadonlySet<string>,
  values: ReadonlyMap<string, string>,
  say: Say,
): Promise<number> {
  const fail = async ([status, text]: readonly [number, string]): Promise<number> => {
    if (!flags.has("s") || flags.has("S")) await say(`curl: (${status}) ${text}\n`);
    await writeOut(context, values, undefined);
    return status;
  };
  let url: URL;
  try {
    url = new URL(withScheme(target));
  } catch {
    return fail([3, "URL using bad/illegal format or missing URL"]);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return fail([1, `Protocol "${url.protocol.slice(0, -1)}" not supported or disabled in libcurl`]);
  const timeoutMs = milliseconds(values.get("m") ?? values.get("c") ?? String(usualTimeoutSeconds));
  let triesLeft = Number(values.get("r") ?? 0);
  for (;;) {
    try {
      const response = await followed(context, url, flags, values, timeoutMs);
      if (flags.has("f") && response.status >= 400) {
        return await fail([22, `The requested URL returned error: ${response.status}`]);
      }
      await give(context, response, flags, values);
      await writeOut(context, values, response);
      return 0;
    } catch (error) {
      const failure = failureOf(error as NodeJS.ErrnoException, url, timeoutMs);
      if (triesLeft <= 0 || (failure[0] === 7 && !flags.has("R"))) return fail(failure);
      triesLeft -= 1;
      await pause(context, milliseconds(values.get("y") ?? "1"));
    }
  }
}

/** Ends with the shell. */
const pause = (context: AppletContext, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    context.host.ended.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });

async function followed(
  context: AppletContext,
  first: URL,
  flags: ReadonlySet<string>,
  values: ReadonlyMap<string, string>,
  timeoutMs: number,
): Promise<ShellHttpResponse> {
  const headers = [
    ["user-agent", values.get("A") ?? "curl/8.9.1"] as const,
    ...valuesOf(context.args, "-H", "--header").map(headerOf),
  ];
  const asked = values.get("X") ?? (flags.has("I") ? "HEAD" : values.has("d") ? "POST" : "GET");
  let url = first;
  let method = asked;
  for (let redirects = 0; ; redirects++) {
    const body = method === "GET" || method === "HEAD" ? undefined : values.get("d");
    const response = await context.host.http({ url: url.href, method, headers, body, timeoutMs });
    const location = response.headers.find(([name]) => name.toLowerCase() === "location")?.[1];
    if (!flags.has("L") || location === undefined || response.status < 300 || response.status >= 400) return response;
    if (redirects >= redirectsMost) throw Object.assign(new Error("redirects"), { code: "TOO_MANY_REDIRECTS" });
    url = new URL(location, url);
    if (response.status === 303 || (method === "POST" && response.status < 303 && !values.has("X"))) method = "GET";
  }
}

async function give(
  context: AppletContext,
  response: ShellHttpResponse,
  flags: ReadonlySet<string>,
  values: ReadonlyMap<string, string>,
): Promise<void> {
  if (flags.has("i") || flags.has("I")) {
    const lines = response.headers.map(([name, value]) => `${name}: ${value}`);
    await context.print([`HTTP/1.1 ${response.status} ${response.statusText}`, ...lines, "", ""].join("\r\n"));
  }
  const file = values.get("o");
  if (file === undefined) {
    if (!flags.has("I")) await context.output.write(response.body);
  } else if (file !== "/dev/null") writeFileSync(hostPath(context, file, true), response.body);
}

async function writeOut(
  context: AppletContext,
  values: ReadonlyMap<string, string>,
  response: ShellHttpResponse | undefined,
): Promise<void> {
  const format = values.get("w");
  if (format === undefined) return;
  const code = response === undefined ? "000" : String(response.status);
  const known = new Map([
    ["http_code", code],
    ["response_code", code],
    ["size_download", String(response?.body.length ?? 0)],
  ]);
  await context.print(format.replaceAll(/%\{(\w+)\}/g, (_whole, name: string) => known.get(name) ?? "").replaceAll("\\n", "\n"));
}

function failureOf(error: NodeJS.ErrnoException, url: URL, timeoutMs: number): readonly [number, string] {
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  switch (error.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return [6, `Could not resolve host: ${url.hostname}`];
    case "ETIMEDOUT":
      return [28, `Operation timed out after ${timeoutMs} milliseconds with 0 bytes received`];
    case "ECONNRESET":
      return error.message.includes("hang up") ? [52, "Empty reply from server"] : [56, "Recv failure: Connection reset by peer"];
    case "TOO_MANY_REDIRECTS":
      return [47, `Maximum (${redirectsMost}) redirects followed`];
    case "HPE_INVALID_CONSTANT":
      return [1, "Received HTTP/0.9 when not allowed"];
    case "EPROTO":
      return [35, "TLS connect error: error:00000000:lib(0)::reason(0)"];
    default:
      return [7, `Failed to connect to ${url.hostname} port ${port}: Could not connect to server`];
  }
}

export const curlApplets: ReadonlyArray<readonly [string, Applet]> = [["curl", curl]];
