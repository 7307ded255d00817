/** The hash by which a Deployment tells its ReplicaSets apart: pod-template-hash. */
import { hash32 } from "../../../src/actor/random.js";
import { type JsonObject, type JsonValue, semanticEqual } from "../../../src/api/json-value.js";
import type { PodTemplateSpec } from "../../../src/api/types.js";
import { writeJson } from "../../../src/json/text.js";

export const hashLabel = "pod-template-hash";

/** Letters and digits that spell no words, as in generated names. */
const safe = "bcdfghjklmnpqrstvwxz2456789";

/** Each character becomes one that is safe in names and spells nothing. */
export const safeEncode = (text: string): string => [...text].map((each) => safe[each.charCodeAt(0) % safe.length]).join("");

/** JSON with fields in order, so that equal templates read the same. */
function inOrder(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(inOrder);
  if (value === null || typeof value !== "object") return value;
  const fields = Object.keys(value).sort();
  return fields.filter((field) => value[field] !== null).map((field) => [field, inOrder(value[field] as JsonValue)]);
}

/** FNV-1a of the template; a collision with another set's name is escaped from by counting up. */
export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  const text = writeJson(inOrder(template as JsonObject));
  return safeEncode(`${hash32(collisionCount === undefined ? text : `${text}${collisionCount}`)}`);
}

/** Templates are equal whatever their pod-template-hash. */
export function sameTemplate(one: PodTemplateSpec | undefined, other: PodTemplateSpec | undefined): boolean {
  return semanticEqual(withoutHash(one), withoutHash(other));
}

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec {
  const { [hashLabel]: _, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { ...template?.metadata, labels } };
}
