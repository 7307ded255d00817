/**
 * Streams with credits. A sender may have as many chunks under way as its peer has granted; what it sends beyond
 * that waits in a bounded backlog, and a reader that lets the backlog fill is cut off.
 */
import { type WireError, wireError } from "./errors.js";

export const streamLimits = { credits: 64, backlogChunks: 1024 } as const;

/** How a stream's two ends put envelopes on the link. */
export interface StreamPost {
  chunk(chunk: unknown): void;
  credit(count: number): void;
  end(error?: WireError): void;
  cancel(): void;
}

/** The end that accepted the opening message. It sends chunks down; `end` closes the whole stream. */
export interface OutgoingStream<Down, Up> {
  readonly open: boolean;
  /** Chunks that wait for credits. */
  readonly backlog: number;
  send(chunk: Down): void;
  /** Closes after everything in the backlog was taken; with an error, at once. */
  end(error?: WireError): void;
  /** Grants the opener more chunks; needed only where `listen` asked for `manualCredit`. */
  consumed(count: number): void;
  listen(listener: {
    /** The opener sends more only as `consumed` says, not as soon as a chunk was handed over. */
    readonly manualCredit?: boolean;
    onChunk?(chunk: Up): void;
    /** The opener will send no more chunks (end of stdin). */
    onHalfClose?(): void;
    /** The opener gave up, was cut off or went away. Not called after `end`. */
    onClosed?(error: WireError): void;
    /** The backlog has become empty. */
    onDrain?(): void;
  }): void;
}

/** The end that opened the stream. */
export interface IncomingStream<Up> {
  readonly open: boolean;
  /** Chunks that wait for credits. */
  readonly backlog: number;
  send(chunk: Up): void;
  /** No more chunks will go up; the other direction stays open. */
  halfClose(): void;
  cancel(): void;
  /** Grants the sender more chunks; needed only where the stream was opened with `manualCredit`. */
  consumed(count: number): void;
}

export interface StreamReader<Down> {
  onChunk(chunk: Down): void;
  /** Called once, when the stream is over: without an error when the sender ended it cleanly. */
  onEnd(error?: WireError): void;
  /** The backlog of what goes up has become empty. */
  onDrain?(): void;
}

/** Sends within credits and keeps the rest in a bounded backlog. */
class CreditedSender {
  private readonly waiting: unknown[] = [];
  private ending: (() => void) | undefined;
  onDrain: (() => void) | undefined;

  constructor(
    private credits: number,
    private readonly post: (chunk: unknown) => void,
    private readonly overflow: () => void,
  ) {}

  get backlog(): number {
    return this.waiting.length;
  }

  send(chunk: unknown): void {
    if (this.credits > 0) {
      this.credits -= 1;
      this.post(chunk);
    } else if (this.waiting.length >= streamLimits.backlogChunks) {
      this.overflow();
    } else {
      this.waiting.push(chunk);
    }
  }

  grant(count: number): void {
    this.credits += count;
    const had = this.waiting.length;
    const taken = this.waiting.splice(0, Math.min(this.credits, had));
    this.credits -= taken.length;
    for (const chunk of taken) this.post(chunk);
    if (this.waiting.length > 0) return;
    this.ending?.();
    if (had > 0) this.onDrain?.();
  }

  /** Runs `end` once everything that waits has been posted. */
  finish(end: () => void): void {
    if (this.waiting.length === 0) end();
    else this.ending = end;
  }

  clear(): void {
    this.waiting.length = 0;
    this.ending = undefined;
  }
}

/** Grants the peer half a window whenever half a window has been consumed. */
class Window {
  private uncredited = 0;
  constructor(private readonly post: StreamPost) {}

  consumed(count: number): void {
    this.uncredited += count;
    if (this.uncredited >= streamLimits.credits / 2) {
      this.post.credit(this.uncredited);
      this.uncredited = 0;
    }
  }
}

/** What the endpoint does to either end when envelopes arrive or the link goes. */
export interface StreamEnd {
  chunk(chunk: unknown): void;
  credit(count: number): void;
  ended(error?: WireError): void;
  lost(error: WireError): void;
}

