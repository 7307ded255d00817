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

/** Decodes one segment; undefined where percent-encoding is broken. */
function decodeSegment(segment: string): string | undefined {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/**
 * Takes apart `/api/<version>/…` and `/apis/<group>/<version>/…` (without query). Undefined when the path does not
 * name a resource: `/`, `/api/v1`, `/apis/apps/v1`, `/healthz`, or broken percent-encoding.
 */
export function parsePath(path: string): ResourcePath | undefined {
  const decoded = path.split("/").slice(1).map(decodeSegment);
  if (decoded.includes(undefined)) return undefined;
  let segments = (decoded as string[]).filter((segment, index) => segment !== "" || index < 2);
  let group = "";
  if (segments[0] === "api") segments = segments.slice(1);
  else if (segments[0] === "apis" && segments.length > 1) {
    group = segments[1]!;
    segments = segments.slice(2);
  } else return undefined;
  const [version, ...after] = segments;
  const watch = after[0] === "watch" && after.length > 1;
  const parts = watch ? after.slice(1) : after;
  if (version === undefined || version === "" || parts.length === 0) return undefined;
  const base = { group, version, watch };
  if (parts[0] === "namespaces" && parts.length > 2 && !(group === "" && namespaceSubresources.has(parts[2]!))) {
    const [, namespace, resource, ...rest] = parts;
    return { ...base, namespace: namespace!, resource: resource!, ...named(rest) };
  }
  const [resource, ...rest] = parts;
  return { ...base, resource: resource!, ...named(rest) };
}

function named([name, subresource, ...rest]: string[]): Pick<ResourcePath, "name" | "subresource" | "rest"> {
  return {
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
    ...(rest.length === 0 ? {} : { rest: rest.join("/") }),
  };
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
