import { type Atom, formOf } from "../apply/atom.js";
import { merge } from "../apply/merge.js";
import { typedErrors } from "../apply/validate.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../json-value.js";

type Merged = { readonly ok: true; readonly object: JsonObject } | { readonly ok: false; readonly message: string };

/**
 * Merges a configuration into an object as server-side apply does, but nobody comes to own anything. What is owned as a whole
 * may not be in it: the rest of it would be lost.
 */
export function applyConfiguration(atom: Atom, object: JsonObject, configuration: JsonObject): Merged {
  const { apiVersion, kind } = object;
  const whole = {
    ...configuration,
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
  };
  const errors = typedErrors(atom, whole);
  if (errors.length > 0) {
    const texts = errors.map(({ path, message }) => `${path}: ${message}`);
    return { ok: false, message: `failed to convert patch object to typed object: ${texts.join("; ")}` };
  }
  const atomics = atomicsIn(atom, whole, "");
  if (atomics.length > 0) {
    const why = `may not mutate atomic arrays, maps or structs: ${atomics.join(", ")}`;
    return { ok: false, message: `invalid ApplyConfiguration: ${why}` };
  }
  return { ok: true, object: merge(atom, object, whole) };
}

/** The paths of what is owned as a whole. */
function atomicsIn(atom: Atom, value: JsonValue, path: string): string[] {
  const form = formOf(atom, value);
  if (form === "map" && isJsonObject(value)) {
    const { relation, field, values } = atom.map!;
    const inside = Object.entries(value).flatMap(([name, part]) => {
      const of = field(name)?.atom ?? values;
      return of === undefined ? [] : atomicsIn(of, part, `${path}.${name}`);
    });
    return relation === "atomic" ? [path, ...inside] : inside;
  }
  if (form === "list" && Array.isArray(value)) {
    const { relation, items } = atom.list!;
    const inside = value.flatMap((item, index) => atomicsIn(items, item, `${path}[${index}]`));
    return relation === "atomic" ? [path, ...inside] : inside;
  }
  return [];
}
