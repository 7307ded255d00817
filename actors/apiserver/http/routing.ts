/**
 * What a method and a path ask for.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
 */
import { builtinResources, type Resource, type ResourceTable } from "../../../src/api/kinds.js";
import { parsePath } from "../../../src/api/paths.js";
import { type ApiError, methodNotAllowed, noSuchResource } from "../../../src/api/status.js";
import type { APIService } from "../../../src/api/types.js";
import type { DumpedFairness } from "../fairness/dump.js";
import type { PodConnection, RequestPath } from "../request.js";
import { isIssuerPath } from "./issuer.js";

/** The verbs as authorization names them. */
export type ApiVerb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

export type Route =
  | { readonly type: "resource"; readonly verb: ApiVerb; readonly resource: Resource; readonly path: RequestPath }
  | {
      readonly type: "connect";
      readonly resource: Resource;
      readonly path: RequestPath & { resource: "pods"; namespace: string; name: string; subresource: PodConnection };
    }
  | {
      readonly type: "proxy";
      readonly verb: ApiVerb;
      readonly resource: Resource;
      readonly path: RequestPath & { name: string; subresource: "proxy" };
      /** What follows `/proxy` in the path, as it was written; "" or with a slash before it. */
      readonly rest: string;
    }
  | { readonly type: "health"; readonly check: string; readonly part: string | undefined }
  | { readonly type: "version" | "index" | "trace" | "metrics" | "indicators" | "configuration" }
  /** What is going on in priority and fairness. */
  | { readonly type: "fairness"; readonly dumped: DumpedFairness }
  /** An extension API server answers. */
  | { readonly type: "extension"; readonly service: APIService }
  /** Discovery and OpenAPI documents, by their path. */
  | { readonly type: "document"; readonly path: string }
  /** Who signs tokens, and with which keys. */
  | { readonly type: "issuer"; readonly path: string }
  | { readonly type: "refused"; readonly error: ApiError }
  | { readonly type: "nothing" };

export type ResourceRoute = Extract<Route, { type: "resource" }>;

/** The methods of each connection to a pod. */
const connects: ReadonlyMap<string, readonly string[]> = new Map([
  ["log", ["GET"]],
  ["exec", ["GET", "POST"]],
  ["attach", ["GET", "POST"]],
  ["portforward", ["GET", "POST"]],
]);
/** What is done to one object. Where a kind has none of it, its objects have no paths. */
const ofOne: ReadonlySet<string> = new Set(["get", "update", "patch", "delete"]);
/** `connect` takes every method; what comes after it is not the API server's. */
const proxiedPath = /^\/+api\/+v1\/+(?:namespaces\/+[^/]+\/+(?:pods|services)|nodes)\/+[^/]+\/+proxy(\/.*|$)/;
const healthPath = /^\/(healthz|livez|readyz)(?:\/(.*[^/]))?\/?$/;
/** Where the discovery of all, of a group, and of a version of it is. */
const groupPath = /^\/(api(\/[^/]+)?|apis(\/[^/]+){0,2})\/?$/;
const documentPath = /^\/(api|apis|openapi)(\/|$)/;

export function route(method: string, path: string, watching: boolean, table: ResourceTable): Route {
  const parsed = parsePath(path);
  if (parsed !== undefined) {
    const resource = table.byResource(parsed.group, parsed.version, parsed.resource);
    const rest = resource === undefined ? undefined : proxiedPath.exec(path)?.[1];
    if (resource !== undefined && rest !== undefined) return proxyRoute(method, parsed, resource, rest);
    if (resource !== undefined) {
      // One object is only watched below /watch/: elsewhere the query is for lists.
      return resourceRoute(method, parsed, (watching && parsed.name === undefined) || parsed.watch, resource);
    }
  }
  return method === "GET" || !restful.test(path) ? otherRoute(path) : otherMethod(path);
}

/** What kube-apiserver serves by method; its pages beside that answer every one. */
const restful = /^\/(api|apis|version|openid|\.well-known)(\/|$)/;

const ownGroups: ReadonlySet<string> = new Set(builtinResources().groups.map(({ name }) => name));

/**
 * What there is not: below what is built in, that is said in a Status; elsewhere, also below the groups of custom resources, in plain
 * text.
 */
export function absent(path: string): Route {
  const [, first = "", second = ""] = path.split("/", 3);
  const isOwn = first === "api" || first === "version" || (first === "apis" && ownGroups.has(second));
  return isOwn ? { type: "refused", error: noSuchResource() } : { type: "nothing" };
}

