/** Patches as text. https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply */
import { exactInteger } from "../../json/integer.js";
import { parseAnyJson } from "../body.js";
import type { JsonValue } from "../json-value.js";
import { badRequest, fail, type Result, succeed } from "../status.js";
import { unknownOperationFields } from "./json-patch-document.js";
import type { PatchType } from "./patch.js";

export interface PatchText {
  readonly patch: JsonValue;
  /** What only strict decoding minds of the text itself: `duplicate field "spec.replicas"`. */
  readonly problems: readonly string[];
}

/** Reads the JSON text of a patch, with its integers as they were written; 400 for what is no JSON. */
export function readPatchText(text: string, type: PatchType): Result<PatchText> {
  const parsed = parseAnyJson(text, exactInteger);
  if (!parsed.ok) {
    // What kube-apiserver says of a strategic merge patch comes from its decoder alone.
    const prefix = type === "application/strategic-merge-patch+json" ? "" : "error decoding patch: ";
    return fail(badRequest(`${prefix}${parsed.message}`));
  }
  const patch = parsed.value as JsonValue;
  if (type !== "application/json-patch+json") return succeed({ patch, problems: parsed.problems });
  const problems = [...unknownOperationFields(patch), ...parsed.problems];
  return succeed({ patch, problems: problems.map((problem) => `json patch ${problem}`) });
}
