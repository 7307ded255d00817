/** One container of the worker driver: its directory, its thread, its log, and the commands that run beside it. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { findProgram, type ImageDefinition } from "../../images/catalog.js";
import { PathMap, type PathMapOptions } from "../container/path-map.js";
import type { Program } from "../container/protocol.js";
import { type ContainerUser, groupFile, homeOf, passwdFile, userOf } from "../container/user.js";
import type { ContainerExit, ContainerRecord, DriverEvent, ExecReader, PortMapping, SandboxSpec } from "../driver.js";
import { hostsFile, resolvConf } from "../pod-files.js";
import { PodResolver } from "../pod-resolver.js";
import type { Reach } from "../ports.js";
import { appletNames } from "../shell/run.js";
import { imageRootsOf } from "./image-roots.js";
import { LogFile } from "./log-file.js";
import { mapMounts } from "./mounts.js";
import { ContainerThread, type ThreadEnd, type ThreadOptions } from "./thread.js";

export interface ContainerSurroundings {
  /** Directory for this container alone. */
  readonly directory: string;
  readonly entryPath: string;
  readonly reach: Reach;
  readonly definition: ImageDefinition;
  readonly sandbox: SandboxSpec;
  event(event: DriverEvent): void;
}

/** What a container may say of its end. */
const terminationMessageBytesMost = 4_096;

/** Directories that every container has. */
const directories = ["dev", "etc", "home", "proc", "root", "run", "tmp", "usr/bin", "var/log", "var/run"];

export class WorkerContainer {
  readonly paths: PathMap;
  readonly log: LogFile;
  readonly workingDir: string;
  readonly env: ReadonlyMap<string, string>;
  readonly argv: readonly string[];
  readonly resolver: PodResolver;
  readonly user: ContainerUser;
  /** Aborted when the container has ended: commands beside it end with it. */
  readonly ended = new AbortController();
  private readonly root: string;
  private readonly pathOptions: PathMapOptions;
  private readonly program: Program | undefined;
  private readonly attached = new Set<ExecReader>();
  private readonly onceEnded: Array<() => void> = [];
  private thread: ContainerThread | undefined;
  /** Why the thread ended before the container was started. */
  private threadFailure: string | undefined;

  constructor(
    public record: ContainerRecord,
    private readonly surroundings: ContainerSurroundings,
  ) {
    const { spec } = record;
    const { definition, sandbox, directory } = surroundings;
    this.root = join(directory, "rootfs");
    this.workingDir = spec.workingDir || definition.workingDir;
    this.user = userOf(spec.security, definition.user);
    const env = new Map([...definition.env, ["HOSTNAME", sandbox.hostname], ["HOME", homeOf(this.user.uid)]] as const);
    for (const { name, value } of spec.env) env.set(name, value);
    this.env = env;
    const args = spec.args.length > 0 || spec.command.length > 0 ? spec.args : definition.command;
    this.argv = [...(spec.command.length > 0 ? spec.command : definition.entrypoint), ...args];
    const url = [...definition.programs.values()].find((program) => program.kind === "module");
    const mounts = mapMounts(spec.mounts, sandbox.uid, join(directory, "mounts"));
    this.pathOptions = {
      root: this.root,
      readonlyRoot: spec.security.readonlyRootfs,
      mounts,
      imageRoots: url === undefined ? [] : imageRootsOf(url.url),
    };
    this.paths = new PathMap(this.pathOptions);
    this.makeRoot();
    const hosts = this.paths.toHost("/etc/hosts", false, "open");
    this.resolver = new PodResolver(sandbox.dns, surroundings.reach, () =>
      existsSync(hosts) ? readFileSync(hosts, "utf8") : "",
    );
    this.log = new LogFile(join(directory, "log"));
    this.program = this.findProgram(this.argv);
    // The thread is made ready while the container is merely created, so that its start is quick.
    if (this.program !== undefined) this.makeThread(this.program);
  }

  start(onStarted: () => void, onFailed: (message: string) => void): void {
    const name = this.argv[0] ?? "";
    if (this.argv.length === 0) {
      onFailed("no command specified");
    } else if (this.threadFailure !== undefined) {
      onFailed(`failed to create containerd task: the container's thread did not start: ${this.threadFailure}`);
    } else if (this.thread === undefined) {
      const why = name.includes("/") ? `stat ${name}: no such file or directory` : "executable file not found in $PATH";
      onFailed(
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: " +
          `unable to start container process: error during container init: exec: "${name}": ${why}: unknown`,
      );
    } else {
      this.record = { ...this.record, state: "running", startedAtMs: Date.now() };
      this.thread.start();
      this.surroundings.event({ type: "started", id: this.record.spec.id, startedAtMs: this.record.startedAtMs });
      onStarted();
    }
  }

  signal(name: string): void {
    if (this.record.state === "running") this.thread?.signal(name);
  }

  /** Calls back once it does not run, at once when it does not run now. */
  whenEnded(callback: () => void): void {
    if (this.record.state === "running") this.onceEnded.push(callback);
    else callback();
  }

  /** Ends without a start: a created container's thread goes too. */
  discard(): void {
    this.thread?.signal("SIGKILL");
    rmSync(this.surroundings.directory, { recursive: true, force: true });
  }

  markStartError(message: string): void {
    this.stopped({ exitCode: 128, signal: "", reason: "StartError", message, finishedAtMs: Date.now() });
  }

  attach(reader: ExecReader): () => void {
    this.attached.add(reader);
    return () => this.attached.delete(reader);
  }

  writeStdin(data: Uint8Array): void {
    this.thread?.writeStdin(data);
  }

  closeStdin(): void {
    this.thread?.closeStdin();
  }

  resize(columns: number, rows: number): void {
    this.thread?.resize(columns, rows);
  }

