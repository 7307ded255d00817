/**
 * One connection from outside to a port of a pod: dialled, then open until both ends have done, or one is gone. When the server has done,
 * its client gets the time that containerd and socat give it.
 */
import { setup } from "xstate";
import type { Host } from "../../src/actor/host.js";
import type { OutgoingStream } from "../../src/wire/streams.js";
import type { ForwardInput, ForwardOutput } from "../kubelet/messages.js";
import type { DriverError, PodConnection, RuntimeDriver } from "./io/driver.js";
import { rejected } from "./status.js";

export interface ForwardChartInput {
  readonly host: Host;
  readonly driver: RuntimeDriver;
  readonly target: { readonly podIP: string; readonly port: number };
  readonly stream: OutgoingStream<ForwardOutput, ForwardInput>;
}

/** The connection, and what its two readers owe each other: behind a handle, not in the context. */
class Session {
  private connection: PodConnection | undefined;
  private unreadBytes = 0;
  /** Sizes of the chunks that were written to the connection and have not gone on their way. */
  private readonly written: number[] = [];

  constructor(private readonly input: ForwardChartInput) {}

  dial(tell: (event: ForwardChartEvent) => void): void {
    const { host, driver, target, stream } = this.input;
    stream.listen({
      manualCredit: true,
      onChunk: ({ data }) => this.write(data),
      onHalfClose: () => tell({ type: "input closed" }),
      onClosed: () => tell({ type: "closed" }),
      onDrain: () => this.take(),
    });
    this.connection = driver.connect(target, {
      onOpen: host.bind(() => tell({ type: "opened" })),
      onData: host.bind((data) => this.read(data)),
      onEnd: host.bind(() => tell({ type: "output ended" })),
      onTaken: host.bind(() => this.wrote()),
      onClosed: host.bind((error) => tell(error === undefined ? { type: "done" } : { type: "broken", error })),
    });
  }

  endOutput(): void {
    this.input.stream.send({ stream: "end" });
  }

  closeInput(): void {
    this.connection?.end();
  }

  cancel(): void {
    this.connection?.cancel();
  }

  private write(data: Uint8Array): void {
    this.written.push(data.length);
    this.connection?.write(data);
  }

  private wrote(): void {
    this.written.shift();
    this.input.stream.consumed(1);
  }

  private read(data: Uint8Array): void {
    this.unreadBytes += data.length;
    this.input.stream.send({ stream: "data", data });
    if (this.input.stream.backlog === 0) this.take();
  }

  private take(): void {
    this.connection?.taken(this.unreadBytes);
    this.unreadBytes = 0;
  }
}

interface ForwardContext {
  readonly input: ForwardChartInput;
  readonly session: Session;
}

export type ForwardChartEvent =
  | { readonly type: "opened" }
  | { readonly type: "input closed" }
  | { readonly type: "output ended" }
  | { readonly type: "done" }
  | { readonly type: "broken"; readonly error: DriverError }
  | { readonly type: "closed" };

/** Once a server has said all, its client has so long to end too: clients that wait for the end of the connection never do. */
const lingerMs = 500;

export const forwardMachine = setup({
  types: { context: {} as ForwardContext, events: {} as ForwardChartEvent, input: {} as ForwardChartInput },
  delays: { lingering: lingerMs },
  actions: {
    dial: ({ context, self }) => context.session.dial((event) => self.send(event)),
    accept: ({ context }) => context.input.stream.send({ stream: "accepted" }),
    closeInput: ({ context }) => context.session.closeInput(),
    endOutput: ({ context }) => context.session.endOutput(),
    cancel: ({ context }) => context.session.cancel(),
    endStream: ({ context }) => context.input.stream.end(),
    failStream: ({ context, event }) => {
      if (event.type === "broken") context.input.stream.end(rejected(event.error));
    },
  },
}).createMachine({
  id: "forward",
  context: ({ input }) => ({ input, session: new Session(input) }),
  initial: "dialling",
  on: {
    done: ".ended",
    broken: { target: ".failed", actions: "failStream" },
    closed: ".abandoned",
  },
  states: {
    dialling: {
      entry: "dial",
      on: {
        opened: { target: "open", actions: "accept" },
        // Whoever has said all before the connection is there still waits for the answer.
        "input closed": { actions: "closeInput" },
      },
    },
    open: { on: { "input closed": "inputClosed", "output ended": "outputEnded" } },
    inputClosed: { entry: "closeInput", on: { "output ended": { actions: "endOutput" } } },
    outputEnded: {
      entry: "endOutput",
      after: { lingering: { target: "ended", actions: "cancel" } },
      on: { "input closed": "bothEnded" },
    },
    bothEnded: { entry: "closeInput" },
    ended: { type: "final", entry: "endStream" },
    failed: { type: "final" },
    abandoned: { type: "final", entry: "cancel" },
  },
});
