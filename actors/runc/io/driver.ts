/**
 * What a container runtime can do, whichever it is: JavaScript images in worker threads, rules without any thread,
 * or OCI images under the real runc. The charts of runc talk to this interface only. Nothing here returns a promise:
 * every outcome is a callback, which the chart turns into an event.
 */

import type { ContainerSecurity, DnsConfig, HostPortMapping } from "../messages.js";

export type DriverErrorReason =
  /** Kubernetes' InvalidImageName. */
  | "InvalidImageName"
  /** Kubernetes' ErrImagePull: the message says why. */
  | "ErrImagePull"
  | "ImageNotFound"
  | "CreateContainerError"
  /** The process could not be started; `exitCode` is 128 as containerd reports it. */
  | "StartError"
  | "ContainerNotFound"
  /** The container is not in a state in which this can be done. */
  | "InvalidState"
  | "SandboxNotFound"
  /** The sandbox could not be made: a port of the node is taken. */
  | "RunSandboxError"
  /** Nothing inside the pod accepts the connection. */
  | "ConnectionRefused"
  /** The runtime itself is gone or does not answer. */
  | "RuntimeUnavailable";

export interface DriverError {
  readonly reason: DriverErrorReason;
  readonly message: string;
  readonly exitCode?: number;
}

export type DriverOutcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: DriverError };

export type OnOutcome<Value> = (outcome: DriverOutcome<Value>) => void;

export const driverOk = <Value>(value: Value): DriverOutcome<Value> => ({ ok: true, value });

export const driverFailed = (
  reason: DriverErrorReason,
  message: string,
  exitCode?: number,
): { ok: false; error: DriverError } => ({
  ok: false,
  error: exitCode === undefined ? { reason, message } : { reason, message, exitCode },
});

export interface ImageRecord {
  /** The reference in its long form: `docker.io/library/nginx:1.27`. */
  readonly reference: string;
  /** `sha256:…`, or `simulated://<reference>` for an image that nobody knows. */
  readonly id: string;
  /** `docker.io/library/nginx@sha256:…`; empty for a simulated image. */
  readonly repoDigest: string;
  readonly sizeBytes: number;
  readonly simulated: boolean;
  /** The user that the image runs as, when that is known. */
  readonly uid?: number;
}

/** The pod that a container belongs to, as its processes see it. */
export interface SandboxSpec {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly attempt: number;
  readonly hostname: string;
  readonly podIP: string;
  /** It has the node's network, and with it the node's names. */
  readonly hostNetwork: boolean;
  /** Kernel parameters of its own: `kernel.shm_rmid_forced`. */
  readonly sysctls: ReadonlyArray<readonly [name: string, value: string]>;
  /** The domain below which the hostname is the pod's whole name; "" when it has none. */
  readonly hostDomain: string;
  readonly dns: DnsConfig;
  readonly hostAliases: ReadonlyArray<{ readonly ip: string; readonly hostnames: readonly string[] }>;
  readonly portMappings: readonly HostPortMapping[];
  readonly createdAtMs: number;
}

export interface SandboxRecord extends SandboxSpec {
  readonly state: "ready" | "notready";
}

export interface MountSpec {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readonly: boolean;
}

export interface ContainerSpec {
  readonly id: string;
  readonly sandboxId: string;
  readonly name: string;
  readonly attempt: number;
  readonly image: string;
  /** Replaces the image's entrypoint when not empty. */
  readonly command: readonly string[];
  /** Replaces the image's arguments when not empty, or when there is a command. */
  readonly args: readonly string[];
  /** "" is the image's own. */
  readonly workingDir: string;
  readonly env: ReadonlyArray<{ readonly name: string; readonly value: string }>;
  readonly mounts: readonly MountSpec[];
  /** 0 is no limit. */
  readonly memoryLimitBytes: number;
  readonly ports: ReadonlyArray<{ readonly containerPort: number; readonly protocol: "TCP" | "UDP" | "SCTP" }>;
  readonly stdin: boolean;
  /** Whether the first who is attached to its standard input ends it by leaving. */
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  /** The file in which it says why it ended, and whether the end of its log is taken when it says nothing there and fails. */
  readonly terminationMessage: { readonly path: string; readonly fallbackToLogs: boolean };
  readonly security: ContainerSecurity;
}

/** OCI's runtime states. */
export type ContainerState = "creating" | "created" | "running" | "stopped";

/** Where a port of a pod can be reached when the pod's own address and port could not be bound. */
export interface PortMapping {
  readonly podIP: string;
  readonly port: number;
  /** Equal to podIP and port unless those could not be bound. */
  readonly address: string;
  readonly mappedPort: number;
}

export interface ContainerExit {
  readonly exitCode: number;
  /** Name of the signal that ended it, "" when it ended by itself. */
  readonly signal: string;
  /** As kubelet shows it: Completed, Error, OOMKilled, StartError. */
  readonly reason: "Completed" | "Error" | "OOMKilled" | "StartError";
  readonly message: string;
  readonly finishedAtMs: number;
}

export interface ContainerRecord {
  readonly spec: ContainerSpec;
  readonly state: ContainerState;
  readonly image: ImageRecord;
  readonly createdAtMs: number;
  /** 0 while it has not started. */
  readonly startedAtMs: number;
  readonly exit?: ContainerExit;
  readonly ports: readonly PortMapping[];
}

export type DriverEvent =
  | { readonly type: "started"; readonly id: string; readonly startedAtMs: number }
  | { readonly type: "exited"; readonly id: string; readonly exit: ContainerExit }
  | { readonly type: "portOpened"; readonly id: string; readonly mapping: PortMapping }
  /** Something that a user should hear of, as a Kubernetes event: reason and message. */
  | { readonly type: "notice"; readonly id: string; readonly reason: string; readonly message: string };

