/** Manifests as users write them: YAML or JSON, several in one text, or objects. */
import { parseAllDocuments } from "yaml";
import type { UntypedObject } from "../api/types.js";
import { withExactIntegers } from "../json/yaml.js";
import { ClusterError } from "./options.js";

export type Manifests = string | object | readonly object[];

/** The objects of a text or of what is given, with Lists taken apart. Throws a ClusterError that says where it is wrong. */
export function readManifests(manifests: Manifests): UntypedObject[] {
  const documents = typeof manifests === "string" ? parse(manifests) : Array.isArray(manifests) ? manifests : [manifests];
  return documents.flatMap((document, index) => {
    const object = document as Partial<UntypedObject> | null;
    if (object === null || object === undefined) return [];
    if (typeof object !== "object") throw new ClusterError(`document ${index + 1} is not an object`);
    if (object.kind === "List" && Array.isArray(object.items)) return object.items as UntypedObject[];
    for (const field of ["apiVersion", "kind"] as const) {
      if (typeof object[field] !== "string") throw new ClusterError(`document ${index + 1}: ${field} not set`);
    }
    return [object as UntypedObject];
  });
}

function parse(text: string): unknown[] {
  return parseAllDocuments(text, { version: "1.1", merge: true, customTags: withExactIntegers() }).map((document, index) => {
    const [error] = document.errors;
    if (error !== undefined) throw new ClusterError(`document ${index + 1}: error parsing YAML: ${error.message}`);
    return document.toJS() as unknown;
  });
}
