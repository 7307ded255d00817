/** A program of the image that runs beside the container's first process: in a thread of its own, with the same surroundings. */
import type { Program } from "../container/protocol.js";
import type { ExecProcess, ExecReader, ExecRequest } from "../driver.js";
import type { Output } from "../shell/streams.js";
import type { WorkerContainer } from "./container.js";
import { asTerminalOutput, Terminal } from "./terminal.js";
import { ContainerThread, type ThreadListener } from "./thread.js";

function startThread(
  container: WorkerContainer,
  program: Program,
  argv: readonly string[],
  streams: { readonly stdin: boolean; readonly tty: boolean },
  listener: Pick<ThreadListener, "onOutput" | "onEnd">,
): ContainerThread {
  const thread = new ContainerThread(container.threadOptions(program, argv, streams), {
    ...listener,
    onReady: () => {},
    // What such a program listens at is not the container's to offer.
    onPort: () => {},
  });
  thread.start();
  return thread;
}

export function execThread(container: WorkerContainer, program: Program, request: ExecRequest, reader: ExecReader): ExecProcess {
  const stop = (): void => thread.signal("SIGKILL");
  const { tty } = request;
  const thread = startThread(container, program, request.command, request, {
    onOutput: (stream, data) => (tty ? reader.onOutput("stdout", asTerminalOutput(data)) : reader.onOutput(stream, data)),
    onEnd: ({ exitCode }) => {
      container.ended.signal.removeEventListener("abort", stop);
      reader.onExit(exitCode);
    },
  });
  container.ended.signal.addEventListener("abort", stop);
  const terminal = tty
    ? new Terminal({
        echo: (bytes) => reader.onOutput("stdout", bytes),
        line: (bytes) => thread.writeStdin(bytes),
        end: () => thread.closeStdin(),
        interrupt: () => thread.signal("SIGINT"),
      })
    : undefined;
  return {
    write: (bytes) => (terminal === undefined ? thread.writeStdin(bytes) : terminal.typed(bytes)),
    closeStdin: () => thread.closeStdin(),
    resize: (columns, rows) => thread.resize(columns, rows),
    taken: () => {},
    cancel: stop,
  };
}

/** The same, as a command of a shell; its exit code. */
export function ownProgram(
  container: WorkerContainer,
  program: Program,
  argv: readonly string[],
  streams: { readonly output: Output; readonly errors: Output },
  ended: AbortSignal,
): Promise<number> {
  return new Promise((resolve) => {
    let written: Promise<void> = Promise.resolve();
    const thread = startThread(
      container,
      program,
      argv,
      { stdin: false, tty: false },
      {
        onOutput: (stream, data) => {
          const to = stream === "stdout" ? streams.output : streams.errors;
          written = written.then(() => to.write(data)).catch(() => thread.signal("SIGKILL"));
        },
        onEnd: ({ exitCode }) => {
          ended.removeEventListener("abort", stop);
          void written.then(() => resolve(exitCode));
        },
      },
    );
    const stop = (): void => thread.signal("SIGKILL");
    ended.addEventListener("abort", stop);
  });
}
