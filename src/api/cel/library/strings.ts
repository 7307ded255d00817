import { type FunctionDeclaration, globalOverload, memberOverload, type Overload } from "../language/functions.js";
import { addRanges, exactly, multiplyRanges, scaleRange, unbounded } from "../language/ranges.js";
import { dyn, int, listOf, string } from "../language/types.js";
import { ArrayList, CelError, codePoints, type ListValue, type Result, sizeOf } from "../language/values.js";
import { stringTraversalFactor, traversal, traversalEstimate } from "./costs.js";
import { formatText, quoteText } from "./string-format.js";

/** CEL's extended strings library, version 2. Source: https://pkg.go.dev/github.com/google/cel-go/ext#Strings */

/** The longest text that a function may make of shorter ones, in JavaScript's units. */
const maxResultLength = 2 ** 24;
const tooLong = new CelError("string is too long");

const outOfRange = (index: bigint): CelError => new CelError(`index out of range: ${index}`);

const charAt = (text: string, index: bigint): Result => {
  const characters = Array.from(text);
  if (index < 0n || index > BigInt(characters.length)) return outOfRange(index);
  return characters[Number(index)] ?? "";
};

/** The place of a part in code points, given its place in JavaScript's units. */
const place = (text: string, unit: number): bigint => (unit < 0 ? -1n : BigInt(codePoints(text.slice(0, unit))));

/** How many of JavaScript's units a number of code points are. */
const unitsOf = (text: string, count: number): number => {
  let units = 0;
  for (let index = 0; index < count; index++) units += text.codePointAt(units)! > 0xffff ? 2 : 1;
  return units;
};

const indexOf = (text: string, part: string, offset = 0n): Result => {
  if (part === "") return offset;
  const size = codePoints(text);
  if (offset < 0n || offset >= BigInt(size)) return outOfRange(offset);
  return place(text, text.indexOf(part, unitsOf(text, Number(offset))));
};

const lastIndexOf = (text: string, part: string, offset?: bigint): Result => {
  const size = BigInt(codePoints(text));
  if (part === "") return offset ?? size;
  const from = offset ?? size - 1n;
  if (from < 0n || from >= size) return offset === undefined ? -1n : outOfRange(from);
  return place(text, text.lastIndexOf(part, unitsOf(text, Number(from))));
};

const substring = (text: string, start: bigint, end?: bigint): Result => {
  const characters = Array.from(text);
  const size = BigInt(characters.length);
  const last = end ?? size;
  if (end !== undefined && start > end) return new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  if (start < 0n || start > size) return outOfRange(start);
  if (last < 0n || last > size) return outOfRange(last);
  return characters.slice(Number(start), Number(last)).join("");
};

/** Parts of a text between separators; at most `limit` when that is not negative, the last with all that is left. */
const splitText = (text: string, separator: string, limit: number): string[] => {
  if (limit === 0) return [];
  const parts = separator === "" ? Array.from(text) : text.split(separator);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
};

const split = (text: string, separator: string, limit = -1n): Result =>
  new ArrayList(splitText(text, separator, limit > 2n ** 31n ? -1 : Number(limit)));

const replace = (text: string, old: string, replacement: string, limit = -1n): Result => {
  const most = limit < 0n || limit > 2n ** 31n ? Number.POSITIVE_INFINITY : Number(limit);
  if (most === 0) return text;
  if (old === "") return surround(text, replacement, most);
  const parts = splitText(text, old, most === Number.POSITIVE_INFINITY ? -1 : most + 1);
  const length = text.length + (parts.length - 1) * (replacement.length - old.length);
  return length > maxResultLength ? tooLong : parts.join(replacement);
};

/** Replacing nothing puts the replacement around each character. */
const surround = (text: string, replacement: string, most: number): Result => {
  const characters = Array.from(text);
  const count = Math.min(characters.length + 1, most);
  if (text.length + count * replacement.length > maxResultLength) return tooLong;
  const before = characters.map((character, index) => (index < count ? replacement : "") + character).join("");
  return count > characters.length ? before + replacement : before;
};

const join = (list: ListValue, separator = ""): Result => {
  const texts: string[] = [];
  let length = 0;
  for (const item of list) {
    if (item instanceof CelError) return item;
    if (typeof item !== "string") return new CelError("no such overload");
    length += item.length + separator.length;
    if (length > maxResultLength) return tooLong;
    texts.push(item);
  }
  return texts.join(separator);
};

/** Space as Unicode and Go have it. */
const space = "[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const leading = new RegExp(`^${space}+`);
const isSpace = new RegExp(space);

const trim = (text: string): Result => {
  const start = text.replace(leading, "");
  let end = start.length;
  while (end > 0 && isSpace.test(start[end - 1]!)) end--;
  return start.slice(0, end);
};