  /** A program of the image, an applet, or a script that is there. */
  private findProgram(argv: readonly string[]): Program | undefined {
    const [name = ""] = argv;
    const found = findProgram(this.surroundings.definition, name, appletNames);
    if (found !== undefined || !name.includes("/") || !this.surroundings.definition.shell) return found;
    const file = statSync(this.paths.toHost(posix.resolve(this.workingDir, name), false, "open"), { throwIfNoEntry: false });
    return file?.isFile() ? { kind: "stand-in", name: "busybox" } : undefined;
  }

  private makeRoot(): void {
    const { definition, sandbox } = this.surroundings;
    for (const directory of [...directories, this.workingDir]) mkdirSync(join(this.root, directory), { recursive: true });
    const files: Array<readonly [string, string]> = [
      ["/etc/hostname", `${sandbox.hostname}\n`],
      ["/etc/hosts", hostsFile(sandbox, existsSync("/etc/hosts") ? readFileSync("/etc/hosts", "utf8") : "")],
      ...sandbox.sysctls.map(
        ([name, value]) => [`/proc/sys/${name.replace(/[./]/g, (each) => (each === "." ? "/" : "."))}`, `${value}\n`] as const,
      ),
      ["/etc/resolv.conf", resolvConf(sandbox.dns)],
      ["/etc/passwd", passwdFile],
      ["/etc/group", groupFile],
      ["/etc/os-release", `NAME="Chartroom stand-in"\nID=chartroom\n`],
      ...definition.files,
    ];
    for (const [path, text] of files) {
      mkdirSync(join(this.root, posix.dirname(path)), { recursive: true });
      writeFileSync(join(this.root, path), text);
    }
    const messageFile = join(this.root, this.record.spec.terminationMessage.path);
    mkdirSync(posix.dirname(messageFile), { recursive: true });
    writeFileSync(messageFile, "");
    // Anybody may leave a message, and temporary files.
    chmodSync(messageFile, 0o666);
    chmodSync(join(this.root, "tmp"), 0o1777);
    // Mount points are seen in their parents.
    for (const { hostPath, containerPath } of this.record.spec.mounts) {
      const point = join(this.root, containerPath);
      if (statSync(hostPath, { throwIfNoEntry: false })?.isFile()) {
        mkdirSync(posix.dirname(point), { recursive: true });
        writeFileSync(point, "", { flag: "a" });
      } else {
        mkdirSync(point, { recursive: true });
      }
    }
  }

  /** What a thread of this container is made of; the first one, and those of `exec`. */
  threadOptions(program: Program, argv: readonly string[], streams: { stdin: boolean; tty: boolean }): ThreadOptions {
    const { spec, image } = this.record;
    const { sandbox, reach, entryPath } = this.surroundings;
    return {
      entryPath,
      memoryLimitBytes: spec.memoryLimitBytes,
      env: Object.fromEntries(this.env),
      task: {
        program,
        argv,
        image: image.reference,
        hostname: sandbox.hostname,
        podIP: sandbox.podIP,
        dns: sandbox.dns,
        user: this.user,
        workingDir: this.workingDir,
        paths: this.pathOptions,
        reach,
        ...streams,
      },
    };
  }

  private makeThread(program: Program): void {
    const { stdin, tty } = this.record.spec;
    this.thread = new ContainerThread(this.threadOptions(program, this.argv, { stdin, tty }), {
      onReady: () => {},
      onOutput: (stream, data) => {
        this.log.write(stream, data, Date.now());
        for (const reader of this.attached) reader.onOutput(stream, data);
      },
      onPort: (mapping) => this.opened(mapping),
      onEnd: (end) => this.threadEnded(end),
    });
  }

  private opened(mapping: PortMapping): void {
    const others = this.record.ports.filter((each) => each.port !== mapping.port);
    this.record = { ...this.record, ports: [...others, mapping] };
    this.surroundings.event({ type: "portOpened", id: this.record.spec.id, mapping });
  }

  private threadEnded(end: ThreadEnd): void {
    this.thread = undefined;
    if (this.record.state === "created") this.threadFailure = end.oomKilled ? "out of memory" : (end.startError ?? "it ended");
    if (this.record.state !== "running") return;
    if (end.startError !== undefined && !end.oomKilled) {
      this.log.write("stderr", Buffer.from(`chartroom: the container's thread did not start: ${end.startError}\n`), Date.now());
    }
    // Its last unfinished line is one of its last words.
    this.log.end(Date.now());
    const exit: ContainerExit = {
      exitCode: end.exitCode,
      signal: end.signal,
      reason: end.oomKilled ? "OOMKilled" : end.exitCode === 0 ? "Completed" : "Error",
      message: this.lastWords(end.exitCode),
      finishedAtMs: Date.now(),
    };
    this.stopped(exit);
    this.surroundings.event({ type: "exited", id: this.record.spec.id, exit });
  }

  /** What the container left in the file for it, else the end of its log if that is wanted. */
  private lastWords(exitCode: number): string {
    const { path, fallbackToLogs } = this.record.spec.terminationMessage;
    const file = this.paths.toHost(path, false, "open");
    const isFile = statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
    const said = isFile ? readFileSync(file).subarray(0, terminationMessageBytesMost).toString("utf8") : "";
    return said === "" && fallbackToLogs && exitCode !== 0 ? this.log.lastWords() : said;
  }

  private stopped(exit: ContainerExit): void {
    this.record = { ...this.record, state: "stopped", exit };
    if (!this.log.ended) this.log.end(exit.finishedAtMs);
    this.ended.abort();
    for (const reader of [...this.attached]) reader.onExit(exit.exitCode);
    this.attached.clear();
    for (const callback of this.onceEnded.splice(0)) callback();
  }
}
