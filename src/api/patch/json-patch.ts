import { pathText, problemLimit } from "../json-text.js";
import {
  deepEqual,
  hasField,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  jsonKind,
  ownField,
  setField,
  shallowCopy,
} from "../json-value.js";
import { byteLength } from "../names.js";

/**
 * JSON patch (RFC 6902), applied without changing the input: what an operation touches is copied, the rest is shared.
 * A failed operation fails the whole patch, with the words of the Go library that Kubernetes uses.
 */
export interface JsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: JsonValue;
}

export type PatchOutcome =
  | { readonly ok: true; readonly value: JsonValue }
  /** `testFailed`: an operation `test` found another value, which is a patch's way to say that it does not apply. */
  | { readonly ok: false; readonly message: string; readonly testFailed?: true };

const done = (value: JsonValue): PatchOutcome => ({ ok: true, value });
const failed = (message: string): PatchOutcome => ({ ok: false, message });

type ReadOperations =
  | { readonly ok: true; readonly value: JsonPatchOperation[] }
  /** `decoded`: it is a patch, of which an operation lacks what would let it apply to anything. */
  | { readonly ok: false; readonly message: string; readonly decoded?: true };

/** What kube-apiserver calls the types that it decodes a patch into. */
const operationType = "handlers.jsonPatchOp";
const texts = ["op", "path", "from"] as const;

/** Reads a patch document; the message says what about it is no JSON patch. */
export const readJsonPatch = (document: JsonValue): ReadOperations => {
  if (document === null) return { ok: true, value: [] };
  if (!Array.isArray(document)) return cannotUnmarshal(document, `Go value of type []${operationType}`);
  for (const item of document) {
    if (item === null) continue;
    if (!isJsonObject(item)) return cannotUnmarshal(item, `Go value of type ${operationType}`);
    for (const field of texts) {
      const value = ownField(item, field) ?? null;
      if (value !== null && typeof value !== "string")
        return cannotUnmarshal(value, `Go struct field jsonPatchOp.${field} of type string`);
    }
  }
  const operations: JsonPatchOperation[] = [];
  for (const item of document) {
    const { op, path, from, value } = (item ?? {}) as Partial<JsonPatchOperation>;
    if (typeof op !== "string") return { ok: false, message: "Unexpected kind: unknown", decoded: true };
    if (typeof path !== "string")
      return { ok: false, message: `${op} operation failed to decode path: missing value`, decoded: true };
    operations.push({ op, path, ...(typeof from === "string" ? { from } : {}), ...(value === undefined ? {} : { value }) });
  }
  return { ok: true, value: operations };
};

const cannotUnmarshal = (value: JsonValue, into: string): ReadOperations => ({
  ok: false,
  message: `json: cannot unmarshal ${jsonKind(value)} into ${into}`,
});

const operationFields: ReadonlySet<string> = new Set([...texts, "value"]);

/** What only strict decoding minds of a patch document: `unknown field "[0].vlaue"`. */
export const unknownOperationFields = (document: JsonValue): string[] => {
  if (!Array.isArray(document)) return [];
  const found: string[] = [];
  for (const [index, item] of document.entries()) {
    if (!isJsonObject(item)) continue;
    for (const field of Object.keys(item)) {
      if (found.length >= problemLimit) return found;
      if (!operationFields.has(field)) found.push(`unknown field ${JSON.stringify(pathText([index, field]))}`);
    }
  }
  return found;
};

/** The tokens of a JSON pointer (RFC 6901); "" is the whole document. */
const readPointer = (pointer: string): string[] | undefined => {
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) return undefined;
  return pointer
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
};

const arrayIndex = (token: string): number | undefined => (/^(0|[1-9][0-9]*)$/.test(token) ? Number(token) : undefined);

const memberOf = (container: JsonValue, token: string): JsonValue | undefined => {
  if (Array.isArray(container)) {
    const index = arrayIndex(token);
    return index === undefined ? undefined : container[index];
  }
  return isJsonObject(container) && hasField(container, token) ? container[token] : undefined;
};

const valueAt = (document: JsonValue, tokens: readonly string[]): JsonValue | undefined => {
  let current: JsonValue | undefined = document;
  for (const token of tokens) {
    if (current === undefined || current === null) return undefined;
    current = memberOf(current, token);
  }
  return current;
};

const isContainer = (value: JsonValue | undefined): value is JsonObject | JsonValue[] =>
  Array.isArray(value) || isJsonObject(value);

/** Replaces the container at `tokens` by what `edit` makes of a copy of it; containers on the way are copied. */
const editContainer = (
  document: JsonValue,
  tokens: readonly string[],
  edit: (copy: JsonObject | JsonValue[]) => string | undefined,
): PatchOutcome => {
  if (!isContainer(document)) return failed("missing value");
  const copy = Array.isArray(document) ? [...document] : shallowCopy(document);
  const [first, ...rest] = tokens;
  if (first === undefined) {
    const message = edit(copy);
    return message === undefined ? done(copy) : failed(message);
  }
  const member = memberOf(document, first);
  if (member === undefined) return failed("missing value");
  const inner = editContainer(member, rest, edit);
  if (!inner.ok) return inner;
  if (Array.isArray(copy)) copy[Number(first)] = inner.value;
  else setField(copy, first, inner.value);
  return done(copy);
};

