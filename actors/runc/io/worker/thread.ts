/** One container's thread: a piscina pool of one, because memory limits belong to a pool, with one task that lasts as long as the container. */
import { createRequire } from "node:module";
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from "node:worker_threads";
import type { Piscina as PiscinaPool } from "piscina";
import type { ContainerTask, FromContainer, ToContainer } from "../container/protocol.js";
import type { PortMapping } from "../driver.js";

export interface ThreadOptions {
  /** File of the container's entry. */
  readonly entryPath: string;
  readonly task: Omit<ContainerTask, "port" | "flow">;
  readonly env: NodeJS.ProcessEnv;
  /** 0 is no limit. Counts the JavaScript heap. */
  readonly memoryLimitBytes: number;
}

export interface ThreadEnd {
  readonly exitCode: number;
  readonly signal: string;
  readonly oomKilled: boolean;
  /** Why it never became ready. */
  readonly startError: string | undefined;
}

export interface ThreadListener {
  onReady(): void;
  onOutput(stream: "stdout" | "stderr", data: Uint8Array): void;
  onPort(mapping: PortMapping): void;
  onEnd(end: ThreadEnd): void;
}

let pools: typeof PiscinaPool | undefined;

/** piscina is loaded with the first container: a cluster comes up sooner without it. */
function poolClass(): typeof PiscinaPool {
  pools ??= (createRequire(import.meta.url)("piscina") as { Piscina: typeof PiscinaPool }).Piscina;
  return pools;
}

const mebibyte = 1024 * 1024;
/** Less than this, and node itself does not start. */
const leastHeapMebibytes = 12;

export class ContainerThread {
  private readonly abort = new AbortController();
  private readonly port: MessagePort;
  private readonly worker: Worker;
  private readonly flow = new Int32Array(new SharedArrayBuffer(8));
  private ready = false;
  private startWanted = false;
  private ended = false;
  private failure: Error | undefined;
  private exiting: { exitCode: number; signal: string } | undefined;
  private killedBy = "";

  constructor(
    options: ThreadOptions,
    private readonly listener: ThreadListener,
  ) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    const limit = options.memoryLimitBytes;
    const Pool = poolClass();
    const pool = new Pool({
      filename: options.entryPath,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      atomics: "disabled",
      recordTiming: false,
      env: options.env,
      execArgv: [],
      argv: [],
      resourceLimits: {
        maxYoungGenerationSizeMb: 4,
        ...(limit > 0 ? { maxOldGenerationSizeMb: Math.max(leastHeapMebibytes, Math.floor(limit / mebibyte)) } : {}),
      },
    });
    // Errors are taken from the thread itself; `exit` follows.
    pool.on("error", () => {});
    const task: ContainerTask = { ...options.task, port: port2, flow: this.flow };
    const run = pool.run(task, { transferList: [port2], signal: this.abort.signal });
    run.catch((error: Error) => {
      this.failure ??= error;
    });
    this.worker = pool.threads[0] as Worker;
    this.worker.on("error", (error) => {
      this.failure = error;
    });
    this.worker.once("exit", (code) => this.exited(code));
    port1.on("message", (message: FromContainer) => this.heard(message));
  }

  start(): void {
    this.startWanted = true;
    if (this.ready) this.post({ type: "start" });
  }

  /** SIGKILL ends even an endless loop; other signals are the program's to handle, and wait while it does not listen. */
  signal(name: string): void {
    if (name === "SIGKILL") {
      this.killedBy = name;
      this.abort.abort();
      // piscina only takes a task that it has not handed out yet from its queue, and leaves the thread.
      void this.worker.terminate();
    } else {
      this.post({ type: "signal", signal: name });
    }
  }

  writeStdin(data: Uint8Array): void {
    this.post({ type: "stdin", data });
  }

  closeStdin(): void {
    this.post({ type: "stdin end" });
  }

  resize(columns: number, rows: number): void {
    this.post({ type: "resize", columns, rows });
  }

  private post(message: ToContainer): void {
    if (!this.ended) this.port.postMessage(message);
  }

  private heard(message: FromContainer): void {
    switch (message.type) {
      case "ready":
        this.ready = true;
        if (this.startWanted) this.post({ type: "start" });
        this.listener.onReady();
        break;
      case "output":
        this.listener.onOutput(message.stream, message.data);
        Atomics.add(this.flow, 1, message.data.length);
        Atomics.notify(this.flow, 1);
        break;
      case "port":
        this.listener.onPort(message.mapping);
        break;
      case "exiting":
        this.exiting = message;
    }
  }

  private exited(code: number): void {
    for (let last = receiveMessageOnPort(this.port); last !== undefined; last = receiveMessageOnPort(this.port)) {
      this.heard(last.message as FromContainer);
    }
    this.ended = true;
    this.port.close();
    const oomKilled = (this.failure as NodeJS.ErrnoException | undefined)?.code === "ERR_WORKER_OUT_OF_MEMORY";
    const startError = this.ready || this.killedBy !== "" ? undefined : (this.failure?.message ?? `thread ended with ${code}`);
    const how =
      this.exiting ??
      (oomKilled || this.killedBy !== ""
        ? { exitCode: 137, signal: oomKilled ? "SIGKILL" : this.killedBy }
        : { exitCode: code, signal: "" });
    this.listener.onEnd({ exitCode: how.exitCode, signal: how.signal, oomKilled, startError });
  }
}
