/**
 * One step of a field's path, as the text that FieldsV1 has for it: `f:replicas` is a field of an object or a key of a map,
 * `k:{"name":"web"}` the item of a list with these keys, `v:"a"` an item of a set, `i:0` a place in a list.
 * Source: FieldsV1 in the Kubernetes API reference, and KEP-555 (server-side apply).
 */
import { isNumeric } from "../../json/integer.js";
import { readJson, writeJson } from "../../json/text.js";
import { quote } from "../go-format.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../json-value.js";

export type PathElement = string;

const ranks: ReadonlyMap<string, number> = new Map([
  ["f", 0],
  ["k", 1],
  ["v", 2],
  ["i", 3],
]);

/** The element of a field or map key. */
export const fieldElement = (name: string): PathElement => `f:${name}`;

/** The element of an item of a set. */
export const valueElement = (value: JsonValue): PathElement => `v:${writeJson(value)}`;

/** The element of an item of a list with keys; they must be sorted by name. */
export const keyElement = (keys: ReadonlyArray<readonly [name: string, value: JsonValue]>): PathElement =>
  `k:{${keys.map(([name, value]) => `${writeJson(name)}:${writeJson(value)}`).join(",")}}`;

/** An element from text of unknown origin in the one form that it has here; undefined for text that is none. */
export function readElement(text: string): PathElement | undefined {
  const kind = text.slice(0, 2);
  const rest = text.slice(2);
  if (kind === "f:") return text;
  if (kind === "i:") return /^-?\d{1,15}$/.test(rest) ? `i:${Number(rest)}` : undefined;
  if (kind !== "k:" && kind !== "v:") return undefined;
  const value = parse(rest);
  if (kind === "v:") return value === undefined ? undefined : valueElement(value);
  return isJsonObject(value) ? keyElement(sortedEntries(value)) : undefined;
}

function parse(text: string): JsonValue | undefined {
  try {
    return readJson(text) as JsonValue;
  } catch {
    return undefined;
  }
}

const sortedEntries = (object: JsonObject): Array<[string, JsonValue]> =>
  Object.entries(object).sort(([left], [right]) => compareTexts(left, right));

/** The order of Go's strings, which is that of their code points and not of their UTF-16 units. */
export function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const [one, other] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (one === other) continue;
    // A surrogate stands for a code point above all others.
    const [oneHigh, otherHigh] = [isSurrogate(one), isSurrogate(other)];
    return oneHigh === otherHigh ? one - other : oneHigh ? 1 : -1;
  }
  return left.length - right.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xe000;

/** The order in which a field set is written: fields, keys, values, places. */
export function compareElements(left: PathElement, right: PathElement): number {
  if (left === right) return 0;
  const kind = left.charAt(0);
  if (kind !== right.charAt(0)) return ranks.get(kind)! - ranks.get(right.charAt(0))!;
  switch (kind) {
    case "f":
      return compareTexts(left, right);
    case "i":
      return Number(left.slice(2)) - Number(right.slice(2));
    default:
      return compareByValue(left, right);
  }
}

/** A list with one key of text, as most are: `k:{"name":"web"}`. */
const oneKey = /^k:\{("[^"\\]+":)"([^"\\]*)"\}$/;

function compareByValue(left: PathElement, right: PathElement): number {
  const one = oneKey.exec(left);
  const other = one === null ? null : oneKey.exec(right);
  if (one !== null && other !== null && one[1] === other[1]) return compareTexts(one[2]!, other[2]!);
  return compareValues(readJson(left.slice(2)) as JsonValue, readJson(right.slice(2)) as JsonValue);
}

const valueRank = (value: JsonValue): number => {
  if (value === null) return 5;
  if (Array.isArray(value)) return 3;
  return isNumeric(value) ? 0 : typeof value === "string" ? 1 : typeof value === "boolean" ? 2 : 4;
};

/** Numbers before texts before booleans before lists before maps before null. */
function compareValues(left: JsonValue, right: JsonValue): number {
  const rank = valueRank(left) - valueRank(right);
  if (rank !== 0) return rank;
  if (typeof left === "string") return compareTexts(left, right as string);
  if (Array.isArray(left)) return compareLists(left, right as JsonValue[]);
  if (isJsonObject(left)) return compareLists(sortedEntries(left), sortedEntries(right as JsonObject));
  return left === right ? 0 : left! < right! ? -1 : 1;
}

function compareLists(left: readonly JsonValue[], right: readonly JsonValue[]): number {
  for (const [index, value] of left.entries()) {
    if (index >= right.length) return 1;
    const order = compareValues(value, right[index]!);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** An element as error messages show it: `.spec`, `[name="web"]`, `[="a"]`, `[0]`. */
export function elementText(element: PathElement): string {
  const rest = element.slice(2);
  switch (element.charAt(0)) {
    case "f":
      return `.${rest}`;
    case "k": {
      const keys = Object.entries(readJson(rest) as JsonObject);
      return `[${keys.map(([name, value]) => `${name}=${valueText(value)}`).join(",")}]`;
    }
    case "v":
      return `[=${valueText(readJson(rest) as JsonValue)}]`;
    default:
      return `[${rest}]`;
  }
}

const valueText = (value: JsonValue): string => (typeof value === "string" ? quote(value) : writeJson(value));
