/** What patches come to, in the simplest form that says it. It shares nothing with the API server. */
import { writeJson } from "../../src/json/text.js";
import { copyOf, type Fields, type Json } from "./apply-model.js";

export interface JsonOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: Json;
}

/** RFC 7386, of which a new list keeps its nulls: there are none here. */
export const mergePatched = (object: Json | undefined, patch: Json): Json => {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const base = typeof object === "object" && object !== null && !Array.isArray(object) ? object : {};
  const merged: Fields = { ...base };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergePatched(base[name], value);
  }
  return merged;
};

/** RFC 6902 with what Kubernetes makes of it; undefined where it does not apply. */
export function jsonPatched(object: Fields, operations: readonly JsonOperation[]): Fields | undefined {
  const document: Fields = { metadata: {}, ...copyOf(object) };
  for (const operation of operations) if (!applied(document, operation)) return undefined;
  return withoutNulls(document);
}

/** What is in a field, null for nothing; undefined where there can be none. */
function at(document: Fields, path: string): { holder: Json; key: string } | undefined {
  const tokens = path.split("/").slice(1);
  const key = tokens.pop()!;
  let holder: Json = document;
  for (const token of tokens) {
    holder = memberOf(holder, token) ?? null;
    if (holder === null || typeof holder !== "object") return undefined;
  }
  return { holder, key };
}

function memberOf(holder: Json, key: string): Json | undefined {
  if (Array.isArray(holder)) return holder.at(Number(key));
  return typeof holder === "object" && holder !== null ? (holder[key] ?? null) : undefined;
}

function applied(document: Fields, { op, path, from = "", value = null }: JsonOperation): boolean {
  const source = op === "copy" || op === "move" ? at(document, from) : undefined;
  const moved = source && memberOf(source.holder, source.key);
  if (op === "move" && source !== undefined && !taken(source)) return false;
  const place = at(document, path);
  if (place === undefined) return false;
  switch (op) {
    case "test":
      return writeJson(memberOf(place.holder, place.key)) === writeJson(value);
    case "remove":
      return taken(place);
    case "copy":
    case "move":
      return moved !== undefined && put(place, moved);
    default:
      return put(place, value);
  }
}

function taken({ holder, key }: { holder: Json; key: string }): boolean {
  if (Array.isArray(holder)) {
    if (holder.at(Number(key)) === undefined) return false;
    holder.splice(Number(key), 1);
    return true;
  }
  const fields = holder as Fields;
  if (!(key in fields)) return false;
  delete fields[key];
  return true;
}

/** Lists are not put into here, only what is in their items. */
function put({ holder, key }: { holder: Json; key: string }, value: Json): boolean {
  (holder as Fields)[key] = value;
  return true;
}

/** In a map of texts, null is the empty text; what else is null is not there. */
function withoutNulls(object: Fields): Fields {
  const { metadata: own, data: texts, spec: body, ...rest } = object as { [field: string]: Fields };
  const { labels: of, ...metadata } = own ?? {};
  const textual = (map: Fields): Fields => Object.fromEntries(Object.entries(map).map(([key, value]) => [key, value ?? ""]));
  const present = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  return {
    ...rest,
    metadata: of === undefined ? metadata : { ...metadata, labels: textual(of as Fields) },
    ...(texts === undefined ? {} : { data: textual(texts) }),
    ...(body === undefined ? {} : { spec: present(body) }),
  };
}

/** A strategic merge patch of a ConfigMap; undefined for one that contradicts itself. */
export function strategicallyPatched(object: Fields, patch: Fields): Fields | undefined {
  const { metadata: ofMetadata = {}, data: ofData } = patch as { metadata?: Fields; data?: Fields };
  const own = (object.metadata ?? {}) as Fields;
  const { labels: ofLabels, finalizers: more, "$deleteFromPrimitiveList/finalizers": fewer } = ofMetadata;
  const patchedLabels = mapPatched(own.labels as Fields | undefined, ofLabels as Fields | undefined);
  const patchedData = mapPatched(object.data as Fields | undefined, ofData);
  if (patchedLabels === "refused" || patchedData === "refused") return undefined;
  const old = (own.finalizers ?? []) as Json[];
  const ending =
    fewer === undefined ? merged(old, more as Json[] | undefined) : old.filter((each) => !(fewer as Json[]).includes(each));
  return {
    ...object,
    ...(patchedData === undefined ? {} : { data: patchedData }),
    metadata: {
      ...own,
      ...(patchedLabels === undefined ? {} : { labels: patchedLabels }),
      ...(ending.length === 0 ? { finalizers: [] } : { finalizers: ending }),
    },
  };
}

/** A map where there is none yet takes what a patch sets, whatever it says of others. */
function mapPatched(map: Fields | undefined, patch: Fields | undefined): Fields | undefined | "refused" {
  if (patch === undefined) return map;
  const { $patch: directive, $retainKeys: retained, ...set } = patch as Fields & { $retainKeys?: Json[] };
  const present = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== null));
  if (map === undefined) return present;
  if (directive === "delete") return {};
  if (directive === "replace") return present;
  if (retained !== undefined && Object.keys(present).some((name) => !retained.includes(name))) return "refused";
  const kept = Object.entries(map).filter(([name]) => (retained === undefined || retained.includes(name)) && set[name] !== null);
  return { ...Object.fromEntries(kept), ...present };
}

/** A list of texts that are merged: what is new is added, what the patch names stands in its order. */
function merged(old: Json[], more: Json[] | undefined): Json[] {
  if (more === undefined) return old;
  const others = old.filter((each) => !more.includes(each));
  return others.length === 0 ? more : interleaved(old, more, others);
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
