/** Sets of code points, as sorted ranges that do not touch. */
export type Ranges = ReadonlyArray<readonly [from: number, to: number]>;

export const maxCodePoint = 0x10ffff;

/** Sorts ranges and joins those that overlap or touch. */
export const normalize = (ranges: Ranges): Ranges => {
  const joined: Array<[number, number]> = [];
  for (const [from, to] of [...ranges].sort((one, other) => one[0] - other[0])) {
    const last = joined[joined.length - 1];
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
};

/** Every code point that is not in the ranges, which are normal. */
export const negate = (ranges: Ranges): Ranges => {
  const others: Array<[number, number]> = [];
  let next = 0;
  for (const [from, to] of ranges) {
    if (from > next) others.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= maxCodePoint) others.push([next, maxCodePoint]);
  return others;
};

export const contains = (ranges: Ranges, codePoint: number): boolean => {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [from, to] = ranges[middle]!;
    if (codePoint < from) high = middle - 1;
    else if (codePoint > to) low = middle + 1;
    else return true;
  }
  return false;
};

const letters = (text: string): Ranges => {
  const ranges: Array<[number, number]> = [];
  for (let index = 0; index < text.length; index += 2) ranges.push([text.charCodeAt(index), text.charCodeAt(index + 1)]);
  return ranges;
};

export const digit = letters("09");
export const space: Ranges = [
  [9, 10],
  [12, 13],
  [32, 32],
];
export const word = letters("09AZ__az");
export const anyCharacter: Ranges = [[0, maxCodePoint]];
export const notNewline = negate([[10, 10]]);

/** The classes that are written `[:name:]`. */
export const namedClasses = new Map<string, Ranges>([
  ["alnum", letters("09AZaz")],
  ["alpha", letters("AZaz")],
  ["ascii", [[0, 127]]],
  ["blank", normalize([...letters("  "), [9, 9]])],
  [
    "cntrl",
    [
      [0, 31],
      [127, 127],
    ],
  ],
  ["digit", digit],
  ["graph", letters("!~")],
  ["lower", letters("az")],
  ["print", letters(" ~")],
  ["punct", letters("!/:@[`{~")],
  [
    "space",
    [
      [9, 13],
      [32, 32],
    ],
  ],
  ["upper", letters("AZ")],
  ["word", word],
  ["xdigit", letters("09AFaf")],
]);

const unicodeClasses = new Map<string, Ranges | undefined>();

/** The code points of a general category or a script, `L`, `Lu`, `Greek`; undefined when there is none of that name. */
export const unicodeClass = (name: string): Ranges | undefined => {
  if (!unicodeClasses.has(name)) unicodeClasses.set(name, findUnicodeClass(name));
  return unicodeClasses.get(name);
};

const findUnicodeClass = (name: string): Ranges | undefined => {
  if (name === "Any") return anyCharacter;
  if (!/^[A-Z][A-Za-z_]*$/.test(name)) return undefined;
  // Categories have one letter or two, with a capital first; everything longer is a script.
  const property = name.length <= 2 ? `gc=${name}` : `sc=${name}`;
  const pattern = unicodePattern(property);
  if (pattern === undefined) return undefined;
  const ranges: Array<readonly [number, number]> = [];
  for (let first = 0; first <= maxCodePoint; first += chunkSize) {
    const unitsEach = first > 0xffff ? 2 : 1;
    const codePoints = Array.from({ length: chunkSize }, (_, index) => first + index);
    // Surrogates are no characters, and would join to some.
    const text = String.fromCodePoint(...codePoints.map((each) => (each >= 0xd800 && each < 0xe000 ? 0x20 : each)));
    for (const match of text.matchAll(pattern)) {
      const from = first + match.index / unitsEach;
      ranges.push([from, from + match[0].length / unitsEach - 1]);
    }
  }
  return normalize(ranges);
};

/** How many code points are looked at together. */
const chunkSize = 0x1000;

const unicodePattern = (property: string): RegExp | undefined => {
  try {
    return new RegExp(`\\p{${property}}+`, "gu");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** Other cases of a code point, one for one as Unicode's simple folding has them. */
const otherCases = (codePoint: number): number[] => {
  const character = String.fromCodePoint(codePoint);
  const cases = [character.toLowerCase(), character.toUpperCase()];
  // The Kelvin sign and the long s fold with letters of ASCII.
  if (character.toLowerCase() === "k") cases.push("\u212a", "K");
  if (character.toUpperCase() === "S") cases.push("\u017f", "s");
  return cases.map((each) => each.codePointAt(0)!).filter((each, index) => String.fromCodePoint(each) === cases[index]);
};

/** The largest range whose letters are looked at one by one; wider ones are all but everything anyway. */
const maxFoldedRange = 0x3000;

/** The ranges with the other cases of their letters. */
export const foldCase = (ranges: Ranges): Ranges => {
  const folded: Array<readonly [number, number]> = [...ranges];
  for (const [from, to] of ranges) {
    for (let codePoint = from; codePoint <= Math.min(to, from + maxFoldedRange); codePoint++) {
      for (const other of otherCases(codePoint)) folded.push([other, other]);
    }
  }
  return normalize(folded);
};
