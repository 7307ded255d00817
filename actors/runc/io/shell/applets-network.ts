/** Applets that speak to others: wget, nslookup, and curl where the image has it. */
import { writeFileSync } from "node:fs";
import { posix } from "node:path";
import { describeError, hostPath } from "./files.js";
import type { ShellHttpResponse } from "./host.js";
import { parseOptions } from "./options.js";
import type { Applet, AppletContext } from "./state.js";

const withScheme = (url: string): string => (/^[a-z]+:\/\//.test(url) ? url : `http://${url}`);

const headerOf = (line: string): readonly [string, string] => {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
};

/** Every value of an option that may be given more than once. */
function valuesOf(args: readonly string[], ...names: readonly string[]): string[] {
  const values: string[] = [];
  for (const [index, argument] of args.entries()) {
    const name = names.find((each) => argument === each || argument.startsWith(`${each}=`));
    if (name !== undefined) values.push(argument === name ? (args[index + 1] ?? "") : argument.slice(name.length + 1));
  }
  return values;
}

async function wget(context: AppletContext): Promise<number> {
  const long = {
    "output-document": "O",
    timeout: "T",
    quiet: "q",
    tries: "t",
    spider: "s",
    header: "H",
    "post-data": "P",
    "server-response": "S",
    "no-check-certificate": "k",
  };
  const { flags, values, rest, unknown } = parseOptions(context.args, "qScsk", "OTtPUHY", long);
  if (unknown !== undefined || rest[0] === undefined) {
    await context.complain(unknown === undefined ? "missing URL" : `unrecognized option: ${unknown.replace(/^-+/, "")}`);
    return 1;
  }
  const url = withScheme(rest[0]);
  const quiet = flags.has("q");
  const host = new URL(url);
  const timeoutMs = Number(values.get("T") ?? 900) * 1000;
  let response: ShellHttpResponse;
  try {
    if (!quiet) await context.errors.write(new TextEncoder().encode(`Connecting to ${host.host}\n`));
    const headers = valuesOf(context.args, "--header").map(headerOf);
    response = await context.host.http({
      url,
      method: values.has("P") ? "POST" : "GET",
      headers,
      body: values.get("P"),
      timeoutMs,
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTFOUND" || code === "EAI_AGAIN") await context.complain(`bad address '${host.host}'`);
    else if (code === "ETIMEDOUT") await context.complain("download timed out");
    else await context.complain(`can't connect to remote host (${host.hostname}): ${describeError(error)}`);
    return 1;
  }
  if (response.status >= 400) {
    await context.complain(`server returned error: HTTP/1.1 ${response.status} ${response.statusText}`);
    return 1;
  }
  if (flags.has("s")) return 0;
  const file = values.get("O") ?? (posix.basename(host.pathname) || "index.html");
  if (file === "-") await context.output.write(response.body);
  else {
    try {
      writeFileSync(hostPath(context, file, true), response.body);
      if (!quiet) await context.errors.write(new TextEncoder().encode(`'${file}' saved\n`));
    } catch (error) {
      await context.complain(`can't open '${file}': ${describeError(error)}`);
      return 1;
    }
  }
  return 0;
}

async function curl(context: AppletContext): Promise<number> {
  const long = {
    silent: "s",
    "show-error": "S",
    fail: "f",
    include: "i",
    head: "I",
    request: "X",
    data: "d",
    header: "H",
    output: "o",
    "max-time": "m",
    "connect-timeout": "c",
    location: "L",
    insecure: "k",
    verbose: "v",
    "write-out": "w",
    retry: "r",
  };
  const { flags, values, rest } = parseOptions(context.args, "sSfiIkLvN", "XdHomcwrA", long);
  const target = rest[0];
  if (target === undefined) {
    await context.errors.write(new TextEncoder().encode("curl: try 'curl --help' for more information\n"));
    return 2;
  }
  const url = withScheme(target);
  const fail = async (status: number, text: string): Promise<number> => {
    if (!flags.has("s") || flags.has("S")) await context.errors.write(new TextEncoder().encode(`curl: (${status}) ${text}\n`));
    return status;
  };
  const { hostname, port, protocol } = new URL(url);
  const timeoutMs = Number(values.get("m") ?? values.get("c") ?? 300) * 1000;
  try {
    const method = values.get("X") ?? (flags.has("I") ? "HEAD" : values.has("d") ? "POST" : "GET");
    const headers = valuesOf(context.args, "-H", "--header").map(headerOf);
    const response = await context.host.http({ url, method, headers, body: values.get("d"), timeoutMs });
    if (flags.has("f") && response.status >= 400) return await fail(22, `The requested URL returned error: ${response.status}`);
    if (flags.has("i") || flags.has("I")) {
      const lines = [
        `HTTP/1.1 ${response.status} ${response.statusText}`,
        ...response.headers.map(([name, value]) => `${name}: ${value}`),
        "",
        "",
      ];
      await context.print(lines.join("\r\n"));
    }
    if (values.has("o")) {
      if (values.get("o") !== "/dev/null") writeFileSync(hostPath(context, values.get("o")!, true), response.body);
    } else if (!flags.has("I")) await context.output.write(response.body);
    const written = values.get("w");
    if (written !== undefined)
      await context.print(written.replaceAll("%{http_code}", String(response.status)).replaceAll("\\n", "\n"));
    return 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const at = port || (protocol === "https:" ? "443" : "80");
    if (code === "ENOTFOUND" || code === "EAI_AGAIN") return fail(6, `Could not resolve host: ${hostname}`);
    if (code === "ETIMEDOUT") return fail(28, `Operation timed out after ${timeoutMs} milliseconds`);
    return fail(7, `Failed to connect to ${hostname} port ${at}: ${describeError(error)}`);
  }
}

async function nslookup(context: AppletContext): Promise<number> {
  const { rest } = parseOptions(
    context.args.filter((argument) => !argument.startsWith("-type")),
    "",
  );
  const name = rest[0] ?? context.host.hostname;
  const addresses = await context.host.lookup(name);
  await context.print("Server:\t\tcluster DNS\n\n");
  if (addresses === undefined || addresses.length === 0) {
    await context.print(`** server can't find ${name}: NXDOMAIN\n\n`);
    return 1;
  }
  await context.print(`Name:\t${name}\n${addresses.map((address) => `Address: ${address}\n`).join("")}\n`);
  return 0;
}

export const networkApplets: ReadonlyArray<readonly [string, Applet]> = [
  ["wget", wget],
  ["curl", curl],
  ["nslookup", nslookup],
];
