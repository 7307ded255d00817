/**
 * The API server's own OpenAPI 2 together with those of extension API servers, as kube-aggregator puts them together: paths that are there
 * already stay as they are, and of two different definitions with one name the later gets another name.
 * https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/
 */
import { deepEqual, isJsonObject, type JsonObject, type JsonValue } from "../json-value.js";
import type { DocumentV2, PathItemV2 } from "./document-v2.js";
import { type ForeignDocument, withoutPaths } from "./foreign-document.js";
import { definitionPrefix, withReferences } from "./references.js";
import type { OpenApiSchema } from "./schemas.js";

const kindsExtension = "x-kubernetes-group-version-kind";

export function mergedDocument(own: DocumentV2, foreign: readonly ForeignDocument[]): DocumentV2 {
  const paths = new Map(Object.entries(own.paths));
  const definitions = new Map(Object.entries(own.definitions));
  for (const document of foreign) {
    const { paths: added, definitions: theirs } = withoutPaths(document, (path) => paths.has(path));
    const renames = renamesOf(theirs, definitions);
    const rename = (ref: string): string => {
      const renamed = ref.startsWith(definitionPrefix) ? renames.get(ref.slice(definitionPrefix.length)) : undefined;
      return renamed === undefined ? ref : definitionPrefix + renamed;
    };
    for (const [path, item] of added) paths.set(path, withReferences(item, rename) as unknown as PathItemV2);
    for (const [name, definition] of theirs) {
      const as = renames.get(name) ?? name;
      const known = definitions.get(as);
      const schema = withReferences(definition, rename) as OpenApiSchema;
      definitions.set(as, known === undefined ? schema : withKindsOf(known, schema));
    }
  }
  return { ...own, paths: Object.fromEntries(paths), definitions: Object.fromEntries(definitions) };
}

/** Names for definitions that are something else here already; what was renamed alike before is the same again. */
function renamesOf(
  theirs: ReadonlyMap<string, JsonObject>,
  known: ReadonlyMap<string, OpenApiSchema>,
): ReadonlyMap<string, string> {
  const renames = new Map<string, string>();
  for (const [name, definition] of theirs) {
    const existing = known.get(name);
    if (existing === undefined || isAlike(existing, definition)) continue;
    let number = 2;
    const numbered = (): string => `${name}_v${number}`;
    for (; known.has(numbered()) || theirs.has(numbered()); number += 1) {
      const earlier = known.get(numbered());
      if (earlier !== undefined && isAlike(earlier, definition)) break;
    }
    renames.set(name, numbered());
  }
  return renames;
}

const withoutKinds = (schema: OpenApiSchema): OpenApiSchema => ({ ...schema, [kindsExtension]: undefined });
const isAlike = (one: OpenApiSchema, other: OpenApiSchema): boolean => deepEqual(withoutKinds(one), withoutKinds(other));

/** One definition for the kinds of both: options are of every group. */
function withKindsOf(known: OpenApiSchema, added: OpenApiSchema): OpenApiSchema {
  const kinds = [...kindsOf(known), ...kindsOf(added)];
  if (kinds.length === 0) return known;
  const byName = new Map(kinds.map((kind) => [nameOf(kind), kind]));
  const sorted = [...byName].sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...known, [kindsExtension]: sorted.map(([, kind]) => kind) };
}

const kindsOf = (schema: OpenApiSchema): JsonValue[] => {
  const kinds = schema[kindsExtension];
  return Array.isArray(kinds) ? kinds : [];
};

const nameOf = (kind: JsonValue): string => (isJsonObject(kind) ? `${kind.group}/${kind.version}.${kind.kind}` : String(kind));
