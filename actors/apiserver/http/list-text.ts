/**
 * Lists as JSON. Their objects are texts already, so a list is not put together as one text before it is made into bytes:
 * thousands of objects would be copied several times over.
 */
import type { KubernetesObject, ListMeta, UntypedObject } from "../../../src/api/types.js";
import { readJson, writeJson } from "../../../src/json/text.js";
import type { Json } from "../../../src/wire/json.js";
import type { ListParts } from "../request.js";

/** `head`, the pieces with `between` in between, and `tail`. */
export interface TextInPieces {
  readonly head: string;
  readonly pieces: readonly string[];
  readonly between: string;
  readonly tail: string;
}

export const listMeta = (list: ListParts): ListMeta => ({
  resourceVersion: list.resourceVersion,
  ...(list.continue === undefined ? {} : { continue: list.continue }),
  ...(list.remainingItemCount === undefined ? {} : { remainingItemCount: list.remainingItemCount }),
});

/**
 * The whole list. The objects of built-in kinds do not say what they are: the list does. Custom ones say it each, as
 * kube-apiserver knows no type for them.
 */
export function listText(list: ListParts, builtin: boolean): TextInPieces {
  const head = `{"kind":"${list.kind}","apiVersion":"${list.apiVersion}","metadata":${writeJson(listMeta(list))},"items":[`;
  if (!builtin || list.items.length === 0) return { head, pieces: list.items, between: ",", tail: "]}" };
  return { head: `${head}{`, pieces: list.items.map(afterTypeMeta), between: ",{", tail: "]}" };
}

const typeMeta = /^\{"kind":"[^"]*","apiVersion":"[^"]*",/;

/** What follows kind and apiVersion in an object's text, to its closing brace. */
function afterTypeMeta(item: Json<KubernetesObject>): string {
  const found = typeMeta.exec(item);
  return found === null ? writeJson(withoutTypeMeta(readJson(item) as UntypedObject)).slice(1) : item.slice(found[0].length);
}

export function withoutTypeMeta({ kind: _kind, apiVersion: _apiVersion, ...rest }: UntypedObject): object {
  return rest;
}
