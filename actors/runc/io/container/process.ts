/** Makes `process` of this thread the container's: its streams, its exit, its signals, its working directory, its arguments. */
import childProcess from "node:child_process";
import { EventEmitter } from "node:events";
import os from "node:os";
import { posix } from "node:path";
import { Readable, Writable } from "node:stream";
import { inspect } from "node:util";
import workerThreads from "node:worker_threads";
import { type ContainerTask, type FromContainer, outputWindowBytes, signalNumbers, usualTerminal } from "./protocol.js";
import { homeOf, nameOf } from "./user.js";

export interface ContainerProcess {
  readonly cwd: () => string;
  /** More input has come. */
  input(data: Uint8Array): void;
  /** No more will come. */
  inputEnded(): void;
  /** The terminal has another size; nothing happens where there is none. */
  resize(columns: number, rows: number): void;
  signal(name: string): void;
  exit(code: number): never;
  /** What node does with an error that nobody caught. */
  uncaught(error: unknown): void;
}

/** Signals whose default action is to do nothing. */
const ignored: ReadonlySet<string> = new Set(["SIGCHLD", "SIGCONT", "SIGWINCH", "SIGURG"]);

/** `hold` keeps the thread alive until what it returns is called: a program that waits for input is not at its end. */
export function patchProcess(task: ContainerTask, hold: () => () => void): ContainerProcess {
  const post = (message: FromContainer): void => task.port.postMessage(message);
  const leave = process.exit.bind(process);
  const events: EventEmitter = process;
  let workingDir = task.workingDir;
  let leaving = false;

  const exit = (code?: number | string | null): never => {
    const exitCode = Number(code ?? process.exitCode ?? 0) & 255;
    if (!leaving) {
      leaving = true;
      process.exitCode = exitCode;
      process.emit("exit", exitCode);
      process.removeAllListeners("exit");
      post({ type: "exiting", exitCode: Number(process.exitCode ?? exitCode) & 255, signal: "" });
    }
    return leave(exitCode);
  };
  const signal = (name: string): void => {
    if (process.listenerCount(name) > 0) {
      events.emit(name, name, signalNumbers[name]);
    } else if (!ignored.has(name) && !leaving) {
      leaving = true;
      post({ type: "exiting", exitCode: 128 + (signalNumbers[name] ?? 15), signal: name });
      leave(128 + (signalNumbers[name] ?? 15));
    }
  };

  let release: (() => void) | undefined;
  const stdin = new Readable({
    read() {
      release ??= hold();
    },
  });
  const give = (data: Uint8Array | null): void => {
    release?.();
    release = undefined;
    stdin.push(data);
  };
  const own: Record<string, unknown> = {
    exit,
    cwd: () => workingDir,
    chdir: (directory: string) => {
      workingDir = posix.resolve(workingDir, directory);
    },
    kill: (pid: number, name: string | number = "SIGTERM") => {
      const text =
        typeof name === "number" ? (Object.entries(signalNumbers).find(([, number]) => number === name)?.[0] ?? "") : name;
      if (pid !== 1) throw Object.assign(new Error("kill ESRCH"), { code: "ESRCH", errno: -3, syscall: "kill" });
      if (name !== 0) queueMicrotask(() => signal(text));
      return true;
    },
  };
  Object.assign(own, identity(task));
  for (const [name, value] of Object.entries(own))
    Object.defineProperty(process, name, { value, writable: true, configurable: true });
  const streams = { stdout: outputStream("stdout", task, post), stderr: outputStream("stderr", task, post), stdin };
  for (const [name, value] of Object.entries(streams)) Object.defineProperty(process, name, { value, configurable: true });
  const resize = (columns: number, rows: number): void => {
    if (!task.tty) return;
    for (const stream of [streams.stdout, streams.stderr]) {
      Object.assign(stream, { columns, rows });
      stream.emit("resize");
    }
    signal("SIGWINCH");
  };
  Object.defineProperty(process, "pid", { value: 1, configurable: true });
  Object.defineProperty(process, "ppid", { value: 0, configurable: true });
  process.argv.splice(0, process.argv.length, process.execPath, ...task.argv);
  process.title = task.argv[0] ?? "node";

  const uncaught = (error: unknown): void => {
    if (process.listenerCount("uncaughtException") > 0) {
      events.emit("uncaughtException", error, "uncaughtException");
      return;
    }
    process.stderr.write(`Uncaught:\n${inspect(error)}\n\nNode.js ${process.version}\n`);
    exit(1);
  };
  process.setUncaughtExceptionCaptureCallback(uncaught);
  process.on("exit", (code) => {
    if (leaving) return;
    leaving = true;
    post({ type: "exiting", exitCode: Number(code) & 255, signal: "" });
  });
  Object.assign(os, { hostname: () => task.hostname });
  refuseOthers();
  return { cwd: () => workingDir, input: give, inputEnded: () => give(null), resize, signal, exit, uncaught };
}

