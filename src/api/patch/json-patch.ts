import { writeJson } from "../../json/text.js";
import { deepCopy, deepEqual, isJsonObject, type JsonValue, jsonKind, ownField } from "../json-value.js";
import { byteLength } from "../names.js";
import type { JsonPatchOperation } from "./json-patch-document.js";
import { type Attempt, addAt, PatchedDocument, removeAt, setAt, valueAt } from "./patched-document.js";

/**
 * JSON patch (RFC 6902) as Kubernetes applies it, which is more lenient than the RFC: in objects, what is absent is the same as null, so
 * that it can be replaced, copied and tested for; list indexes may be negative. A failed operation fails the whole patch, with the words
 * of the Go library that Kubernetes uses. The input is not changed.
 */
export type PatchOutcome =
  | { readonly ok: true; readonly value: JsonValue }
  /** `testFailed`: an operation `test` found another value, which is a patch's way to say that it does not apply. */
  | { readonly ok: false; readonly message: string; readonly testFailed?: true };

type Failure = Extract<PatchOutcome, { ok: false }>;

const failed = (message: string): Failure => ({ ok: false, message });

/** As many bytes of JSON may all copies of a patch add together; without a bound thirty copies could make gigabytes of one. */
const copiedBytesMost = 3 * 1024 * 1024;

/** Applies operations in order; the first that fails ends it. */
export const applyJsonPatch = (document: JsonValue, operations: readonly JsonPatchOperation[]): PatchOutcome => {
  const application = new Application(document);
  for (const operation of operations) {
    const failure = application.apply(operation);
    if (failure !== undefined) return failure;
  }
  return { ok: true, value: application.document.value };
};

/** The text in a field of an operation; `why` there is none, which not every operation tells. */
const textIn = (operation: JsonPatchOperation, field: "path" | "from"): Attempt<string> => {
  const value = ownField(operation, field) ?? null;
  if (typeof value === "string") return { ok: true, value };
  const comma = field === "from" ? "," : "";
  const why = value === null ? `operation${comma} missing ${field} field: missing value` : notText(value);
  return { ok: false, why };
};

const notText = (value: JsonValue): string => `json: cannot unmarshal ${jsonKind(value)} into Go value of type string`;

class Application {
  readonly document: PatchedDocument;
  private copiedBytes = 0;

  constructor(document: JsonValue) {
    this.document = new PatchedDocument(document);
  }

  apply(operation: JsonPatchOperation): Failure | undefined {
    const op = ownField(operation, "op");
    switch (op) {
      case "add":
        return this.add(operation);
      case "remove":
        return this.remove(operation);
      case "replace":
        return this.replace(operation);
      case "move":
        return this.move(operation);
      case "test":
        return this.test(operation);
      case "copy":
        return this.copy(operation);
      default:
        return failed(`Unexpected kind: ${typeof op === "string" ? op : "unknown"}`);
    }
  }

  private add(operation: JsonPatchOperation): Failure | undefined {
    const path = textIn(operation, "path");
    if (!path.ok) return failed("add operation failed to decode path: missing value");
    const place = this.document.find(path.value);
    if (place === undefined) return failed(`add operation does not apply: doc is missing path: "${path.value}": missing value`);
    const added = addAt(place, valueIn(operation) ?? null);
    return added.ok ? undefined : failed(`error in add for path: '${path.value}': ${added.why}`);
  }

  private remove(operation: JsonPatchOperation): Failure | undefined {
    const path = textIn(operation, "path");
    if (!path.ok) return failed("remove operation failed to decode path: missing value");
    const place = this.document.find(path.value);
    if (place === undefined)
      return failed(`remove operation does not apply: doc is missing path: "${path.value}": missing value`);
    const removed = removeAt(place);
    return removed.ok ? undefined : failed(`error in remove for path: '${path.value}': ${removed.why}`);
  }

