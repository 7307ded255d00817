/** `exec`: a command with the shell's programs, in a container's file system, environment and network, beside its first process. */
import { findProgram, type ImageDefinition, lacksApplet } from "../../images/catalog.js";
import { usualTerminal } from "../container/protocol.js";
import { type ExecProcess, type ExecReader, type ExecRequest, noProcess } from "../driver.js";
import type { Reach } from "../ports.js";
import { appletNames, runCommand, shellHost } from "../shell/run.js";
import { emptyInput, type Output, Pipe } from "../shell/streams.js";
import { aimFrom } from "./aim.js";
import type { WorkerContainer } from "./container.js";
import { execThread, ownProgram } from "./exec-thread.js";
import { asTerminalOutput, Terminal } from "./terminal.js";

export interface ExecSurroundings {
  readonly definition: ImageDefinition;
  readonly hostname: string;
  readonly podIP: string;
  readonly reach: Reach;
  readonly seesNodePort: (port: number) => boolean;
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
  const isApplet = definition.shell && appletNames.has(short) && !lacksApplet(definition.repository, short);
  const isOwn = findProgram(definition, name, new Set()) !== undefined;
  if (!isApplet && !isOwn && !(definition.shell && name.startsWith("/"))) {
    const why = name.includes("/") ? `stat ${name}: no such file or directory` : "executable file not found in $PATH";
    const message = `OCI runtime exec failed: exec failed: unable to start container process: exec: "${name}": ${why}: unknown`;
    queueMicrotask(() => reader.onError({ reason: "StartError", message, exitCode: name.includes("/") ? 128 : 127 }));
    return noProcess;
  }
  const own = isApplet ? undefined : findProgram(definition, name, new Set());
  if (own !== undefined) return execThread(container, own, request, reader);
  // The files of this thread know no users: who is not root gets a thread that does.
  if (container.user.uid !== 0) return execThread(container, { kind: "stand-in", name: "busybox" }, request, reader);
  let size = usualTerminal;
  const ended = new AbortController();
  const input = new Pipe();
  const stop = (): void => {
    ended.abort();
    input.end();
  };
  container.ended.signal.addEventListener("abort", stop);
  const flow = new Flow(ended.signal);
  const output = request.tty ? terminalOutput(reader, flow) : outputTo("stdout", reader, flow);
  const errors = request.tty ? output : outputTo("stderr", reader, flow);
  const terminal = request.tty
    ? new Terminal({
        echo: (bytes) => reader.onOutput("stdout", bytes),
        line: (bytes) => input.push(bytes),
        end: () => input.end(),
        interrupt: () => run.interrupt() || stop(),
      })
    : undefined;
  const host = shellHost({
    hostname: around.hostname,
    podIP: around.podIP,
    user: container.user,
    command: container.argv.join(" "),
    lacks: (applet) => lacksApplet(definition.repository, applet),
    paths: container.paths,
    resolver: container.resolver,
    aim: (to, port) => aimFrom({ ...around, resolver: container.resolver }, to, port),
    kill: (pid, signal) => {
      if (pid !== 1) return false;
      container.signal(signal);
      return true;
    },
    program: (argv) => {
      const program = findProgram(definition, argv[0] ?? "", new Set());
      return program === undefined ? undefined : ownProgram(container, program, argv, { output, errors }, ended.signal);
    },
    terminalSize: () => (request.tty ? size : undefined),
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
    resize: (columns, rows) => {
      size = { columns, rows };
    },
    taken: (bytes) => flow.taken(bytes),
    cancel: stop,
  };
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
