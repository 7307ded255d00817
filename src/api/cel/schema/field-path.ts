import type { StructuralSchema } from "../../custom/schema.js";
import { at, child } from "../../field-errors.js";

/** `.spec.ports`, `['a b'].c`: the steps of a rule's fieldPath; undefined when it is none. */
const stepsOf = (path: string): readonly string[] | undefined => {
  const steps: string[] = [];
  const step = /\.([^.[\]']+)|\['((?:[^'\\]|\\.)*)'\]/y;
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (match === null) return undefined;
    const name = match[1] ?? unescapeQuoted(match[2]!);
    if (name === undefined) return undefined;
    steps.push(name);
  }
  return steps;
};

const escapes = new Map([
  ["a", "\u0007"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["'", "'"],
  ["\\", "\\"],
]);

const unescapeQuoted = (text: string): string | undefined => {
  let valid = true;
  const plain = text.replace(/\\(.)/gs, (_, letter: string) => {
    const character = escapes.get(letter);
    valid &&= character !== undefined;
    return character ?? "";
  });
  return valid ? plain : undefined;
};

/**
 * The field that a rule's fieldPath names, as errors write it, relative to the schema of the rule: `spec.ports`,
 * `labels[a b]`; undefined when the schema has no such field.
 */
export const normalizeFieldPath = (fieldPath: string, schema: StructuralSchema): string | undefined => {
  const steps = stepsOf(fieldPath);
  if (steps === undefined) return undefined;
  let current: StructuralSchema = schema;
  let path = "";
  for (const step of steps) {
    const property = current.properties.get(step);
    if (property !== undefined) {
      path = child(path, step);
      current = property;
    } else if (current.properties.size === 0 && typeof current.additionalProperties === "object") {
      path = at(path, step);
      current = current.additionalProperties;
    } else return undefined;
  }
  return path;
};
