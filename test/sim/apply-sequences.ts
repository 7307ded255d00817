/** Operations at random on one object of a kind. */
import fc from "fast-check";
import type { ResourcePath } from "../../actors/apiserver/messages.js";
import { configMaps } from "./apiserver-world.js";
import { type Fields, type Json, type ModelKind, type Part, withoutEmpty } from "./apply-model.js";
import type { JsonOperation } from "./patch-model.js";

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
/** Two of them no number tells apart. */
const count = fc.constantFrom<number | bigint>(0, 1, 2, 9007199254740992n, 9007199254740993n);
const parts = fc.uniqueArray(record({ name: fc.constantFrom("p", "q", "r"), count: some(count) }), {
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
const status = record({ phase: some(text), seen: some(count) });
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

/** Texts of an object, by JSON pointers. */
const textsOf = (kind: Kind): string[] => [
  "/metadata/labels/app",
  "/metadata/labels/tier",
  ...(kind.body === "data" ? ["/data/k", "/data/l"] : ["/spec/color"]),
];

/** JSON patches that leave an object of its kind, where they apply. */
function jsonPatches(kind: Kind): fc.Arbitrary<JsonOperation[]> {
  const path = fc.constantFrom(...textsOf(kind));
  const [set, relocate] = [fc.constantFrom("add", "replace"), fc.constantFrom("copy", "move")];
  const removable = fc.constantFrom(
    ...textsOf(kind),
    ...["/metadata/labels", "/metadata/finalizers/0", "/metadata/finalizers/-1", "/none", "/none/x", `/${kind.body}`],
  );
  const countPath = fc.constantFrom("/spec/parts/0/count", "/spec/parts/-1/count");
  const ofThings = fc.record({ op: set, path: countPath, value: count as fc.Arbitrary<Json> });
  const operation = fc.oneof<fc.Arbitrary<JsonOperation>[]>(
    fc.record({ op: fc.constantFrom("add", "replace", "test"), path, value: text }),
    fc.record({ op: fc.constant("test"), path, value: fc.constant(null) }),
    fc.record({ op: fc.constant("remove"), path: removable }),
    fc.record({ op: relocate, from: path, path }),
    fc.record({ op: set, path: fc.constant("/metadata/labels"), value: labels.map((each) => each ?? {}) }),
    ...(kind.hasStatus ? [ofThings] : []),
  );
  return fc.array(operation, { minLength: 1, maxLength: 3 });
}

/** The fields of an object that a merge patch sets or takes away. */
const mergePatches = (kind: Kind): fc.Arbitrary<Fields> => {
  const unsetting = <T>(of: fc.Arbitrary<T>) => some(fc.option(of, { freq: 4 }));
  const some2 = record({ labels: unsetting(record({ app: unsetting(text), tier: unsetting(text) })), finalizers });
  const ofThing = record({
    color: unsetting(text),
    size: unsetting(fc.constantFrom(1, 2, 9)),
    tags: unsetting(fc.constant(["s"])),
  });
  const ofMap = record({ k: unsetting(text), l: unsetting(text) });
  const fields =
    kind.body === "spec"
      ? record({ metadata: some2, spec: unsetting(ofThing), status: unsetting(status) })
      : record({ metadata: some2, data: unsetting(ofMap) });
  return fields.map((each) => each ?? {});
};

/** A strategic merge patch of a map of texts, with what it says of the others. */
const mapPatches = (...names: string[]): fc.Arbitrary<Fields | undefined> =>
  record({
    ...Object.fromEntries(names.map((name) => [name, some(fc.option(text, { freq: 4 }))])),
    $patch: fc.constantFrom(undefined, undefined, undefined, "replace", "delete"),
    $retainKeys: fc.constantFrom(undefined, undefined, undefined, names, names.slice(1)),
  });

/** Strategic merge patches of a ConfigMap. */
const strategicPatches: fc.Arbitrary<Fields> = record({
  metadata: fc.oneof(
    record({ labels: mapPatches("app", "tier"), finalizers }),
    record({ labels: mapPatches("app", "tier"), "$deleteFromPrimitiveList/finalizers": fc.constantFrom(["x.io/a"], ["x.io/b"]) }),
  ),
  data: mapPatches("k", "l"),
}).map((each) => each ?? {});

/** What is sent, by its type. */
export type Sent =
  | { type: "application/merge-patch+json" | "application/strategic-merge-patch+json"; patch: Fields }
  | { type: "application/json-patch+json"; patch: JsonOperation[] };

const patches = (kind: Kind): fc.Arbitrary<Sent> =>
  fc.oneof(
    fc.record({ type: fc.constant("application/merge-patch+json" as const), patch: mergePatches(kind) }),
    fc.record({ type: fc.constant("application/strategic-merge-patch+json" as const), patch: strategicPatches }),
    fc.record({ type: fc.constant("application/json-patch+json" as const), patch: jsonPatches(kind) }),
  );

export type Operation =
  | { what: "create"; object: Fields; manager: string; dryRun: boolean }
  /** A create of which the server makes the name; the rest is about the new object. */
  | { what: "generate"; object: Fields; manager: string }
  | { what: "update"; object: Fields; manager: string; part: Part; at: "fresh" | "stale" | "none"; dryRun: boolean }
  | { what: "patch"; sent: Sent; manager: string; part: Part; at: "fresh" | "stale" | "none"; dryRun: boolean }
  | { what: "apply"; object: Fields; manager: string; part: Part; force: boolean; dryRun: boolean }
  | { what: "delete"; at: "fresh" | "stale" | "none"; uid: "right" | "wrong" | "none"; dryRun: boolean }
  /** Of all objects that the label is of, if they have the name. */
  | { what: "deletecollection"; app: string };

export function operations(kind: Kind): fc.Arbitrary<Operation> {
  const object = objectsOf(kind);
  const part = kind.hasStatus ? (fc.constantFrom("", "", "status") as fc.Arbitrary<Part>) : fc.constant<Part>("");
  const what = <T extends string>(name: T) => fc.constant(name);
  const uid = fc.constantFrom("none", "none", "right", "wrong") as fc.Arbitrary<"right" | "wrong" | "none">;
  return fc.oneof(
    { weight: 2, arbitrary: fc.record({ what: what("create"), object, manager, dryRun }) },
    { weight: 1, arbitrary: fc.record({ what: what("generate"), object, manager }) },
    { weight: 3, arbitrary: fc.record({ what: what("update"), object, manager, part, at: precondition, dryRun }) },
    { weight: 5, arbitrary: fc.record({ what: what("patch"), sent: patches(kind), manager, part, at: precondition, dryRun }) },
    { weight: 8, arbitrary: fc.record({ what: what("apply"), object, manager, part, force: fc.boolean(), dryRun }) },
    { weight: 1, arbitrary: fc.record({ what: what("delete"), at: precondition, uid, dryRun }) },
    { weight: 1, arbitrary: fc.record({ what: what("deletecollection"), app: text }) },
  );
}
