/** `exec`: a command with the shell's programs, in a container's file system, environment and network, beside its first process. */
import net from "node:net";
import { findProgram, type ImageDefinition } from "../../images/catalog.js";
import { type ExecProcess, type ExecReader, type ExecRequest, noProcess } from "../driver.js";
import { isPodLoopback, type Reach, reachableAt } from "../ports.js";
import { appletNames, runCommand, shellHost } from "../shell/run.js";
import { emptyInput, type Output, Pipe } from "../shell/streams.js";
import type { WorkerContainer } from "./container.js";
import { asTerminalOutput, Terminal } from "./terminal.js";

export interface ExecSurroundings {
  readonly definition: ImageDefinition;
  readonly hostname: string;
  readonly podIP: string;
  readonly reach: Reach;
  resolve(name: string): readonly string[] | undefined;
}

export function execBeside(
  container: WorkerContainer,
  around: ExecSurroundings,
  request: ExecRequest,
  reader: ExecReader,
): ExecProcess {
  const [name = ""] = request.command;
  const short = name.slice(name.lastIndexOf("/") + 1);
  const { definition } = around;
  const isApplet = definition.shell && appletNames.has(short) && (short !== "curl" || hasCurl(definition));
  const isOwn = findProgram(definition, name, new Set()) !== undefined;
  if (!isApplet && !isOwn && !(definition.shell && name.startsWith("/"))) {
    const why = name.includes("/") ? `stat ${name}: no such file or directory` : "executable file not found in $PATH";
    const message = `OCI runtime exec failed: exec failed: unable to start container process: exec: "${name}": ${why}: unknown`;
    queueMicrotask(() => reader.onError({ reason: "StartError", message, exitCode: name.includes("/") ? 128 : 127 }));
    return noProcess;
  }
  const ended = new AbortController();
  const stop = (): void => ended.abort();
  container.ended.signal.addEventListener("abort", stop);
  const flow = new Flow(ended.signal);
  const output = request.tty ? terminalOutput(reader, flow) : outputTo("stdout", reader, flow);
  const errors = request.tty ? output : outputTo("stderr", reader, flow);
  const input = new Pipe();
  const terminal = request.tty
    ? new Terminal({
        echo: (bytes) => reader.onOutput("stdout", bytes),
        line: (bytes) => input.push(bytes),
        end: () => input.end(),
        interrupt: stop,
      })
    : undefined;
  const host = shellHost({
    hostname: around.hostname,
    podIP: around.podIP,
    command: container.argv.join(" "),
    hasCurl: hasCurl(definition),
    paths: container.paths,
    aim: async (to, port) => aimFrom(around, to, port),
    lookup: async (wanted) =>
      net.isIP(wanted) !== 0 ? [wanted] : wanted === around.hostname ? [around.podIP] : around.resolve(wanted),
    kill: (pid, signal) => {
      if (pid !== 1) return false;
      container.signal(signal);
      return true;
    },
    program: (argv) => (findProgram(definition, argv[0] ?? "", new Set()) === undefined ? undefined : ownProgram(argv, errors)),
    ended: ended.signal,
  });
  const streams = { input: request.stdin ? input : emptyInput, output, errors, isTerminal: request.tty };
  const run = runCommand(request.command, container.env, container.workingDir, host, streams);
  run.done.then(
    (exitCode) => finish(() => reader.onExit(ended.signal.aborted ? 137 : exitCode)),
    (error: Error) => finish(() => reader.onError({ reason: "StartError", message: error.message, exitCode: 126 })),
  );
  function finish(tell: () => void): void {
    container.ended.signal.removeEventListener("abort", stop);
    tell();
  }
  return {
    write: (bytes) => (terminal === undefined ? input.push(bytes) : terminal.typed(bytes)),
    closeStdin: () => input.end(),
    resize: () => {},
    taken: (bytes) => flow.taken(bytes),
    cancel: stop,
  };
}

const hasCurl = (definition: ImageDefinition): boolean => !/\/(?:busybox|alpine)$/.test(definition.repository);

/** A program of the image has a thread of its own only as the container's first process. */
async function ownProgram(argv: readonly string[], errors: Output): Promise<number> {
  await errors.write(Buffer.from(`chartroom: ${argv[0]} runs only as a container's first process\n`));
  return 126;
}

const outputTo = (stream: "stdout" | "stderr", reader: ExecReader, flow: Flow): Output => ({
  write: (bytes) => {
    reader.onOutput(stream, bytes);
    return flow.sent(bytes.length);
  },
});

function terminalOutput(reader: ExecReader, flow: Flow): Output {
  const plain = outputTo("stdout", reader, flow);
  return { write: (bytes) => plain.write(asTerminalOutput(bytes)) };
}

const windowBytes = 256 * 1024;

/** Holds a command that writes faster than its reader takes. */
class Flow {
  private outstanding = 0;
  private wake: Array<() => void> = [];

  constructor(private readonly ended: AbortSignal) {
    ended.addEventListener("abort", () => this.release());
  }

  sent(bytes: number): Promise<void> {
    this.outstanding += bytes;
    if (this.outstanding <= windowBytes || this.ended.aborted) return Promise.resolve();
    return new Promise((resolve) => this.wake.push(resolve));
  }

  taken(bytes: number): void {
    this.outstanding -= bytes;
    if (this.outstanding <= windowBytes) this.release();
  }

  private release(): void {
    for (const resume of this.wake.splice(0)) resume();
  }
}

async function aimFrom(
  around: ExecSurroundings,
  to: string,
  port: number,
): Promise<{ host: string; port: number; localAddress?: string } | undefined> {
  const isOwn = to === "localhost" || to === "127.0.0.1" || to === "::1" || to === around.hostname;
  const address = isOwn ? around.podIP : net.isIP(to) !== 0 ? to : around.resolve(to)?.[0];
  // What the cluster does not know, the machine may.
  if (address === undefined) return to.endsWith(".cluster.local") || !to.includes(".") ? undefined : { host: to, port };
  const { address: host, port: at } = reachableAt(around.reach, address, port);
  return isPodLoopback(host) && isPodLoopback(around.podIP) ? { host, port: at, localAddress: around.podIP } : { host, port: at };
}
