/**
 * What Kubernetes' documentation says of one object that is created, updated, patched, applied and deleted, in the simplest form
 * that says it: an object is a flat list of its fields, and an owner a set of their names. It shares nothing with the API server.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
import { readJson, writeJson } from "../../src/json/text.js";
export type Json = null | string | number | bigint | Json[] | { [field: string]: Json };
export type Fields = { [field: string]: Json };

/** Lists whose items are owned one by one: sets of values, or by the field that names an item. Others do not occur. */
const listKeys: ReadonlyMap<string, string> = new Map([
  ["finalizers", ""],
  ["tags", ""],
  ["parts", "name"],
]);
const isFields = (value: Json | undefined): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const copyOf = <T extends Json>(value: T): T => readJson(writeJson(value)) as T;

/** Every field by its path, containers as `{}` and `[]`. */
export function flat(value: Json, path = "", name = "", found = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value)) {
    found.set(path, "[]");
    const key = listKeys.get(name)!;
    for (const item of value) {
      const of = key === "" ? `${path}[=${String(item)}]` : `${path}[${String((item as Fields)[key])}]`;
      flat(item, of, "", found);
    }
  } else if (isFields(value)) {
    if (path !== "") found.set(path, "{}");
    for (const [field, inner] of Object.entries(value)) flat(inner, `${path}.${field}`, field, found);
  } else found.set(path, writeJson(value));
  return found;
}

/** What an applier owns: leaves, items and entries, but not the structures and lists around them. */
function mentioned(config: Fields): Set<string> {
  const paths = [...flat(config)].filter(([path, value]) => value !== "[]" && (value !== "{}" || path.endsWith("]")));
  return new Set(paths.map(([path]) => path));
}

const isBeneath = (path: string, above: string): boolean =>
  path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);

/** Nobody owns what names an object or is the server's. */
const isOwned = (path: string): boolean => path !== ".metadata" && path !== ".metadata.name";

export type Part = "" | "status";

export interface ModelKind {
  /** The field that is written: `spec` or `data`. */
  readonly body: "spec" | "data";
  readonly hasStatus: boolean;
  readonly hasGeneration: boolean;
  /** Fills in what the schema has defaults for. */
  defaulted(object: Fields): Fields;
  isValid(object: Fields): boolean;
  /** The object as it is kept: what the kind does not tell from absent when it is empty is not. */
  kept(object: Fields): Fields;
}

/** 200 for whatever succeeded. */
export type Code = 200 | 400 | 404 | 409 | 415 | 422;

type Owners = Map<string, Set<string>>;

export class Model {
  /** metadata has labels, finalizers and generateName only. */
  object: Fields | undefined;
  owners: Owners = new Map();
  generation = 0;
  deleting = false;
  /** Goes up with every write that changes anything. */
  version = 0;

  constructor(readonly kind: ModelKind) {}

  /** What a write of a part leaves alone. */
  private ignores(path: string, part: Part): boolean {
    if (part === "status") return !isBeneath(path, ".status");
    return this.kind.hasStatus && isBeneath(path, ".status");
  }

  create(object: Fields, manager: string, dryRun: boolean): Code {
    const whole = this.kind.kept(this.kind.defaulted(object));
    if (!this.kind.isValid(whole)) return 422;
    if (this.object !== undefined) return 409;
    if (dryRun) return 200;
    const { status: _status, ...stored } = whole;
    this.owners = new Map();
    this.changeOwners({}, whole, `${manager} Update `, "", this.owners);
    this.bear(this.kind.hasStatus ? (stored as Fields) : whole);
    return 200;
  }

  private bear(object: Fields): void {
    this.object = this.kind.kept(object);
    this.generation = 1;
    this.deleting = false;
    this.version += 1;
  }

  /** A PUT of what a client makes of the object, or the outcome of a patch. */
  update(change: (object: Fields) => Fields | undefined, manager: string, part: Part, dryRun: boolean): Code {
    if (this.object === undefined) return 404;
    const changed = change(copyOf(this.object));
    if (changed === undefined) return 422;
    const whole = this.kind.kept(this.kind.defaulted(changed));
    const owners = new Map([...this.owners].map(([owner, paths]) => [owner, new Set(paths)]));
    const tracked = owners.size > 0;
    if (tracked) this.changeOwners(this.object, whole, `${manager} Update ${part}`, part, owners);
    return this.store(whole, owners, part, dryRun);
  }

