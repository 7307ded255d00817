/**
 * The server's end of a SPDY/3.1 connection over any two-way stream of bytes: a socket, or a WebSocket that tunnels it. Only what
 * Kubernetes' streaming protocols need: streams that the client opens, data both ways, half-close, reset, ping, go-away, windows.
 */
import type { Duplex } from "node:stream";
import { controlFrame, type Frame, FrameReader, finFlag, frameTypes, numbers, resetReasons } from "./frames.js";
import { HeaderReader, type Headers, HeaderWriter } from "./header-block.js";
import { initialWindowBytes, SpdyStream, type StreamCarrier } from "./stream.js";

/** Streams that a client may have open at once. */
const streamsMost = 2_048;
/** Bytes that were received and not taken, over all streams; while there are more, nothing is read. */
const unreadBytesMost = 1024 * 1024;
/** A client that was told that all is over has this long to close the connection. */
const goodbyeMs = 5_000;

const initialWindowSetting = 7;

export interface ConnectionListener {
  /** Whether a stream with these headers may be opened. */
  accepts(headers: Headers): boolean;
  onStream(stream: SpdyStream): void;
  onClosed(): void;
}

export class SpdyConnection implements StreamCarrier {
  private readonly frames = new FrameReader();
  private readonly headerReader = new HeaderReader();
  private readonly headerWriter = new HeaderWriter();
  private readonly streams = new Map<number, SpdyStream>();
  /** Bytes taken of a stream since its window was last opened. */
  private readonly ungranted = new Map<number, number>();
  private lastStreamId = 0;
  private unreadBytes = 0;
  private peerWindowBytes = initialWindowBytes;
  /** What the peer takes over all streams together. */
  private sessionWindowBytes = initialWindowBytes;
  private peerKeepsWindows = false;
  private leaving = false;

  constructor(
    private readonly carrier: Duplex,
    private readonly listener: ConnectionListener,
  ) {
    carrier.on("data", (bytes: Buffer) => this.heard(bytes));
    // What a broken connection means is told by `close`, which always follows.
    carrier.on("error", () => carrier.destroy());
    carrier.once("end", () => carrier.destroy());
    carrier.once("close", () => {
      for (const stream of [...this.streams.values()]) this.lose(stream);
      listener.onClosed();
    });
  }

  /** No new streams are taken; the client is to close the connection when it has read everything. */
  goAway(): void {
    if (this.leaving) return;
    this.leaving = true;
    this.write(controlFrame(frameTypes.goAway, 0, numbers(this.lastStreamId, 0)));
    const timer = setTimeout(() => this.carrier.destroy(), goodbyeMs);
    this.carrier.once("close", () => clearTimeout(timer));
  }

  destroy(): void {
    this.carrier.destroy();
  }

  write(bytes: Uint8Array, onWritten?: () => void): void {
    if (this.carrier.writable) this.carrier.write(bytes, (error) => (error ? undefined : onWritten?.()));
  }

  taken(streamId: number, bytes: number): void {
    this.unreadBytes -= bytes;
    if (this.unreadBytes <= unreadBytesMost && this.carrier.isPaused()) this.carrier.resume();
    const ungranted = (this.ungranted.get(streamId) ?? 0) + bytes;
    if (ungranted < initialWindowBytes / 2) {
      this.ungranted.set(streamId, ungranted);
      return;
    }
    this.ungranted.set(streamId, 0);
    this.write(controlFrame(frameTypes.windowUpdate, 0, numbers(streamId, ungranted)));
    this.write(controlFrame(frameTypes.windowUpdate, 0, numbers(0, ungranted)));
  }

  roomBytes(streamWindowBytes: number): number {
    return this.peerKeepsWindows ? Math.min(streamWindowBytes, this.sessionWindowBytes) : Number.POSITIVE_INFINITY;
  }

  spent(bytes: number): void {
    this.sessionWindowBytes -= bytes;
  }

  reset(stream: SpdyStream): void {
    this.write(controlFrame(frameTypes.rstStream, 0, numbers(stream.id, resetReasons.cancel)));
    this.lose(stream);
  }

