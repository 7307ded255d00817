/**
 * What an object becomes when a configuration is applied to it: nothing is taken away, what the configuration says wins, and its
 * lists keep their order among each other. Source: sigs.k8s.io/structured-merge-diff/v4, typed/merge.
 */
import { type JsonObject, type JsonValue, ownField, setField } from "../json-value.js";
import { type Atom, type Form, formOf, type ListAtom, listIn, type MapAtom, mapIn } from "./atom.js";
import { elementOfItem, ItemFault } from "./list-items.js";
import type { PathElement } from "./path-element.js";

type Value = JsonValue | undefined;

/** Merges a configuration that fits the type into a live object of it; neither is changed. */
export const merge = (atom: Atom, live: JsonObject, config: JsonObject): JsonObject =>
  mapIn(mergeValues(atom, live, config)) ?? {};

function mergeValues(atom: Atom, live: Value, config: Value): Value {
  const liveForm = formOf(atom, live);
  const configForm = formOf(atom, config);
  if (config === undefined) return mergeAs(liveForm, atom, live, config);
  // What has become another kind of value is replaced.
  return mergeAs(configForm, atom, live === undefined || liveForm === configForm ? live : undefined, config);
}

const keepConfig = (live: Value, config: Value): Value => (config === undefined ? live : config);

function mergeAs(form: Form, atom: Atom, live: Value, config: Value): Value {
  switch (form) {
    case "scalar":
      return keepConfig(live, config);
    case "list": {
      const [old, now] = [listIn(live), listIn(config)];
      const empty = (old?.length ?? 0) === 0 && (now?.length ?? 0) === 0;
      if (atom.list!.relation === "atomic" || empty) return keepConfig(live, config);
      const items = mergeLists(atom.list!, old ?? [], now ?? []);
      return items.length === 0 ? undefined : items;
    }
    case "map": {
      const [old, now] = [mapIn(live), mapIn(config)];
      const empty = Object.keys(old ?? {}).length === 0 && Object.keys(now ?? {}).length === 0;
      if (atom.map!.relation === "atomic" || empty) return keepConfig(live, config);
      return mergeMaps(atom.map!, old ?? {}, now ?? {});
    }
  }
}

function mergeMaps(map: MapAtom, live: JsonObject, config: JsonObject): Value {
  const merged: JsonObject = {};
  const names = new Set([...Object.keys(live), ...Object.keys(config)]);
  for (const name of names) {
    const atom = map.field(name)?.atom ?? map.values;
    const [old, now] = [ownField(live, name), ownField(config, name)];
    const value = atom === undefined ? keepConfig(old, now) : mergeValues(atom, old, now);
    if (value !== undefined) setField(merged, name, value);
  }
  return Object.keys(merged).length === 0 ? undefined : merged;
}

interface Indexed {
  readonly elements: readonly PathElement[];
  /** The item of an element; undefined when there are several, which nothing is merged with. */
  readonly items: ReadonlyMap<PathElement, Value>;
  readonly list: readonly JsonValue[];
}

function index(list: ListAtom, values: readonly JsonValue[]): Indexed {
  const elements: PathElement[] = [];
  const kept: JsonValue[] = [];
  const items = new Map<PathElement, Value>();
  for (const value of values) {
    const element = elementOfItem(list, value);
    if (element instanceof ItemFault) continue;
    items.set(element, items.has(element) ? undefined : value);
    elements.push(element);
    kept.push(value);
  }
  return { elements, items, list: kept };
}

/** Interleaves two lists: items of both stand in the configuration's order, others of the live list keep their place among them. */
function mergeLists(list: ListAtom, liveItems: readonly JsonValue[], configItems: readonly JsonValue[]): JsonValue[] {
  const live = index(list, liveItems);
  const config = index(list, configItems);
  const shared = config.elements.filter((element) => live.items.has(element));
  const merged = new Set<PathElement>();
  const out: JsonValue[] = [];
  const put = (old: Value, now: Value): void => {
    const value = mergeValues(list.items, old, now);
    if (value !== undefined) out.push(value);
  };
  let [atLive, atConfig, nextShared] = [0, 0, 0];
  while (atLive < live.elements.length || atConfig < config.elements.length) {
    const old = live.elements[atLive];
    const now = config.elements[atConfig];
    if (old !== undefined && old === now) {
      merged.add(old);
      put(live.items.get(old), config.items.get(old));
      atLive += 1;
      atConfig += 1;
      nextShared += 1;
      continue;
    }
    if (old !== undefined && !config.items.has(old)) {
      put(live.list[atLive], undefined);
      atLive += 1;
      continue;
    }
    if (old !== undefined && (merged.has(old) || (now !== undefined && shared[nextShared] !== old))) {
      // It stands, or will stand, where the configuration has it.
      atLive += 1;
      continue;
    }
    merged.add(now!);
    put(live.items.get(now!), config.items.get(now!));
    atConfig += 1;
    if (shared[nextShared] === now) nextShared += 1;
  }
  return out;
}