export class AcceptedStream<Down, Up> implements OutgoingStream<Down, Up>, StreamEnd {
  open = true;
  private readonly sender: CreditedSender;
  private readonly window: Window;
  private listener: Parameters<OutgoingStream<Down, Up>["listen"]>[0] | undefined;
  /** What arrived before anybody listened: at most the credits granted. */
  private readonly early: Array<() => void> = [];

  constructor(
    credits: number,
    private readonly post: StreamPost,
    private readonly forget: () => void,
  ) {
    this.window = new Window(post);
    this.sender = new CreditedSender(
      credits,
      (chunk) => post.chunk(chunk),
      () => this.cutOff(),
    );
    this.sender.onDrain = () => this.listener?.onDrain?.();
  }

  get backlog(): number {
    return this.sender.backlog;
  }

  listen(listener: Parameters<OutgoingStream<Down, Up>["listen"]>[0]): void {
    this.listener = listener;
    for (const replay of this.early.splice(0)) replay();
  }

  send(chunk: Down): void {
    if (this.open) this.sender.send(chunk);
  }

  end(error?: WireError): void {
    if (!this.open) return;
    this.open = false;
    if (error !== undefined) {
      this.sender.clear();
      this.finish(error);
    } else {
      this.sender.finish(() => this.finish());
    }
  }

  chunk(chunk: unknown): void {
    this.whenHeard(() => {
      this.listener?.onChunk?.(chunk as Up);
      if (this.listener?.manualCredit !== true) this.consumed(1);
    });
  }

  consumed(count: number): void {
    if (this.open) this.window.consumed(count);
  }

  credit(count: number): void {
    this.sender.grant(count);
  }

  ended(): void {
    this.whenHeard(() => this.listener?.onHalfClose?.());
  }

  lost(error: WireError): void {
    this.sender.clear();
    this.forget();
    if (!this.open) return;
    this.open = false;
    this.whenHeard(() => this.listener?.onClosed?.(error));
  }

  private whenHeard(deliver: () => void): void {
    if (this.listener === undefined) this.early.push(deliver);
    else deliver();
  }

  private cutOff(): void {
    const error = wireError("slowReader", `the reader left ${streamLimits.backlogChunks} chunks unread`);
    this.post.end(error);
    this.lost(error);
  }

  private finish(error?: WireError): void {
    this.post.end(error);
    this.forget();
  }
}

export class OpenedStream<Down, Up> implements IncomingStream<Up>, StreamEnd {
  open = true;
  private readonly sender: CreditedSender;
  private readonly window: Window;

  constructor(
    private readonly post: StreamPost,
    private readonly reader: StreamReader<Down>,
    private readonly manualCredit: boolean,
    private readonly forget: () => void,
  ) {
    this.window = new Window(post);
    this.sender = new CreditedSender(
      streamLimits.credits,
      (chunk) => post.chunk(chunk),
      () => this.cutOff(),
    );
    this.sender.onDrain = () => this.reader.onDrain?.();
  }

  get backlog(): number {
    return this.sender.backlog;
  }

  send(chunk: Up): void {
    if (this.open) this.sender.send(chunk);
  }

  halfClose(): void {
    if (this.open) this.sender.finish(() => this.post.end());
  }

  cancel(): void {
    if (!this.open) return;
    this.close();
    this.post.cancel();
  }

  consumed(count: number): void {
    if (this.open) this.window.consumed(count);
  }

  chunk(chunk: unknown): void {
    if (!this.open) return;
    this.reader.onChunk(chunk as Down);
    if (!this.manualCredit) this.consumed(1);
  }

  credit(count: number): void {
    this.sender.grant(count);
  }

  ended(error?: WireError): void {
    if (!this.open) return;
    this.close();
    this.reader.onEnd(error);
  }

  lost(error: WireError): void {
    this.ended(error);
  }

  private cutOff(): void {
    const error = wireError("slowReader", `the reader left ${streamLimits.backlogChunks} chunks unread`);
    this.post.cancel();
    this.lost(error);
  }

  private close(): void {
    this.open = false;
    this.sender.clear();
    this.forget();
  }
}
