import { storagePrefix } from "../../../src/api/paths.js";
import type { KubernetesObject } from "../../../src/api/types.js";
import type { Json } from "../../../src/wire/json.js";
import type { ListOptions } from "../messages.js";
import type { ApiOutcome, ListParts } from "../request.js";
import type { Served } from "../served.js";
import type { WatchCache } from "../watch-cache/cache.js";
import type { Selection } from "../watch-cache/selection.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import { encodeContinue } from "./continue-token.js";
import type { ReadAt } from "./resource-version.js";

export interface ListPlan {
  readonly served: Served;
  readonly selection: Selection;
  readonly at: ReadAt;
  readonly options: ListOptions;
}

/** The selected objects of a resource as the cache has them, in the order of their keys. */
export function selected(cache: WatchCache, served: Served, selection: Selection, start = ""): Iterable<StoredObject> {
  const { resource, prefix } = served;
  const store = cache.store(prefix);
  const within = storagePrefix(resource, selection.namespace);
  if (selection.name !== undefined && (selection.namespace !== "" || !resource.namespaced)) {
    const one = store.get(within + selection.name);
    return one !== undefined && one.key >= prefix + start && selection.matches(one) ? [one] : [];
  }
  return matching(store.from(within, start === "" ? within : prefix + start), selection);
}

function* matching(objects: Iterable<StoredObject>, selection: Selection): IterableIterator<StoredObject> {
  for (const stored of objects) {
    if (selection.everything || selection.matches(stored)) yield stored;
  }
}

/** How many items a page may have. A list at resourceVersion 0 is not divided, as kube-apiserver's cache does not divide it. */
export const pageLimit = ({ at, options }: Pick<ListPlan, "at" | "options">): number =>
  at.what === "any" || options.limit === undefined || options.limit <= 0 ? Number.POSITIVE_INFINITY : options.limit;

export function listFromCache(cache: WatchCache, plan: ListPlan): ApiOutcome {
  const { served, selection, at, options } = plan;
  const revision = at.what === "exactly" && at.revision >= 0n ? at.revision : cache.revision;
  const limit = pageLimit(plan);
  const items: Array<Json<KubernetesObject>> = [];
  let next: StoredObject | undefined;
  let remaining = 0;
  let looked = 0;
  const start = at.what === "exactly" ? at.start : "";
  for (const stored of selected(cache, served, selection, start)) {
    looked += 1;
    if (items.length < limit) {
      items.push(served.presentation.show(stored.json));
      continue;
    }
    next ??= stored;
    remaining += 1;
    if (!counts(options)) break;
  }
  const { prefix } = served;
  const { figures } = cache.store(prefix);
  figures.lists += 1;
  figures.looked += looked;
  figures.given += items.length;
  const cut = next === undefined ? undefined : { start: next.key.slice(prefix.length), remaining };
  return { ok: true, code: 200, list: listParts(plan, items, revision, cut) };
}

/** The rest of a list that was cut is counted only where no selector leaves objects out. */
export const counts = ({ labelSelector = "", fieldSelector = "" }: ListOptions): boolean =>
  labelSelector === "" && fieldSelector === "";

export function listParts(
  { served, options }: ListPlan,
  items: ReadonlyArray<Json<KubernetesObject>>,
  revision: bigint,
  cut: { readonly start: string; readonly remaining: number } | undefined,
): ListParts {
  const { apiVersion, listKind } = served.resource;
  const base = { apiVersion, kind: listKind, resourceVersion: String(revision), items };
  if (cut === undefined) return base;
  const token = encodeContinue({ revision, start: cut.start });
  return { ...base, continue: token, ...(counts(options) ? { remainingItemCount: cut.remaining } : {}) };
}