const lowerAscii = (text: string): Result => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
const upperAscii = (text: string): Result => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

const traversed = { cost: traversal(0), estimate: traversalEstimate(0, 1, true) };
const searched = { cost: traversal(0), estimate: traversalEstimate(0) };

const joinCost: Pick<Overload, "resultCost" | "estimate"> = {
  resultCost: (result) => (result instanceof CelError ? 0 : Math.ceil(sizeOf(result) * 2 * stringTraversalFactor)),
  estimate: ([list, separator]) => {
    const items = multiplyRanges(list!.size, list!.itemSize ?? unbounded);
    const gaps = { min: Math.max(0, list!.size.min - 1), max: Math.max(0, list!.size.max - 1) };
    const resultSize = separator === undefined ? items : addRanges(items, multiplyRanges(separator.size, gaps));
    return { cost: scaleRange(resultSize, stringTraversalFactor), resultSize };
  },
};

const splitCost: Pick<Overload, "cost" | "estimate"> = {
  cost: traversal(0, 2),
  estimate: ([text]) => ({
    cost: scaleRange(text!.size, 2 * stringTraversalFactor),
    resultSize: { min: 0, max: text!.size.max },
  }),
};

/** What replacing can make of a text, as Kubernetes reckons: at its longest and at its shortest. */
const replaceCost: Pick<Overload, "cost" | "estimate"> = {
  cost: traversal(0, 2),
  estimate: ([text, old, replacement]) => {
    const longest =
      old!.size.min === 0
        ? (text!.size.max + 1) * replacement!.size.max + text!.size.max
        : replacement!.size.max <= old!.size.min
          ? text!.size.max
          : Math.ceil(text!.size.max / old!.size.min) * replacement!.size.max;
    const shortest =
      old!.size.max === 0
        ? (text!.size.min + 1) * replacement!.size.min + text!.size.min
        : old!.size.max <= replacement!.size.min
          ? text!.size.min
          : Math.ceil(text!.size.min / old!.size.max) * replacement!.size.min;
    const resultSize = { min: shortest || 0, max: Number.isNaN(longest) ? Number.POSITIVE_INFINITY : longest };
    return { cost: scaleRange(text!.size, 2 * stringTraversalFactor), resultSize };
  },
};

export const strings: readonly FunctionDeclaration[] = [
  { name: "charAt", overloads: [memberOverload("string_char_at_int", [string, int], string, charAt)] },
  {
    name: "indexOf",
    overloads: [
      memberOverload("string_index_of_string", [string, string], int, indexOf, searched),
      memberOverload("string_index_of_string_int", [string, string, int], int, indexOf, searched),
    ],
  },
  {
    name: "lastIndexOf",
    overloads: [
      memberOverload("string_last_index_of_string", [string, string], int, lastIndexOf, searched),
      memberOverload("string_last_index_of_string_int", [string, string, int], int, lastIndexOf, searched),
    ],
  },
  { name: "lowerAscii", overloads: [memberOverload("string_lower_ascii", [string], string, lowerAscii, traversed)] },
  { name: "upperAscii", overloads: [memberOverload("string_upper_ascii", [string], string, upperAscii, traversed)] },
  { name: "trim", overloads: [memberOverload("string_trim", [string], string, trim, traversed)] },
  {
    name: "substring",
    overloads: [
      memberOverload("string_substring_int", [string, int], string, substring, traversed),
      memberOverload("string_substring_int_int", [string, int, int], string, substring, traversed),
    ],
  },
  {
    name: "replace",
    overloads: [
      memberOverload("string_replace_string_string", [string, string, string], string, replace, replaceCost),
      memberOverload("string_replace_string_string_int", [string, string, string, int], string, replace, replaceCost),
    ],
  },
  {
    name: "split",
    overloads: [
      memberOverload("string_split_string", [string, string], listOf(string), split, splitCost),
      memberOverload("string_split_string_int", [string, string, int], listOf(string), split, splitCost),
    ],
  },
  {
    name: "join",
    overloads: [
      memberOverload("list_join", [listOf(string)], string, join, joinCost),
      memberOverload("list_join_string", [listOf(string), string], string, join, joinCost),
    ],
  },
  {
    name: "format",
    overloads: [
      memberOverload("string_format", [string, listOf(dyn)], string, formatText, {
        cost: traversal(0),
        estimate: traversalEstimate(0),
      }),
    ],
  },
  {
    name: "strings.quote",
    overloads: [
      globalOverload("strings_quote", [string], string, quoteText, {
        cost: traversal(0),
        estimate: ([text]) => ({
          cost: scaleRange(text!.size, stringTraversalFactor),
          resultSize: addRanges({ min: text!.size.min, max: text!.size.max * 2 }, exactly(2)),
        }),
      }),
    ],
  },
];
