/** Operations at random on one object of a kind, and what patches of them come to. */
import fc from "fast-check";
import type { PatchType, ResourcePath } from "../../actors/apiserver/messages.js";
import { configMaps } from "./apiserver-world.js";
import { copyOf, type Fields, type Json, type ModelKind, type Part, withoutEmpty } from "./apply-model.js";

export const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "things.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "things", kind: "Thing" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: {
                  color: { type: "string" },
                  size: { type: "integer", maximum: 5, default: 1 },
                  tags: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
                  parts: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    items: {
                      type: "object",
                      required: ["name"],
                      properties: { name: { type: "string" }, count: { type: "integer" } },
                    },
                  },
                },
              },
              status: { type: "object", properties: { phase: { type: "string" }, seen: { type: "integer" } } },
            },
          },
        },
      },
    ],
  },
};

export interface Kind extends ModelKind {
  readonly path: ResourcePath;
  readonly apiVersion: string;
  readonly kind: string;
}

const withKeptMetadata = ({ metadata: own = {}, ...rest }: Fields): Fields => {
  const kept = withoutEmpty(own as Fields);
  return Object.keys(kept).length === 0 ? rest : { metadata: kept, ...rest };
};

export const thing: Kind = {
  path: { group: "example.com", version: "v1", resource: "things", namespace: "default" },
  apiVersion: "example.com/v1",
  kind: "Thing",
  body: "spec",
  hasStatus: true,
  hasGeneration: true,
  defaulted: (object) => {
    const { spec } = object as { spec?: Fields };
    return spec === undefined || "size" in spec ? object : { ...object, spec: { ...spec, size: 1 } };
  },
  isValid: ({ spec = {} }) => Number((spec as { size?: Json }).size ?? 1) <= 5,
  kept: (object) => withKeptMetadata(object),
};

export const configMap: Kind = {
  path: configMaps,
  apiVersion: "v1",
  kind: "ConfigMap",
  body: "data",
  hasStatus: false,
  hasGeneration: false,
  defaulted: (object) => object,
  isValid: ({ data = {} }) => !("bad key" in (data as Fields)),
  kept: (object) => withoutEmpty(withKeptMetadata(object)),
};

const some = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 2 });
/** An object with those fields that are there; undefined for none. */
const record = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Fields | undefined> =>
  fc.record(fields).map((each) => {
    const present = Object.entries(each).filter(([, value]) => value !== undefined) as Array<[string, Json]>;
    return present.length === 0 ? undefined : Object.fromEntries(present);
  });

const text = fc.constantFrom("a", "b");
const labels = record({ app: some(text), tier: some(text) });
const finalizers = some(fc.uniqueArray(fc.constantFrom("x.io/a", "x.io/b"), { minLength: 1 }));
const metadata = record({ labels, finalizers });
const parts = fc.uniqueArray(record({ name: fc.constantFrom("p", "q", "r"), count: some(fc.integer({ min: 0, max: 2 })) }), {
  minLength: 1,
  maxLength: 3,
  selector: (part) => part?.name,
});
const spec = record({
  color: some(text),
  size: some(fc.constantFrom(1, 2, 2, 3, 9)),
  tags: some(fc.uniqueArray(fc.constantFrom("s", "t", "u"), { minLength: 1 })),
  parts: some(parts),
});
const status = record({ phase: some(text), seen: some(fc.integer({ min: 0, max: 2 })) });
const data = record({
  k: some(text),
  l: some(text),
  m: some(text),
  "bad key": fc.constantFrom(...Array<undefined>(9).fill(undefined), "a"),
});

const objectsOf = (kind: Kind): fc.Arbitrary<Fields> =>
  (kind.body === "spec" ? record({ metadata, spec, status }) : record({ metadata, data })).map((object) => object ?? {});

const manager = fc.constantFrom("ann", "bob", "eve");
const dryRun = fc.constantFrom(false, false, false, true);
const precondition = fc.constantFrom("fresh", "fresh", "stale", "none") as fc.Arbitrary<"fresh" | "stale" | "none">;
const patchTypes = [
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/json-patch+json",
] as const;

