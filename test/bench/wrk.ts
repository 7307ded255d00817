/** Creates and gets of ConfigMaps by wrk, which a Node client would be slower than the server for. */
import { execFile, execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Target } from "./connection.js";

export const connections = 64;
export const seconds = 5;
export const configMaps = "/api/v1/namespaces/default/configmaps";

const createScript = (token: string) => `
local pad = string.rep("x", 1000)
local headers = { ["Authorization"] = "Bearer ${token}", ["Content-Type"] = "application/json" }
request = function()
  return wrk.format("POST", "${configMaps}", headers,
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"bench-"},"data":{"a":"' .. pad .. '"}}')
end
`;

const getScript = (token: string) => `
local headers = { ["Authorization"] = "Bearer ${token}" }
request = function() return wrk.format("GET", "${configMaps}/bench", headers) end
`;

export const hasWrk = (): boolean => {
  try {
    execFileSync("wrk", ["--version"], { stdio: "ignore" });
    return true;
  } catch (error) {
    // It prints its version and exits with 1; only its absence is an error of its own.
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
};

export const wrkIsMissing = "skipped: wrk is not installed (apt-get install wrk)";

export interface Done {
  /** Answered with success. */
  readonly perSecond: number;
  /** Answered otherwise, in all. */
  readonly refused: number;
}

export async function wrk(url: string, script: string): Promise<Done> {
  const { stdout } = await promisify(execFile)("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", script, url]);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  if (!Number.isFinite(perSecond)) throw new Error(`wrk said: ${stdout}`);
  return { perSecond: perSecond - refused / seconds, refused };
}

/** What wrk does with an API server, which must have a ConfigMap `bench`. Scripts are written to the directory. */
export class Load {
  private readonly creating: string;
  private readonly getting: string;

  constructor(
    private readonly target: Target,
    directory: string,
  ) {
    this.creating = join(directory, `creates-${target.port}.lua`);
    this.getting = join(directory, `gets-${target.port}.lua`);
    writeFileSync(this.creating, createScript(target.token ?? ""));
    writeFileSync(this.getting, getScript(target.token ?? ""));
  }

  creates(): Promise<Done> {
    return wrk(this.url, this.creating);
  }

  gets(): Promise<Done> {
    return wrk(this.url, this.getting);
  }

  private get url(): string {
    return `https://127.0.0.1:${this.target.port}`;
  }
}
