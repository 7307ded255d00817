/** One reader of a container's log: it reads ahead only as fast as its reader takes. */
import { setup } from "xstate";
import type { Host } from "../../src/actor/host.js";
import type { OutgoingStream } from "../../src/wire/streams.js";
import type { DriverError, LogEntry, LogReading, RuntimeDriver } from "./io/driver.js";
import type { LogRequest } from "./messages.js";
import { rejected } from "./status.js";

export interface LogInput {
  readonly host: Host;
  readonly driver: RuntimeDriver;
  readonly request: LogRequest;
  readonly stream: OutgoingStream<{ readonly data: Uint8Array }, never>;
}

/** A chunk is sent when it has grown to this. */
const chunkBytes = 32 * 1024;

/** The reading under way: behind a handle, not in the context. */
class Session {
  reading: LogReading | undefined;
  private midLine = false;
  private readonly encoder = new TextEncoder();

  constructor(private readonly input: LogInput) {}

  begin(tell: (event: LogChartEvent) => void): void {
    const { host, driver, request, stream } = this.input;
    stream.listen({
      onDrain: () => tell({ type: "drained" }),
      onClosed: () => tell({ type: "closed" }),
    });
    const { containerId, follow, tailLines, limitBytes, sinceMs } = request;
    const options = {
      follow,
      ...(tailLines === undefined ? {} : { tailLines }),
      ...(limitBytes === undefined ? {} : { limitBytes }),
      ...(sinceMs === undefined ? {} : { sinceMs }),
    };
    this.reading = driver.readLog(containerId, options, {
      onEntries: host.bind((entries) => tell({ type: "entries", entries })),
      onEnd: host.bind((error) => tell(error === undefined ? { type: "log ended" } : { type: "log failed", error })),
    });
  }

  give(entries: readonly LogEntry[]): void {
    let text = "";
    const send = () => {
      if (text !== "") this.input.stream.send({ data: this.encoder.encode(text) });
      text = "";
    };
    for (const entry of entries) {
      if (this.input.request.timestamps && !this.midLine) text += `${entry.timestamp} `;
      text += entry.partial ? entry.text : `${entry.text}\n`;
      this.midLine = entry.partial;
      if (text.length >= chunkBytes) send();
    }
    send();
  }
}

interface LogContext {
  readonly input: LogInput;
  readonly session: Session;
}

export type LogChartEvent =
  | { readonly type: "entries"; readonly entries: readonly LogEntry[] }
  | { readonly type: "log ended" }
  | { readonly type: "log failed"; readonly error: DriverError }
  | { readonly type: "drained" }
  | { readonly type: "closed" };

export const logMachine = setup({
  types: { context: {} as LogContext, events: {} as LogChartEvent, input: {} as LogInput },
  guards: {
    readerIsBehind: ({ context }) => context.input.stream.backlog > 0,
  },
  actions: {
    begin: ({ context, self }) => context.session.begin((event) => self.send(event)),
    give: ({ context, event }) => {
      if (event.type === "entries") context.session.give(event.entries);
    },
    readOn: ({ context }) => context.session.reading?.next(),
    cancel: ({ context }) => context.session.reading?.cancel(),
    endStream: ({ context }) => context.input.stream.end(),
    failStream: ({ context, event }) => {
      if (event.type === "log failed") context.input.stream.end(rejected(event.error));
    },
  },
}).createMachine({
  id: "log",
  context: ({ input }) => ({ input, session: new Session(input) }),
  initial: "opening",
  states: {
    opening: { entry: "begin", always: { target: "reading" } },
    reading: {
      on: {
        entries: { target: "giving", actions: "give" },
        "log ended": { target: "ended" },
        "log failed": { target: "failed", actions: "failStream" },
        closed: { target: "abandoned" },
      },
    },
    giving: {
      always: [
        { guard: "readerIsBehind", target: "waiting" },
        { target: "reading", actions: "readOn" },
      ],
    },
    waiting: {
      on: {
        drained: { target: "reading", actions: "readOn" },
        closed: { target: "abandoned" },
      },
    },
    ended: { type: "final", entry: "endStream" },
    failed: { type: "final" },
    abandoned: { type: "final", entry: "cancel" },
  },
});
