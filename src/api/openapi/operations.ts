/** The operations of the API, as both OpenAPI documents tell them. */
import type { GroupVersionKind, Resource, Subresource, Verb } from "../kinds.js";
import { showsDeleted } from "../strategy/deleted-shown.js";
import { listSchemaNameOf, schemaNameOf } from "./custom-schemas.js";
import {
  anyType,
  customPatchTypes,
  logTypes,
  objectTypes,
  patchTypes,
  type QueryParameter,
  queryOf,
  streamTypes,
  textTypes,
} from "./queries.js";

export type Method = "get" | "put" | "post" | "delete" | "options" | "head" | "patch";

export interface Operation {
  readonly method: Method;
  readonly id: string;
  /** What operations are grouped by: `core_v1`. */
  readonly tag: string;
  /** `list`, `post`, `deletecollection`, `connect` … as x-kubernetes-action; absent where no kind is spoken of. */
  readonly action?: string;
  readonly kind?: GroupVersionKind;
  readonly query: readonly QueryParameter[];
  /** Type of the body; `Patch` for patches, absent where there is none. */
  readonly body?: string;
  /** Type of the answer; absent where it is text. */
  readonly reply?: string;
  /** Codes of success. */
  readonly codes: readonly number[];
  /** Media types of the body; empty where none is spoken of. */
  readonly consumes: readonly string[];
  /** Media types of the answer. */
  readonly produces: readonly string[];
}

const connections = new Set(["attach", "exec", "portforward", "proxy"]);

export const methods: Readonly<Record<Verb, Method>> = {
  get: "get",
  list: "get",
  watch: "get",
  create: "post",
  update: "put",
  patch: "patch",
  delete: "delete",
  deletecollection: "delete",
};

const actions: Readonly<Partial<Record<Verb, string>>> = { create: "post", update: "put" };
const idVerbs: Readonly<Partial<Record<Verb, string>>> = { get: "read", update: "replace", deletecollection: "delete" };

const codes: Readonly<Partial<Record<Verb, readonly number[]>>> = {
  create: [200, 201, 202],
  update: [200, 201],
  patch: [200, 201],
  delete: [200, 202],
};

/** What a code of success means. */
export const answerText: Readonly<Record<number, string>> = { 200: "OK", 201: "Created", 202: "Accepted" };

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `core`, `apps`, `rbacAuthorization`: a group's name in tags and operation ids. */
export const groupId = (group: string): string =>
  group === "" ? "core" : group.replace(/\.k8s\.io$/, "").replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** `CoreV1`: where operations are, in their ids. */
export const placeOf = (group: string, version: string): string => capitalised(groupId(group)) + capitalised(version);

export const tagOf = (group: string, version: string): string => `${groupId(group)}_${version}`;

export const isConnection = (sub: Subresource): boolean => connections.has(sub.name);

/** Objects of all namespaces, of one, or of none. */
export type Scope = "all" | "own";

const namespacesOf = ({ namespaced }: Resource, scope: Scope): { before: string; after: string } => ({
  before: namespaced && scope === "own" ? "Namespaced" : "",
  after: scope === "all" ? "ForAllNamespaces" : "",
});

/** What may be done with a resource or a part of it. */
export function operation(resource: Resource, verb: Verb, sub: Subresource | undefined, scope: Scope): Operation {
  const { group, version, kind, custom } = resource;
  const { before, after } = namespacesOf(resource, scope);
  const idVerb = idVerbs[verb] ?? verb;
  const collection = verb === "deletecollection" ? "Collection" : "";
  const body = bodyOf(resource, verb, sub);
  const reply = replyOf(resource, verb, sub);
  return {
    method: methods[verb],
    id: `${idVerb}${placeOf(group, version)}${collection}${before}${kind}${capitalised(sub?.name ?? "")}${after}`,
    tag: tagOf(group, version),
    action: actions[verb] ?? verb,
    kind: kindOf(sub ?? resource),
    query: queryOf(verb, sub?.name),
    ...(body === undefined || body === "" ? {} : { body }),
    ...(reply === undefined || reply === "" ? {} : { reply }),
    codes: codes[verb] ?? [200],
    consumes:
      body === "Patch" ? (custom === undefined ? patchTypes : customPatchTypes) : custom === undefined ? anyType : textTypes,
    produces: custom !== undefined ? textTypes : reply === undefined ? logTypes : verb === "list" ? streamTypes : objectTypes,
  };
}

/** A connection to a part of an object, by any method; `withPath` where the path goes on behind it. */
export function connection(resource: Resource, method: Method, sub: Subresource, withPath: boolean): Operation {
  const { group, version, kind } = resource;
  const { before } = namespacesOf(resource, "own");
  return {
    method,
    id: `connect${placeOf(group, version)}${capitalised(method)}${before}${kind}${capitalised(sub.name)}${withPath ? "WithPath" : ""}`,
    tag: tagOf(group, version),
    action: "connect",
    kind: kindOf(sub),
    query: queryOf("get", sub.name),
    codes: [200],
    consumes: anyType,
    produces: anyType,
  };
}

/** A watch at a path of its own, as it was before lists took `watch`. */
export function watch(resource: Resource, of: "list" | "object", scope: Scope): Operation {
  const { group, version, kind } = resource;
  const { before, after } = namespacesOf(resource, scope);
  const list = of === "list";
  return {
    method: "get",
    id: `watch${placeOf(group, version)}${before}${kind}${list ? "List" : ""}${after}`,
    tag: tagOf(group, version),
    action: list ? "watchlist" : "watch",
    kind: kindOf(resource),
    query: queryOf("watch", undefined),
    reply: "WatchEvent",
    codes: [200],
    consumes: anyType,
    produces: streamTypes,
  };
}

const kindOf = ({ group, version, kind }: GroupVersionKind): GroupVersionKind => ({ group, version, kind });

const typeOf = (resource: Resource, sub: Subresource | undefined): string =>
  sub === undefined || sub.kind === resource.kind ? schemaNameOf(resource) : sub.type;

function bodyOf(resource: Resource, verb: Verb, sub: Subresource | undefined): string | undefined {
  if (verb === "get" || verb === "list") return undefined;
  if (verb === "patch") return "Patch";
  return verb.startsWith("delete") ? "DeleteOptions" : typeOf(resource, sub);
}

function replyOf(resource: Resource, verb: Verb, sub: Subresource | undefined): string | undefined {
  if (sub?.name === "log") return undefined;
  if (verb === "list") return listSchemaNameOf(resource);
  const answersStatus = verb === "deletecollection" || (verb === "delete" && !showsDeleted(resource));
  return answersStatus ? "Status" : typeOf(resource, sub);
}
