import { pathText, problemLimit } from "../json-text.js";
import { isJsonObject, type JsonObject, type JsonValue, jsonKind, ownField } from "../json-value.js";

/**
 * One operation of a JSON patch, as it was sent. What it lacks, or has of another type than RFC 6902 says, is told when it is its turn
 * to be applied, as the Go library that Kubernetes uses tells it.
 */
export type JsonPatchOperation = JsonObject;

type ReadOperations =
  | { readonly ok: true; readonly value: readonly JsonPatchOperation[] }
  | { readonly ok: false; readonly message: string };

const texts = ["op", "path", "from"] as const;

/**
 * Reads a patch document; the message says what about it is no JSON patch. `checked`: also, as kube-apiserver does where fields are
 * validated, that what should be text is; it calls the types that it decodes a patch into by other names then.
 */
export const readJsonPatch = (document: JsonValue, checked = false): ReadOperations => {
  if (document === null) return { ok: true, value: [] };
  if (!Array.isArray(document))
    return cannotUnmarshal(document, `Go value of type ${checked ? "[]handlers.jsonPatchOp" : "jsonpatch.Patch"}`);
  const operations: JsonPatchOperation[] = [];
  for (const item of document) {
    if (item !== null && !isJsonObject(item))
      return cannotUnmarshal(item, `Go value of type ${checked ? "handlers.jsonPatchOp" : "jsonpatch.Operation"}`);
    const operation = item ?? {};
    const mistyped = checked ? texts.find((field) => !isTextOrNull(ownField(operation, field) ?? null)) : undefined;
    if (mistyped !== undefined)
      return cannotUnmarshal(operation[mistyped]!, `Go struct field jsonPatchOp.${mistyped} of type string`);
    operations.push(operation);
  }
  return { ok: true, value: operations };
};

const isTextOrNull = (value: JsonValue): boolean => value === null || typeof value === "string";

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