  finished(stream: SpdyStream): void {
    this.streams.delete(stream.id);
    this.ungranted.delete(stream.id);
  }

  private lose(stream: SpdyStream): void {
    this.finished(stream);
    stream.lost();
  }

  private heard(bytes: Buffer): void {
    const frames = this.frames.read(bytes);
    if (frames === undefined) {
      this.fail();
      return;
    }
    for (const frame of frames) {
      if (this.carrier.destroyed) return;
      if (frame.kind === "data") this.data(frame);
      else this.control(frame);
    }
  }

  /** The peer broke the protocol. */
  private fail(): void {
    this.write(controlFrame(frameTypes.goAway, 0, numbers(this.lastStreamId, 1)));
    this.carrier.end();
    this.carrier.destroy();
  }

  private data({ streamId, flags, payload }: Extract<Frame, { kind: "data" }>): void {
    const stream = this.streams.get(streamId);
    // What was under way when a stream was given up says nothing any more.
    if (stream === undefined) return;
    if (payload.length > 0) {
      this.unreadBytes += payload.length;
      if (this.unreadBytes > unreadBytesMost) this.carrier.pause();
      stream.received(payload);
    }
    if ((flags & finFlag) !== 0) stream.ended();
  }

  private control({ type, flags, payload }: Extract<Frame, { kind: "control" }>): void {
    const number = (at: number): number => (payload.length >= at + 4 ? payload.readUInt32BE(at) & 0x7f_ff_ff_ff : 0);
    switch (type) {
      case frameTypes.synStream:
        this.opened(number(0), flags, payload);
        return;
      case frameTypes.headers:
        // Says nothing that Kubernetes uses, but its block is part of the compressed stream.
        if (this.headerReader.read(payload.subarray(4)) === undefined) this.fail();
        return;
      case frameTypes.rstStream: {
        const stream = this.streams.get(number(0));
        if (stream !== undefined) this.lose(stream);
        return;
      }
      case frameTypes.ping:
        // A client's own pings have odd numbers; the others would answer ours, and there are none.
        if (number(0) % 2 === 1) this.write(controlFrame(type, 0, numbers(number(0))));
        return;
      case frameTypes.windowUpdate:
        this.granted(number(0), number(4));
        return;
      case frameTypes.settings:
        this.settings(payload);
        return;
      case frameTypes.goAway:
        this.leaving = true;
    }
  }

  private opened(id: number, flags: number, payload: Buffer): void {
    const headers = payload.length < 10 ? undefined : this.headerReader.read(payload.subarray(10));
    if (headers === undefined || id % 2 === 0 || id <= this.lastStreamId) {
      this.fail();
      return;
    }
    this.lastStreamId = id;
    const stream = new SpdyStream(id, headers, this, this.peerWindowBytes);
    if (this.leaving || this.streams.size >= streamsMost || !this.listener.accepts(headers)) {
      this.write(controlFrame(frameTypes.rstStream, 0, numbers(id, resetReasons.refusedStream)));
      return;
    }
    this.streams.set(id, stream);
    const reply = Buffer.concat([numbers(id), this.headerWriter.write(new Map())]);
    this.write(controlFrame(frameTypes.synReply, 0, reply));
    this.listener.onStream(stream);
    if ((flags & finFlag) !== 0) stream.ended();
  }

  private granted(streamId: number, bytes: number): void {
    this.peerKeepsWindows = true;
    if (streamId !== 0) {
      this.streams.get(streamId)?.granted(bytes);
      return;
    }
    this.sessionWindowBytes += bytes;
    for (const stream of [...this.streams.values()]) stream.flush();
  }

  private settings(payload: Buffer): void {
    this.peerKeepsWindows = true;
    for (let at = 4; at + 8 <= payload.length; at += 8) {
      if ((payload.readUInt32BE(at) & 0xff_ff_ff) !== initialWindowSetting) continue;
      const bytes = payload.readUInt32BE(at + 4);
      for (const stream of this.streams.values()) stream.granted(bytes - this.peerWindowBytes);
      this.peerWindowBytes = bytes;
    }
  }
}
