/** The shell on a directory of its own, as tests run it. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MappedMount, PathMap } from "../../actors/runc/io/container/path-map.js";
import { PodResolver } from "../../actors/runc/io/pod-resolver.js";
import { bindingRules } from "../../actors/runc/io/ports.js";
import { runCommand, shellHost } from "../../actors/runc/io/shell/run.js";
import { emptyInput, type Input } from "../../actors/runc/io/shell/streams.js";

const resolver = new PodResolver({ servers: [], searches: [], options: [] }, bindingRules(), () => "127.21.0.10 web\n");

export interface Result {
  status: number;
  out: string;
  err: string;
}

export class ShellHarness {
  readonly root = mkdtempSync(join(tmpdir(), "chartroom-shell-"));
  /** Signals that commands have sent. */
  readonly signals: string[] = [];
  private readonly paths: PathMap;

  /** `mounts` are given the root that they may lie in. */
  constructor(mounts: (root: string) => readonly MappedMount[] = () => []) {
    mkdirSync(join(this.root, "tmp"));
    this.paths = new PathMap({ root: this.root, readonlyRoot: false, mounts: mounts(this.root), imageRoots: [] });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  async run(argv: readonly string[], stdin?: string, ended = new AbortController().signal): Promise<Result> {
    const result: Result = { status: -1, out: "", err: "" };
    const host = shellHost({
      hostname: "web-1",
      podIP: "127.20.1.2",
      user: { uid: 0, gid: 0, groups: [0], privileged: false, noNewPrivs: false },
      command: "sh -c true",
      lacks: (applet) => applet === "curl",
      paths: this.paths,
      aim: async (to, port) => ({ host: to, port }),
      resolver,
      kill: (pid, signal) => {
        this.signals.push(signal);
        return pid === 1;
      },
      program: () => undefined,
      terminalSize: () => ({ columns: 97, rows: 31 }),
      ended,
    });
    let rest = stdin;
    const input: Input = {
      read: async () => {
        const text = rest;
        rest = undefined;
        return text === undefined ? undefined : Buffer.from(text);
      },
    };
    const collect = (name: "out" | "err") => ({
      write: async (bytes: Uint8Array) => {
        result[name] += Buffer.from(bytes).toString();
      },
    });
    const streams = {
      input: stdin === undefined ? emptyInput : input,
      output: collect("out"),
      errors: collect("err"),
      isTerminal: false,
    };
    const env = new Map([["GREETING", "hello"]]);
    result.status = await runCommand(argv, env, "/tmp", host, streams).done;
    return result;
  }
}
