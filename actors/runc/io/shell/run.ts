/** Runs one command line with the shell's programs, as a container's process or beside one. */
import http from "node:http";
import https from "node:https";
import { posix } from "node:path";
import type { PathMap } from "../container/path-map.js";
import type { ContainerUser } from "../container/user.js";
import { appletNames } from "./applets.js";
import type { ShellHost, ShellHttpResponse, Streams } from "./host.js";
import { Interpreter } from "./interpret.js";
import { Exit, ShellState } from "./state.js";
import { PipeClosed } from "./streams.js";

export interface ShellSurroundings {
  readonly hostname: string;
  readonly podIP: string;
  readonly user: ContainerUser;
  readonly command: string;
  readonly lacks: ShellHost["lacks"];
  readonly paths: PathMap;
  readonly resolver: ShellHost["resolver"];
  readonly aim: ShellHost["aim"];
  kill(pid: number, signal: string): boolean;
  program(argv: readonly string[]): Promise<number> | undefined;
  terminalSize(): { readonly columns: number; readonly rows: number } | undefined;
  readonly ended: AbortSignal;
}

export interface ShellRun {
  readonly done: Promise<number>;
  /** False when the command has no trap for it. */
  signal(name: string): boolean;
  /** Control-C was typed; false when there is no shell that goes on after it. */
  interrupt(): boolean;
}

export function shellHost(surroundings: ShellSurroundings): ShellHost {
  const { paths } = surroundings;
  return {
    ...surroundings,
    toHost: (path, writes) => paths.toHost(posix.resolve("/", path), writes, "open"),
    toContainer: (path) => paths.toContainer(path),
    nowMs: () => Date.now(),
    http: (request) => requestUrl(surroundings, request),
  };
}

/** Starts `argv`; the first word is an applet, a program of the image or a script. */
export function runCommand(
  argv: readonly string[],
  env: ReadonlyMap<string, string>,
  cwd: string,
  host: ShellHost,
  streams: Streams,
): ShellRun {
  const variables = new Map(env);
  variables.set("PWD", cwd);
  const state = new ShellState(host, { variables, exported: new Set(variables.keys()), cwd, name: argv[0] ?? "sh" });
  const interpreter = new Interpreter(state);
  const run = async (): Promise<number> => {
    try {
      return await interpreter.run(argv, streams);
    } catch (error) {
      if (error instanceof Exit) return error.status;
      if (error instanceof PipeClosed) return 141;
      if (host.ended.aborted) return 137;
      throw error;
    }
  };
  return {
    done: run(),
    signal: (name) => state.signalled(name.replace(/^SIG/, "")),
    interrupt: () => state.interrupted(),
  };
}

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });

async function requestUrl(surroundings: ShellSurroundings, wanted: Parameters<ShellHost["http"]>[0]): Promise<ShellHttpResponse> {
  const url = new URL(wanted.url);
  const secure = url.protocol === "https:";
  const port = Number(url.port || (secure ? 443 : 80));
  const target = await surroundings.aim(url.hostname.replace(/^\[|\]$/g, ""), port);
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = { host: url.host, "user-agent": "Wget", accept: "*/*", connection: "close" };
    if (wanted.body !== undefined) {
      headers["content-length"] = String(Buffer.byteLength(wanted.body));
      headers["content-type"] = "application/x-www-form-urlencoded";
    }
    for (const [name, value] of wanted.headers) headers[name.toLowerCase()] = value;
    const request = (secure ? https : http).request(
      { ...target, path: url.pathname + url.search, method: wanted.method, headers, agent: false, rejectUnauthorized: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          clearTimeout(timer);
          const pairs = response.rawHeaders.flatMap(
            (name, index): Array<readonly [string, string]> =>
              index % 2 === 0 ? [[name, response.rawHeaders[index + 1] ?? ""]] : [],
          );
          resolve({
            status: response.statusCode ?? 0,
            statusText: response.statusMessage ?? "",
            headers: pairs,
            body: Buffer.concat(chunks),
          });
        });
      },
    );
    const timer = setTimeout(() => request.destroy(failure("ETIMEDOUT", "timed out")), wanted.timeoutMs);
    request.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.end(wanted.body);
  });
}

export { appletNames };
