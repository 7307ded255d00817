/**
 * The channels of `kubectl exec` and `attach` over a WebSocket: the first byte of each message says which stream it
 * belongs to. KEP-4006; subprotocols v4.channel.k8s.io and v5.channel.k8s.io, which can also close a channel.
 */
import { genericFailure, type Status, success } from "../../../src/api/status.js";
import type { ExecInput, ExecOutput } from "../../kubelet/messages.js";

/** The best first. */
export const subprotocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"] as const;

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** What the client sent; `closeStdin` is its end of input, undefined what no channel takes. */
export type ClientMessage = ExecInput | "closeStdin" | undefined;

export function readClientMessage(message: Uint8Array): ClientMessage {
  const data = message.subarray(1);
  switch (message[0]) {
    case channels.stdin:
      return data.length === 0 ? undefined : { stdin: data };
    case channels.resize:
      return readResize(new TextDecoder().decode(data));
    case channels.close:
      return data[0] === channels.stdin ? "closeStdin" : undefined;
    default:
      return undefined;
  }
}

function readResize(text: string): ClientMessage {
  const size = /^\{"Width":(\d{1,5}),"Height":(\d{1,5})\}$/.exec(text.replace(/\s/g, ""));
  return size === null ? undefined : { resize: { width: Number(size[1]), height: Number(size[2]) } };
}

export const outputMessage = (output: Extract<ExecOutput, { data: Uint8Array }>): Uint8Array =>
  tagged(channels[output.stream], output.data);

/** The last message: how the command ended. */
export const statusMessage = (status: Status): Uint8Array =>
  tagged(channels.error, new TextEncoder().encode(JSON.stringify(status)));

/** Exit code 0 is success; any other is told as a cause that kubectl exits with. */
export function exitStatus(exitCode: number): Status {
  if (exitCode === 0) return success();
  const message = `command terminated with non-zero exit code: exit status ${exitCode}`;
  const { status } = genericFailure(500, "NonZeroExitCode", message);
  return { ...status, details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] } };
}

function tagged(channel: number, data: Uint8Array): Uint8Array {
  const message = new Uint8Array(data.length + 1);
  message[0] = channel;
  message.set(data, 1);
  return message;
}
