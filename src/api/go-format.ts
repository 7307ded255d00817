/**
 * Values in error texts, the way Go prints them, because clients and people search for exactly these texts.
 */

const namedEscapes = new Map<string, string>([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
]);

const unprintable = /[\p{C}\p{Zl}\p{Zp}\p{Zs}]/u;

/** A string as Go's `%q` prints it: double-quoted, control and unprintable characters escaped. */
export const quote = (text: string): string => {
  let quoted = '"';
  for (const character of text) {
    const named = namedEscapes.get(character);
    if (named !== undefined) quoted += named;
    else if (character === " " || !unprintable.test(character)) quoted += character;
    else quoted += escapeCodePoint(character.codePointAt(0)!);
  }
  return `${quoted}"`;
};

const escapeCodePoint = (codePoint: number): string => {
  if (codePoint < 0x80) return `\\x${codePoint.toString(16).padStart(2, "0")}`;
  if (codePoint < 0x10000) return `\\u${codePoint.toString(16).padStart(4, "0")}`;
  return `\\U${codePoint.toString(16).padStart(8, "0")}`;
};

/** A bad value as a field error shows it: strings quoted, numbers and booleans bare, structures as JSON, nil as "null". */
export const formatBadValue = (value: unknown): string => {
  if (value === undefined || value === null) return '"null"';
  if (typeof value === "string") return quote(value);
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  return JSON.stringify(value);
};

/** A map as Go's `%v` prints it: keys in byte order. */
export const formatMap = (entries: Iterable<readonly [string, string]>): string => {
  const sorted = [...entries].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return `map[${sorted.map(([key, value]) => `${key}:${value}`).join(" ")}]`;
};
