/** YAML text as Kubernetes reads it: YAML 1.1 made into JSON, where every key is text and a time is no type of its own. */
import { Composer, type CST, type Document, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser } from "yaml";
import { type IntegerOf, int64OrFloat } from "../json/integer.js";
import { withExactIntegers } from "../json/yaml.js";
import { type ParsedText, parsePlainJson } from "./body.js";

/** As many nodes as aliases may repeat: a small text must not become a huge value. */
const aliasLimit = 1000;

/**
 * Mappings and sequences may nest this deep. Kubernetes allows 10,000; what makes values of them here needs a stack that
 * grows with the depth, and no real object comes near.
 */
const depthMost = 300;

interface YamlMapPair {
  readonly key: unknown;
  readonly value: unknown;
}

/** Reads the first document of a text. Keys that a mapping has twice are problems that strict decoding minds. */
export function parseYaml(text: string, integerOf: IntegerOf = int64OrFloat): ParsedText {
  // Most programs send JSON, which is YAML too, and is read a hundred times as fast.
  const plain = text.startsWith("{") ? parsePlainJson(text, integerOf) : undefined;
  if (plain !== undefined) return { ok: true, value: plain.value, problems: [] };
  const lines = new LineCounter();
  const { document, isTooDeep } = firstDocument(text, lines, integerOf);
  if (isTooDeep) return refused(`exceeded max depth of ${depthMost}`);
  if (document === undefined) return { ok: true, value: null, problems: [] };
  const [error] = document.errors;
  if (error !== undefined) return refused(`line ${lines.linePos(error.pos[0]).line}: ${error.message}`);
  const twice: string[] = [];
  const flaw = flawOf(document.contents, lines, twice);
  if (flaw !== undefined) return refused(flaw);
  const value = toJson(() => document.toJS({ maxAliasCount: aliasLimit }) as unknown);
  if (value === undefined) return refused("document contains excessive aliasing");
  return { ok: true, value: value.json, problems: twice.length === 0 ? [] : [`yaml: unmarshal errors:\n${twice.join("\n")}`] };
}

const refused = (why: string): ParsedText => ({ ok: false, message: `error converting YAML to JSON: yaml: ${why}` });

interface FirstDocument {
  readonly document: Document | undefined;
  readonly isTooDeep: boolean;
}

function firstDocument(text: string, lines: LineCounter, integerOf: IntegerOf): FirstDocument {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({
    version: "1.1",
    uniqueKeys: false,
    prettyErrors: false,
    stringKeys: false,
    logLevel: "error",
    customTags: (tags) =>
      withExactIntegers(integerOf)(tags.filter((tag) => typeof tag === "string" || !tag.tag.endsWith(":timestamp"))),
  });
  // Documents are composed as their tokens come: of a text that nests too deep, not even all tokens are read.
  const documents = composer.compose(tokensOf(text, parser, lines));
  const { value: document = undefined } = documents.next();
  return { document: document ?? undefined, isTooDeep: nestsTooDeep(parser) };
}

const nestsTooDeep = ({ stack }: Parser): boolean => stack.length > depthMost;

function* tokensOf(text: string, parser: Parser, lines: LineCounter): Generator<CST.Token, void> {
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      yield token;
      // Only the first error is told.
      if (token.type === "error") return;
    }
    if (nestsTooDeep(parser)) return;
  }
  yield* parser.end();
}

/** Undefined when the value cannot be made: aliases without end. */
function toJson(make: () => unknown): { json: unknown } | undefined {
  try {
    return { json: make() };
  } catch {
    return undefined;
  }
}

/**
 * What JSON has no place for: a key that is a collection, which would be made into text, and those in it again. `twice` is told of
 * the keys that a mapping has twice.
 */
function flawOf(node: unknown, lines: LineCounter, twice: string[]): string | undefined {
  if (isAlias(node)) return undefined;
  if (isSeq(node)) return firstFlaw(node.items, (item) => flawOf(item, lines, twice));
  if (!isMap(node)) return undefined;
  const seen = new Set<string>();
  return firstFlaw(node.items as YamlMapPair[], ({ key, value }) => {
    if (isMap(key) || isSeq(key)) return `invalid map key: ${isMap(key) ? "map[interface {}]interface {}" : "[]interface {}"}`;
    const name = isScalar(key) ? String(key.value) : undefined;
    if (name !== undefined && name !== "<<") {
      if (seen.has(name)) twice.push(`  line ${lineOf(key, lines)}: key ${JSON.stringify(name)} already set in map`);
      seen.add(name);
    }
    return flawOf(value, lines, twice);
  });
}

function firstFlaw<T>(items: readonly T[], flawIn: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const flaw = flawIn(item);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

const lineOf = (node: unknown, lines: LineCounter): number =>
  isScalar(node) && node.range ? lines.linePos(node.range[0]).line : 0;
