/** What a kubelet accepts: what the API server asks of it for `kubectl logs`, `exec`, `attach`, `port-forward` and for proxies. */
import { call, declareMessages, stream } from "../../src/wire/declare.js";

export interface ContainerLogsRequest {
  readonly namespace: string;
  readonly pod: string;
  /** May be left out where the pod has one container. */
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly sinceSeconds?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
}

export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string;
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}
export type AttachRequest = Omit<ExecRequest, "command">;

/** First that the kubelet takes the request on, then what the process writes, and at the end how it exited. */
export type ExecOutput =
  | { readonly stream: "accepted" }
  | { readonly stream: "stdout" | "stderr"; readonly data: Uint8Array }
  | { readonly stream: "exit"; readonly exitCode: number };
/** What the user types. */
export type ExecInput = { readonly stdin: Uint8Array } | { readonly resize: { readonly width: number; readonly height: number } };

export interface PortForwardRequest {
  readonly namespace: string;
  readonly pod: string;
  /** Absent: no connection is made; what is refused or accepted is that there could be some. */
  readonly port?: number;
}
/** What comes out of a forwarded connection: bytes, and that no more will come. It may still be written to after that. */
export type ForwardOutput =
  | { readonly stream: "accepted" }
  | { readonly stream: "data"; readonly data: Uint8Array }
  | { readonly stream: "end" };
export interface ForwardInput {
  readonly data: Uint8Array;
}

export interface KubeletAsk {
  /** Of the kubelet's own HTTP API: `/pods`, `/stats/summary`. */
  readonly path: string;
}
/** An answer of the kubelet's own API: its head, then its body in parts. */
export type KubeletAnswer =
  | { readonly stream: "head"; readonly code: number; readonly contentType: string }
  | { readonly stream: "data"; readonly data: Uint8Array };

export interface KubeletHealth {
  readonly podsRunning: number;
}

export const kubeletMessages = declareMessages("kubelet", {
  containerLogs: stream<ContainerLogsRequest, { readonly data: Uint8Array }>({
    about: "Gives a container's log; rejected with a Kubernetes Status when there is none.",
    errors: ["rejected"],
  }),
  exec: stream<ExecRequest, ExecOutput, ExecInput>({ about: "Runs a command in a container.", errors: ["rejected"] }),
  attach: stream<AttachRequest, ExecOutput, ExecInput>({
    about: "Attaches to a container's main process.",
    errors: ["rejected"],
  }),
  portForward: stream<PortForwardRequest, ForwardOutput, ForwardInput>({
    about: "Connects to a TCP port of a pod; the opener's half-close is that of the connection.",
    errors: ["rejected"],
  }),
  ask: stream<KubeletAsk, KubeletAnswer>({ about: "Reads the kubelet's own API: health, pods, statistics, metrics." }),
  healthz: call<Record<string, never>, KubeletHealth>({ about: "Says that the kubelet lives, and how many pods it runs." }),
});
