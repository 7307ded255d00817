/**
 * What runc accepts, in the words of the Container Runtime Interface
 * (https://kubernetes.io/docs/concepts/containers/cri/). Times are milliseconds since 1970; 0 when not yet.
 */
import { call, declareMessages, stream } from "../../src/wire/declare.js";
import type { ExecInput, ExecOutput, ForwardInput, ForwardOutput } from "../kubelet/messages.js";

export interface PodSandboxMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** Grows each time the pod's sandbox is made anew. */
  readonly attempt: number;
}
export interface PodSandboxConfig {
  readonly metadata: PodSandboxMetadata;
  readonly hostname: string;
  readonly hostNetwork: boolean;
  /** The address of the node: that of a pod on its network. */
  readonly hostIp: string;
  /** Kernel parameters of the pod's own: `kernel.shm_rmid_forced`. */
  readonly sysctls: ReadonlyArray<readonly [name: string, value: string]>;
  /** The node's pod range, from which the sandbox gets its address. */
  readonly podCidr: string;
  /** The domain below which the hostname is the pod's whole name; "" when it has none. */
  readonly hostDomain: string;
  readonly dns: DnsConfig;
  /** Further lines of the containers' /etc/hosts. */
  readonly hostAliases: readonly HostAlias[];
  /** Ports of the node that lead to the pod's. */
  readonly portMappings: readonly HostPortMapping[];
}
export interface HostPortMapping {
  /** `TCP`, `UDP` or `SCTP`. */
  readonly protocol: string;
  readonly containerPort: number;
  readonly hostPort: number;
  /** The address of the node at which it is served. */
  readonly hostIp: string;
}
/** The containers' /etc/resolv.conf. */
export interface DnsConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  /** `ndots:5`, `rotate` … */
  readonly options: readonly string[];
}
export interface HostAlias {
  readonly ip: string;
  readonly hostnames: readonly string[];
}
export interface PodSandboxStatus {
  readonly id: string;
  readonly metadata: PodSandboxMetadata;
  readonly state: "SANDBOX_READY" | "SANDBOX_NOTREADY";
  readonly createdAtMs: number;
  readonly ip: string;
}

export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readonly: boolean;
}
export interface ContainerConfig {
  readonly name: string;
  /** How often this container of the pod was started before. */
  readonly attempt: number;
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly envs: ReadonlyArray<{ readonly key: string; readonly value: string }>;
  readonly mounts: readonly Mount[];
  readonly ports: ReadonlyArray<{ readonly name: string; readonly containerPort: number; readonly protocol: string }>;
  /** 0 for no limit. */
  readonly memoryLimitBytes: number;
  readonly tty: boolean;
  readonly stdin: boolean;
  /** Whether the first who is attached to its standard input ends it by leaving. */
  readonly stdinOnce: boolean;
  readonly terminationMessage: TerminationMessage;
  readonly security: ContainerSecurity;
}
/** As LinuxContainerSecurityContext of the interface has it. */
export interface ContainerSecurity {
  /** The image's own user when absent; root when it names none. */
  readonly runAsUser?: number;
  /** The primary group of the user when absent. */
  readonly runAsGroup?: number;
  readonly supplementalGroups: readonly number[];
  readonly readonlyRootfs: boolean;
  readonly privileged: boolean;
  /** A program cannot come to more than who starts it has: set-user-id programs do not work. */
  readonly noNewPrivs: boolean;
}
/** Where a container says why it ended. https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/ */
export interface TerminationMessage {
  /** `/dev/termination-log` */
  readonly path: string;
  /** When it says nothing there and fails, the end of its log is taken. */
  readonly fallbackToLogs: boolean;
}
export type ContainerState = "CONTAINER_CREATED" | "CONTAINER_RUNNING" | "CONTAINER_EXITED" | "CONTAINER_UNKNOWN";
export interface ContainerStatus {
  readonly id: string;
  readonly podSandboxId: string;
  readonly name: string;
  readonly attempt: number;
  readonly state: ContainerState;
  readonly image: string;
  readonly imageId: string;
  readonly createdAtMs: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly exitCode: number;
  /** Completed, Error, OOMKilled, ContainerCannotRun. */
  readonly reason: string;
  readonly message: string;
  /** Ports that the container listens on at another number than it asked for, because that one may not be bound. */
  readonly mappedPorts: ReadonlyArray<{ readonly containerPort: number; readonly hostPort: number }>;
}
export interface Image {
  /** What it is known by: `docker.io/library/nginx:1.27`. */
  readonly repoTags: readonly string[];
  readonly id: string;
  readonly sizeBytes: number;
  /** True when nothing of the image really runs: a stand-in that only says so. */
  readonly simulated: boolean;
  /** The user that it names; absent when nothing of it really runs. */
  readonly uid?: number;
}

export interface ContainerEvent {
  readonly type:
    | "CONTAINER_CREATED_EVENT"
    | "CONTAINER_STARTED_EVENT"
    | "CONTAINER_STOPPED_EVENT"
    | "CONTAINER_DELETED_EVENT"
    | "CONTAINER_PORT_MAPPED_EVENT";
  readonly status: ContainerStatus;
}

