/** The protobuf messages of the API: for each type the number and wire form of every field, under its JSON name. */
import { readJson } from "../../json/text.js";
import { messagesJson } from "../generated/protobuf.js";

/**
 * How one value is written: scalars as protobuf has them (`bytes` is base64 in JSON), messages that stand for a single
 * JSON value, `strings` (a message that holds nothing but a list of them), and other messages by the name of their type.
 */
export type Element =
  | { readonly type: "string" | "int32" | "int64" | "bool" | "double" | "bytes" }
  | { readonly type: "quantity" | "intOrString" | "time" | "microTime" | "raw" | "json" | "strings" }
  | { readonly type: "schemaOrArray" | "schemaOrBool" | "schemaOrStrings" }
  | { readonly type: "message"; readonly name: string }
  /** A message whose fields belong to the enclosing object in JSON. */
  | { readonly type: "inline"; readonly name: string };

export interface MessageField {
  readonly name: string;
  readonly id: number;
  readonly shape: "one" | "list" | "map";
  readonly element: Element;
}

export interface Message {
  readonly name: string;
  readonly fields: readonly MessageField[];
  readonly byId: ReadonlyMap<number, MessageField>;
}

const elements: Readonly<Record<string, Element>> = {
  s: { type: "string" },
  i: { type: "int32" },
  l: { type: "int64" },
  b: { type: "bool" },
  n: { type: "double" },
  y: { type: "bytes" },
  q: { type: "quantity" },
  x: { type: "intOrString" },
  t: { type: "time" },
  u: { type: "microTime" },
  r: { type: "raw" },
  f: { type: "json" },
  j: { type: "json" },
  e: { type: "strings" },
  "1": { type: "schemaOrArray" },
  "2": { type: "schemaOrBool" },
  "3": { type: "schemaOrStrings" },
};

function readField(text: string): MessageField {
  const [name, id, code] = text.split("|") as [string, string, string];
  const shape = code.startsWith("[") ? "list" : code.startsWith("{") ? "map" : "one";
  const inner = shape === "one" ? code : code.slice(1);
  const element: Element = inner.startsWith("*")
    ? { type: "message", name: inner.slice(1) }
    : inner.startsWith("+")
      ? { type: "inline", name: inner.slice(1) }
      : elements[inner]!;
  return { name, id: Number(id), shape, element };
}

let table: Readonly<Record<string, string>> | undefined;
const known = new Map<string, Message>();

/** The message of a type; undefined where Kubernetes has none (alpha versions, Table). Read when first asked for, and kept. */
export function messageOf(typeName: string): Message | undefined {
  const found = known.get(typeName);
  if (found !== undefined) return found;
  table ??= readJson(messagesJson) as Readonly<Record<string, string>>;
  if (!Object.hasOwn(table, typeName)) return undefined;
  const fields = table[typeName] === "" ? [] : table[typeName]!.split(";").map(readField);
  const message = { name: typeName, fields, byId: new Map(fields.map((field) => [field.id, field])) };
  known.set(typeName, message);
  return message;
}
