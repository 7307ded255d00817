/**
 * Values in error texts, the way Go prints them, because clients and people search for exactly these texts.
 */
import { writeJson } from "../json/text.js";

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

/** Whether Go would print a character as it is: no control character, and of the spaces only the plain one. */
export const isPrintable = (character: string): boolean => character === " " || !unprintable.test(character);

/** A string as Go's `%q` prints it: double-quoted, control and unprintable characters escaped. */
export const quote = (text = ""): string => {
  let quoted = '"';
  for (const character of text) {
    const named = namedEscapes.get(character);
    if (named !== undefined) quoted += named;
    else if (isPrintable(character)) quoted += character;
    else quoted += escapeCodePoint(character.codePointAt(0)!);
  }
  return `${quoted}"`;
};

const escapeCodePoint = (codePoint: number): string => {
  if (codePoint < 0x80) return `\\x${codePoint.toString(16).padStart(2, "0")}`;
  if (codePoint < 0x10000) return `\\u${codePoint.toString(16).padStart(4, "0")}`;
  return `\\U${codePoint.toString(16).padStart(8, "0")}`;
};

/** A value already in Go's own syntax, for structures that a field error shows whole. */
export class GoSyntax {
  constructor(readonly text: string) {}
}

/** A bad value as a field error shows it: strings quoted, numbers and booleans bare, nil as "null", the rest as Go writes it. */
export const formatBadValue = (value: unknown): string => {
  if (value === undefined || value === null) return '"null"';
  if (typeof value === "string") return quote(value);
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value instanceof GoSyntax) return value.text;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return goStrings(value);
  return writeJson(value);
};

/** A list of texts as Go's `%#v` prints it. */
export const goStrings = (texts: readonly string[] | undefined): string =>
  texts === undefined ? "[]string(nil)" : `[]string{${texts.map(quote).join(", ")}}`;

/** A list of texts as Go's `%v` prints it. */
export const goStringList = (texts: readonly string[]): string => `[${texts.join(" ")}]`;

/** A map of texts as Go's `%#v` prints it: keys in order. */
export const goStringMap = (map: { readonly [key: string]: string } | undefined): string => {
  if (map === undefined) return "map[string]string(nil)";
  const entries = Object.keys(map)
    .sort()
    .map((key) => `${quote(key)}:${quote(map[key]!)}`);
  return `map[string]string{${entries.join(", ")}}`;
};

interface SelectorLike {
  readonly matchLabels?: { readonly [key: string]: string };
  readonly matchExpressions?: ReadonlyArray<{
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }>;
}

/** A LabelSelector as Go's `%#v` prints it, as in "field is immutable" of a Deployment's selector. */
export const goLabelSelector = (selector: SelectorLike | undefined): GoSyntax | undefined => {
  if (selector === undefined) return undefined;
  const type = "v1.LabelSelectorRequirement";
  const expressions = selector.matchExpressions?.map(
    ({ key, operator, values }) => `${type}{Key:${quote(key)}, Operator:${quote(operator)}, Values:${goStrings(values)}}`,
  );
  const list = expressions === undefined ? `[]${type}(nil)` : `[]${type}{${expressions.join(", ")}}`;
  return new GoSyntax(`v1.LabelSelector{MatchLabels:${goStringMap(selector.matchLabels)}, MatchExpressions:${list}}`);
};
