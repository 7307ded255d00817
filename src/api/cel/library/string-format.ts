import { quote } from "../../go-format.js";
import { utf8 } from "../language/string-literal.js";
import {
  CelError,
  Duration,
  ListValue,
  MapValue,
  type Result,
  Timestamp,
  TypeValue,
  typeNameOf,
  Uint,
  type Value,
} from "../language/values.js";
import { formatDouble } from "./number-text.js";
import { formatDuration, formatTimestamp } from "./time-text.js";

/** `"%d of %s".format([1, "x"])`. Source: https://pkg.go.dev/github.com/google/cel-go/ext#Strings, Format. */

/** Thrown inside of formatting; `formatText` makes an error of it. */
class FormatError extends Error {}

const defaultPrecision = 6;
const maxPrecision = 100;
const maxDepth = 100;
const maxLength = 2 ** 22;

const bytesToText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const numberText = (value: number): string =>
  Number.isNaN(value) ? "NaN" : Number.isFinite(value) ? value.toFixed(defaultPrecision) : value > 0 ? "Infinity" : "-Infinity";

/** A value inside of a list or a map, so that it could be written in CEL. */
const nested = (value: Value, depth: number): string => {
  if (depth > maxDepth) throw new FormatError("value nests too deeply");
  if (typeof value === "string") return quote(value);
  if (value instanceof Uint8Array) return `b${quote(bytesToText(value))}`;
  if (typeof value === "number") return Number.isFinite(value) ? numberText(value) : quote(numberText(value));
  if (value instanceof Timestamp) return `timestamp(${quote(formatTimestamp(value.nanos))})`;
  if (value instanceof Duration) return `duration(${quote(formatDuration(value.nanos))})`;
  return plain(value, depth);
};

/** A value as `%s` shows it. */
const plain = (value: Value, depth = 0): string => {
  if (value === null) return "null";
  if (typeof value === "number") return formatDouble(value);
  if (typeof value !== "object") return String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return bytesToText(value);
  if (value instanceof Timestamp) return formatTimestamp(value.nanos);
  if (value instanceof Duration) return formatDuration(value.nanos);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof ListValue) return `[${listTexts(value, depth).join(", ")}]`;
  if (value instanceof MapValue) return `{${mapTexts(value, depth).sort().join(", ")}}`;
  const kinds = "strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps";
  throw new FormatError(`string clause can only be used on ${kinds}, was given ${typeNameOf(value)}`);
};

const good = (value: Result): Value => {
  if (value instanceof CelError) throw new FormatError(value.message);
  return value;
};

const listTexts = (list: ListValue, depth: number): string[] => {
  const texts: string[] = [];
  let length = 0;
  for (const item of list) {
    const text = nested(good(item), depth + 1);
    length += text.length;
    if (length > maxLength) throw new FormatError("string is too long");
    texts.push(text);
  }
  return texts;
};

const mapTexts = (map: MapValue, depth: number): string[] => {
  const texts: string[] = [];
  let length = 0;
  for (const key of map.keys()) {
    const text = `${nested(key, depth + 1)}:${nested(good(map.find(key) ?? null), depth + 1)}`;
    length += text.length;
    if (length > maxLength) throw new FormatError("string is too long");
    texts.push(text);
  }
  return texts;
};

const wrongKind = (what: string, value: Value): never => {
  throw new FormatError(`${what}, was given ${typeNameOf(value)}`);
};

const integer = (value: Value): bigint | undefined => {
  if (typeof value === "bigint") return value;
  return value instanceof Uint ? value.value : undefined;
};

const inBase = (value: Value, base: number, what: string): string => (integer(value) ?? wrongKind(what, value)).toString(base);

const hexBytes = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

const hex = (value: Value): string => {
  if (typeof value === "string") return hexBytes(utf8(value));
  if (value instanceof Uint8Array) return hexBytes(value);
  return inBase(value, 16, "only integers, byte buffers, and strings can be formatted as hex");
};

/** The number of a clause for doubles, which takes the names of what is no finite number as text. */
const double = (value: Value, clause: string): number => {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  return wrongKind(`${clause} clause can only be used on doubles`, value);
};

const special = (value: number): string | undefined =>
  Number.isNaN(value) ? "NaN" : Number.isFinite(value) ? undefined : value > 0 ? "∞" : "-∞";

const fixed = (value: number, precision: number): string => {
  const text = special(value) ?? value.toFixed(precision);
  return text.replace(/^(-?)(\d+)/, (_, sign: string, whole: string) => sign + whole.replace(/\B(?=(\d{3})+$)/g, ","));
};

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const scientific = (value: number, precision: number): string => {
  const text = special(value);
  if (text !== undefined) return text;
  const [mantissa, exponent] = value.toExponential(precision).split("e") as [string, string];
  const digits = Array.from(exponent.slice(1).padStart(2, "0"), (digit) => superscripts[Number(digit)]!).join("");
  return `${mantissa}\u202f×\u202f10${exponent.startsWith("-") ? "⁻" : ""}${digits}`;
};

const formatClause = (clause: string, precision: number | undefined, value: Value): string => {
  switch (clause) {
    case "s":
      return plain(value);
    case "d":
      return inBase(value, 10, "decimal clause can only be used on integers");
    case "f":
      return fixed(double(value, "fixed-point"), precision ?? defaultPrecision);
    case "e":
      return scientific(double(value, "scientific"), precision ?? defaultPrecision);
    case "b":
      if (typeof value === "boolean") return value ? "1" : "0";
      return inBase(value, 2, "only integers and bools can be formatted as binary");
    case "x":
      return hex(value);
    case "X":
      return hex(value).toUpperCase();
    default:
      return inBase(value, 8, "octal clause can only be used on integers");
  }
};

const clausePattern = /^(?:\.(\d{1,9}))?(.)/su;

const format = (template: string, list: ListValue): string => {
  let text = "";
  let next = 0;
  for (let at = 0; at < template.length; ) {
    const percent = template.indexOf("%", at);
    if (percent < 0) return text + template.slice(at);
    text += template.slice(at, percent);
    const match = clausePattern.exec(template.slice(percent + 1, percent + 20));
    if (match === null) throw new FormatError("unexpected end of string");
    at = percent + 1 + match[0].length;
    if (match[0] === "%") {
      text += "%";
      continue;
    }
    if (next >= list.size) throw new FormatError(`index ${next} out of range`);
    if (!"sdfebxXo".includes(match[2]!)) {
      throw new FormatError(`could not parse formatting clause: unrecognized formatting clause "${match[2]}"`);
    }
    const precision = match[1] === undefined ? undefined : Number(match[1]);
    if (precision !== undefined && precision > maxPrecision)
      throw new FormatError("could not parse formatting clause: precision is too large");
    const value = good(list.at(next++));
    try {
      text += formatClause(match[2]!, precision, value);
    } catch (error) {
      if (error instanceof FormatError) throw new FormatError(`error during formatting: ${error.message}`);
      throw error;
    }
    if (text.length > maxLength) throw new FormatError("string is too long");
  }
  return text;
};

/** A text with its clauses filled from a list. */
export const formatText = (template: string, list: ListValue): Result => {
  try {
    return format(template, list);
  } catch (error) {
    if (error instanceof FormatError) return new CelError(error.message);
    throw error;
  }
};

/** A text as a literal: in double quotes, with escapes for quotes and control characters. */
export const quoteText = (text: string): Result => {
  const escapes: Readonly<Record<string, string>> = {
    "\u0007": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are escaped.
  return `"${text.replace(/[\u0007\b\f\n\r\t\v\\"]/g, (character) => escapes[character]!)}"`;
};
