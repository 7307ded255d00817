/** What a container's thread and the shim tell each other. */
import type { MessagePort } from "node:worker_threads";
import type { DnsConfig } from "../../messages.js";
import type { PortMapping } from "../driver.js";
import type { Reach } from "../ports.js";
import type { PathMapOptions } from "./path-map.js";
import type { ContainerUser } from "./user.js";

/** Which program a container runs. */
export type Program =
  /** One of the stand-ins, by name. */
  | { readonly kind: "stand-in"; readonly name: string; readonly setsUserId?: boolean }
  /** An ES module: its default export is called when it is a function, else importing it was all. */
  | { readonly kind: "module"; readonly url: string }
  /** The text of a function that is called. */
  | { readonly kind: "function"; readonly text: string }
  /** `node FILE` or `node -e TEXT`, as the arguments say. */
  | { readonly kind: "node" };

/** Given to the piscina task that is the container. */
export interface ContainerTask {
  readonly port: MessagePort;
  /** [bytes written, bytes read], so that a program that writes faster than its log is kept waits as on a pipe. */
  readonly flow: Int32Array;
  readonly program: Program;
  /** The program's own name and its arguments. */
  readonly argv: readonly string[];
  readonly image: string;
  readonly hostname: string;
  readonly podIP: string;
  readonly dns: DnsConfig;
  readonly user: ContainerUser;
  readonly workingDir: string;
  readonly paths: PathMapOptions;
  readonly reach: Reach;
  readonly stdin: boolean;
  /** Whether its streams are a terminal. */
  readonly tty: boolean;
}

export type ToContainer =
  | { readonly type: "start" }
  | { readonly type: "signal"; readonly signal: string }
  | { readonly type: "stdin"; readonly data: Uint8Array }
  | { readonly type: "stdin end" }
  | { readonly type: "resize"; readonly columns: number; readonly rows: number };

export type FromContainer =
  | { readonly type: "ready" }
  | { readonly type: "output"; readonly stream: "stdout" | "stderr"; readonly data: Uint8Array }
  /** It ends on its own account, or by a signal that it has no handler for. */
  | { readonly type: "exiting"; readonly exitCode: number; readonly signal: string }
  | { readonly type: "port"; readonly mapping: PortMapping };

/** A terminal's size until it is told. */
export const usualTerminal = { columns: 80, rows: 24 };

/** Bytes of output that may be under way. */
export const outputWindowBytes = 4 * 1024 * 1024;

export const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGWINCH: 28,
};