export interface LogRequest {
  readonly containerId: string;
  readonly follow: boolean;
  readonly timestamps: boolean;
  /** All when absent. */
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly sinceMs?: number;
}

/** Checks that a server inside the pod answers; made by the runtime because only it can reach into the pod in both worlds. */
export type ProbeRequest = { readonly podSandboxId: string; readonly timeoutMs: number } & (
  | {
      readonly kind: "http";
      readonly scheme: "HTTP" | "HTTPS";
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly headers: ReadonlyArray<{ readonly name: string; readonly value: string }>;
    }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  /** grpc.health.v1.Health of the service; "" is the server itself. */
  | { readonly kind: "grpc"; readonly port: number; readonly service: string }
);
export interface ProbeReply {
  readonly success: boolean;
  /** In the kubelet's words: `HTTP probe failed with statuscode: 500`, `dial tcp 127.1.0.4:80: connect: connection refused`. */
  readonly message: string;
}

/** The handlers that pods may choose by a RuntimeClass; "" is the one that they get when they choose none. */
export const runtimeHandlers: readonly string[] = ["", "runc"];

export const runcMessages = declareMessages("runc", {
  runPodSandbox: call<{ config: PodSandboxConfig; runtimeHandler: string }, { podSandboxId: string }>({
    about: "Makes a pod's sandbox: its address and hostname.",
    errors: ["rejected"],
  }),
  stopPodSandbox: call<{ podSandboxId: string }, Record<string, never>>({
    about: "Stops what runs in a sandbox and frees its address.",
  }),
  removePodSandbox: call<{ podSandboxId: string }, Record<string, never>>({ about: "Removes a sandbox with its containers." }),
  podSandboxStatus: call<{ podSandboxId: string }, PodSandboxStatus>({ about: "Tells how a sandbox is.", errors: ["rejected"] }),
  listPodSandbox: call<Record<string, never>, { items: readonly PodSandboxStatus[] }>({ about: "Tells of all sandboxes." }),
  createContainer: call<{ podSandboxId: string; config: ContainerConfig }, { containerId: string }>({
    about: "Creates a container in a sandbox.",
    errors: ["rejected"],
  }),
  startContainer: call<{ containerId: string }, Record<string, never>>({
    about: "Starts a created container.",
    errors: ["rejected"],
  }),
  stopContainer: call<{ containerId: string; timeoutSeconds: number }, Record<string, never>>({
    about: "Sends the stop signal, and SIGKILL after the timeout; answers when the container has exited.",
    deadlineMs: 3_600_000,
  }),
  removeContainer: call<{ containerId: string }, Record<string, never>>({
    about: "Removes a container that does not run.",
    errors: ["rejected"],
  }),
  listContainers: call<Record<string, never>, { containers: readonly ContainerStatus[] }>({ about: "Tells of all containers." }),
  containerStatus: call<{ containerId: string }, ContainerStatus>({ about: "Tells how a container is.", errors: ["rejected"] }),
  execSync: call<
    { containerId: string; command: readonly string[]; timeoutMs: number },
    { exitCode: number; stdout: string; stderr: string }
  >({
    about: "Runs a command in a container and tells what came of it (exec probes).",
    errors: ["rejected"],
    deadlineMs: 600_000,
  }),
  exec: stream<{ containerId: string; command: readonly string[]; stdin: boolean; tty: boolean }, ExecOutput, ExecInput>({
    about: "Runs a command in a container, with streams.",
    errors: ["rejected"],
  }),
  attach: stream<{ containerId: string; stdin: boolean; tty: boolean }, ExecOutput, ExecInput>({
    about: "Attaches to a container's main process.",
    errors: ["rejected"],
  }),
  portForward: stream<{ podSandboxId: string; port: number }, ForwardOutput, ForwardInput>({
    about: "Connects to a TCP port inside a sandbox.",
    errors: ["rejected"],
  }),
  containerLog: stream<LogRequest, { readonly data: Uint8Array }>({
    about: "Gives a container's log, and what is added while it follows.",
    errors: ["rejected"],
  }),
  probe: call<ProbeRequest, ProbeReply>({
    about: "Asks a server inside a pod whether it answers (http, tcp and grpc probes).",
    errors: ["rejected"],
    deadlineMs: 600_000,
  }),
  pullImage: call<{ image: string }, { imageRef: string; simulated: boolean }>({
    about: "Downloads an image.",
    errors: ["rejected"],
    deadlineMs: 600_000,
  }),
  imageStatus: call<{ image: string }, { image: Image | undefined }>({ about: "Tells whether an image is present." }),
  listImages: call<Record<string, never>, { images: readonly Image[] }>({ about: "Tells of all images." }),
  removeImage: call<{ image: string }, Record<string, never>>({ about: "Removes an image." }),
  getContainerEvents: stream<Record<string, never>, ContainerEvent>({ about: "Tells what happens to containers from now on." }),
});
