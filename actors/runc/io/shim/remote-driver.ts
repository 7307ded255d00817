/** A driver that lives at the other end of a port. */
import type { MessagePort } from "node:worker_threads";
import {
  type ConnectionReader,
  type ContainerRecord,
  type ContainerSpec,
  type DriverEvent,
  type DriverOutcome,
  driverFailed,
  type ExecProcess,
  type ExecReader,
  type ExecRequest,
  type ImageRecord,
  type LogOptions,
  type LogReader,
  type LogReading,
  type OnOutcome,
  type PodConnection,
  type ProbeResult,
  type ProbeTarget,
  type RuntimeDriver,
  type SandboxRecord,
  type SandboxSpec,
} from "../driver.js";
import type { FromShim, ListingMethod, OutcomeMethod, ToShim } from "./protocol.js";

export class RemoteDriver implements RuntimeDriver {
  readonly name = "worker";
  readonly version = "1";
  private ids = 0;
  private closed = false;
  private onEvent: (event: DriverEvent) => void = () => {};
  private readonly outcomes = new Map<number, OnOutcome<never>>();
  private readonly probes = new Map<number, (result: ProbeResult) => void>();
  private readonly logs = new Map<number, LogReader>();
  private readonly execs = new Map<number, ExecReader>();
  private readonly connections = new Map<number, ConnectionReader>();

  /** `onLost` is told when the other end has gone without having been left. */
  constructor(
    private readonly port: MessagePort,
    onLost: () => void,
  ) {
    port.on("message", (message: FromShim) => this.heard(message));
    port.on("close", () => {
      const left = this.closed;
      this.closed = true;
      this.lose();
      if (!left) onLost();
    });
  }

  listen(onEvent: (event: DriverEvent) => void): void {
    this.onEvent = onEvent;
    this.post({ type: "listen" });
  }

  pullImage(image: string, onDone: OnOutcome<ImageRecord>): void {
    this.call("pullImage", image, onDone);
  }
  imageStatus(image: string, onDone: OnOutcome<ImageRecord | undefined>): void {
    this.call("imageStatus", image, onDone);
  }
  listImages(onDone: OnOutcome<readonly ImageRecord[]>): void {
    this.listing("listImages", onDone);
  }
  removeImage(image: string, onDone: OnOutcome<void>): void {
    this.call("removeImage", image, onDone);
  }
  runSandbox(spec: SandboxSpec, onDone: OnOutcome<void>): void {
    this.call("runSandbox", spec, onDone);
  }
  stopSandbox(id: string, onDone: OnOutcome<void>): void {
    this.call("stopSandbox", id, onDone);
  }
  removeSandbox(id: string, onDone: OnOutcome<void>): void {
    this.call("removeSandbox", id, onDone);
  }
  listSandboxes(onDone: OnOutcome<readonly SandboxRecord[]>): void {
    this.listing("listSandboxes", onDone);
  }
  create(spec: ContainerSpec, onDone: OnOutcome<ContainerRecord>): void {
    this.call("create", spec, onDone);
  }
  start(id: string, onDone: OnOutcome<void>): void {
    this.call("start", id, onDone);
  }
  kill(container: string, signal: string, onDone: OnOutcome<void>): void {
    this.post({ type: "kill", id: this.remember(onDone), container, signal });
  }
  delete(id: string, onDone: OnOutcome<void>): void {
    this.call("delete", id, onDone);
  }
  state(id: string, onDone: OnOutcome<ContainerRecord>): void {
    this.call("state", id, onDone);
  }
  list(onDone: OnOutcome<readonly ContainerRecord[]>): void {
    this.listing("list", onDone);
  }

  readLog(container: string, options: LogOptions, reader: LogReader): LogReading {
    const id = this.nextId();
    this.logs.set(id, reader);
    this.post({ type: "log", id, container, options });
    return {
      next: () => this.post({ type: "log next", id }),
      cancel: () => {
        this.logs.delete(id);
        this.post({ type: "log cancel", id });
      },
    };
  }

  exec(container: string, request: ExecRequest, reader: ExecReader): ExecProcess {
    const { command, stdin, tty } = request;
    return this.process(reader, (id) => ({ type: "exec", id, container, request: { command, stdin, tty } }));
  }

  attach(container: string, request: { readonly stdin: boolean; readonly tty: boolean }, reader: ExecReader): ExecProcess {
    return this.process(reader, (id) => ({ type: "attach", id, container, stdin: request.stdin, tty: request.tty }));
  }