  /** Takes from all others what changed, and gives it to who changed it. */
  private changeOwners(before: Fields, after: Fields, self: string, part: Part, owners: Owners): void {
    const { changed, removed } = this.differences(before, after, part);
    for (const paths of owners.values()) for (const path of [...changed, ...removed]) paths.delete(path);
    const own = owners.get(self) ?? new Set();
    for (const path of changed) if (isOwned(path)) own.add(path);
    owners.set(self, own);
    for (const [owner, paths] of owners) if (paths.size === 0) owners.delete(owner);
  }

  private differences(before: Fields, after: Fields, part: Part) {
    const [old, now] = [flat(before), flat(after)];
    const changed = [...now.keys()].filter((path) => !this.ignores(path, part) && old.get(path) !== now.get(path));
    const removed = [...old.keys()].filter((path) => !this.ignores(path, part) && !now.has(path));
    return { changed, removed };
  }

  /** Keeps what the part does not write, and writes the rest if it is valid and says anything new. */
  private store(whole: Fields, owners: Owners, part: Part, dryRun: boolean): Code {
    const live = this.object!;
    const kept = this.kind.kept(this.withPartOf(live, whole, part));
    const finalizers = finalizersOf(kept);
    if (this.deleting && finalizers.some((name) => !finalizersOf(live).includes(name))) return 422;
    if (!this.kind.isValid(kept)) return 422;
    if (dryRun) return 200;
    const same = sameFields(live, kept) && ownersText(this.owners) === ownersText(owners);
    if (same) return 200;
    if (!sameFields({ body: live[this.kind.body] ?? null }, { body: kept[this.kind.body] ?? null })) this.generation += 1;
    this.version += 1;
    this.owners = owners;
    this.object = this.deleting && finalizers.length === 0 ? undefined : kept;
    return 200;
  }

  /** The object with what a write of a part may change of it. */
  private withPartOf(live: Fields, whole: Fields, part: Part): Fields {
    if (!this.kind.hasStatus) return whole;
    const { status, ...rest } = part === "status" ? { ...live, status: whole.status! } : { ...whole, status: live.status! };
    return status === undefined ? rest : { ...rest, status };
  }

  apply(config: Fields, manager: string, part: Part, force: boolean, dryRun: boolean): Code {
    const self = `${manager} Apply ${part}`;
    const live = this.object;
    if (live === undefined && part !== "") return 404;
    const owners = new Map([...this.owners].map(([owner, paths]) => [owner, new Set(paths)]));
    if (live === undefined) owners.clear();
    else if (owners.size === 0) this.changeOwners({}, live, `before-first-apply Update ${part}`, part, owners);
    const last = owners.get(self) ?? new Set();
    const own = new Set([...mentioned(config)].filter((path) => isOwned(path) && !this.ignores(path, part)));
    owners.set(self, own);
    const merged = merge(live ?? {}, config);
    const others = withStructures([...owners.values()].flatMap((paths) => [...paths]));
    const gone = [...withStructures(last)].filter((path) => !others.has(path) && path !== ".metadata");
    const { object, emptied } = without(merged, gone, others);
    const { changed, removed } = this.differences(live ?? {}, object, part);
    const isConflict = [...owners].some(([owner, paths]) => owner !== self && changed.some((path) => paths.has(path)));
    if (isConflict && !force) return 409;
    for (const [owner, paths] of owners) {
      if (owner !== self) for (const path of [...changed, ...removed]) paths.delete(path);
      if (paths.size === 0) owners.delete(owner);
    }
    const whole = this.kind.defaulted(without(object, emptied, others).object);
    if (live !== undefined) return this.store(whole, owners, part, dryRun);
    if (!this.kind.isValid(whole)) return 422;
    if (dryRun) return 200;
    const { status: _status, ...stored } = whole;
    this.owners = owners;
    this.bear(this.kind.hasStatus ? (stored as Fields) : whole);
    return 200;
  }

  delete(dryRun: boolean): Code {
    if (this.object === undefined) return 404;
    if (dryRun) return 200;
    if (finalizersOf(this.object).length === 0) this.object = undefined;
    else if (!this.deleting) {
      this.deleting = true;
      this.generation += 1;
      this.version += 1;
    }
    return 200;
  }
}

const finalizersOf = ({ metadata }: Fields): Json[] => {
  const { finalizers = [] } = (metadata ?? {}) as { finalizers?: Json[] };
  return finalizers;
};

