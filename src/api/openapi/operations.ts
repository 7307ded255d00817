/** The operations of the API's paths, as both OpenAPI documents tell them. */
import type { GroupVersionKind, Resource, ResourceTable, Subresource, Verb } from "../kinds.js";
import { listSchemaNameOf, schemaNameOf } from "./custom-schemas.js";

export type Method = "get" | "put" | "post" | "delete" | "patch";

export interface QueryParameter {
  readonly name: string;
  readonly type: "string" | "boolean" | "integer";
}

export interface Operation {
  readonly method: Method;
  readonly id: string;
  /** `list`, `post`, `deletecollection`, `connect` … as x-kubernetes-action. */
  readonly action: string;
  readonly kind: GroupVersionKind;
  readonly query: readonly QueryParameter[];
  /** Type of the body; `Patch` for patches, absent where there is none. */
  readonly body?: string;
  /** Type of the answer; absent where it is text. */
  readonly reply?: string;
  readonly created: boolean;
  /** Media types of the body. */
  readonly consumes: readonly string[];
  /** Media types of the answer. */
  readonly produces: readonly string[];
}

export interface Path {
  readonly path: string;
  readonly parameters: ReadonlyArray<"namespace" | "name">;
  readonly operations: readonly Operation[];
}

const strings = (...names: string[]): QueryParameter[] => names.map((name) => ({ name, type: "string" }));
const booleans = (...names: string[]): QueryParameter[] => names.map((name) => ({ name, type: "boolean" }));
const integers = (...names: string[]): QueryParameter[] => names.map((name) => ({ name, type: "integer" }));

const writeQuery = strings("dryRun", "fieldManager", "fieldValidation");
const deleteQuery = [
  ...strings("dryRun", "propagationPolicy"),
  ...integers("gracePeriodSeconds"),
  ...booleans("ignoreStoreReadErrorWithClusterBreakingPotential", "orphanDependents"),
];
const selectQuery = [
  ...strings("continue", "fieldSelector", "labelSelector", "resourceVersion", "resourceVersionMatch"),
  ...integers("limit", "timeoutSeconds"),
  ...booleans("sendInitialEvents"),
];

const queries: Readonly<Record<Verb, readonly QueryParameter[]>> = {
  get: [],
  list: [...selectQuery, ...booleans("allowWatchBookmarks", "watch")],
  watch: [],
  create: writeQuery,
  update: writeQuery,
  patch: [...writeQuery, ...booleans("force")],
  delete: deleteQuery,
  deletecollection: [...deleteQuery, ...selectQuery],
};

/** What a connection or a log takes in its query. */
const subresourceQueries: Readonly<Record<string, readonly QueryParameter[]>> = {
  attach: [...strings("container"), ...booleans("stderr", "stdin", "stdout", "tty")],
  exec: [...strings("command", "container"), ...booleans("stderr", "stdin", "stdout", "tty")],
  log: [
    ...strings("container", "stream"),
    ...booleans("follow", "insecureSkipTLSVerifyBackend", "previous", "timestamps"),
    ...integers("limitBytes", "sinceSeconds", "tailLines"),
  ],
  portforward: integers("ports"),
  proxy: strings("path"),
};

const anyType = ["*/*"] as const;
const textTypes = ["application/json", "application/yaml"] as const;
const objectTypes = [...textTypes, "application/vnd.kubernetes.protobuf"] as const;

/** Clients look here for how a kind may be patched: kubectl apply sends a strategic merge patch where one is listed. */
const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
] as const;

/** A structural schema says nothing of how lists merge strategically. */
const customPatchTypes = patchTypes.filter((type) => type !== "application/strategic-merge-patch+json");

const connections = new Set(["attach", "exec", "portforward", "proxy"]);

