/**
 * The one reader and the one writer of JSON text that may hold objects of the API. They are JSON.parse and JSON.stringify but for
 * integers beyond Number.MAX_SAFE_INTEGER, which those change or refuse: here such an integer is a bigint (integer.ts). Text that has
 * one is rare; all other pays for it with a look at every sixteenth character.
 */
import { parse } from "lossless-json";
import { type IntegerOf, int64OrFloat } from "./integer.js";

/**
 * The value of JSON text. `integerOf` says what becomes of an integer beyond Number.MAX_SAFE_INTEGER. Throws where the text is no JSON,
 * in words that nobody should be told.
 */
export function readJson(text: string, integerOf: IntegerOf = int64OrFloat): unknown {
  const value: unknown = JSON.parse(text);
  if (!mayHaveLongInteger(text)) return value;
  return parse(text, undefined, {
    parseNumber: (digits) => (longInteger.test(digits) ? integerOf(BigInt(digits)) : Number(digits)),
    // As JSON.parse has it: what comes last stays.
    onDuplicateKey: ({ newValue }) => newValue,
  });
}

/** JSON text of a value; with `space`, laid out for people with so many spaces a level. */
export function writeJson(value: unknown, space?: number): string {
  try {
    return JSON.stringify(value, undefined, space);
  } catch (error) {
    // It has no place for a bigint, of which there is hardly ever one.
    if (!(error instanceof TypeError)) throw error;
    return exactText(value, " ".repeat(space ?? 0), space === undefined ? "" : "\n") ?? "null";
  }
}

/** What JSON.stringify writes, with bigints as integers. `margin` is what begins a line at this depth; "" for a single line. */
function exactText(value: unknown, indent: string, margin: string): string | undefined {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = margin + indent;
  const colon = margin === "" ? ":" : ": ";
  if (Array.isArray(value)) {
    const items = value.map((item) => exactText(item, indent, inner) ?? "null");
    return items.length === 0 ? "[]" : `[${inner}${items.join(`,${inner}`)}${margin}]`;
  }
  const fields: string[] = [];
  for (const [name, field] of Object.entries(value)) {
    const text = exactText(field, indent, inner);
    if (text !== undefined) fields.push(`${JSON.stringify(name)}${colon}${text}`);
  }
  return fields.length === 0 ? "{}" : `{${inner}${fields.join(`,${inner}`)}${margin}}`;
}

/** 2^53, the first integer whose neighbours a number cannot tell it from, has so many digits. */
const digitsLeast = 16;

const longInteger = /^-?[0-9]{16,}$/;

/** Whether an integer with so many digits may be in JSON text. A string may look as if it were one. */
function mayHaveLongInteger(text: string): boolean {
  // So many digits in a row have one among them wherever we look once in so many characters.
  for (let at = digitsLeast - 1; at < text.length; at += digitsLeast) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let from = at;
    while (isDigit(text.charCodeAt(from - 1))) from -= 1;
    while (isDigit(text.charCodeAt(at))) at += 1;
    if (at - from >= digitsLeast && beginsValue(text, from) && endsValue(text, at)) return true;
  }
  return false;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

const beginsValue = (text: string, from: number): boolean => {
  const before = text.charAt(text.charAt(from - 1) === "-" ? from - 2 : from - 1);
  return before === "" || "[,: \t\r\n".includes(before);
};

const endsValue = (text: string, end: number): boolean => {
  const after = text.charAt(end);
  return after === "" || ",]} \t\r\n".includes(after);
};
