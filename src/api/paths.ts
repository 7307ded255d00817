/** Reads and writes the paths under which resources are served, and the keys under which they are stored. */
import type { Resource } from "./kinds.js";

/** A path that names a resource, taken apart. Whether such a resource exists is for a ResourceTable to say. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  /** What follows the subresource: `/api/v1/namespaces/a/services/b/proxy/x/y` has `x/y`. */
  readonly rest?: string;
  /** True for the old form with `/watch/` after the version. */
  readonly watch: boolean;
}

/** Subresources of namespaces, which otherwise could not be told from resources in a namespace. */
const namespaceSubresources = new Set(["status", "finalize"]);

/** Decodes one segment; undefined where percent-encoding is broken, or is of no text. */
export function decodeSegment(segment: string): string | undefined {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/**
 * Takes apart `/api/<version>/…` and `/apis/<group>/<version>/…` (without query). Undefined when the path does not
 * name a resource: `/`, `/api/v1`, `/apis/apps/v1`, `/healthz`, broken percent-encoding, or a part that is empty or has a slash in it.
 * Slashes at the end are of no account.
 */
export function parsePath(path: string): ResourcePath | undefined {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    const decoded = decodeSegment(segment);
    if (decoded === undefined) return undefined;
    segments.push(decoded);
  }
  while (segments.at(-1) === "") segments.pop();
  const grouped = segments[1] === "apis" && segments.length > 2;
  if (!grouped && segments[1] !== "api") return undefined;
  const group = grouped ? segments[2]! : "";
  let at = grouped ? 3 : 2;
  const version = segments[at++];
  const watch = segments[at] === "watch" && segments.length > at + 1;
  if (watch) at += 1;
  if (version === undefined || version === "" || at >= segments.length) return undefined;
  const inNamespace =
    segments[at] === "namespaces" && segments.length > at + 2 && !(group === "" && namespaceSubresources.has(segments[at + 2]!));
  const resourceAt = inNamespace ? at + 2 : at;
  // What comes after the subresource is for whoever serves that.
  for (let part = at; part < Math.min(segments.length, resourceAt + 3); part++) if (!isPart(segments[part]!)) return undefined;
  const resource = segments[resourceAt]!;
  const of = named(segments, resourceAt + 1);
  return inNamespace
    ? { group, version, watch, namespace: segments[at + 1]!, resource, ...of }
    : { group, version, watch, resource, ...of };
}

const isPart = (segment: string): boolean => segment !== "" && !segment.includes("/");

function named(segments: readonly string[], at: number): Pick<ResourcePath, "name" | "subresource" | "rest"> {
  const [name, subresource] = [segments[at], segments[at + 1]];
  if (name === undefined) return {};
  if (subresource === undefined) return { name };
  return segments.length > at + 2 ? { name, subresource, rest: segments.slice(at + 2).join("/") } : { name, subresource };
}

/** `/api/v1/namespaces/default/pods/web`, `/apis/apps/v1/deployments`; each name is percent-encoded. */
export function pathOf(
  resource: Pick<Resource, "group" | "version" | "plural">,
  at: { namespace?: string; name?: string; subresource?: string } = {},
): string {
  const parts = [resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`];
  if (at.namespace !== undefined && at.namespace !== "") parts.push("namespaces", encodeURIComponent(at.namespace));
  parts.push(resource.plural);
  if (at.name !== undefined) parts.push(encodeURIComponent(at.name));
  if (at.subresource !== undefined) parts.push(at.subresource);
  return parts.join("/");
}

/**
 * Where the objects of a resource are kept: `/registry/<group or core>/<resource>/[<namespace>/]`. Versions of one
 * resource, and resources that two groups serve from one place, share it. Without a namespace: that of all of them.
 */
export function storagePrefix(resource: Pick<Resource, "storage" | "plural" | "namespaced">, namespace = ""): string {
  const prefix = `/registry/${resource.storage.group === "" ? "core" : resource.storage.group}/${resource.plural}/`;
  return resource.namespaced && namespace !== "" ? `${prefix}${namespace}/` : prefix;
}

/** The key of one object; `namespace` is ignored for resources of the whole cluster. */
export function storageKey(
  resource: Pick<Resource, "storage" | "plural" | "namespaced">,
  namespace: string,
  name: string,
): string {
  return storagePrefix(resource, namespace) + name;
}
