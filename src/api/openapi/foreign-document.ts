/** What an extension API server says of itself in OpenAPI 2: only what it says of its own version of its own group counts. */
import { readJson } from "../../json/text.js";
import { isJsonObject, type JsonObject } from "../json-value.js";
import { definitionsIn, isDeeperThan } from "./references.js";

export interface ForeignDocument {
  readonly paths: ReadonlyMap<string, JsonObject>;
  /** By name: those that the paths refer to, directly or not. */
  readonly definitions: ReadonlyMap<string, JsonObject>;
}

/** Far deeper than schemas are; what walks through a document calls itself so often. */
const depthMost = 200;

/** `version` is `apis/ice.example.org/v1`. */
export function readForeignDocument(text: string, version: string): ForeignDocument | { readonly problem: string } {
  const document = parsed(text);
  if (!isJsonObject(document)) return { problem: "it is no JSON object" };
  if (isDeeperThan(document, depthMost)) return { problem: `it is nested deeper than ${depthMost} levels` };
  const paths = new Map(objectsIn(document.paths).filter(([path]) => path.startsWith(`/${version}/`)));
  return { paths, definitions: usedBy(paths, new Map(objectsIn(document.definitions))) };
}

/** The same without paths that are somebody else's. */
export function withoutPaths({ paths, definitions }: ForeignDocument, isTaken: (path: string) => boolean): ForeignDocument {
  const kept = new Map([...paths].filter(([path]) => !isTaken(path)));
  return kept.size === paths.size ? { paths, definitions } : { paths: kept, definitions: usedBy(kept, definitions) };
}

function usedBy(paths: ReadonlyMap<string, JsonObject>, definitions: ReadonlyMap<string, JsonObject>): Map<string, JsonObject> {
  const used = new Map<string, JsonObject>();
  const open = [...definitionsIn([...paths.values()])];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const definition = definitions.get(name);
    if (definition === undefined || used.has(name)) continue;
    used.set(name, definition);
    open.push(...definitionsIn(definition));
  }
  return new Map([...used].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const objectsIn = (value: unknown): Array<[string, JsonObject]> =>
  isJsonObject(value) ? Object.entries(value).filter((each): each is [string, JsonObject] => isJsonObject(each[1])) : [];

function parsed(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    // What is no JSON is no object either.
    return undefined;
  }
}
