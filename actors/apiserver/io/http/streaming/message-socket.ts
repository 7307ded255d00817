/** A WebSocket over which the server only tells: what the client says is not heard, except that it closes. */
import type { WebSocket } from "ws";

export class MessageSocket {
  private closed = false;

  constructor(private readonly socket: WebSocket) {
    socket.on("message", () => undefined);
    // What a broken connection means is told by `close`, which always follows.
    socket.on("error", () => socket.terminate());
    socket.once("close", () => {
      this.closed = true;
    });
  }

  /** Bytes that were written and have not left yet. */
  get writableLength(): number {
    return this.socket.bufferedAmount;
  }

  /** One message: text as text, bytes as bytes. */
  write(message: string | Uint8Array, onWritten: () => void = () => undefined): void {
    if (this.closed) return;
    this.socket.send(message, (error) => {
      if (error) return;
      onWritten();
      if (this.socket.bufferedAmount === 0) this.onDrain?.();
    });
  }

  once(event: "close" | "drain", listener: () => void): void {
    if (event === "close") this.socket.once("close", listener);
    else
      this.onDrain = () => {
        this.onDrain = undefined;
        listener();
      };
  }

  /** Closes when everything has been sent. */
  end(): void {
    this.socket.close(1000);
  }

  destroy(): void {
    this.socket.terminate();
  }

  private onDrain: (() => void) | undefined;
}