  probe(target: ProbeTarget, onDone: (result: ProbeResult) => void): void {
    const id = this.nextId();
    this.probes.set(id, onDone);
    this.post({ type: "probe", id, target });
  }

  connect({ podIP, port }: { readonly podIP: string; readonly port: number }, reader: ConnectionReader): PodConnection {
    const id = this.nextId();
    this.connections.set(id, reader);
    this.post({ type: "connect", id, podIP, port });
    return {
      write: (bytes) => this.post({ type: "connection write", id, bytes }),
      end: () => this.post({ type: "connection end", id }),
      taken: (bytes) => this.post({ type: "connection taken", id, bytes }),
      cancel: () => {
        this.connections.delete(id);
        this.post({ type: "connection cancel", id });
      },
    };
  }

  close(): void {
    this.post({ type: "close" });
    this.closed = true;
    this.port.close();
  }

  private nextId(): number {
    this.ids += 1;
    return this.ids;
  }

  private remember<Value>(onDone: OnOutcome<Value>): number {
    const id = this.nextId();
    this.outcomes.set(id, onDone as OnOutcome<never>);
    return id;
  }

  private call<Value>(method: OutcomeMethod, argument: unknown, onDone: OnOutcome<Value>): void {
    this.post({ type: "call", id: this.remember(onDone), method, argument });
  }

  private listing<Value>(method: ListingMethod, onDone: OnOutcome<Value>): void {
    this.post({ type: "listing", id: this.remember(onDone), method });
  }

  private process(reader: ExecReader, opening: (id: number) => ToShim): ExecProcess {
    const id = this.nextId();
    this.execs.set(id, reader);
    this.post(opening(id));
    return {
      write: (bytes) => this.post({ type: "stdin", id, bytes }),
      closeStdin: () => this.post({ type: "stdin end", id }),
      resize: (columns, rows) => this.post({ type: "resize", id, columns, rows }),
      taken: (bytes) => this.post({ type: "taken", id, bytes }),
      cancel: () => {
        this.execs.delete(id);
        this.post({ type: "exec cancel", id });
      },
    };
  }

  private post(message: ToShim): void {
    if (this.closed) queueMicrotask(() => this.lose());
    else this.port.postMessage(message);
  }

  private heard(message: FromShim): void {
    switch (message.type) {
      case "event":
        this.onEvent(message.event);
        break;
      case "outcome": {
        const onDone = this.outcomes.get(message.id);
        this.outcomes.delete(message.id);
        onDone?.(message.outcome as DriverOutcome<never>);
        break;
      }
      case "probed": {
        const onDone = this.probes.get(message.id);
        this.probes.delete(message.id);
        onDone?.(message.result);
        break;
      }
      case "entries":
        this.logs.get(message.id)?.onEntries(message.entries);
        break;
      case "log end": {
        const reader = this.logs.get(message.id);
        this.logs.delete(message.id);
        reader?.onEnd(message.error);
        break;
      }
      case "output":
        this.execs.get(message.id)?.onOutput(message.stream, message.bytes);
        break;
      case "exit":
      case "exec error": {
        const reader = this.execs.get(message.id);
        this.execs.delete(message.id);
        if (message.type === "exit") reader?.onExit(message.exitCode);
        else reader?.onError(message.error);
        break;
      }
      case "connection open":
        this.connections.get(message.id)?.onOpen();
        break;
      case "connection data":
        this.connections.get(message.id)?.onData(message.bytes);
        break;
      case "connection ended":
        this.connections.get(message.id)?.onEnd();
        break;
      case "connection written":
        this.connections.get(message.id)?.onTaken(message.bytes);
        break;
      case "connection closed": {
        const reader = this.connections.get(message.id);
        this.connections.delete(message.id);
        reader?.onClosed(message.error);
      }
    }
  }

  /** The other end has gone: everything that waits for it ends. */
  private lose(): void {
    const { error } = driverFailed("RuntimeUnavailable", "the container runtime has gone");
    const waiting = [...this.outcomes.values()];
    const logs = [...this.logs.values()];
    const execs = [...this.execs.values()];
    const probes = [...this.probes.values()];
    const connections = [...this.connections.values()];
    for (const table of [this.outcomes, this.logs, this.execs, this.probes, this.connections]) table.clear();
    for (const onDone of waiting) onDone({ ok: false, error });
    for (const reader of logs) reader.onEnd(error);
    for (const reader of execs) reader.onError(error);
    for (const reader of connections) reader.onClosed(error);
    for (const onDone of probes) onDone({ success: false, message: error.message });
  }
}
