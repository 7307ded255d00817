/** Reads the Distinguished Encoding Rules of ASN.1 (ITU-T X.690). What is not well-formed is undefined, never an exception. */

export interface Element {
  readonly tag: number;
  /** Tag, length and content. */
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}

export const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The elements that follow one another in `bytes`; undefined when they do not fill them. */
export function elementsIn(bytes: Uint8Array): Element[] | undefined {
  const elements: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    const element = elementAt(bytes, at);
    if (element === undefined) return undefined;
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

/** The elements inside of one, if it has the tag. */
export const inside = (element: Element | undefined, tag: number): Element[] | undefined =>
  element?.tag === tag ? elementsIn(element.content) : undefined;

/** Lengths of more bytes than this are of no certificate. */
const lengthBytesMost = 4;

function elementAt(bytes: Uint8Array, at: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  let length = first;
  let start = at + 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > lengthBytesMost || start + count > bytes.length) return undefined;
    length = 0;
    for (let index = 0; index < count; index += 1) length = length * 256 + bytes[start + index]!;
    start += count;
  }
  if (start + length > bytes.length) return undefined;
  return { tag, whole: bytes.subarray(at, start + length), content: bytes.subarray(start, start + length) };
}

/** `2.5.4.3` */
export function objectIdentifier({ tag, content }: Element): string | undefined {
  const [first, ...rest] = content;
  if (tag !== tags.objectIdentifier || first === undefined) return undefined;
  const arcs = [Math.min(2, Math.floor(first / 40)), first - 40 * Math.min(2, Math.floor(first / 40))];
  let arc = 0;
  for (const byte of rest) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  return arcs.join(".");
}

/** Text of any of the string types: UTF-8, and the older ones of one byte a character. */
export const textOf = ({ content }: Element): string => new TextDecoder().decode(content);
