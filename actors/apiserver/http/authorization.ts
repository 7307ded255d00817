/**
 * Who may ask what. Whoever is authenticated may do everything; without credentials only what the bootstrap role
 * system:public-info-viewer shows. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles
 */
import { type ApiError, forbidden, genericFailure } from "../../../src/api/status.js";
import type { ApiUser } from "../request.js";
import type { Route } from "./routing.js";

export const anonymous: ApiUser = { name: "system:anonymous", groups: ["system:unauthenticated"] };

const publicRoutes: ReadonlySet<Route["type"]> = new Set(["health", "version"]);

/** Undefined when the user may; otherwise 403, worded as RBAC's refusal. */
export function authorize(user: ApiUser, route: Route, method: string, path: string): ApiError | undefined {
  if (user.groups.includes("system:authenticated") || publicRoutes.has(route.type)) return undefined;
  if (route.type !== "resource" && route.type !== "connect") {
    return genericFailure(
      403,
      "Forbidden",
      `forbidden: User ${JSON.stringify(user.name)} cannot ${method.toLowerCase()} path ${JSON.stringify(path)}`,
    );
  }
  const { group, resource, namespace, name = "", subresource } = route.path;
  const verb = route.type === "resource" ? route.verb : method === "POST" ? "create" : "get";
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  const where = namespace === undefined ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  const why = `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`;
  return forbidden({ group, resource }, name, why);
}