export type Operation =
  | { what: "create"; object: Fields; manager: string; dryRun: boolean }
  | { what: "update"; object: Fields; manager: string; part: Part; at: "fresh" | "stale" | "none"; dryRun: boolean }
  | { what: "patch"; object: Fields; type: PatchType; manager: string; part: Part; dryRun: boolean }
  | { what: "apply"; object: Fields; manager: string; part: Part; force: boolean; dryRun: boolean }
  | { what: "delete"; at: "fresh" | "stale" | "none"; dryRun: boolean };

export function operations(kind: Kind): fc.Arbitrary<Operation> {
  const object = objectsOf(kind);
  const part = kind.hasStatus ? (fc.constantFrom("", "", "status") as fc.Arbitrary<Part>) : fc.constant<Part>("");
  return fc.oneof(
    { weight: 2, arbitrary: fc.record({ what: fc.constant("create" as const), object, manager, dryRun }) },
    {
      weight: 3,
      arbitrary: fc.record({ what: fc.constant("update" as const), object, manager, part, at: precondition, dryRun }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        what: fc.constant("patch" as const),
        object,
        type: fc.constantFrom(...patchTypes),
        manager,
        part,
        dryRun,
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({ what: fc.constant("apply" as const), object, manager, part, force: fc.boolean(), dryRun }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("delete" as const), at: precondition, dryRun }) },
  );
}

/** RFC 7386, where nothing is null. */
export const mergePatched = (object: Json | undefined, patch: Json): Json => {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const base = typeof object === "object" && object !== null && !Array.isArray(object) ? object : {};
  return {
    ...base,
    ...Object.fromEntries(Object.entries(patch).map(([name, value]) => [name, mergePatched(base[name], value)])),
  };
};

/** The operations of a JSON patch that put the parts of an object in place of what is there, or make what is not. */
export const jsonPatch = (object: Fields): Array<{ op: string; path: string; value: Json }> =>
  Object.entries(object).map(([name, value]) =>
    name === "metadata"
      ? { op: "replace", path: "/metadata/labels", value: (value as Fields).labels ?? {} }
      : { op: "replace", path: `/${name}`, value },
  );

export function jsonPatched(object: Fields, patch: Fields): Fields {
  const changed = copyOf(object);
  for (const [name, value] of Object.entries(patch)) {
    if (name !== "metadata") {
      changed[name] = value;
      continue;
    }
    const labels = ((value as Fields).labels ?? {}) as Fields;
    const { labels: _labels, ...metadata } = (changed.metadata ?? {}) as Fields;
    changed.metadata = { ...metadata, ...(Object.keys(labels).length === 0 ? {} : { labels }) };
  }
  return changed;
}

/** A strategic merge patch of a ConfigMap: a merge patch, but for the set of finalizers. */
export function strategicallyPatched(object: Fields, patch: Fields): Fields {
  const old = ((object.metadata ?? {}) as { finalizers?: Json[] }).finalizers ?? [];
  const more = ((patch.metadata ?? {}) as { finalizers?: Json[] }).finalizers;
  const merged = mergePatched(object, patch) as Fields;
  if (more === undefined) return merged;
  const all = [...more, ...old.filter((each) => !more.includes(each))];
  const order = [...old].filter((each) => !more.includes(each));
  return {
    ...merged,
    metadata: { ...(merged.metadata as Fields), finalizers: all.length === more.length ? more : interleaved(old, more, order) },
  };
}

/** What the patch names stands in its order; what only the object has stays before what it stood before. */
function interleaved(old: Json[], named: Json[], others: Json[]): Json[] {
  const out: Json[] = [];
  let next = 0;
  for (const item of named) {
    while (next < others.length && old.includes(item) && old.indexOf(others[next]!) < old.indexOf(item))
      out.push(others[next++]!);
    out.push(item);
  }
  return [...out, ...others.slice(next)];
}
