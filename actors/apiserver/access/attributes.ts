/** What authorization asks about a request. https://kubernetes.io/docs/reference/access-authn-authz/authorization/ */
import { combinedResource } from "../../../src/api/access/policy-rules.js";
import { quote } from "../../../src/api/go-format.js";
import { exactFieldValue, parseFieldSelector } from "../../../src/api/selectors.js";
import { type ApiError, forbidden, genericFailure } from "../../../src/api/status.js";
import type { ApiUser, RequestPath } from "../request.js";

/** A verb on a resource. Empty strings stand for what a request does not have. */
export interface ResourceAttributes {
  /** `get`, `list`, `deletecollection`; also verbs that only authorization knows: `bind`, `escalate`, `impersonate`, `approve`. */
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  /** "" for objects of the cluster, and for all namespaces together. */
  readonly namespace: string;
  /** "" for a whole resource, and for what is being created. */
  readonly name: string;
  readonly fieldSelector: string;
}

/** A method on a path that is no resource: `get` of `/healthz`. */
export interface PathAttributes {
  readonly verb: string;
  readonly path: string;
}

export type Attributes = ResourceAttributes | PathAttributes;

export interface Decision {
  readonly allowed: boolean;
  /** Why it is allowed, or what kept it from being allowed; "" when there is nothing to say. */
  readonly reason: string;
}

/** A request to read many objects may be one for a single one: then it is authorized as that. */
const readsMany: ReadonlySet<string> = new Set(["list", "watch", "deletecollection"]);

export function resourceAttributes(verb: string, path: RequestPath, fieldSelector = ""): ResourceAttributes {
  const { group, resource, subresource = "", namespace = "" } = path;
  // A namespace is authorized as if it lay in itself.
  const within = group === "" && resource === "namespaces" && namespace === "" ? (path.name ?? "") : namespace;
  const selected = path.name === undefined && readsMany.has(verb) ? fieldNamed(fieldSelector, "metadata.name") : undefined;
  const name = path.name ?? selected ?? "";
  return { verb, group, resource, subresource, namespace: within, name, fieldSelector };
}

/** The value that a field selector asks of a field; undefined when it does not ask for one. */
export function fieldNamed(fieldSelector: string, field: string): string | undefined {
  if (fieldSelector === "") return undefined;
  const terms = parseFieldSelector(fieldSelector);
  return terms.ok ? exactFieldValue(terms.value, field) : undefined;
}

/** `User "jane" cannot list resource "pods" in API group "" in the namespace "default"`, and the reason if there is one. */
function refusalText({ name: user }: ApiUser, asked: Attributes, reason: string): string {
  const why = reason === "" ? "" : `: ${reason}`;
  const who = quote(user);
  if (!("resource" in asked)) return `User ${who} cannot ${asked.verb} path ${quote(asked.path)}${why}`;
  const { verb, group, resource, subresource, namespace } = asked;
  const what = quote(combinedResource(resource, subresource));
  const where = namespace === "" ? "at the cluster scope" : `in the namespace ${quote(namespace)}`;
  return `User ${who} cannot ${verb} resource ${what} in API group ${quote(group)} ${where}${why}`;
}

/** 403 of a request that nothing allows. */
export function forbiddenRequest(user: ApiUser, asked: Attributes, { reason }: Decision): ApiError {
  const text = refusalText(user, asked, reason);
  if (!("resource" in asked)) return genericFailure(403, "Forbidden", `forbidden: ${text}`);
  return forbidden({ group: asked.group, resource: asked.resource }, asked.name, text);
}
