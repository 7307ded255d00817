/**
 * YAML as Kubernetes writes it: mappings in the order of their keys, lists at the place of their key, texts as they are where they
 * cannot be taken for something else. In an eighth of the time that a general writer takes: lists can be long.
 */

/** What JSON has: plain data without holes. */
export function yamlText(value: unknown): string {
  const out: string[] = [];
  if (isFilled(value)) {
    if (Array.isArray(value)) writeList(out, value, "", false);
    else writeMap(out, value as Mapping, "", false);
  } else out.push(scalarOf(value, ""), "\n");
  return out.join("");
}

type Mapping = { readonly [key: string]: unknown };
type Filled = readonly unknown[] | Mapping;

const isFilled = (value: unknown): value is Filled =>
  typeof value === "object" && value !== null && (Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0);

/** `begun`: the line of the first key is there already. */
function writeMap(out: string[], map: Mapping, indent: string, begun: boolean): void {
  let first = begun;
  for (const key of Object.keys(map).sort()) {
    const value = map[key];
    if (value === undefined) continue;
    if (!first) out.push(indent);
    first = false;
    const text = key.includes("\n") ? quoted(key) : lineOf(key);
    if (text.length <= implicitKeyMost) out.push(text, ":");
    else out.push("? ", text, "\n", indent, ":");
    if (!isFilled(value)) out.push(" ", scalarOf(value, indent), "\n");
    else {
      out.push("\n");
      if (Array.isArray(value)) writeList(out, value, indent, false);
      else writeMap(out, value as Mapping, `${indent}  `, false);
    }
  }
}

/** Keys that are longer must say that they are keys. */
const implicitKeyMost = 1_000;

function writeList(out: string[], list: readonly unknown[], indent: string, begun: boolean): void {
  let first = begun;
  for (const value of list) {
    out.push(first ? "- " : `${indent}- `);
    first = false;
    if (!isFilled(value)) out.push(scalarOf(value, indent), "\n");
    else if (Array.isArray(value)) writeList(out, value, `${indent}  `, true);
    else writeMap(out, value as Mapping, `${indent}  `, true);
  }
}

function scalarOf(value: unknown, indent: string): string {
  if (typeof value === "string") return value.includes("\n") ? linesOf(value, indent) : lineOf(value);
  if (Array.isArray(value)) return "[]";
  return typeof value === "object" && value !== null ? "{}" : String(value ?? null);
}

/** What has no place in YAML but as an escape: controls, breaks of lines that only some take for such, halves of characters. */
const unprintable = /(?!\n)\p{Cc}|[\u2028\u2029\ufeff\ufffe\uffff]|\p{Cs}/u;
const allUnprintable = new RegExp(unprintable, "gu");

/** Most texts are names and words. */
const surelyPlain = /^(?![eE][-0-9])[A-Za-z_][A-Za-z0-9_./-]*$/;

/** A text in one line: plain where nothing in it means anything. */
function lineOf(text: string): string {
  if (surelyPlain.test(text) && !words.has(text)) return text;
  if (unprintable.test(text) || meansSomethingElse(text)) return quoted(text);
  return cannotBePlain.test(text) ? `'${text.replaceAll("'", "''")}'` : text;
}

/** Indicators at the beginning, a colon or a number sign that would end the text, blanks around it. */
const cannotBePlain = /^[,[\]{}#&*!|>'"%@` ]|^[-?:](?: |$)|^---|^\.\.\.|:(?: |$)| #| $/;

const words: ReadonlySet<string> = new Set(
  ["", "~", "<<", "=", ".nan", ".NaN", ".NAN"].concat(
    ["y", "yes", "on", "true", "n", "no", "off", "false", "null"].flatMap((word) => [
      word,
      word.toUpperCase(),
      word[0]!.toUpperCase() + word.slice(1),
    ]),
  ),
);
const number =
  /^[-+]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.(?:inf|Inf|INF))$/;
const sixties = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const time = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ]|$)/;

/** What YAML 1.1 takes for a number, a time, a truth or nothing. */
const meansSomethingElse = (text: string): boolean =>
  words.has(text) || (/^[-+.0-9eE]/.test(text) && (number.test(text) || sixties.test(text) || time.test(text)));

/** A text of several lines: each in one of its own, unless that would lose something. */
function linesOf(text: string, indent: string): string {
  if (unprintable.test(text) || /^\s| (?:\n|$)/.test(text)) return quoted(text);
  const keep = text.endsWith("\n\n") ? "+" : text.endsWith("\n") ? "" : "-";
  const lines = text.replace(/\n$/, "").split("\n");
  return `|${keep}\n${lines.map((line) => (line === "" ? "" : `${indent}  ${line}`)).join("\n")}`;
}

const quoted = (text: string): string =>
  JSON.stringify(text).replace(allUnprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
