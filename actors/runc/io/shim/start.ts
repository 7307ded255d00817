/** Starts the shim from the main thread, and hands out ports to it. */
import { isAbsolute } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { RegisteredImage } from "../../images/catalog.js";
import { bindingRules, type Reach } from "../ports.js";
import type { SimulatedRule } from "../simulated-rules.js";

export interface ShimData {
  readonly directory: string;
  readonly entryPath: string;
  readonly rules: readonly SimulatedRule[];
  readonly reach: Reach;
  readonly unknownImages: "simulate" | "fail";
  readonly images: readonly RegisteredImage[];
}

export type ToShimThread =
  | { readonly type: "connect"; readonly node: string; readonly port: MessagePort }
  | { readonly type: "register"; readonly image: RegisteredImage }
  | { readonly type: "stop" };

export type FromShimThread = { readonly type: "registered" };

export interface ShimOptions {
  /** How simulated containers behave. */
  readonly rules?: readonly SimulatedRule[];
  /** What may be bound; asked of the machine unless given. */
  readonly reach?: Reach;
  /** Where containers have their files and logs; removed at the end. */
  readonly directory: string;
  readonly unknownImages?: "simulate" | "fail";
  readonly images?: readonly RegisteredImage[];
  /** Where the two entries are; beside this file unless they were bundled elsewhere. */
  readonly shimUrl?: URL;
  readonly containerUrl?: URL;
  /** The shim's thread has ended by itself: every container has gone with it. */
  readonly onLost?: (error: Error) => void;
}

/** How long the shim may take to end its containers. */
const stopDeadlineMs = 3_000;

export class Shim {
  private readonly worker: Worker;
  private stopping = false;
  private readonly registering: Array<() => void> = [];

  constructor(options: ShimOptions) {
    const containerUrl = options.containerUrl ?? new URL("../container/entry.js", import.meta.url);
    const data: ShimData = {
      rules: options.rules ?? [],
      reach: options.reach ?? bindingRules(),
      directory: options.directory,
      entryPath: fileURLToPath(containerUrl),
      unknownImages: options.unknownImages ?? "simulate",
      images: options.images ?? [],
    };
    this.worker = new Worker(options.shimUrl ?? new URL("./worker.js", import.meta.url), {
      name: "chartroom shim",
      workerData: data,
      execArgv: [],
    });
    // Registrations are answered in the order in which they were asked for.
    this.worker.on("message", (_message: FromShimThread) => this.registering.shift()?.());
    let failure: Error | undefined;
    this.worker.on("error", (error) => {
      failure = error;
    });
    this.worker.on("exit", (code) => {
      if (!this.stopping) options.onLost?.(failure ?? new Error(`the container shim ended with ${code}`));
    });
  }

  /** A port for a node's runc, to be transferred to its thread. A later one for the same node takes its place. */
  connect(node: string): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.post({ type: "connect", node, port: port1 }, [port1]);
    return port2;
  }

  /** Resolves once the image can be pulled. */
  register(image: RegisteredImage): Promise<void> {
    this.post({ type: "register", image }, []);
    return new Promise((resolve) => this.registering.push(resolve));
  }

  /** Ends every container and the shim itself. */
  async stop(): Promise<void> {
    this.stopping = true;
    const ended = new Promise<void>((resolve) => this.worker.once("exit", () => resolve()));
    this.post({ type: "stop" }, []);
    const deadline = setTimeout(() => void this.worker.terminate(), stopDeadlineMs);
    await ended;
    clearTimeout(deadline);
  }

  private post(message: ToShimThread, transfer: MessagePort[]): void {
    this.worker.postMessage(message, transfer);
  }
}

/**
 * A module's URL or absolute file name, or a function. The function's text is what runs, in a thread of its own: it sees
 * nothing of what surrounds it here.
 */
export type UserProgram = string | URL | ((context: never) => unknown);

/** A user's image as data: a module's URL or file name, or a function without anything from outside itself. */
export function registeredImage(name: string, program: UserProgram): RegisteredImage {
  if (typeof program === "function") return { name, program: { kind: "function", text: program.toString() } };
  const url = typeof program === "string" && isAbsolute(program) ? pathToFileURL(program) : program;
  return { name, program: { kind: "module", url: url.toString() } };
}
