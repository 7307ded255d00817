/** The shell as a container's first process. */
import { parseImageReference } from "../../image-reference.js";
import { lacksApplet } from "../../images/catalog.js";
import type { ProgramContext } from "../container/entry.js";
import type { ShellHost } from "../shell/host.js";
import { runCommand, shellHost } from "../shell/run.js";
import { emptyInput, type Input, type Output } from "../shell/streams.js";

/** The shell's surroundings in a container's own thread. */
const hostOf = (context: ProgramContext, ended: AbortSignal): ShellHost =>
  shellHost({
    hostname: context.hostname,
    podIP: context.podIP,
    user: context.user,
    command: context.argv.join(" "),
    lacks: (applet) => lacksApplet(parseImageReference(context.image)?.repository ?? "", applet),
    paths: context.paths,
    // This thread's network is the pod's already.
    aim: async (name, port) => ({ host: name, port }),
    resolver: context.resolver,
    kill: (pid, signal) => {
      if (pid !== 1) return false;
      process.kill(1, signal);
      return true;
    },
    program: () => undefined,
    terminalSize: () => (context.tty ? { columns: process.stdout.columns, rows: process.stdout.rows } : undefined),
    ended,
  });

const environment = (): Map<string, string> => new Map(Object.entries(process.env).map(([name, value]) => [name, value ?? ""]));

/** Runs a command line in a program's own thread; `output` gets what it prints, its errors included. */
export function runInShell(context: ProgramContext, command: string, output: Output): Promise<number> {
  const streams = { input: emptyInput, output, errors: output, isTerminal: false };
  return runCommand(["sh", "-c", command], environment(), process.cwd(), hostOf(context, new AbortController().signal), streams)
    .done;
}

export async function busybox(context: ProgramContext): Promise<number> {
  const ended = new AbortController();
  const host = hostOf(context, ended.signal);
  const streams = {
    input: standardInput(),
    output: standard(process.stdout),
    errors: standard(process.stderr),
    isTerminal: context.tty,
  };
  const run = runCommand(context.argv, environment(), process.cwd(), host, streams);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const) {
    process.on(signal, () => {
      if (run.signal(signal) || (signal === "SIGINT" && run.interrupt())) return;
      process.removeAllListeners(signal);
      process.kill(1, signal);
    });
  }
  return run.done;
}

const standard = (stream: NodeJS.WriteStream): Output => ({
  write: (bytes) => new Promise((resolve) => stream.write(bytes, () => resolve())),
});

/** Reads nothing until somebody asks: a shell that never reads must not be kept alive by its input. */
function standardInput(): Input {
  let iterator: AsyncIterator<Uint8Array> | undefined;
  return {
    read: async () => {
      iterator ??= process.stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      const { done, value } = await iterator.next();
      return done ? undefined : value;
    },
  };
}
