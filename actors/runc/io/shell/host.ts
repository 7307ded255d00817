/** What a shell has of its container: files, network, time, signals. The same shell runs as a container and beside one (exec). */

import type { ContainerUser } from "../container/user.js";
import type { PodResolver } from "../pod-resolver.js";
import type { Aimed } from "../worker/aim.js";
import type { Input, Output } from "./streams.js";

export interface ShellHttpResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: ReadonlyArray<readonly [string, string]>;
  readonly body: Uint8Array;
}

export interface ShellHost {
  readonly hostname: string;
  readonly podIP: string;
  readonly user: ContainerUser;
  /** Command line of the container's first process, for `ps`. */
  readonly command: string;
  /** Whether the image does not have an applet. */
  lacks(applet: string): boolean;
  /** Where an absolute path of the container is on the host. Throws an error with a code where it may not be written. */
  toHost(path: string, writes: boolean): string;
  toContainer(hostPath: string): string;
  nowMs(): number;
  /** Fails with an error that has a code (ECONNREFUSED, ENOTFOUND …). */
  http(request: {
    readonly url: string;
    readonly method: string;
    readonly headers: ReadonlyArray<readonly [string, string]>;
    readonly body: string | undefined;
    readonly timeoutMs: number;
  }): Promise<ShellHttpResponse>;
  /** The pod's own view of names. */
  readonly resolver: PodResolver;
  /** Where a host and port are on this machine. Rejects with the error of a name that is not known. */
  aim(host: string, port: number): Promise<Aimed>;
  /** Sends a signal to a process of the container; false when there is none of that number. */
  kill(pid: number, signal: string): boolean;
  /** Of the terminal that the first command was given; undefined when it was given none. */
  terminalSize(): { readonly columns: number; readonly rows: number } | undefined;
  /** Programs of the image that are not applets; undefined when there is none of that name. */
  program(argv: readonly string[]): Promise<number> | undefined;
  /** Rejected as soon as the shell is to end. */
  readonly ended: AbortSignal;
}

export interface Streams {
  /** Whether a person types at the other end. */
  readonly isTerminal: boolean;
  readonly input: Input;
  readonly output: Output;
  readonly errors: Output;
}
