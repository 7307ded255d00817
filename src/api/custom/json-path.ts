/**
 * The JSONPath of printer columns: fields after dots or in brackets, indexes, wildcards and simple filters.
 * Source: https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
import { exactInteger } from "../../json/integer.js";
import { isJsonObject, type JsonValue, ownField } from "../json-value.js";

type Step =
  | { readonly type: "field"; readonly name: string }
  | { readonly type: "all" }
  | { readonly type: "anywhere"; readonly name: string }
  | { readonly type: "slice"; readonly from: number; readonly to: number | undefined; readonly by: number }
  | { readonly type: "index"; readonly index: number }
  | {
      readonly type: "filter";
      readonly path: readonly Step[];
      readonly operator: string;
      readonly operand: JsonValue | undefined;
    };

export type JsonPath = readonly Step[];

/** Reads `.status.conditions[?(@.type=="Ready")].status`; undefined when it is no such path. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps: Step[] = [];
  let rest = text;
  while (rest !== "") {
    const read = readStep(rest);
    if (read === undefined) return undefined;
    if (read.step !== undefined) steps.push(read.step);
    rest = rest.slice(read.length);
  }
  return steps;
}

interface Read {
  readonly step: Step | undefined;
  readonly length: number;
}

function readStep(rest: string): Read | undefined {
  const anywhere = /^\.\.([A-Za-z0-9_$-]+)/.exec(rest);
  if (anywhere !== null) return { step: { type: "anywhere", name: anywhere[1]! }, length: anywhere[0].length };
  const all = /^\.?\[\*\]|^\.\*/.exec(rest);
  if (all !== null) return { step: { type: "all" }, length: all[0].length };
  const field = /^\.((?:\\.|[^.[\]\\'"() ])+)/.exec(rest);
  if (field !== null) return { step: { type: "field", name: field[1]!.replace(/\\(.)/g, "$1") }, length: field[0].length };
  const quoted = /^\.?\[(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")\]/.exec(rest);
  if (quoted !== null) {
    const name = (quoted[1] ?? quoted[2] ?? "").replace(/\\(.)/g, "$1");
    return { step: { type: "field", name }, length: quoted[0].length };
  }
  const index = /^\.?\[(-?\d{1,9})\]/.exec(rest);
  if (index !== null) return { step: { type: "index", index: Number(index[1]) }, length: index[0].length };
  const slice = /^\.?\[(-?\d{0,9}):(-?\d{0,9})(?::(\d{1,9}))?\]/.exec(rest);
  if (slice !== null) {
    const [whole, from = "", to = "", by = "1"] = slice;
    return {
      step: { type: "slice", from: Number(from), to: to === "" ? undefined : Number(to), by: Math.max(1, Number(by)) },
      length: whole.length,
    };
  }
  return readFilter(rest) ?? (rest === "." ? { step: undefined, length: 1 } : undefined);
}

function readFilter(rest: string): Read | undefined {
  const found =
    /^\.?\[\?\(\s*@((?:[^=!<>()]|\\.)*?)\s*(?:(==|!=|<=|>=|<|>)\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s()]+)\s*)?\)\]/.exec(
      rest,
    );
  if (found === null) return undefined;
  const path = parseJsonPath(found[1]!);
  if (path === undefined) return undefined;
  const operator = found[2] ?? "exists";
  return { step: { type: "filter", path, operator, operand: literal(found[3]) }, length: found[0].length };
}

function literal(text: string | undefined): JsonValue | undefined {
  if (text === undefined) return undefined;
  if (/^["']/.test(text)) return text.slice(1, -1).replace(/\\(.)/g, "$1");
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  return /^-?[0-9]+$/.test(text) ? exactInteger(BigInt(text)) : Number(text);
}

/** Every value that a path leads to. */
export function findAll(path: JsonPath, value: JsonValue): JsonValue[] {
  return path.reduce<JsonValue[]>((found, step) => found.flatMap((each) => take(step, each)), [value]);
}

function take(step: Step, value: JsonValue): JsonValue[] {
  switch (step.type) {
    case "field": {
      const field = isJsonObject(value) ? ownField(value, step.name) : undefined;
      return field === undefined ? [] : [field];
    }
    case "all":
      return Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
    case "anywhere": {
      const here = isJsonObject(value) ? ownField(value, step.name) : undefined;
      const inner = Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
      return [...(here === undefined ? [] : [here]), ...inner.flatMap((each) => take(step, each))];
    }
    case "index": {
      if (!Array.isArray(value)) return [];
      const item = value.at(step.index);
      return item === undefined ? [] : [item];
    }
    case "slice":
      if (!Array.isArray(value)) return [];
      return value.slice(step.from, step.to).filter((_item, index) => index % step.by === 0);
    case "filter":
      return (Array.isArray(value) ? value : [value]).filter((item) => passes(step, item));
  }
}

function passes({ path, operator, operand }: Extract<Step, { type: "filter" }>, item: JsonValue): boolean {
  const [left] = findAll(path, item);
  if (left === undefined) return false;
  if (operator === "exists") return true;
  if (operator === "==") return left === operand;
  if (operator === "!=") return left !== operand;
  if (operand === undefined || operand === null || left === null || typeof left !== typeof operand) return false;
  const order = left < operand ? -1 : left > operand ? 1 : 0;
  return operator === "<" ? order < 0 : operator === "<=" ? order <= 0 : operator === ">" ? order > 0 : order >= 0;
}