const methods: Readonly<Record<Verb, Method>> = {
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

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `core`, `apps`, `rbacAuthorization`: a group's name in tags and operation ids. */
const groupId = (group: string): string =>
  group === "" ? "core" : group.replace(/\.k8s\.io$/, "").replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** `core_v1`: what operations are grouped by. */
export const tagOf = (group: string, version: string): string => `${groupId(group)}_${version}`;

function operation(resource: Resource, verb: Verb, sub: Subresource | undefined, scope: string): Operation {
  const connects = sub !== undefined && connections.has(sub.name);
  const kind = sub ?? resource;
  const place = capitalised(groupId(resource.group)) + capitalised(resource.version);
  const idVerb = connects ? "connect" : (idVerbs[verb] ?? verb);
  const detail = connects ? capitalised(methods[verb]) : verb === "deletecollection" ? "Collection" : "";
  const all = scope === "all" ? "ForAllNamespaces" : "";
  const namespaced = resource.namespaced && scope !== "all" ? "Namespaced" : "";
  const id = `${idVerb}${place}${detail}${namespaced}${resource.kind}${capitalised(sub?.name ?? "")}${all}`;
  const type = sub === undefined || sub.kind === resource.kind ? schemaNameOf(resource) : sub.type;
  const body =
    connects || verb === "get" || verb === "list"
      ? undefined
      : verb === "patch"
        ? "Patch"
        : verb.startsWith("delete")
          ? "DeleteOptions"
          : type;
  const answersStatus = verb === "deletecollection" || (verb === "delete" && !connects);
  const reply =
    connects || sub?.name === "log" ? undefined : verb === "list" ? listSchemaNameOf(resource) : answersStatus ? "Status" : type;
  const custom = resource.custom !== undefined;
  return {
    method: methods[verb],
    id,
    action: connects ? "connect" : (actions[verb] ?? verb),
    kind: { group: kind.group, version: kind.version, kind: kind.kind },
    query: sub !== undefined && subresourceQueries[sub.name] !== undefined ? subresourceQueries[sub.name]! : queries[verb],
    ...(body === undefined || body === "" ? {} : { body }),
    ...(reply === undefined || reply === "" ? {} : { reply }),
    created: verb === "create" && !connects,
    consumes: body === "Patch" ? (custom ? customPatchTypes : patchTypes) : custom ? textTypes : anyType,
    produces: reply === undefined ? anyType : custom ? textTypes : objectTypes,
  };
}

const collectionVerbs: readonly Verb[] = ["list", "create", "deletecollection"];
const itemVerbs: readonly Verb[] = ["get", "update", "patch", "delete"];

/** Every path of one group and version, with what may be done there. */
export function pathsOf(table: ResourceTable, group: string, version: string): Path[] {
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  return table.of(group, version).flatMap((resource) => pathsOfResource(resource, root));
}

function pathsOfResource(resource: Resource, root: string): Path[] {
  const base = resource.namespaced ? `${root}/namespaces/{namespace}/${resource.plural}` : `${root}/${resource.plural}`;
  const scope = resource.namespaced ? (["namespace"] as const) : ([] as const);
  const has = (verbs: readonly Verb[]): Verb[] => verbs.filter((verb) => resource.verbs.includes(verb));
  const paths: Path[] = [
    { path: base, parameters: scope, operations: has(collectionVerbs).map((verb) => operation(resource, verb, undefined, "")) },
    {
      path: `${base}/{name}`,
      parameters: [...scope, "name"],
      operations: has(itemVerbs).map((verb) => operation(resource, verb, undefined, "")),
    },
    ...resource.subresources.map((sub) => ({
      path: `${base}/{name}/${sub.name}`,
      parameters: [...scope, "name" as const],
      operations: sub.verbs.map((verb) => operation(resource, verb, sub, "")),
    })),
  ];
  if (resource.namespaced && resource.verbs.includes("list")) {
    paths.push({
      path: `${root}/${resource.plural}`,
      parameters: [],
      operations: [operation(resource, "list", undefined, "all")],
    });
  }
  return paths.filter(({ operations }) => operations.length > 0);
}

/** The names of all types that these paths speak of. */
export function typesOf(paths: readonly Path[]): Set<string> {
  const types = new Set<string>();
  for (const { operations } of paths) {
    for (const { body, reply } of operations) {
      if (body !== undefined && body !== "Patch") types.add(body);
      if (reply !== undefined) types.add(reply);
    }
  }
  return types;
}
