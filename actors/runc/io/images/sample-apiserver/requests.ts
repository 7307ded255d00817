/** Requests for flunders and fischers, and what comes of them. */

import { deepCopy, type JsonObject } from "../../../../../src/api/json-value.js";
import { applyPatch, isPatchType } from "../../../../../src/api/patch/patch.js";
import { readPatchText } from "../../../../../src/api/patch/patch-text.js";
import type { ResourcePath } from "../../../../../src/api/paths.js";
import { compileSelector } from "../../../../../src/api/selectors.js";
import { fail, type Result, succeed, success, unsupportedMediaType } from "../../../../../src/api/status.js";
import { writeJson } from "../../../../../src/json/text.js";
import { apiVersion, group, objectIn, type Place, type WardleStore } from "./store.js";

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

export interface WardleRequest {
  readonly verb: Exclude<Verb, "watch">;
  readonly place: Place;
  readonly name: string | undefined;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: string;
}

/** The verb as authorization names it; undefined for a method that does nothing there. */
export function verbOf(method: string, path: ResourcePath | undefined, query: URLSearchParams): Verb | undefined {
  const one = path === undefined || path.name !== undefined;
  const watching = query.get("watch") === "true" || query.get("watch") === "1" || path?.watch === true;
  switch (method) {
    case "GET":
      return path !== undefined && watching ? "watch" : one ? "get" : "list";
    case "POST":
      return path?.name === undefined ? "create" : undefined;
    case "PUT":
      return one ? "update" : undefined;
    case "PATCH":
      return one ? "patch" : undefined;
    case "DELETE":
      return one ? "delete" : "deletecollection";
    default:
      return undefined;
  }
}

export const selectorOf = (query: URLSearchParams, { of }: Place) =>
  compileSelector(
    { labelSelector: query.get("labelSelector") ?? "", fieldSelector: query.get("fieldSelector") ?? "" },
    group,
    of.kind,
  );

export function answerOf(
  store: WardleStore,
  { verb, place, name = "", query, contentType, body }: WardleRequest,
): Result<unknown> {
  const dryRun = query.getAll("dryRun").includes("All");
  switch (verb) {
    case "get":
      return store.get(place, name);
    case "list": {
      const selects = selectorOf(query, place);
      if (!selects.ok) return selects;
      const metadata = { resourceVersion: store.resourceVersion };
      return succeed({ kind: `${place.of.kind}List`, apiVersion, metadata, items: store.list(place, selects.value) });
    }
    case "create": {
      const sent = objectIn(body);
      return sent.ok ? store.create(place, sent.value, dryRun) : sent;
    }
    case "update": {
      const sent = objectIn(body);
      return sent.ok ? store.update(place, name, sent.value, dryRun) : sent;
    }
    case "patch":
      return patched(store, place, name, contentType, body, dryRun);
    case "delete": {
      const deleted = store.delete(place, name, dryRun);
      return deleted.ok
        ? succeed(success({ name, group, kind: place.of.plural, uid: deleted.value.metadata.uid ?? "" }))
        : deleted;
    }
    case "deletecollection": {
      const selects = selectorOf(query, place);
      if (!selects.ok) return selects;
      const items = store.list(place, selects.value);
      for (const { metadata } of items)
        store.delete({ ...place, namespace: metadata.namespace ?? "" }, metadata.name ?? "", dryRun);
      return succeed({ kind: `${place.of.kind}List`, apiVersion, metadata: { resourceVersion: store.resourceVersion }, items });
    }
  }
}

function patched(
  store: WardleStore,
  place: Place,
  name: string,
  contentType: string,
  body: string,
  dryRun: boolean,
): Result<unknown> {
  const type = contentType.split(";")[0]?.trim() ?? "";
  if (!isPatchType(type)) return fail(unsupportedMediaType(["application/json-patch+json", "application/merge-patch+json"]));
  const patch = readPatchText(body, type);
  if (!patch.ok) return patch;
  const old = store.get(place, name);
  if (!old.ok) return old;
  const changed = applyPatch(type, undefined, deepCopy(old.value as JsonObject), patch.value.patch);
  if (!changed.ok) return changed;
  const object = objectIn(writeJson(changed.value));
  return object.ok ? store.update(place, name, object.value, dryRun) : object;
}
