/** `$ref`s in documents that others have written: found, renamed, and how deep such a document is. */
import { isJsonObject, type JsonObject, type JsonValue, setField } from "../json-value.js";

export const definitionPrefix = "#/definitions/";

/** The names of definitions that are referred to anywhere inside. */
export function definitionsIn(value: unknown, into: Set<string> = new Set()): Set<string> {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (Array.isArray(next)) open.push(...next);
    else if (isJsonObject(next)) {
      const { $ref } = next;
      if (typeof $ref === "string" && $ref.startsWith(definitionPrefix)) into.add($ref.slice(definitionPrefix.length));
      open.push(...Object.values(next));
    }
  }
  return into;
}

/** A copy in which every reference is another, or the same. */
export function withReferences(value: JsonValue, rename: (ref: string) => string): JsonValue {
  if (Array.isArray(value)) return value.map((item) => withReferences(item, rename));
  if (!isJsonObject(value)) return value;
  const copy: JsonObject = {};
  for (const [field, inner] of Object.entries(value)) {
    const isReference = field === "$ref" && typeof inner === "string";
    setField(copy, field, isReference ? rename(inner) : withReferences(inner, rename));
  }
  return copy;
}

export function isDeeperThan(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
  }
  return false;
}
