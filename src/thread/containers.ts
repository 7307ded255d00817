/**
 * The container runtimes of a cluster, one a node. They live outside of runc's threads, so that containers go on when a
 * runc is restarted: it asks for a new port, and finds what it had.
 */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { serveDriver } from "../../actors/runc/io/shim/serve-driver.js";
import { registeredImage, Shim } from "../../actors/runc/io/shim/start.js";
import { SimulatedDriver } from "../../actors/runc/io/simulated-driver.js";
import { SimulatedNetwork } from "../../actors/runc/io/simulated-network.js";
import { workerEntry } from "./plan.js";
import { realClock } from "./real-host.js";

export interface Containers {
  /** For the runc of a node, to be transferred to its thread. */
  connect(node: string): MessagePort;
  /** Makes an image known; settles once it can be pulled. */
  register(image: ImageProgram): Promise<void>;
  stop(): Promise<void>;
}

/** A user's own image: what it is called, and the JavaScript that its containers run. */
export interface ImageProgram {
  /** As in a pod's spec: `example.com/worker:1`. */
  readonly name: string;
  /** A module whose default export is the program, by file or URL; or a function that uses nothing from outside itself. */
  readonly program: string | URL | ((context: never) => unknown);
}

const registered: ImageProgram[] = [];

/** Makes an image known to every cluster that this process starts from now on. */
export function registerImage(name: string, program: ImageProgram["program"]): void {
  registered.push({ name, program });
}

interface RuntimeOptions {
  readonly runtime: "auto" | "worker" | "simulated";
  readonly unknownImages: "simulate" | "fail";
  readonly images: readonly ImageProgram[];
}

/** `directory` holds the files and logs of containers. */
export const startContainers = (options: RuntimeOptions, directory: string, onLost: (error: Error) => void): Containers =>
  options.runtime === "simulated" ? simulatedContainers(options) : workerContainers(options, directory, onLost);

function workerContainers(options: RuntimeOptions, directory: string, onLost: (error: Error) => void): Containers {
  const images = [...registered, ...options.images].map(({ name, program }) => registeredImage(name, program));
  let shim: Shim | undefined;
  // A shim that was lost has taken its containers along; the next one starts with none, and the kubelets see to it.
  const current = (): Shim => {
    shim ??= new Shim({
      directory,
      unknownImages: options.unknownImages,
      images,
      shimUrl: workerEntry("shim"),
      containerUrl: workerEntry("container"),
      onLost: (error) => {
        shim = undefined;
        onLost(error);
      },
    });
    return shim;
  };
  return {
    // The shim starts with the first runc: what every pod waits for first is not held up by it.
    connect: (node) => current().connect(node),
    register: ({ name, program }) => {
      const image = registeredImage(name, program);
      images.push(image);
      return current().register(image);
    },
    stop: async () => shim?.stop(),
  };
}

/** Containers that only say that they run cost no thread: they live in this one. */
function simulatedContainers({ unknownImages }: RuntimeOptions): Containers {
  const network = new SimulatedNetwork();
  const drivers = new Map<string, SimulatedDriver>();
  const open = new Set<MessagePort>();
  return {
    connect: (node) => {
      const driver = drivers.get(node) ?? new SimulatedDriver({ clock: realClock(), network, unknownImages });
      drivers.set(node, driver);
      const { port1, port2 } = new MessageChannel();
      open.add(port1);
      port1.once("close", () => open.delete(port1));
      serveDriver(port1, driver);
      return port2;
    },
    register: async () => undefined,
    stop: async () => {
      for (const port of open) port.close();
    },
  };
}