/** Objects are the same whose fields are, in the same order where they are lists. */
const sameFields = (one: Fields, other: Fields): boolean => sorted(one) === sorted(other);

/** JSON text with fields in order. */
export const sorted = (value: Json): string => {
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
  if (!isFields(value)) return writeJson(value);
  const fields = Object.keys(value).sort();
  return `{${fields.map((field) => `${writeJson(field)}:${sorted(value[field]!)}`).join(",")}}`;
};

export const ownersText = (owners: Owners): string =>
  [...owners]
    .map(([owner, paths]) => `${owner}: ${[...paths].sort().join(" ")}`)
    .sort()
    .join("\n");

const itemKey = (item: Json, key: string): Json => (key === "" ? item : ((item as Fields)[key] ?? null));

/** A configuration in an object: its leaves win, its items are added to lists, and shared items stand in its order. */
function merge(live: Fields, config: Fields): Fields {
  const merged: Fields = { ...live };
  for (const [field, value] of Object.entries(config)) {
    const old = merged[field];
    if (isFields(old) && isFields(value)) merged[field] = merge(old, value);
    else if (Array.isArray(old) && Array.isArray(value)) merged[field] = mergeItems(old, value, listKeys.get(field)!);
    else merged[field] = value;
  }
  return merged;
}

function mergeItems(live: Json[], config: Json[], key: string): Json[] {
  const place = (items: Json[], item: Json): number => items.findIndex((each) => itemKey(each, key) === itemKey(item, key));
  const combined = (item: Json): Json => {
    const old = live[place(live, item)];
    return isFields(old) && isFields(item) ? merge(old, item) : item;
  };
  // Items that only the object has stay before the shared one that they stood before; shared ones stand where the configuration has them.
  const out: Json[] = [];
  let from = 0;
  for (const [index, item] of config.entries()) {
    const next = config.slice(index).find((each) => place(live, each) >= 0);
    for (; from < live.length && (next === undefined || place([live[from]!], next) < 0); from += 1) {
      if (place(config, live[from]!) < 0) out.push(live[from]!);
    }
    if (next === item) from += 1;
    out.push(combined(item));
  }
  for (; from < live.length; from += 1) if (place(config, live[from]!) < 0) out.push(live[from]!);
  return out;
}

/** Paths, and the structures and lists that they lead through. Items of lists are by themselves. */
const withStructures = (paths: Iterable<string>): Set<string> => {
  const all = new Set<string>();
  for (const path of paths) {
    all.add(path);
    for (const { index } of path.matchAll(/[.[]/g)) if (index > 0 && path[index - 1] !== "]") all.add(path.slice(0, index));
  }
  return all;
};

interface Pruning {
  readonly gone: ReadonlySet<string>;
  readonly owned: ReadonlySet<string>;
  readonly emptied: string[];
}

/** An object without some of its fields, and without what is empty then. What somebody owns is told of instead. */
function without(object: Fields, gone: readonly string[], owned: ReadonlySet<string>) {
  const pruning = { gone: new Set(gone), owned, emptied: [] as string[] };
  return { object: (pruned(object, pruning, "", "") ?? {}) as Fields, emptied: pruning.emptied };
}

function pruned(value: Json, pruning: Pruning, path: string, name: string): Json | undefined {
  if (pruning.gone.has(path)) return undefined;
  const left = Array.isArray(value)
    ? prunedItems(value, pruning, path, listKeys.get(name)!)
    : isFields(value)
      ? prunedFields(value, pruning, path)
      : value;
  if (!isEmpty(left) || isEmpty(value)) return left;
  if (!pruning.owned.has(path)) return undefined;
  pruning.emptied.push(path);
  return left;
}

const isEmpty = (value: Json): boolean => typeof value === "object" && value !== null && Object.keys(value).length === 0;

const prunedItems = (items: Json[], pruning: Pruning, path: string, key: string): Json[] =>
  items.flatMap((item) => {
    const at = key === "" ? `${path}[=${String(item)}]` : `${path}[${String((item as Fields)[key])}]`;
    const kept = pruned(item, pruning, at, "");
    return kept === undefined ? [] : [kept];
  });

const prunedFields = (fields: Fields, pruning: Pruning, path: string): Fields =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([field, inner]): Array<[string, Json]> => {
      const kept = pruned(inner, pruning, `${path}.${field}`, field);
      return kept === undefined ? [] : [[field, kept]];
    }),
  );

/** Fields without those that are empty. */
export const withoutEmpty = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
