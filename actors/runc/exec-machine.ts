/** One command run in a container, or one attachment to its main process: from its start until it has exited or nobody waits for it. */
import { setup } from "xstate";
import type { Host } from "../../src/actor/host.js";
import type { Responder } from "../../src/wire/declare.js";
import { wireError } from "../../src/wire/errors.js";
import type { OutgoingStream } from "../../src/wire/streams.js";
import type { ExecInput, ExecOutput } from "../kubelet/messages.js";
import type { DriverError, ExecProcess, ExecReader, RuntimeDriver } from "./io/driver.js";
import { rejected } from "./status.js";

interface Common {
  readonly host: Host;
  readonly driver: RuntimeDriver;
  /** Name of this chart. */
  readonly chart: string;
  readonly containerId: string;
}

export type ExecChartInput = Common &
  (
    | {
        readonly kind: "sync";
        readonly command: readonly string[];
        readonly timeoutMs: number;
        readonly respond: Responder<{ exitCode: number; stdout: string; stderr: string }>;
      }
    | {
        readonly kind: "exec";
        readonly command: readonly string[];
        readonly stdin: boolean;
        readonly tty: boolean;
        readonly stream: OutgoingStream<ExecOutput, ExecInput>;
      }
    | {
        readonly kind: "attach";
        readonly stdin: boolean;
        readonly tty: boolean;
        readonly stream: OutgoingStream<ExecOutput, ExecInput>;
      }
  );

/** What a synchronous command may write; the kubelet's probes keep 10 KiB. */
const syncOutputLimitBytes = 64 * 1024;

/** The running command and what it has written: behind a handle, not in the context. */
class Session {
  process: ExecProcess | undefined;
  private owedBytes = 0;
  /** What was written while the reader had no room. It is sent as one chunk each: small writes do not fill the backlog. */
  private readonly kept = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  readonly written = { stdout: "", stderr: "" };
  private readonly decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };

  constructor(private readonly input: ExecChartInput) {}

  output(stream: "stdout" | "stderr", data: Uint8Array): void {
    const { input } = this;
    if (input.kind !== "sync") {
      this.owedBytes += data.length;
      if (input.stream.backlog > 0) {
        this.kept[stream].push(data);
        return;
      }
      input.stream.send({ stream, data });
      if (input.stream.backlog === 0) this.take();
      return;
    }
    this.process?.taken(data.length);
    if (this.written[stream].length < syncOutputLimitBytes) {
      this.written[stream] += this.decoders[stream].decode(data, { stream: true });
    }
  }

  /** The reader has taken all that was sent: it is given what was kept, or the process may write more. */
  private drained(): void {
    this.flush();
    const { input } = this;
    if (input.kind !== "sync" && input.stream.backlog === 0) this.take();
  }

  private take(): void {
    this.process?.taken(this.owedBytes);
    this.owedBytes = 0;
  }

  flush(): void {
    const { input } = this;
    if (input.kind === "sync") return;
    for (const stream of ["stdout", "stderr"] as const) {
      const parts = this.kept[stream].splice(0);
      if (parts.length > 0) input.stream.send({ stream, data: joined(parts) });
    }
  }

  begin(tell: (event: ExecChartEvent) => void): void {
    const { input } = this;
    const reader: ExecReader = {
      onOutput: input.host.bind((stream, bytes) => this.output(stream, bytes)),
      onExit: input.host.bind((exitCode) => tell({ type: "exited", exitCode })),
      onError: input.host.bind((error) => tell({ type: "failed", error })),
    };
    if (input.kind !== "sync") {
      input.stream.listen({
        onChunk: (chunk) => this.typed(chunk),
        onHalfClose: () => tell({ type: "input closed" }),
        onClosed: () => tell({ type: "closed" }),
        onDrain: () => this.drained(),
      });
    }
    this.process =
      input.kind === "attach"
        ? input.driver.attach(input.containerId, input, reader)
        : input.driver.exec(
            input.containerId,
            input.kind === "exec" ? input : { command: input.command, stdin: false, tty: false },
            reader,
          );
  }

  private typed(chunk: ExecInput): void {
    if ("stdin" in chunk) this.process?.write(chunk.stdin);
    else this.process?.resize(chunk.resize.width, chunk.resize.height);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

interface ExecContext {
  readonly input: ExecChartInput;
  readonly session: Session;
}

export type ExecChartEvent =
  | { readonly type: "exited"; readonly exitCode: number }
  | { readonly type: "failed"; readonly error: DriverError }
  | { readonly type: "input closed" }
  | { readonly type: "closed" };

export const execMachine = setup({
  types: { context: {} as ExecContext, events: {} as ExecChartEvent, input: {} as ExecChartInput },
  delays: {
    timeout: ({ context }) => (context.input.kind === "sync" ? context.input.timeoutMs : 0),
  },
  guards: {
    awaited: ({ context }) => context.input.kind === "sync" && context.input.timeoutMs > 0,
  },
  actions: {
    begin: ({ context, self }) => context.session.begin((event) => self.send(event)),
    closeStdin: ({ context }) => context.session.process?.closeStdin(),
    cancel: ({ context }) => context.session.process?.cancel(),
    giveExit: ({ context, event }) => {
      if (event.type !== "exited") return;
      const { input, session } = context;
      if (input.kind === "sync") {
        input.respond.ok({ exitCode: event.exitCode, ...session.written });
      } else {
        session.flush();
        input.stream.send({ stream: "exit", exitCode: event.exitCode });
        input.stream.end();
      }
    },
    giveError: ({ context, event }) => {
      if (event.type !== "failed") return;
      const { input } = context;
      if (input.kind === "sync") input.respond.error(rejected(event.error));
      else input.stream.end(rejected(event.error));
    },
    giveTimeout: ({ context }) => {
      const { input } = context;
      if (input.kind !== "sync") return;
      const line = input.command.join(" ");
      input.respond.error(wireError("rejected", `command "${line}" timed out`, { reason: "DeadlineExceeded" }));
    },
  },
}).createMachine({
  id: "exec",
  context: ({ input }) => ({ input, session: new Session(input) }),
  initial: "starting",
  states: {
    starting: {
      entry: "begin",
      always: [{ guard: "awaited", target: "awaited" }, { target: "streaming" }],
    },
    awaited: {
      after: { timeout: { target: "timedOut" } },
      on: {
        exited: { target: "exited", actions: "giveExit" },
        failed: { target: "failed", actions: "giveError" },
      },
    },
    streaming: {
      on: {
        "input closed": { target: "inputClosed" },
        exited: { target: "exited", actions: "giveExit" },
        failed: { target: "failed", actions: "giveError" },
        closed: { target: "abandoned" },
      },
    },
    inputClosed: {
      entry: "closeStdin",
      on: {
        exited: { target: "exited", actions: "giveExit" },
        failed: { target: "failed", actions: "giveError" },
        closed: { target: "abandoned" },
      },
    },
    exited: { type: "final" },
    failed: { type: "final" },
    timedOut: { type: "final", entry: ["cancel", "giveTimeout"] },
    abandoned: { type: "final", entry: "cancel" },
  },
});
