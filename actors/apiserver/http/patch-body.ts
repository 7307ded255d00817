/** The body of a patch. https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply */
import { parseJson } from "../../../src/api/body.js";
import { badRequest, fail, type Result, succeed, unsupportedMediaType } from "../../../src/api/status.js";
import { parseYaml } from "../../../src/api/yaml-text.js";
import type { PatchType } from "../messages.js";

const patchTypes: readonly PatchType[] = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
];

export interface PatchBody {
  readonly patchType: PatchType;
  readonly patch: unknown;
}

/** Reads a patch by the header Content-Type; 415 for any other type. */
export function readPatch(bytes: Uint8Array, contentType: string): Result<PatchBody> {
  const patchType = patchTypes.find((each) => each === contentType.split(";")[0]?.trim().toLowerCase());
  if (patchType === undefined) return fail(unsupportedMediaType(patchTypes));
  const text = new TextDecoder().decode(bytes);
  const parsed = patchType.endsWith("yaml") ? parseYaml(text) : parseJson(text);
  return parsed.ok ? succeed({ patchType, patch: parsed.value }) : fail(badRequest(`error decoding patch: ${parsed.message}`));
}
