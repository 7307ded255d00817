/** SPDY/3.1 frames as bytes. SPDY Protocol, Draft 3.1, section 2.2. */

export const frameTypes = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

export const resetReasons = { protocolError: 1, invalidStream: 2, refusedStream: 3, cancel: 5, flowControlError: 7 } as const;

export const finFlag = 1;
const version = 3;
const headBytes = 8;

export type Frame =
  | { readonly kind: "data"; readonly streamId: number; readonly flags: number; readonly payload: Buffer }
  | { readonly kind: "control"; readonly type: number; readonly flags: number; readonly payload: Buffer };

function frame(first: number, flags: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(headBytes + payload.length);
  bytes.writeUInt32BE(first >>> 0, 0);
  bytes.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4);
  bytes.set(payload, headBytes);
  return bytes;
}

export const controlFrame = (type: number, flags: number, payload: Uint8Array): Buffer =>
  frame((0x8000 | version) * 0x10000 + type, flags, payload);

export const dataFrame = (streamId: number, flags: number, payload: Uint8Array): Buffer => frame(streamId, flags, payload);

/** The payloads that are nothing but numbers. */
export function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * values.length);
  values.forEach((value, index) => {
    bytes.writeUInt32BE(value >>> 0, 4 * index);
  });
  return bytes;
}

/** Cuts what arrives into frames. A frame's length has 24 bits: more than 16 MiB are never kept. */
export class FrameReader {
  private readonly parts: Buffer[] = [];
  private length = 0;

  /** The frames that are complete now; undefined when the peer does not speak SPDY/3. */
  read(bytes: Buffer): readonly Frame[] | undefined {
    this.parts.push(bytes);
    this.length += bytes.length;
    const frames: Frame[] = [];
    for (;;) {
      if (this.length < headBytes) return frames;
      const head = this.peek(headBytes);
      const word = head.readUInt32BE(4);
      const payloadBytes = word & 0xff_ff_ff;
      const isControl = (head[0]! & 0x80) !== 0;
      if (isControl && (head.readUInt16BE(0) & 0x7fff) !== version) return undefined;
      if (this.length < headBytes + payloadBytes) return frames;
      const payload = this.peek(headBytes + payloadBytes).subarray(headBytes);
      this.drop(headBytes + payloadBytes);
      const flags = word >>> 24;
      frames.push(
        isControl
          ? { kind: "control", type: head.readUInt16BE(2), flags, payload }
          : { kind: "data", streamId: head.readUInt32BE(0), flags, payload },
      );
    }
  }

  /** The first so many bytes in one piece. */
  private peek(length: number): Buffer {
    const [first] = this.parts;
    if (first !== undefined && first.length >= length) return first.subarray(0, length);
    const whole = Buffer.concat(this.parts);
    this.parts.splice(0, this.parts.length, whole);
    return whole.subarray(0, length);
  }

  private drop(length: number): void {
    const first = this.parts[0] as Buffer;
    this.length -= length;
    if (first.length === length) this.parts.shift();
    else this.parts[0] = first.subarray(length);
  }
}