/** Who the program is. A program that sets the user id acts as root, unless who starts it may gain nothing. */
function identity({ user, program }: ContainerTask): Record<string, unknown> {
  const becomesRoot = program.kind === "stand-in" && program.setsUserId === true && !user.noNewPrivs;
  const effective = becomesRoot ? 0 : user.uid;
  const set = (syscall: string) => (): void => {
    if (effective !== 0) throw Object.assign(new Error(`EPERM, Operation not permitted`), { code: "EPERM", errno: -1, syscall });
  };
  const info = {
    uid: user.uid,
    gid: user.gid,
    username: nameOf(user.uid) ?? String(user.uid),
    homedir: homeOf(user.uid),
    shell: null,
  };
  Object.assign(os, { userInfo: () => info, homedir: () => process.env.HOME ?? info.homedir });
  return {
    getuid: () => user.uid,
    geteuid: () => effective,
    getgid: () => user.gid,
    getegid: () => user.gid,
    getgroups: () => [...user.groups],
    setuid: set("setuid"),
    setgid: set("setgid"),
  };
}

/** A stream that reaches the container's log, and waits while the log is far behind. */
function outputStream(stream: "stdout" | "stderr", task: ContainerTask, post: (message: FromContainer) => void): Writable {
  const { flow } = task;
  const writable = new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      const data = new Uint8Array(chunk);
      const written = Atomics.add(flow, 0, data.length) + data.length;
      post({ type: "output", stream, data });
      for (;;) {
        const read = Atomics.load(flow, 1);
        if (((written - read) | 0) <= outputWindowBytes) break;
        Atomics.wait(flow, 1, read, 1_000);
      }
      done();
    },
  });
  return task.tty ? Object.assign(writable, { isTTY: true, ...usualTerminal }) : writable;
}

/** Programs of the host and threads of its own would get out of the container: there are none in it. */
function refuseOthers(): void {
  const missing = (file: string): Error =>
    Object.assign(new Error(`spawn ${file} ENOENT`), { code: "ENOENT", errno: -2, syscall: `spawn ${file}`, path: file });
  const spawn = (file: string): EventEmitter => {
    const child = Object.assign(new EventEmitter(), {
      stdin: new Writable({ write: (_chunk, _encoding, done) => done() }),
      stdout: Readable.from([]),
      stderr: Readable.from([]),
      pid: undefined,
      kill: () => false,
    });
    process.nextTick(() => child.emit("error", missing(file)));
    return child;
  };
  const fail = (file: string): never => {
    throw missing(file);
  };
  const withCallback = (file: string, ...rest: unknown[]): EventEmitter => {
    const child = spawn(file);
    const callback = rest.at(-1);
    if (typeof callback === "function") child.on("error", (error) => callback(error, "", ""));
    return child;
  };
  Object.assign(childProcess, {
    spawn,
    fork: spawn,
    exec: withCallback,
    execFile: withCallback,
    spawnSync: (file: string) => ({
      error: missing(file),
      status: null,
      signal: null,
      stdout: null,
      stderr: null,
      output: null,
      pid: 0,
    }),
    execSync: fail,
    execFileSync: fail,
  });
  Object.assign(workerThreads, {
    Worker: class Worker {
      constructor() {
        throw Object.assign(new Error("a container cannot start threads of its own"), {
          code: "ERR_WORKER_UNSUPPORTED_OPERATION",
        });
      }
    },
  });
}
