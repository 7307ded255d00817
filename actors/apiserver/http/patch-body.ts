/** The body of a patch. https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply */
import type { FieldValidation, ParsedText, ParseText } from "../../../src/api/body.js";
import { isJsonObject, jsonKind } from "../../../src/api/json-value.js";
import { isPatchType } from "../../../src/api/patch/patch.js";
import { readPatchText } from "../../../src/api/patch/patch-text.js";
import { badRequest, fail, type Result, succeed, unsupportedMediaType } from "../../../src/api/status.js";
import type { PatchType } from "../messages.js";

const patchTypes: readonly PatchType[] = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
];

export interface PatchBody {
  readonly patch: unknown;
  /** What field validation minds of the text, to be told together with what it minds of the result. */
  readonly problems?: readonly string[];
  /** For the header Warning. */
  readonly warnings: readonly string[];
}

/** The type that the header Content-Type says; 415 for any other. */
export function patchTypeOf(contentType: string): Result<PatchType> {
  const patchType = patchTypes.find((each) => each === contentType.split(";")[0]?.trim().toLowerCase());
  return patchType === undefined ? fail(unsupportedMediaType(patchTypes)) : succeed(patchType);
}

/** Reads the body of a patch of some type; `parseYaml` reads the configuration to apply. */
export function readPatch(
  bytes: Uint8Array,
  patchType: PatchType,
  validation: FieldValidation,
  parseYaml: ParseText,
): Result<PatchBody> {
  const text = new TextDecoder().decode(bytes);
  if (!isPatchType(patchType)) return readConfiguration(parseYaml(text), validation);
  const read = readPatchText(text, patchType);
  return read.ok ? succeed({ ...read.value, warnings: [] }) : read;
}

export const isApply = (patchType: PatchType): boolean => patchType === "application/apply-patch+yaml";

/** A configuration to apply is YAML, of which JSON is a part. */
function readConfiguration(parsed: ParsedText, validation: FieldValidation): Result<PatchBody> {
  if (!parsed.ok) return fail(badRequest(`error decoding YAML: ${parsed.message}`));
  const { value, problems } = parsed;
  if (value !== null && !isJsonObject(value)) {
    const into = "into Go value of type map[string]interface {}";
    const what = `json: cannot unmarshal ${jsonKind(value)} ${into}`;
    return fail(badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${what}`));
  }
  const warnings = problems.map((problem) => `error converting YAML to JSON: ${problem}`);
  if (validation === "Strict" && warnings.length > 0)
    return fail(badRequest(`error strict decoding YAML: ${warnings.join(", ")}`));
  return succeed({ patch: value ?? {}, warnings: validation === "Warn" ? warnings : [] });
}
