/** Manifests as users write them: YAML or JSON, several in one text, or objects. */
import { parseAllDocuments } from "yaml";
import { builtinResources, type Resource } from "../api/kinds.js";
import type { UntypedObject } from "../api/types.js";
import { ClusterError } from "./options.js";

export type Manifests = string | object | readonly object[];

/** The objects of a text or of what is given, with Lists taken apart. Throws a ClusterError that says where it is wrong. */
export function readManifests(manifests: Manifests): UntypedObject[] {
  const documents = typeof manifests === "string" ? parse(manifests) : Array.isArray(manifests) ? manifests : [manifests];
  return documents.flatMap((document, index) => {
    const object = document as Partial<UntypedObject> | null;
    if (object === null || object === undefined) return [];
    if (typeof object !== "object") throw new ClusterError(`document ${index + 1} is not an object`);
    if (object.kind === "List" && Array.isArray(object["items"])) return object["items"] as UntypedObject[];
    for (const field of ["apiVersion", "kind"] as const) {
      if (typeof object[field] !== "string") throw new ClusterError(`document ${index + 1}: ${field} not set`);
    }
    return [object as UntypedObject];
  });
}

function parse(text: string): unknown[] {
  return parseAllDocuments(text, { version: "1.1", merge: true }).map((document, index) => {
    const [error] = document.errors;
    if (error !== undefined) throw new ClusterError(`document ${index + 1}: error parsing YAML: ${error.message}`);
    return document.toJS() as unknown;
  });
}

/** The resource that serves an object. */
export function resourceOf(object: { readonly apiVersion?: string; readonly kind?: string }): Resource {
  const found = builtinResources().byObject(object.apiVersion ?? "", object.kind ?? "");
  if (found === undefined)
    throw new ClusterError(`no matches for kind "${object.kind}" in version "${object.apiVersion}": is the apiVersion right?`);
  return found;
}

/** The resource that a user names: `pod`, `pods`, `po`, `Pod`, `deployment.apps`, `deployments.v1.apps`. */
export function resourceNamed(name: string): Resource {
  const [word = "", ...group] = name.toLowerCase().split(".");
  const matches = builtinResources().resources.filter(
    ({ plural, singular, shortNames, kind }) =>
      plural === word || singular === word || shortNames.includes(word) || kind.toLowerCase() === word,
  );
  const wanted = group.join(".");
  const found = matches.find((each) => wanted === "" || each.group === wanted || `${each.version}.${each.group}` === wanted);
  if (found === undefined) throw new ClusterError(`the server doesn't have a resource type "${name}"`);
  return builtinResources().preferred(found.group, found.plural) ?? found;
}
