/** Reads the body of a write: JSON, YAML or protobuf bytes become an object of the kind that the path takes. */
import { exactInteger, type IntegerOf, int64OrFloat, withFloats } from "../json/integer.js";
import { readJson, writeJson } from "../json/text.js";
import { decodeCustom } from "./custom/object.js";
import type { CustomVersion } from "./custom/version.js";
import { type Decoded, decodeAs } from "./decode.js";
import { fieldErrorText, invalidValue } from "./field-errors.js";
import { nestsTooDeep, scanJson } from "./json-text.js";
import { deepCopy, isJsonObject, type JsonObject, jsonKind } from "./json-value.js";
import { apiVersionOf, type GroupVersionKind, parseApiVersion } from "./kinds.js";
import { type MisfitWords, misfitOfMerged } from "./misfit-words.js";
import { decodeMessage, hasMessage, openProtobuf, protobufMediaType } from "./protobuf/envelope.js";
import { typeOf, typeOfKind } from "./schema.js";
import {
  type ApiError,
  badRequest,
  fail,
  invalid,
  type Result,
  succeed,
  unsupportedMediaType,
  wrongApiVersion,
} from "./status.js";

/** Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation */
export type FieldValidation = "Strict" | "Warn" | "Ignore";

/** What a path takes. `type` is the kind's type in schema.ts; empty for a custom resource, which has a schema of its own. */
export interface Expected extends GroupVersionKind {
  readonly type: string;
  /** True for bodies of options (DeleteOptions), which every group and version has. */
  readonly anyVersion?: boolean;
  /** The apiVersion of an older form with the same fields, which is taken too: `policy/v1beta1` of an eviction. */
  readonly olderVersion?: string;
  /** Present for a custom resource. */
  readonly custom?: CustomVersion;
}

export interface ReadBody {
  /** With apiVersion and kind set. Nothing else refers to it: the receiver may change it. */
  readonly object: { apiVersion: string; kind: string; [field: string]: unknown };
  /** For the header Warning: `unknown field "spec.foo"`. Empty but for validation Warn. */
  readonly warnings: readonly string[];
}

