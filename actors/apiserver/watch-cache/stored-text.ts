/**
 * Objects as they are stored: JSON text without resourceVersion, which is the revision that wrote them and is spliced in
 * on the way out. Text that this server wrote begins with kind, apiVersion and metadata, in that order, so that splicing
 * needs no parser: the first `"metadata":{` is the object's own. In it resourceVersion comes first and managedFields next.
 */
import { managedFieldsText, readManagedFields } from "../../../src/api/apply/managed-fields.js";
import type { KubernetesObject, UntypedObject } from "../../../src/api/types.js";
import { writeJson } from "../../../src/json/text.js";
import { decodeJson, encodeJson, type Json } from "../../../src/wire/json.js";

const opening = '"metadata":{';

const managedOpening = '"managedFields":[';
/** What follows the last entry. No name and no field of an entry can hold it: quotes in them are escaped. */
const managedClosing = '}],"';

/** What is put into etcd. The object's resourceVersion is dropped, and `managedFields` put in the place of its own. */
export function storedText(object: UntypedObject, managedFields = ""): string {
  const { kind, apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _revision, managedFields: _managed, ...kept } = metadata;
  const text = writeJson({ kind, apiVersion, metadata: kept, ...rest });
  if (managedFields === "") return text;
  const at = text.indexOf(opening) + opening.length;
  return `${text.slice(0, at)}"managedFields":${managedFields},${text.slice(at)}`;
}

/** Where in the text managedFields begin and where what follows them does; undefined when there are none. */
function managedFieldsIn(text: string): readonly [from: number, to: number] | undefined {
  let from = text.indexOf(opening) + opening.length;
  if (text.startsWith('"resourceVersion":"', from)) from = text.indexOf('",', from) + 2;
  if (!text.startsWith(managedOpening, from)) return undefined;
  let end = text.indexOf(managedClosing, from);
  // The end of a field's name may look like that of the list, but for the colon.
  while (end >= 0 && text.charCodeAt(end + managedClosing.length) === 58) end = text.indexOf(managedClosing, end + 1);
  return end < 0 ? undefined : [from, end + managedClosing.length - 1];
}

/** The text of the object's managedFields, `[…]`; "" when nobody manages it. */
export function managedFieldsOf(json: string): string {
  const found = managedFieldsIn(json);
  return found === undefined ? "" : json.slice(found[0] + managedOpening.length - 1, found[1] - 1);
}

/** The same text without managedFields. */
export function withoutManagedFields<Text extends string>(json: Text): Text {
  const found = managedFieldsIn(json);
  return found === undefined ? json : (`${json.slice(0, found[0])}${json.slice(found[1])}` as Text);
}

/** Text that another server wrote, as this one would have. */
function ownText(stored: string): string {
  const object = decodeJson<UntypedObject>(stored as Json<UntypedObject>);
  return storedText(object, managedFieldsText(readManagedFields(object.metadata.managedFields) ?? []));
}

/** The object as clients see it: with the revision that wrote it as its resourceVersion. */
export function withResourceVersion(stored: string, revision: bigint): Json<KubernetesObject> {
  const text = stored.startsWith('{"kind":"') ? stored : ownText(stored);
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
