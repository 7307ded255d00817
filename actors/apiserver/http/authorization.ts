/** What an HTTP request is to authorization: https://kubernetes.io/docs/reference/access-authn-authz/authorization/#review-your-request-attributes */
import { parsePath } from "../../../src/api/paths.js";
import { type Attributes, resourceAttributes } from "../access/attributes.js";
import { isWatch } from "./query.js";
import type { Route } from "./routing.js";

/** Whether or not anything is served there: who may not ask is not told what there is. */
export function attributesOf(method: string, path: string, query: URLSearchParams, route: Route): Attributes {
  if (route.type === "resource") return resourceAttributes(route.verb, route.path, query.get("fieldSelector") ?? "");
  if (route.type === "proxy") return resourceAttributes(route.verb, route.path);
  if (route.type === "connect") return resourceAttributes(verbOf(method, true, false), route.path);
  const parsed = parsePath(path);
  if (parsed === undefined) return { verb: method.toLowerCase(), path };
  const named = parsed.name !== undefined;
  const watching = parsed.watch || (!named && isWatch(query));
  return resourceAttributes(verbOf(method, named, watching), parsed, query.get("fieldSelector") ?? "");
}

function verbOf(method: string, named: boolean, watching: boolean): string {
  switch (method) {
    case "GET":
    case "HEAD":
      return watching ? "watch" : named ? "get" : "list";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return named ? "delete" : "deletecollection";
    default:
      return "";
  }
}
