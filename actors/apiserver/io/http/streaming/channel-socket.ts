/** A WebSocket whose messages belong to numbered channels, as bytes or as base64 text. */
import type { WebSocket } from "ws";
import type { ChannelProtocol } from "../../../http/exec-channels.js";

/** A connection on which nothing is said is asked this often whether it still is there. */
const pingPeriodMs = 30_000;

export class ChannelSocket {
  constructor(
    private readonly socket: WebSocket,
    private readonly protocol: ChannelProtocol,
    told: { onMessage(message: { channel: number; data: Uint8Array }): void; onClosed(): void },
  ) {
    const ping = setInterval(() => socket.ping(), pingPeriodMs);
    socket.on("message", (message: Buffer) => {
      if (message.length > 0) told.onMessage(this.read(message));
    });
    // What a broken connection means is told by `close`, which always follows.
    socket.on("error", () => socket.terminate());
    socket.once("close", () => {
      clearInterval(ping);
      told.onClosed();
    });
  }

  send(channel: number, data: Uint8Array, onSent?: () => void): void {
    this.socket.send(this.protocol.base64 ? asText(channel, data) : asBytes(channel, data), (error) =>
      error ? undefined : onSent?.(),
    );
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  close(): void {
    this.socket.close(1000);
  }

  private read(message: Buffer): { channel: number; data: Uint8Array } {
    const [first = 0] = message;
    const data = message.subarray(1);
    return this.protocol.base64
      ? { channel: first - digitZero, data: Buffer.from(data.toString("latin1"), "base64") }
      : { channel: first, data };
  }
}

const digitZero = 0x30;

const asText = (channel: number, data: Uint8Array): string =>
  String.fromCharCode(digitZero + channel) + Buffer.from(data).toString("base64");

function asBytes(channel: number, data: Uint8Array): Uint8Array {
  const message = Buffer.allocUnsafe(data.length + 1);
  message[0] = channel;
  message.set(data, 1);
  return message;
}
