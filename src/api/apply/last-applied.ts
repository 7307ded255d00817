/**
 * The annotation of client-side apply, of which `kubectl apply --server-side` takes over what it says and keeps in step.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#upgrading-from-client-side-apply-to-server-side-apply
 */
import { readJson, writeJson } from "../../json/text.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../json-value.js";
import { annotationBytesMost, annotationsSize } from "../validation/metadata.js";
import type { Atom } from "./atom.js";
import { compare } from "./compare.js";
import { difference, type FieldSet } from "./field-set.js";
import { ownedFields } from "./owned-fields.js";
import { compareTexts } from "./path-element.js";
import { typedErrors } from "./validate.js";

const annotation = "kubectl.kubernetes.io/last-applied-configuration";

type Annotations = { [key: string]: string };

function annotationsOf(object: JsonObject): Annotations | undefined {
  const metadata = object.metadata;
  const annotations = isJsonObject(metadata) ? metadata.annotations : undefined;
  return isJsonObject(annotations) ? (annotations as Annotations) : undefined;
}

function lastAppliedOf(object: JsonObject): string {
  const annotations = annotationsOf(object);
  return annotations !== undefined && Object.hasOwn(annotations, annotation) ? annotations[annotation]! : "";
}

/** The fields that client-side apply set and that are still as it set them; undefined without a usable annotation. */
export function allowedByLastApplied(atom: Atom, apiVersion: string, live: JsonObject): FieldSet | undefined {
  const applied = parse(lastAppliedOf(live));
  if (applied === undefined || applied.apiVersion !== apiVersion || typedErrors(atom, applied).length > 0) return undefined;
  const { changed, removed } = compare(atom, applied, live);
  return difference(difference(ownedFields(atom, applied), changed), removed);
}

function parse(text: string): JsonObject | undefined {
  if (text === "") return undefined;
  try {
    const value: unknown = readJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    // Not written by kubectl: it says nothing about who owns what.
    return undefined;
  }
}

/** The object with what was just applied in the annotation, if it has one. One that has become too large is dropped. */
export function followLastApplied(object: JsonObject, config: JsonObject): JsonObject {
  if (lastAppliedOf(object) === "") return object;
  const { [annotation]: _before, ...others } = annotationsOf(object)!;
  const annotations: Annotations = { ...others, [annotation]: `${goJson(withoutAnnotation(config))}\n` };
  const fitting = annotationsSize(annotations) > annotationBytesMost ? others : annotations;
  return { ...object, metadata: { ...(object.metadata as JsonObject), annotations: fitting } };
}

function withoutAnnotation(config: JsonObject): JsonObject {
  const annotations = annotationsOf(config);
  if (annotations === undefined || !Object.hasOwn(annotations, annotation)) return config;
  const { [annotation]: _before, ...others } = annotations;
  return { ...config, metadata: { ...(config.metadata as JsonObject), annotations: others } };
}

const escapes: ReadonlyMap<string, string> = new Map(
  ["<", ">", "&", "\u2028", "\u2029"].map((character) => [
    character,
    `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  ]),
);

/** JSON as Go writes a map: keys in order, and nothing in it that HTML would read. */
function goJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (!isJsonObject(value)) return writeJson(value).replace(/[<>&\u2028\u2029]/g, (character) => escapes.get(character)!);
  const fields = Object.entries(value).sort(([one], [other]) => compareTexts(one, other));
  return `{${fields.map(([name, inner]) => `${goJson(name)}:${goJson(inner)}`).join(",")}}`;
}
