/**
 * The first thing that runs in a container's thread: a piscina task that lasts as long as the container. It turns this
 * thread's `process`, `fs`, `net` and `dns` into the container's, says that it is ready, and runs the program at `start`.
 */
import dns from "node:dns";
import { existsSync, readFileSync } from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { posix } from "node:path";
import { pathToFileURL } from "node:url";
import { runInThisContext } from "node:vm";
import { standInPrograms } from "../images/programs.js";
import { PodResolver, serverText } from "../pod-resolver.js";
import { patchDatagrams } from "./datagrams.js";
import { FileAccess } from "./file-access.js";
import { patchFileSystem } from "./filesystem.js";
import { type PodNetwork, patchNetwork } from "./network.js";
import { PathMap } from "./path-map.js";
import { patchProcess } from "./process.js";
import type { ContainerTask, FromContainer, ToContainer } from "./protocol.js";
import type { ContainerUser } from "./user.js";

/** What a program that is a function gets. */
export interface ProgramContext {
  /** The name that the program was started by, and its arguments after that. */
  readonly argv: readonly string[];
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly image: string;
  readonly hostname: string;
  readonly podIP: string;
  readonly user: ContainerUser;
  /** Whether a person may type at the other end of its streams. */
  readonly tty: boolean;
  /** Aborted when the container is asked to end by SIGTERM. Listening to it is handling the signal. */
  readonly signal: AbortSignal;
  /** The pod's view of names, for programs that ask DNS themselves. */
  readonly resolver: PodResolver;
  /** Where the container's paths are on the host; for programs that carry their own view of files. */
  readonly paths: PathMap;
}

/** A number that it returns is its exit code; otherwise it runs until nothing is left for it to wait for. */
export type ProgramFunction = (context: ProgramContext) => unknown;

export default async function run(task: ContainerTask): Promise<void> {
  unrefPorts();
  const { port } = task;
  const post = (message: FromContainer): void => port.postMessage(message);
  let holds = 0;
  const hold = (): (() => void) => {
    holds += 1;
    port.ref();
    return () => {
      holds -= 1;
      if (holds === 0) port.unref();
    };
  };
  const container = patchProcess(task, hold);
  const paths = new PathMap(task.paths);
  const program = await load(task, paths, container.cwd);

  const resolver = new PodResolver(task.dns, task.reach, () => readIfThere("/etc/hosts"));
  dns.setServers(resolver.nameservers.map(serverText));
  const access = task.user.uid === 0 ? undefined : new FileAccess(task.user, (path) => paths.baseOf(path));
  patchFileSystem(paths, container.cwd, access);
  const network: PodNetwork = {
    podIP: task.podIP,
    hostname: task.hostname,
    reach: task.reach,
    resolver,
    opened: (mapping) => post({ type: "port", mapping }),
  };
  patchNetwork(network);
  patchDatagrams(network);
  syncBuiltinESMExports();

  /** Signals that came before the program could have said what it does with them. */
  const early: string[] = [];
  let begun = false;
  const begin = (): void => {
    setImmediate(() => {
      begun = true;
      for (const signal of early.splice(0)) container.signal(signal);
    });
  };
  await new Promise<void>((resolve) => {
    const release = hold();
    port.on("message", (data: ToContainer) => {
      if (data.type === "start") {
        release();
        resolve();
      } else if (data.type === "signal") {
        if (begun) container.signal(data.signal);
        else early.push(data.signal);
      } else if (data.type === "stdin") {
        container.input(data.data);
      } else if (data.type === "stdin end") {
        container.inputEnded();
      } else {
        container.resize(data.columns, data.rows);
      }
    });
    // Listening has made the port keep the thread alive; from here on only what holds it does.
    if (!task.stdin) container.inputEnded();
    post({ type: "ready" });
  });
  try {
    const loading = program();
    // A program of the user's own begins when it is loaded.
    if (task.program.kind !== "stand-in") begin();
    const called = await loading;
    const running = typeof called === "function" ? (called as ProgramFunction)(contextOf(task, paths, resolver)) : undefined;
    begin();
    const result = await running;
    if (typeof result === "number") container.exit(result);
  } catch (error) {
    container.uncaught(error);
  }
  // Without an exit code of its own a program ends, as any does, when nothing is left for it to wait for.
  await new Promise(() => {});
}

/** The container's own file: by then `fs` is the container's. */
const readIfThere = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");

/**
 * The ports of this thread that belong to piscina would keep it alive beyond its program's end. There is no public way
 * to reach them.
 */
function unrefPorts(): void {
  const handles = (
    process as unknown as { _getActiveHandles(): Array<{ constructor: { name: string }; unref?(): void }> }
  )._getActiveHandles();
  for (const handle of handles) if (handle.constructor.name === "MessagePort") handle.unref?.();
}

function contextOf(task: ContainerTask, paths: PathMap, resolver: PodResolver): ProgramContext {
  let controller: AbortController | undefined;
  return {
    argv: task.argv,
    args: task.argv.slice(1),
    env: process.env,
    image: task.image,
    hostname: task.hostname,
    podIP: task.podIP,
    user: task.user,
    tty: task.tty,
    paths,
    resolver,
    get signal() {
      if (controller === undefined) {
        const created = new AbortController();
        controller = created;
        process.on("SIGTERM", () => created.abort());
      }
      return controller.signal;
    },
  };
}

/** Gets ready to run: stand-ins are loaded before anything is patched, users' programs after `start`, in the container. */
async function load(task: ContainerTask, paths: PathMap, cwd: () => string): Promise<() => Promise<unknown>> {
  const { program, argv } = task;
  switch (program.kind) {
    case "stand-in": {
      const standIn = await standInPrograms.get(program.name)?.();
      if (standIn === undefined) throw new Error(`there is no stand-in "${program.name}"`);
      return async () => standIn;
    }
    case "module":
      return () => defaultExport(program.url);
    case "function":
      return () => defaultExport(dataUrl(`export default ${program.text}`));
    case "node": {
      const flag = argv[1] ?? "";
      if (flag === "-e" || flag === "--eval" || flag === "-p") {
        return async () => {
          Object.assign(globalThis, { require: createRequire("file:///index.js") });
          const value = runInThisContext(argv[2] ?? "", { filename: "[eval]" }) as unknown;
          if (flag === "-p") console.log(value);
          return undefined;
        };
      }
      return () => defaultExport(pathToFileURL(paths.toHost(posix.resolve(cwd(), flag), false, "open")).href);
    }
  }
}

const dataUrl = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;

async function defaultExport(url: string): Promise<unknown> {
  const module = (await import(url)) as { default?: unknown };
  return module.default;
}
