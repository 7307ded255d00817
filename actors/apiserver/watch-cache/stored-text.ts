/**
 * Objects as they are stored: JSON text without resourceVersion, which is the revision that wrote them and is spliced in
 * on the way out. Text that this server wrote begins with kind, apiVersion and metadata, in that order, so that splicing
 * needs no parser: the first `"metadata":{` is the object's own.
 */
import type { KubernetesObject, UntypedObject } from "../../../src/api/types.js";
import { decodeJson, encodeJson, type Json } from "../../../src/wire/json.js";

const opening = '"metadata":{';

/** What is put into etcd. Takes the object over: its resourceVersion and managedFields are dropped. */
export function storedText(object: UntypedObject): string {
  const { kind, apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _revision, managedFields: _managed, ...kept } = metadata;
  return JSON.stringify({ kind, apiVersion, metadata: kept, ...rest });
}

/** The object as clients see it: with the revision that wrote it as its resourceVersion. */
export function withResourceVersion(stored: string, revision: bigint): Json<KubernetesObject> {
  const text = stored.startsWith('{"kind":"') ? stored : storedText(decodeJson<UntypedObject>(stored));
  const at = text.indexOf(opening) + opening.length;
  const comma = text.charCodeAt(at) === 125 ? "" : ",";
  return `${text.slice(0, at)}"resourceVersion":"${revision}"${comma}${text.slice(at)}` as Json<KubernetesObject>;
}

/** The same object at another revision; `json` has a resourceVersion where `withResourceVersion` puts it. */
export function atRevision(json: Json<KubernetesObject>, revision: bigint): Json<KubernetesObject> {
  const from = json.indexOf(opening) + opening.length + '"resourceVersion":"'.length;
  return `${json.slice(0, from)}${revision}${json.slice(json.indexOf('"', from))}` as Json<KubernetesObject>;
}

/** `json` without its resourceVersion, as it was stored. */
export function withoutResourceVersion(json: Json<KubernetesObject>): string {
  const from = json.indexOf(opening) + opening.length;
  const after = json.indexOf('"', from + '"resourceVersion":"'.length) + 1;
  return json.slice(0, from) + json.slice(json.charCodeAt(after) === 44 ? after + 1 : after);
}

/** Puts the words of another version of the same shape at the head of an object. */
export function withHeader(json: Json<KubernetesObject>, kind: string, apiVersion: string): Json<KubernetesObject> {
  const from = json.indexOf(`,${opening}`);
  return `{"kind":"${kind}","apiVersion":"${apiVersion}"${json.slice(from)}` as Json<KubernetesObject>;
}

/** Text for an object that is not stored, such as a Scale. */
export const plainText = (object: object): Json<KubernetesObject> => encodeJson(object) as Json<KubernetesObject>;
