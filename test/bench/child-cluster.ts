/** A cluster in a process of its own, as a user starts one, and what a client with a bearer token asks of it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

export interface Answer {
  readonly code: number;
  readonly text: string;
}

export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), "chartroom-bench-"));

export const removeDirectory = (directory: string): void => rmSync(directory, { recursive: true, force: true });

export const pause = (forMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, forMs));

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export class ChildCluster {
  /** Of `performance.now()`: when the process was asked for. */
  readonly spawnedAtMs: number;
  private readonly child: ChildProcess;
  private readonly agent: Agent;
  private readonly ended: Promise<void>;
  private output = "";
  private exited = false;

  private constructor(
    readonly dataDir: string,
    readonly port: number,
    flags: readonly string[],
  ) {
    this.spawnedAtMs = performance.now();
    this.child = spawn(process.execPath, [program, "up", "--port", String(port), "--data-dir", dataDir, ...flags], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.on("data", (chunk: Buffer) => this.said(chunk));
    this.child.stderr?.on("data", (chunk: Buffer) => this.said(chunk));
    this.ended = new Promise((resolve) => {
      this.child.once("exit", () => {
        this.exited = true;
        resolve();
      });
    });
    // The certificate is this cluster's own, and made while the clock runs.
    this.agent = new Agent({ keepAlive: true, rejectUnauthorized: false, maxSockets: 256 });
  }

  static async spawn(dataDir: string, flags: readonly string[]): Promise<ChildCluster> {
    return new ChildCluster(dataDir, await freePort(), flags);
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** The administrator's; there once the cluster has made its keys. */
  get token(): string | undefined {
    const path = join(this.dataDir, "pki/admin.token");
    return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
  }

  /** Milliseconds since the process was asked for. */
  get ageMs(): number {
    return performance.now() - this.spawnedAtMs;
  }

  /** Resident set of the whole process, in MB of 2^20 bytes. */
  get residentMegabytes(): number {
    return Number(execFileSync("ps", ["-o", "rss=", "-p", String(this.child.pid)], { encoding: "utf8" })) / 1024;
  }

  ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const { token } = this;
    if (token === undefined) return Promise.reject(new Error("the cluster has no token yet"));
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(
        `${this.url}${path}`,
        {
          method,
          agent: this.agent,
          headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (part: string) => {
            text += part;
          });
          response.on("error", reject);
          response.on("end", () => resolve({ code: response.statusCode ?? 0, text }));
        },
      );
      sent.on("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Asks until the answer is a success; refusals and a server that is not there yet are asked again. */
  async insist(method: string, path: string, body?: unknown, withinMs = 30_000): Promise<string> {
    const deadlineMs = performance.now() + withinMs;
    let last = "";
    while (performance.now() < deadlineMs) {
      this.assertRuns();
      try {
        const { code, text } = await this.ask(method, path, body);
        if (code < 400) return text;
        last = text;
      } catch (error) {
        last = String(error);
      }
      await pause(5);
    }
    throw new Error(`${method} ${path} had no success within ${withinMs} ms: ${last}`);
  }

  /** Lines of a watch, until `onLine` returns true. */
  watch(path: string, onLine: (line: string) => boolean, onStarted: () => void = () => undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(
        `${this.url}${path}`,
        { agent: this.agent, headers: { authorization: `Bearer ${this.token ?? ""}` } },
        (response: IncomingMessage) => {
          onStarted();
          let rest = "";
          response.setEncoding("utf8");
          response.on("data", (part: string) => {
            const lines = (rest + part).split("\n");
            rest = lines.pop() ?? "";
            for (const line of lines) {
              if (!onLine(line)) continue;
              resolve();
              sent.destroy();
              return;
            }
          });
          response.on("end", () => reject(new Error(`the watch of ${path} ended`)));
          response.on("error", reject);
        },
      );
      sent.on("error", reject);
      sent.end();
    });
  }

  /** Until every node is ready and the default namespace takes pods. */
  async ready(nodes: number): Promise<void> {
    await this.insist("GET", "/api/v1/namespaces/default/serviceaccounts/default");
    for (let node = 1; node <= nodes; node += 1) {
      while (!readyNode.test(await this.insist("GET", `/api/v1/nodes/node-${node}`))) await pause(10);
    }
  }

  /** `kill -9`. */
  async murder(): Promise<void> {
    this.agent.destroy();
    this.child.kill("SIGKILL");
    await this.ended;
  }

  /** As Ctrl-C does. */
  async stop(): Promise<void> {
    this.agent.destroy();
    this.child.kill("SIGINT");
    await this.ended;
  }

  private said(chunk: Buffer): void {
    this.output = (this.output + chunk.toString("utf8")).slice(-4_000);
  }

  private assertRuns(): void {
    if (this.exited) throw new Error(`the cluster ended: ${this.output}`);
  }
}

const readyNode = /"status":"True","type":"Ready"|"type":"Ready","status":"True"/;
