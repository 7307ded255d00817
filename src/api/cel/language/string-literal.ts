/** The contents of string and bytes literals. Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#string-and-bytes-values */

const simpleEscapes = new Map([
  ["a", 0x07],
  ["b", 0x08],
  ["f", 0x0c],
  ["n", 0x0a],
  ["r", 0x0d],
  ["t", 0x09],
  ["v", 0x0b],
  ["\\", 0x5c],
  ["'", 0x27],
  ['"', 0x22],
  ["`", 0x60],
  ["?", 0x3f],
]);

const isScalar = (codePoint: number): boolean => codePoint <= 0x10ffff && (codePoint < 0xd800 || codePoint > 0xdfff);

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Escape {
  readonly code: number;
  /** An escape of a byte, `\x41` or `\101`, which in bytes stands for that byte and not for a character. */
  readonly byte: boolean;
  readonly length: number;
}

const readEscape = (body: string, at: number): Escape | undefined => {
  const letter = body[at + 1];
  if (letter === undefined) return undefined;
  const simple = simpleEscapes.get(letter);
  if (simple !== undefined) return { code: simple, byte: false, length: 2 };
  const hexLength = { x: 2, X: 2, u: 4, U: 8 }[letter];
  if (hexLength !== undefined) {
    const digits = body.slice(at + 2, at + 2 + hexLength);
    if (digits.length !== hexLength || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
    return { code: Number.parseInt(digits, 16), byte: hexLength === 2, length: 2 + hexLength };
  }
  const octal = /^[0-3][0-7]{2}/.exec(body.slice(at + 1, at + 4));
  return octal === null ? undefined : { code: Number.parseInt(octal[0], 8), byte: true, length: 4 };
};

/** The text or bytes of a literal as it stands in the source; undefined when an escape is wrong. */
export const unquote = (literal: string): { readonly text: string; readonly bytes: Uint8Array } | undefined => {
  const [, prefix, quote] = /^([rRbB]*)('''|"""|'|")/.exec(literal)!;
  const raw = prefix!.toLowerCase().includes("r");
  const inBytes = prefix!.toLowerCase().includes("b");
  const body = literal.slice(prefix!.length + quote!.length, -quote!.length).replace(/\r\n?/g, "\n");
  if (raw || !body.includes("\\")) return { text: body, bytes: inBytes ? utf8(body) : new Uint8Array() };
  let text = "";
  const bytes: number[] = [];
  const add = (piece: string): void => {
    if (inBytes) for (const byte of utf8(piece)) bytes.push(byte);
    else text += piece;
  };
  for (let at = 0; at < body.length; ) {
    if (body[at] !== "\\") {
      const end = body.indexOf("\\", at);
      add(body.slice(at, end < 0 ? undefined : end));
      at = end < 0 ? body.length : end;
      continue;
    }
    const escaped = readEscape(body, at);
    if (escaped === undefined || !isScalar(escaped.code)) return undefined;
    if (inBytes && escaped.byte) bytes.push(escaped.code);
    else add(String.fromCodePoint(escaped.code));
    at += escaped.length;
  }
  return { text, bytes: Uint8Array.from(bytes) };
};
