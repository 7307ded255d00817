/**
 * The channels of exec, attach and port-forward over a WebSocket: the first byte of each message says which stream it belongs to.
 * KEP-4006. v5.channel.k8s.io can also close a channel; the protocols before v4 tell an error as text only; those with base64
 * are for clients that can send no bytes.
 */
import { genericFailure, type Status, success } from "../../../src/api/status.js";
import { writeJson } from "../../../src/json/text.js";
import type { ExecInput } from "../../kubelet/messages.js";

/** What the versions of a command's protocol differ in. */
export interface CommandProtocol {
  readonly name: string;
  /** How a command ended is told as a Status; otherwise only an error, as text. */
  readonly tellsStatus: boolean;
  /** What the kubelet refuses is told as the command's end, over a connection that is open already. */
  readonly opensFirst: boolean;
}

export interface ChannelProtocol extends CommandProtocol {
  readonly base64: boolean;
}

const protocol = (name: string, version = 1): ChannelProtocol => ({
  name,
  base64: name.includes("base64"),
  tellsStatus: version >= 4,
  opensFirst: version >= 5,
});

export const commandProtocols: readonly ChannelProtocol[] = [
  protocol("v5.channel.k8s.io", 5),
  protocol("v4.channel.k8s.io", 4),
  protocol("v4.base64.channel.k8s.io", 4),
  protocol("channel.k8s.io"),
  protocol("base64.channel.k8s.io"),
];
/** Of a client that names none. */
export const plainChannels: ChannelProtocol = protocol("");

/** The first that the client offers and the server knows; undefined when there is none. */
export function negotiateProtocol<Known extends { readonly name: string }>(
  offered: readonly string[],
  known: readonly Known[],
): Known | undefined {
  return offered.map((name) => known.find((each) => each.name === name)).find((each) => each !== undefined);
}

/** Protocols as a request's header lists them. */
export const namesIn = (header: string | undefined): string[] =>
  (header ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

export const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** What the client sent on a command's channels; `closeStdin` is its end of input, undefined what no channel takes. */
export type ClientMessage = ExecInput | "closeStdin" | undefined;

export function readClientMessage({ channel, data }: { readonly channel: number; readonly data: Uint8Array }): ClientMessage {
  switch (channel) {
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

/** `{"Width":80,"Height":24}`; undefined for anything else. */
export function readResize(text: string): Extract<ExecInput, { resize: unknown }> | undefined {
  const width = /"Width"\s*:\s*(\d{1,5})\b/.exec(text)?.[1];
  const height = /"Height"\s*:\s*(\d{1,5})\b/.exec(text)?.[1];
  return width === undefined || height === undefined ? undefined : { resize: { width: Number(width), height: Number(height) } };
}

/** How a command's end is told on its error channel; undefined when there is nothing to tell. */
export function statusText(status: Status, { tellsStatus }: Pick<CommandProtocol, "tellsStatus">): string | undefined {
  if (tellsStatus) return writeJson(status);
  return status.status === "Success" ? undefined : status.message;
}

/** Exit code 0 is success; any other is told as a cause that kubectl exits with. */
export function exitStatus(exitCode: number): Status {
  if (exitCode === 0) return success();
  const message = `command terminated with non-zero exit code: exit status ${exitCode}`;
  const { status } = genericFailure(500, "NonZeroExitCode", message);
  return { ...status, details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] } };
}
