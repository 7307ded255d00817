/** wget, as busybox has it. */
import { writeFileSync } from "node:fs";
import { posix } from "node:path";
import { describeError, hostPath } from "./files.js";
import type { ShellHttpResponse } from "./host.js";
import { parseOptions } from "./options.js";
import type { Applet, AppletContext } from "./state.js";

export const withScheme = (url: string): string => (/^[a-z]+:\/\//.test(url) ? url : `http://${url}`);

export const headerOf = (line: string): readonly [string, string] => {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
};

/** Every value of an option that may be given more than once. */
export function valuesOf(args: readonly string[], ...names: readonly string[]): string[] {
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

export const wgetApplets: ReadonlyArray<readonly [string, Applet]> = [["wget", wget]];