const add = (document: JsonValue, tokens: string[], path: string, value: JsonValue): PatchOutcome => {
  const key = tokens.at(-1);
  if (key === undefined) return done(value);
  const parent = tokens.slice(0, -1);
  if (!isContainer(valueAt(document, parent)))
    return failed(`add operation does not apply: doc is missing path: "${path}": missing value`);
  return editContainer(document, parent, (container) => {
    if (!Array.isArray(container)) {
      setField(container, key, value);
      return undefined;
    }
    const index = key === "-" ? container.length : arrayIndex(key);
    if (index === undefined || index > container.length) {
      return `error in add for path: '${path}': Unable to access invalid index: ${key}: invalid index referenced`;
    }
    container.splice(index, 0, value);
    return undefined;
  });
};

const remove = (document: JsonValue, tokens: string[], path: string): PatchOutcome => {
  const key = tokens.at(-1);
  const parent = tokens.slice(0, -1);
  if (key === undefined || !isContainer(valueAt(document, parent))) {
    return failed(`remove operation does not apply: doc is missing path: "${path}": missing value`);
  }
  return editContainer(document, parent, (container) => {
    if (Array.isArray(container)) {
      const index = arrayIndex(key);
      if (index === undefined || index >= container.length) {
        return `error in remove for path: '${path}': Unable to access invalid index: ${key}: invalid index referenced`;
      }
      container.splice(index, 1);
      return undefined;
    }
    if (!hasField(container, key))
      return `error in remove for path: '${path}': Unable to remove nonexistent key: ${key}: missing value`;
    delete container[key];
    return undefined;
  });
};

const replace = (document: JsonValue, tokens: string[], path: string, value: JsonValue): PatchOutcome => {
  const key = tokens.at(-1);
  if (key === undefined) return done(value);
  const parent = tokens.slice(0, -1);
  const container = valueAt(document, parent);
  if (!isContainer(container)) return failed(`replace operation does not apply: doc is missing path: ${path}: missing value`);
  if (memberOf(container, key) === undefined)
    return failed(`replace operation does not apply: doc is missing key: ${path}: missing value`);
  return editContainer(document, parent, (copy) => {
    if (Array.isArray(copy)) copy[Number(key)] = value;
    else setField(copy, key, value);
    return undefined;
  });
};

const test = (document: JsonValue, tokens: string[], path: string, value: JsonValue): PatchOutcome => {
  const found = valueAt(document, tokens);
  if (found === undefined && value === null) return done(document);
  return deepEqual(found, value)
    ? done(document)
    : { ok: false, message: `testing value ${path} failed: test failed`, testFailed: true };
};

const relocate = (document: JsonValue, operation: JsonPatchOperation, tokens: string[], move: boolean): PatchOutcome => {
  const name = move ? "move" : "copy";
  const from = operation.from === undefined ? undefined : readPointer(operation.from);
  const value = from === undefined ? undefined : valueAt(document, from);
  if (from === undefined || value === undefined) {
    return failed(`${name} operation does not apply: doc is missing from path: ${operation.from ?? ""}: missing value`);
  }
  const base = move ? remove(document, from, operation.from!) : done(document);
  return base.ok ? add(base.value, tokens, operation.path, value) : base;
};

const applyOperation = (document: JsonValue, operation: JsonPatchOperation): PatchOutcome => {
  const { op, path, value } = operation;
  const tokens = readPointer(path);
  if (tokens === undefined) return failed(`${op} operation does not apply: doc is missing path: "${path}": missing value`);
  switch (op) {
    case "add":
      return add(document, tokens, path, value ?? null);
    case "remove":
      return remove(document, tokens, path);
    case "replace":
      return replace(document, tokens, path, value ?? null);
    case "test":
      return test(document, tokens, path, value ?? null);
    case "move":
    case "copy":
      return relocate(document, operation, tokens, op === "move");
    default:
      return failed(`Unexpected kind: ${op}`);
  }
};

/** As many bytes of JSON may all copies of a patch add together; without a bound thirty copies could make gigabytes of one. */
const copiedBytesMost = 3 * 1024 * 1024;

/** How much a copy adds to a document, as JSON. */
const sizeOfCopy = (document: JsonValue, { from = "" }: JsonPatchOperation): number => {
  const value = valueAt(document, readPointer(from) ?? [""]);
  return value === undefined ? 0 : byteLength(JSON.stringify(value));
};

/** Applies operations in order; the first that fails ends it. */
export const applyJsonPatch = (document: JsonValue, operations: readonly JsonPatchOperation[]): PatchOutcome => {
  let current = document;
  let copiedBytes = 0;
  for (const operation of operations) {
    if (operation.op === "copy") copiedBytes += sizeOfCopy(current, operation);
    if (copiedBytes > copiedBytesMost)
      return failed(
        `Unable to complete the copy, the accumulated size increase of copy is ${copiedBytes}, exceeding the limit ${copiedBytesMost}`,
      );
    const outcome = applyOperation(current, operation);
    if (!outcome.ok) return outcome;
    current = outcome.value;
  }
  return done(current);
};