  private replace(operation: JsonPatchOperation): Failure | undefined {
    const path = textIn(operation, "path");
    if (!path.ok) return failed(`replace operation failed to decode path: ${path.why}`);
    const value = valueIn(operation) ?? null;
    if (path.value === "") return this.replaceWhole(value);
    const place = this.document.find(path.value);
    if (place === undefined) return failed(`replace operation does not apply: doc is missing path: ${path.value}: missing value`);
    const replaced = setAt(place, value);
    return replaced.ok ? undefined : failed(`replace operation does not apply: doc is missing key: ${path.value}: missing value`);
  }

  private replaceWhole(value: JsonValue): Failure | undefined {
    if (!isJsonObject(value) && !Array.isArray(value))
      return failed("replace operation value must be object or array: %!w(<nil>)");
    this.document.replaceWith(value);
    return undefined;
  }

  private move(operation: JsonPatchOperation): Failure | undefined {
    const from = textIn(operation, "from");
    if (!from.ok) return failed(`move operation failed to decode from: ${from.why}`);
    const source = this.document.find(from.value);
    if (source === undefined)
      return failed(`move operation does not apply: doc is missing from path: ${from.value}: missing value`);
    const value = valueAt(source);
    if (!value.ok) return failed(`error in move for path: '${source.key}': ${value.why}`);
    const removed = removeAt(source);
    if (!removed.ok) return failed(`error in move for path: '${source.key}': ${removed.why}`);
    const path = textIn(operation, "path");
    if (!path.ok) return failed(`move operation failed to decode path: ${path.why}`);
    const place = this.document.find(path.value);
    if (place === undefined)
      return failed(`move operation does not apply: doc is missing destination path: ${path.value}: missing value`);
    const added = addAt(place, value.value);
    return added.ok ? undefined : failed(`error in move for path: '${path.value}': ${added.why}`);
  }

  private test(operation: JsonPatchOperation): Failure | undefined {
    const path = textIn(operation, "path");
    if (!path.ok) return failed(`test operation failed to decode path: ${path.why}`);
    const wanted = valueIn(operation) ?? null;
    const found = this.tested(path.value);
    if (!found.ok) return failed(found.why);
    if (deepEqual(found.value, wanted)) return undefined;
    return { ok: false, message: `testing value ${path.value} failed: test failed`, testFailed: true };
  }

  private tested(path: string): Attempt<JsonValue> {
    if (path === "") return { ok: true, value: this.document.value };
    const place = this.document.find(path);
    if (place === undefined) return { ok: false, why: `test operation does not apply: is missing path: ${path}: missing value` };
    const found = valueAt(place);
    return found.ok ? found : { ok: false, why: `error in test for path: '${path}': ${found.why}` };
  }

  private copy(operation: JsonPatchOperation): Failure | undefined {
    const from = textIn(operation, "from");
    if (!from.ok) return failed(`copy operation failed to decode from: ${from.why}`);
    const source = this.document.find(from.value);
    if (source === undefined)
      return failed(`copy operation does not apply: doc is missing from path: ${from.value}: missing value`);
    const value = valueAt(source);
    if (!value.ok) return failed(`error in copy for from: '${from.value}': ${value.why}`);
    const path = textIn(operation, "path");
    if (!path.ok) return failed("copy operation failed to decode path: missing value");
    const place = this.document.find(path.value);
    if (place === undefined)
      return failed(`copy operation does not apply: doc is missing destination path: ${path.value}: missing value`);
    this.copiedBytes += marshalledBytes(value.value);
    if (this.copiedBytes > copiedBytesMost)
      return failed(
        `Unable to complete the copy, the accumulated size increase of copy is ${this.copiedBytes}, exceeding the limit ${copiedBytesMost}`,
      );
    const added = addAt(place, deepCopy(value.value));
    return added.ok ? undefined : failed(`error while adding value during copy: ${added.why}`);
  }
}

const valueIn = (operation: JsonPatchOperation): JsonValue | undefined => ownField(operation, "value");

/** What Go escapes in JSON so that it may stand in HTML: six bytes each. */
const escapedForHtml = /[<>&\u2028\u2029]/g;

/** The bytes of a value as Go writes it in JSON; nothing for null. */
const marshalledBytes = (value: JsonValue): number =>
  value === null ? 0 : byteLength(writeJson(value).replace(escapedForHtml, "\\u0000"));