/** Text made into a value; `problems` are those that only strict decoding minds: `duplicate field "spec.foo"`. */
export type ParsedText =
  | { readonly ok: true; readonly value: unknown; readonly problems: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** `integerOf` says what becomes of an integer that a number does not hold. */
export type ParseText = (text: string, integerOf?: IntegerOf) => ParsedText;

/** For a text that was read before, with its integers as they were written. */
export const asRead =
  (parsed: ParsedText): ParseText =>
  (_text, integerOf) =>
    parsed.ok && integerOf !== exactInteger ? { ...parsed, value: withFloats(parsed.value) } : parsed;

export const bodyMediaTypes = ["application/json", "application/yaml", protobufMediaType] as const;

/** The JSON text of an object, with the words of Kubernetes' decoder for what is wrong with it. */
export function parseJson(text: string, integerOf?: IntegerOf): ParsedText {
  const parsed = parseAnyJson(text, integerOf);
  return parsed.ok ? parsed : { ok: false, message: `${noTypeMeta}: ${parsed.message}` };
}

/** Any JSON text, such as a patch. */
export function parseAnyJson(text: string, integerOf?: IntegerOf): ParsedText {
  const plain = parsePlainJson(text, integerOf);
  if (plain !== undefined) return { ok: true, value: plain.value, problems: [] };
  const { error, duplicates } = scanJson(text);
  if (error !== undefined) return { ok: false, message: error };
  const problems = duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`);
  return { ok: true, value: readJson(text, integerOf), problems };
}

/**
 * The value of text that is surely JSON without a field given twice; undefined where only a look at each character can tell.
 * Each field has a quote and a colon after it in the text, so there are as many of those as fields when none was given twice.
 */
export function parsePlainJson(text: string, integerOf?: IntegerOf): { readonly value: unknown } | undefined {
  if (text.length > longText && nestsTooDeep(text)) return undefined;
  let value: unknown;
  try {
    value = readJson(text, integerOf);
  } catch {
    // What is wrong with it is said in Kubernetes' words.
    return undefined;
  }
  const given = text.match(/"[ \t\r\n]*:/g)?.length ?? 0;
  return fieldsOf(value, 0) === given ? { value } : undefined;
}

/** Characters from which on it pays to look how deep a text nests before all of it is made into values. */
const longText = 65_536;

/** Deeper than this nobody counts. */
const plainDepthMost = 100;

/** How many fields there are in all objects of a value; NaN where it is too deep. */
function fieldsOf(value: unknown, depth: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (depth > plainDepthMost) return Number.NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += fieldsOf(item, depth + 1);
    return count;
  }
  for (const inner of Object.values(value)) count += 1 + fieldsOf(inner, depth + 1);
  return count;
}

/**
 * Reads a body. `mediaType` is the header Content-Type; JSON when it is empty. YAML needs `parseYaml` (yaml-text.ts),
 * which is handed in because most servers never see any. Errors: 400 in the words of Kubernetes' decoder, 415.
 */
export function readBody(
  bytes: Uint8Array,
  mediaType: string,
  expected: Expected,
  validation: FieldValidation,
  parseYaml?: ParseText,
): Result<ReadBody> {
  const plainType = mediaType.split(";")[0]!.trim().toLowerCase();
  if (plainType === protobufMediaType && hasMessage(expected.type)) return readProtobuf(bytes, expected);
  const parse =
    plainType === "" || plainType === "application/json" ? parseJson : plainType === "application/yaml" ? parseYaml : undefined;
  if (parse === undefined) return fail(unsupportedMediaType(bodyMediaTypes));
  const parsed = parse(new TextDecoder().decode(bytes), isTyped(expected) ? exactInteger : int64OrFloat);
  if (!parsed.ok) return fail(unrecognized(expected, parsed.message, bytes));
  return readValue(parsed.value, parsed.problems, expected, validation, bytes);
}

/** A type tells what no int64 holds from what one does, and names it as it was written. */
const isTyped = ({ type }: Expected): boolean => type !== "";

function readProtobuf(bytes: Uint8Array, expected: Expected): Result<ReadBody> {
  const opened = openProtobuf(bytes);
  if (!opened.ok) return fail(unrecognized(expected, opened.message, bytes));
  const { apiVersion, kind, raw } = opened.body;
  const wanted = apiVersionOf(expected.group, expected.version);
  const given = asExpected({ apiVersion: apiVersion || wanted, kind: kind || expected.kind }, expected);
  const wrong = mismatch(given, expected, "");
  if (wrong !== undefined) return fail(refusal({ ok: false, given, ...wrong }, expected, bytes));
  const decoded = decodeMessage(expected.type, raw);
  if (!decoded.ok) return fail(cannotBeHandled(given, expected, decoded.message));
  return succeed({ object: { ...given, ...decoded.value, ...given }, warnings: [] });
}

/** The same for a value that was parsed before. `bytes` are only quoted in errors. */
export function readValue(
  value: unknown,
  problems: readonly string[],
  expected: Expected,
  validation: FieldValidation,
  bytes: Uint8Array = new Uint8Array(),
): Result<ReadBody> {
  const interpreted = interpretValue(value, expected);
  if (!interpreted.ok) return fail(refusal(interpreted, expected, bytes));
  const { object, unknown } = interpreted;
  return withProblems(object, [...unknown, ...problems], expected, validation);
}

/** A value as an object of the kind that is expected, or why it is none, in the decoder's own words. */
export type Interpreted =
  /** `unknown`: `unknown field "spec.foo"`. */
  { readonly ok: true; readonly object: ReadBody["object"]; readonly unknown: readonly string[] } | Misfit;

interface Misfit {
  readonly ok: false;
  readonly message: string;
  /** Absent where the value does not even say what it is. */
  readonly given?: Given;
  /** It is of the right kind in another version. */
  readonly otherVersion?: true;
  /** 422 of a custom object of another kind: anything can be decoded as one, and is found to be none when it is validated. */
  readonly otherKind?: ApiError;
}

/** Makes a parsed value into an object of the expected kind, such as the result of a patch. */
export function interpretValue(value: unknown, expected: Expected): Interpreted {
  const interpreted = typeMetaOf(value, expected);
  if (!interpreted.ok) return interpreted;
  const given = asExpected(interpreted.given, expected);
  const wrong = mismatch(given, expected, nameIn(value));
  return wrong === undefined ? interpretAs(given, value, expected) : { ok: false, given, ...wrong };
}

/**
 * The same for what a strategic merge has left, which Kubernetes makes into an object field by field: what a patch says of the kind and
 * version is passed over, and some clients do patch a scale by the kind of what is scaled.
 */
export function interpretMerged(value: unknown, expected: Expected): Interpreted {
  const { group, version, kind } = expected;
  return interpretAs({ apiVersion: apiVersionOf(group, version), kind }, value, expected, misfitOfMerged);
}

/** A value as an object of a kind; `words` tell of a value of the wrong type. */
function interpretAs(given: Given, value: unknown, expected: Expected, words?: MisfitWords): Interpreted {
  const decoded = decodeExpected(value, expected, words);
  if (!decoded.ok) return { ok: false, given, message: decoded.message };
  const unknown = decoded.unknownFields.map((path) => `unknown field ${JSON.stringify(path)}`);
  return { ok: true, object: { ...given, ...decoded.value, ...given }, unknown };
}

/** 400 of a body that is not of the kind that its path takes. */
function refusal({ given, message, otherVersion, otherKind }: Misfit, expected: Expected, bytes: Uint8Array): ApiError {
  if (otherKind !== undefined) return otherKind;
  if (given === undefined) return unrecognized(expected, message, bytes);
  return otherVersion === true ? badRequest(message) : cannotBeHandled(given, expected, message);
}

/** A custom resource is decoded by the schema of its version; a kind that neither table knows is taken as it is. */
function decodeExpected(value: unknown, { type, custom }: Expected, words?: MisfitWords): Decoded {
  if (custom !== undefined) return decodeCustom(deepCopy(value as JsonObject), custom);
  return type === "" ? { ok: true, value: { ...(value as object) }, unknownFields: [] } : decodeAs(type, value, words);
}

function withProblems(
  object: ReadBody["object"],
  problems: readonly string[],
  expected: Expected,
  validation: FieldValidation,
): Result<ReadBody> {
  if (validation === "Strict" && problems.length > 0) {
    return fail(cannotBeHandled(object, expected, `strict decoding error: ${problems.join(", ")}`));
  }
  return succeed({ object, warnings: validation === "Warn" ? problems : [] });
}

interface Given {
  readonly apiVersion: string;
  readonly kind: string;
}

const noTypeMeta = "couldn't get version/kind; json parse error";
const typeMetaShape = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** What the body says it is. A body of a built-in kind may leave it out. */
function typeMetaOf(value: unknown, expected: Expected): { ok: true; given: Given } | { ok: false; message: string } {
  const failed = (what: string) => ({
    ok: false as const,
    message: `${noTypeMeta}: json: cannot unmarshal ${what}`,
  });
  if (value !== null && !isJsonObject(value)) return failed(`${jsonKind(value)} into Go value of type ${typeMetaShape}`);
  const { apiVersion = "", kind = "" } = (value ?? {}) as { apiVersion?: unknown; kind?: unknown };
  if (apiVersion !== null && typeof apiVersion !== "string")
    return failed(`${jsonKind(apiVersion)} into Go struct field .apiVersion of type string`);
  if (kind !== null && typeof kind !== "string") return failed(`${jsonKind(kind)} into Go struct field .kind of type string`);
  if (parseApiVersion(apiVersion ?? "") === undefined)
    return { ok: false, message: `unexpected GroupVersion string: ${apiVersion}` };
  if (expected.type === "") {
    if (!kind) return { ok: false, message: `Object 'Kind' is missing in '${writeJson(value)}'` };
    if (!apiVersion) return { ok: false, message: `Object 'apiVersion' is missing in '${writeJson(value)}'` };
  }
  return {
    ok: true,
    given: { apiVersion: apiVersion || apiVersionOf(expected.group, expected.version), kind: kind || expected.kind },
  };
}

/** The older form of what is expected is read as what is expected. */
const asExpected = (given: Given, { kind, group, version, olderVersion }: Expected): Given =>
  given.kind === kind && given.apiVersion === olderVersion ? { kind, apiVersion: apiVersionOf(group, version) } : given;

/** What is wrong with a body of another kind or version than the path's; undefined when it is the right one. */
function mismatch(given: Given, expected: Expected, name: string): Omit<Misfit, "ok" | "given"> | undefined {
  const wanted = apiVersionOf(expected.group, expected.version);
  if (given.kind === expected.kind && (given.apiVersion === wanted || expected.anyVersion === true)) return undefined;
  const otherVersion = { message: wrongApiVersion(given.apiVersion, wanted).status.message ?? "", otherVersion: true } as const;
  if (expected.custom !== undefined && given.apiVersion !== wanted) return otherVersion;
  if (expected.custom !== undefined) {
    const why = invalidValue("kind", given.kind, `must be ${expected.kind}`);
    return { message: fieldErrorText(why), otherKind: invalid({ group: expected.group, kind: given.kind }, name, [why]) };
  }
  const known = typeOfKind(given.apiVersion, given.kind);
  if (known === undefined) {
    const scheme = 'in scheme "pkg/api/legacyscheme/scheme.go:30"';
    return { message: `no kind "${given.kind}" is registered for version "${given.apiVersion}" ${scheme}` };
  }
  if (given.kind === expected.kind) return otherVersion;
  const from = typeOf(known)?.goName ?? given.kind;
  const into = `${expected.group === "" ? "core" : expected.group.split(".")[0]}.${expected.kind}`;
  return { message: `converting (${from}) to (${into}): unknown conversion` };
}

/** The name that a value says it has. */
function nameIn(value: unknown): string {
  const metadata = isJsonObject(value) ? value.metadata : undefined;
  const name = isJsonObject(metadata) ? metadata.name : undefined;
  return typeof name === "string" ? name : "";
}

const cannotBeHandled = ({ apiVersion, kind }: Given, expected: Expected, why: string): ApiError =>
  badRequest(
    `${kind} in version "${parseApiVersion(apiVersion)?.version ?? apiVersion}" cannot be handled as a ${expected.kind}: ${why}`,
  );

const unrecognized = (expected: Expected, why: string, bytes: Uint8Array): ApiError =>
  badRequest(`the object provided is unrecognized (must be of type ${expected.kind}): ${why} (${summary(bytes)})`);

const summaryBytes = 30;

/** The beginning of a body as errors quote it: text where it starts like JSON, hexadecimal otherwise. */
function summary(bytes: Uint8Array): string {
  if (bytes.length === 0) return "<empty>";
  const start = bytes.subarray(0, summaryBytes);
  const text =
    bytes[0] === 0x7b ? new TextDecoder().decode(start) : [...start].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return bytes.length > summaryBytes ? `${text} ...` : text;
}