/** One line, or part of a long one, of a container's output. */
export interface LogEntry {
  /** RFC 3339 with nanoseconds, UTC. */
  readonly timestamp: string;
  readonly stream: "stdout" | "stderr";
  /** True when the line goes on in the next entry of the same stream (CRI's tag P rather than F). */
  readonly partial: boolean;
  readonly text: string;
}

export interface LogOptions {
  readonly follow: boolean;
  /** Undefined is all there is. */
  readonly tailLines?: number;
  /** Only what was written at or after this moment. */
  readonly sinceMs?: number;
  readonly limitBytes?: number;
}

export interface LogReader {
  /** At most 256 entries; the next come after `next()`. */
  onEntries(entries: readonly LogEntry[]): void;
  /** The log has been read to its end, or the container that is followed has ended. */
  onEnd(error?: DriverError): void;
}

export interface LogReading {
  next(): void;
  cancel(): void;
}

export interface ExecRequest {
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly tty: boolean;
}

export interface ExecReader {
  /** With a tty everything is stdout. */
  onOutput(stream: "stdout" | "stderr", bytes: Uint8Array): void;
  /** The command ended; it was started. */
  onExit(exitCode: number): void;
  /** The command was not started, or its container went away. */
  onError(error: DriverError): void;
}

export interface ExecProcess {
  write(bytes: Uint8Array): void;
  closeStdin(): void;
  resize(columns: number, rows: number): void;
  /** So many bytes of output have been taken; a command that is 256 KiB ahead of its reader waits. */
  taken(bytes: number): void;
  cancel(): void;
}

/** Of a command that was never started. */
export const noProcess: ExecProcess = { write() {}, closeStdin() {}, resize() {}, taken() {}, cancel() {} };

export interface ConnectionReader {
  onOpen(): void;
  onData(bytes: Uint8Array): void;
  /** The server will send no more. */
  onEnd(): void;
  /** So many bytes of what was written have gone on their way; a writer that is far ahead waits for this. */
  onTaken(bytes: number): void;
  /** Both directions are done, or (with an error) it could not be opened or broke. Last call. */
  onClosed(error?: DriverError): void;
}

/** A TCP connection into a pod. */
export interface PodConnection {
  write(bytes: Uint8Array): void;
  /** No more will be written. */
  end(): void;
  /** So many bytes of what was read have been taken; a server that is 256 KiB ahead of its reader waits. */
  taken(bytes: number): void;
  cancel(): void;
}

/** Asks a server inside a pod whether it answers. */
export type ProbeTarget = { readonly podIP: string; readonly port: number; readonly timeoutMs: number } & (
  | {
      readonly kind: "http";
      readonly scheme: "HTTP" | "HTTPS";
      /** "" is the pod itself. */
      readonly host: string;
      readonly path: string;
      readonly headers: ReadonlyArray<{ readonly name: string; readonly value: string }>;
    }
  | { readonly kind: "tcp"; readonly host: string }
  | { readonly kind: "grpc"; readonly host: ""; readonly service: string }
);

export interface ProbeResult {
  readonly success: boolean;
  /** In the kubelet's words: why it failed, or what is to be said although it did not. */
  readonly message: string;
}

export interface RuntimeDriver {
  readonly name: "worker" | "simulated" | "runc";
  /** What `Version` of CRI answers as the runtime's version. */
  readonly version: string;

  /** One listener; events from before are not repeated: `list` tells where things stand. */
  listen(onEvent: (event: DriverEvent) => void): void;

  pullImage(image: string, onDone: OnOutcome<ImageRecord>): void;
  imageStatus(image: string, onDone: OnOutcome<ImageRecord | undefined>): void;
  listImages(onDone: OnOutcome<readonly ImageRecord[]>): void;
  removeImage(image: string, onDone: OnOutcome<void>): void;

  runSandbox(spec: SandboxSpec, onDone: OnOutcome<void>): void;
  /** Kills what still runs in it. */
  stopSandbox(id: string, onDone: OnOutcome<void>): void;
  removeSandbox(id: string, onDone: OnOutcome<void>): void;
  listSandboxes(onDone: OnOutcome<readonly SandboxRecord[]>): void;

  create(spec: ContainerSpec, onDone: OnOutcome<ContainerRecord>): void;
  /** A start that worked is also told by `started`; one that failed by its outcome only, and leaves a stopped container. */
  start(id: string, onDone: OnOutcome<void>): void;
  /** Sends a signal by name: SIGTERM, SIGKILL … Done when it was delivered, not when it has worked. */
  kill(id: string, signal: string, onDone: OnOutcome<void>): void;
  /** Only of a container that is not running. */
  delete(id: string, onDone: OnOutcome<void>): void;
  state(id: string, onDone: OnOutcome<ContainerRecord>): void;
  list(onDone: OnOutcome<readonly ContainerRecord[]>): void;

  readLog(id: string, options: LogOptions, reader: LogReader): LogReading;
  exec(id: string, request: ExecRequest, reader: ExecReader): ExecProcess;
  /** Streams of the container's first process, from now on. */
  attach(id: string, request: { readonly stdin: boolean; readonly tty: boolean }, reader: ExecReader): ExecProcess;

  probe(target: ProbeTarget, onDone: (result: ProbeResult) => void): void;

  connect(target: { readonly podIP: string; readonly port: number }, reader: ConnectionReader): PodConnection;

  close(): void;
}