const pages: ReadonlyMap<string, "index" | "trace" | "metrics" | "indicators" | "configuration"> = new Map([
  ["/", "index"],
  ["/debug/chartroom/trace", "trace"],
  ["/metrics", "metrics"],
  ["/metrics/slis", "indicators"],
  ["/configz", "configuration"],
]);

const fairnessPath = /^\/debug\/api_priority_and_fairness\/dump_(priority_levels|queues|requests)$/;

function otherRoute(path: string): Route {
  const health = healthPath.exec(path);
  if (health !== null) return { type: "health", check: health[1] ?? "", part: health[2] };
  if (path === "/version" || path === "/version/") return { type: "version" };
  const page = pages.get(path);
  if (page !== undefined) return { type: page };
  const [, dumped] = fairnessPath.exec(path) ?? [];
  if (dumped !== undefined) return { type: "fairness", dumped: dumped as DumpedFairness };
  if (isIssuerPath(path)) return { type: "issuer", path };
  return documentPath.test(path) ? { type: "document", path } : absent(path);
}

function otherMethod(path: string): Route {
  const known = otherRoute(path);
  if (known.type === "nothing" || known.type === "refused") return known;
  if (known.type === "document" && !groupPath.test(path)) return absent(path);
  return { type: "refused", error: methodNotAllowed() };
}

function resourceRoute(method: string, parsed: RequestPath & { rest?: string }, watching: boolean, resource: Resource): Route {
  const { group, version, resource: plural, namespace, name, subresource, rest } = parsed;
  const nothing: Route = resource.custom === undefined ? { type: "refused", error: noSuchResource() } : { type: "nothing" };
  if (rest !== undefined) return nothing;
  // A namespaced resource cannot be named without its namespace, nor one of the cluster inside one.
  if (!resource.namespaced && namespace !== undefined) return nothing;
  if (resource.namespaced && namespace === undefined && name !== undefined) return nothing;
  // Custom resources have no path there but for reading all of them; built-in ones have one, with other methods.
  const isRead = method === "GET" || method === "HEAD";
  if (resource.custom !== undefined && resource.namespaced && namespace === undefined && !isRead) return nothing;
  const path: RequestPath = {
    group,
    version,
    resource: plural,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
  if (name !== undefined && subresource === undefined && !resource.verbs.some((verb) => ofOne.has(verb))) return nothing;
  const part = subresource === undefined ? resource : resource.subresources.find((each) => each.name === subresource);
  if (part === undefined) return nothing;
  const methods = plural === "pods" && group === "" && subresource !== undefined ? connects.get(subresource) : undefined;
  if (methods !== undefined) {
    return methods.includes(method)
      ? { type: "connect", resource, path: path as Extract<Route, { type: "connect" }>["path"] }
      : { type: "refused", error: methodNotAllowed() };
  }
  const verb = verbOf(method, name, watching, subresource);
  if (verb === undefined || !(part.verbs as readonly string[]).includes(verb))
    return { type: "refused", error: methodNotAllowed() };
  if (verb === "create" && resource.namespaced && namespace === undefined && !resource.virtual) {
    return { type: "refused", error: methodNotAllowed() };
  }
  return { type: "resource", verb, resource, path };
}

function proxyRoute(method: string, parsed: RequestPath, resource: Resource, rest: string): Route {
  const { group, version, resource: plural, namespace, name = "" } = parsed;
  const at = { group, version, resource: plural, ...(namespace === undefined ? {} : { namespace }), name };
  // Asking what there may be asked, as browsers do, is reading.
  const verb = verbOf(method, name, false, "proxy") ?? "get";
  return { type: "proxy", verb, resource, path: { ...at, subresource: "proxy" }, rest };
}

function verbOf(
  method: string,
  name: string | undefined,
  watching: boolean,
  subresource: string | undefined,
): ApiVerb | undefined {
  switch (method) {
    case "GET":
      if (watching && subresource === undefined) return "watch";
      return name === undefined ? "list" : "get";
    case "POST":
      return name === undefined || subresource !== undefined ? "create" : undefined;
    case "PUT":
      return name === undefined ? undefined : "update";
    case "PATCH":
      return name === undefined ? undefined : "patch";
    case "DELETE":
      return name === undefined ? "deletecollection" : "delete";
    default:
      return undefined;
  }
}
