/** One stream of a SPDY connection, which its client opened. */
import { dataFrame, finFlag } from "./frames.js";
import type { Headers } from "./header-block.js";

/** A stream's window until its peer says otherwise. */
export const initialWindowBytes = 64 * 1024;
/** The longest data frame that is sent. */
const chunkBytesMost = 32 * 1024;

export interface StreamListener {
  /** The bytes count as unread until `taken` is told of them. */
  onData(bytes: Uint8Array): void;
  /** The peer will send no more on this stream. */
  onEnd(): void;
  /** The peer or the connection gave the stream up. Last call. */
  onReset(): void;
}

/** What a stream needs of its connection. */
export interface StreamCarrier {
  write(bytes: Uint8Array, onWritten?: () => void): void;
  taken(streamId: number, bytes: number): void;
  reset(stream: SpdyStream): void;
  finished(stream: SpdyStream): void;
  /** What the peer takes over all streams; endless where it keeps no windows, as Kubernetes' own clients. */
  roomBytes(streamWindowBytes: number): number;
  spent(bytes: number): void;
}

export class SpdyStream {
  private listener: StreamListener | undefined;
  /** What came before anybody listened; bounded by the connection's unread bytes. */
  private readonly early: Array<(listener: StreamListener) => void> = [];
  private readonly waiting: Array<{ bytes: Uint8Array; onWritten: (() => void) | undefined }> = [];
  private ending = false;
  private sentEnd = false;
  private heardEnd = false;
  private gone = false;

  constructor(
    readonly id: number,
    readonly headers: Headers,
    private readonly carrier: StreamCarrier,
    private windowBytes: number,
  ) {}

  listen(listener: StreamListener): void {
    this.listener = listener;
    for (const replay of this.early.splice(0)) replay(listener);
  }

  /** `onWritten` is called when the bytes have gone on their way: whoever writes much waits for it. */
  write(bytes: Uint8Array, onWritten?: () => void): void {
    if (this.gone || this.ending) return;
    this.waiting.push({ bytes, onWritten });
    this.flush();
  }

  /** No more will be written. */
  end(): void {
    if (this.gone || this.ending) return;
    this.ending = true;
    this.flush();
  }

  taken(bytes: number): void {
    if (!this.gone) this.carrier.taken(this.id, bytes);
  }

  reset(): void {
    if (!this.gone) this.carrier.reset(this);
  }

  received(bytes: Uint8Array): void {
    this.tell((listener) => listener.onData(bytes));
  }

  ended(): void {
    if (this.heardEnd) return;
    this.heardEnd = true;
    this.tell((listener) => listener.onEnd());
    this.finishWhenBothEnded();
  }

  granted(bytes: number): void {
    this.windowBytes += bytes;
    this.flush();
  }

  /** The connection has forgotten the stream. */
  lost(): void {
    if (this.gone) return;
    this.gone = true;
    this.waiting.length = 0;
    this.tell((listener) => listener.onReset());
  }

  private tell(event: (listener: StreamListener) => void): void {
    if (this.listener === undefined) this.early.push(event);
    else event(this.listener);
  }

  flush(): void {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      const room = Math.min(this.carrier.roomBytes(this.windowBytes), chunkBytesMost);
      if (room <= 0 && next.bytes.length > 0) return;
      const part = next.bytes.subarray(0, room);
      this.windowBytes -= part.length;
      this.carrier.spent(part.length);
      const isLast = part.length === next.bytes.length;
      if (isLast) this.waiting.shift();
      else next.bytes = next.bytes.subarray(part.length);
      this.carrier.write(dataFrame(this.id, 0, part), isLast ? next.onWritten : undefined);
    }
    if (!this.ending || this.sentEnd) return;
    this.sentEnd = true;
    this.carrier.write(dataFrame(this.id, finFlag, new Uint8Array(0)));
    this.finishWhenBothEnded();
  }

  private finishWhenBothEnded(): void {
    if (this.sentEnd && this.heardEnd) {
      this.gone = true;
      this.carrier.finished(this);
    }
  }
}
