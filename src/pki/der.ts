/** Distinguished Encoding Rules of ASN.1 (ITU-T X.690), as far as certificates need them. */

const tagged = (tag: number, content: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from([tag]), length(content.length), content]);

function length(count: number): Uint8Array {
  if (count < 0x80) return Buffer.from([count]);
  const bytes: number[] = [];
  for (let rest = count; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

export const sequence = (...parts: Uint8Array[]): Uint8Array => tagged(0x30, Buffer.concat(parts));
export const setOf = (...parts: Uint8Array[]): Uint8Array => tagged(0x31, Buffer.concat(parts));
export const octetString = (content: Uint8Array): Uint8Array => tagged(0x04, content);
export const utf8String = (text: string): Uint8Array => tagged(0x0c, Buffer.from(text, "utf8"));
export const boolean = (value: boolean): Uint8Array => tagged(0x01, Buffer.from([value ? 0xff : 0]));

/** A non-negative integer from its big-endian bytes. */
export function integer(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const significant = first === -1 ? Buffer.from([0]) : bytes.subarray(first);
  const negative = ((significant[0] as number) & 0x80) !== 0;
  return tagged(0x02, negative ? Buffer.concat([Buffer.from([0]), significant]) : significant);
}

export const bitString = (content: Uint8Array, unusedBits = 0): Uint8Array =>
  tagged(0x03, Buffer.concat([Buffer.from([unusedBits]), content]));

/** An extension of a certificate (RFC 5280 4.1). */
export const extension = (type: string, value: Uint8Array, critical = false): Uint8Array =>
  sequence(objectIdentifier(type), ...(critical ? [boolean(true)] : []), octetString(value));

export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
}

/** UTCTime until 2049, GeneralizedTime from 2050 on, as RFC 5280 4.1.2.5 asks. */
export function time(at: Date): Uint8Array {
  const digits = `${at.toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`;
  return at.getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits));
}

/** `[number]` around a whole encoding. */
export const explicit = (number: number, content: Uint8Array): Uint8Array => tagged(0xa0 | number, content);

/** `[number]` in place of a primitive's own tag. */
export const implicit = (number: number, content: Uint8Array): Uint8Array => tagged(0x80 | number, content);
