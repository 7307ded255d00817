/** A WebSocket whose messages belong to numbered channels, as bytes or as base64 text. */
import type { WebSocket } from "ws";
import type { ChannelProtocol } from "../../../http/exec-channels.js";

/** A connection on which nothing is said is asked this often whether it still is there. */
const pingPeriodMs = 30_000;

export class ChannelSocket {
  private readonly waiting: Array<{ readonly message: string | Uint8Array; readonly onSent: (() => void) | undefined }> = [];
  private sending = false;
  private closing = false;

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

  /** `onSent` is called when the message has left; held to the credits of the stream that it comes from. */
  send(channel: number, data: Uint8Array, onSent?: () => void): void {
    this.waiting.push({ message: this.protocol.base64 ? asText(channel, data) : asBytes(channel, data), onSent });
    this.sendNext();
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Closes when everything has been sent. */
  close(): void {
    this.closing = true;
    this.sendNext();
  }

  /**
   * One message after the other, each in a TLS record of its own: clients that wait for a socket to become readable (Python's
   * is one) would not see what came with the record before.
   */
  private sendNext(): void {
    if (this.sending) return;
    const next = this.waiting.shift();
    if (next === undefined) {
      if (this.closing) this.socket.close(1000);
      return;
    }
    this.sending = true;
    this.socket.send(next.message, (error) => {
      this.sending = false;
      if (error) return;
      next.onSent?.();
      this.sendNext();
    });
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
