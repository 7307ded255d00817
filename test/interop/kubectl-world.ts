/** A cluster of its own for a test file, and the real kubectl against it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get as httpGet } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type Test } from "uvu";
import * as assert from "uvu/assert";
import { Cluster } from "../../src/cluster/cluster.js";
import type { ClusterOptions } from "../../src/cluster/options.js";
import { kubectl as findKubectl, leaveOut } from "../support/tools.js";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const commandDeadlineMs = 90_000;

export class KubectlWorld {
  readonly directory: string;
  private readonly home: string;

  private constructor(
    readonly cluster: Cluster,
    readonly binary: string,
  ) {
    this.directory = mkdtempSync(join(tmpdir(), "chartroom-kubectl-"));
    this.home = join(this.directory, "home");
    mkdirSync(this.home);
  }

  /** Starts a cluster and waits until pods can be made in the namespace default. */
  static async start(binary: string, options: ClusterOptions = {}): Promise<KubectlWorld> {
    const dataDir = mkdtempSync(join(tmpdir(), "chartroom-interop-"));
    const cluster = await Cluster.start({ nodes: 3, memory: true, dataDir, ...options });
    if (options.controllerManager !== false) await cluster.waitFor("serviceaccount/default", "exists");
    return new KubectlWorld(cluster, binary);
  }

  /** The same cluster, with another kubectl. */
  with(binary: string): KubectlWorld {
    return new KubectlWorld(this.cluster, binary);
  }

  /** A file beside the test, for `-f`. */
  file(name: string, text: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, text);
    return path;
  }

  /** kubectl as a user runs it: what it printed and how it ended. An argument may hold spaces; `input` is what it reads. */
  async run(args: readonly string[], input?: string, environment: Record<string, string> = {}): Promise<Ran> {
    const running = this.begin(args, environment);
    running.child.stdin?.end(input ?? "");
    return running.ended;
  }

  /** Another program, which finds the cluster as kubectl does. */
  async runOther(program: string, args: readonly string[], environment: Record<string, string> = {}): Promise<Ran> {
    const running = this.begin(args, environment, program);
    running.child.stdin?.end();
    return running.ended;
  }

  /** The same, for a command that goes on: its output so far, and a wait for some of it. */
  begin(args: readonly string[], environment: Record<string, string> = {}, program = this.binary): Running {
    return new Running(
      spawn(program, args, {
        cwd: this.directory,
        env: { PATH: process.env.PATH, HOME: this.home, KUBECONFIG: this.cluster.kubeconfigPath, ...environment },
        stdio: "pipe",
      }),
      args,
    );
  }

  /** What it printed; the test fails when kubectl did. Words are separated by spaces, further arguments are taken whole. */
  async ok(words: string, ...more: string[]): Promise<string> {
    return this.okWith(undefined, words, ...more);
  }

  async okWith(input: string | undefined, words: string, ...more: string[]): Promise<string> {
    const args = [...words.split(" "), ...more];
    const { code, stdout, stderr } = await this.run(args, input);
    assert.is(code, 0, `kubectl ${args.join(" ")} ended with ${code}: ${stderr}${stdout}`);
    // From 1.34 on kubectl also says whence.
    return stdout.replace(/ deleted from \S+ namespace$/gm, " deleted");
  }

  /** What it printed as errors; the test fails when kubectl did not. */
  async fails(words: string, ...more: string[]): Promise<string> {
    const args = [...words.split(" "), ...more];
    const { code, stdout, stderr } = await this.run(args);
    assert.is.not(code, 0, `kubectl ${args.join(" ")} should have failed and printed ${stdout}`);
    return stderr;
  }

  async json<Value>(words: string, ...more: string[]): Promise<Value> {
    return JSON.parse(await this.ok(words, ...more, "-o", "json")) as Value;
  }

  /** Waits until what kubectl prints is as it should be. */
  async until(words: string, holds: (stdout: string) => boolean, withinMs = 60_000): Promise<string> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const { stdout, stderr } = await this.run(words.split(" "));
      if (holds(stdout)) return stdout;
      assert.ok(performance.now() < deadline, `kubectl ${words} did not come to print what was expected, but ${stdout}${stderr}`);
      await new Promise((wake) => setTimeout(wake, 100));
    }
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export class Running {
  stdout = "";
  stderr = "";
  readonly ended: Promise<Ran>;
  private changed: () => void = () => {};

  constructor(
    readonly child: ChildProcess,
    private readonly args: readonly string[],
  ) {
    const timer = setTimeout(() => child.kill("SIGKILL"), commandDeadlineMs);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.changed();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.changed();
    });
    // A command that reads nothing ends before its input is written.
    child.stdin?.on("error", () => undefined);
    this.ended = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => {
        clearTimeout(timer);
        if (signal === "SIGKILL") this.stderr += `\nno end within ${commandDeadlineMs} ms`;
        resolve({ code: code ?? 1, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  async until(holds: (stdout: string) => boolean, withinMs = 60_000): Promise<string> {
    const deadline = performance.now() + withinMs;
    while (!holds(this.stdout)) {
      assert.ok(performance.now() < deadline, `kubectl ${this.args.join(" ")} printed only ${this.stdout}${this.stderr}`);
      await new Promise<void>((wake) => {
        const timer = setTimeout(wake, 100);
        this.changed = () => {
          clearTimeout(timer);
          wake();
        };
      });
    }
    return this.stdout;
  }

  async interrupt(): Promise<Ran> {
    this.child.kill("SIGINT");
    return this.ended;
  }
}

/** A suite whose tests share one cluster; without kubectl it is left out, and says so. */
export function kubectlSuite(
  name: string,
  options: ClusterOptions,
  define: (test: Test, world: () => KubectlWorld) => void,
): void {
  const test = suite(name);
  const binary = findKubectl();
  if (binary === undefined) {
    test("needs kubectl", () => leaveOut("kubectl is neither in PATH nor to be had from npm"));
    test.run();
    return;
  }
  let world: KubectlWorld | undefined;
  test.before(async () => {
    world = await KubectlWorld.start(binary, options);
  });
  test.after(() => world?.stop());
  define(test, () => world as KubectlWorld);
  test.run();
}

/** What an HTTP server answers, tried again while nothing listens there yet. */
export async function fetchText(url: string, withinMs = 30_000): Promise<string> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await new Promise<string | Error>((resolve) => {
      const asked = httpGet(url, { agent: false, timeout: 2_000 }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => resolve(text));
        response.on("error", resolve);
      }).on("error", resolve);
      asked.on("timeout", () => asked.destroy(new Error("nothing was heard for two seconds")));
    });
    if (typeof answer === "string") return answer;
    assert.ok(performance.now() < deadline, `${url} is not served: ${answer.message}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

/** A table as kubectl prints it: a Map of column to cell for each line. Columns are separated by two spaces or more. */
export function rows(printed: string): Array<Map<string, string>> {
  const [head = "", ...lines] = printed.trimEnd().split("\n");
  const starts = [...head.matchAll(/\S+(?: \S+)*/g)].map((match) => ({ name: match[0], at: match.index }));
  return lines.map(
    (line) => new Map(starts.map(({ name, at }, index) => [name, line.slice(at, starts[index + 1]?.at).trim()] as const)),
  );
}
