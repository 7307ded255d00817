/** The paths of the API with what may be done at each, as both OpenAPI documents tell them. */
import type { Resource, ResourceTable, Subresource, Verb } from "../kinds.js";
import {
  connection,
  groupId,
  isConnection,
  type Method,
  methods,
  type Operation,
  operation,
  placeOf,
  tagOf,
  watch,
} from "./operations.js";
import { objectTypes, type QueryParameter } from "./queries.js";

export interface Path {
  readonly path: string;
  /** Its parts that may be anything. */
  readonly parameters: ReadonlyArray<"namespace" | "name" | "path">;
  readonly operations: readonly Operation[];
}

/** What all operations of a path take in their query is said once, of the path. */
export function sharedQuery({ operations: [first, ...others] }: Path): readonly QueryParameter[] {
  const query = first?.query ?? [];
  return query.filter(({ name }) => others.every((other) => other.query.some((parameter) => parameter.name === name)));
}

const collectionVerbs: readonly Verb[] = ["list", "create", "deletecollection"];
const itemVerbs: readonly Verb[] = ["get", "update", "patch", "delete"];
const everyMethod: readonly Method[] = ["get", "put", "post", "delete", "options", "head", "patch"];

/** Every path of one group and version. */
export function pathsOf(table: ResourceTable, group: string, version: string): Path[] {
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const resources = table.of(group, version);
  const builtin = resources.filter(({ custom }) => custom === undefined);
  return [
    ...(builtin.length === 0 ? [] : [resourcesPath(root, group, version)]),
    ...resources.flatMap((resource) => pathsOfResource(resource, root)),
    ...builtin.flatMap((resource) => watchesOf(resource, root)),
  ];
}

function pathsOfResource(resource: Resource, root: string): Path[] {
  const { base, scope } = baseOf(resource, root);
  const has = (verbs: readonly Verb[]): Verb[] => verbs.filter((verb) => resource.verbs.includes(verb));
  const paths: Path[] = [
    {
      path: base,
      parameters: scope,
      operations: has(collectionVerbs).map((verb) => operation(resource, verb, undefined, "own")),
    },
    {
      path: `${base}/{name}`,
      parameters: [...scope, "name"],
      operations: has(itemVerbs).map((verb) => operation(resource, verb, undefined, "own")),
    },
    ...resource.subresources.flatMap((sub) => pathsOfPart(resource, sub, `${base}/{name}/${sub.name}`, [...scope, "name"])),
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

function pathsOfPart(resource: Resource, sub: Subresource, path: string, parameters: Path["parameters"]): Path[] {
  if (!isConnection(sub)) {
    return [{ path, parameters, operations: sub.verbs.map((verb) => operation(resource, verb, sub, "own")) }];
  }
  const proxies = sub.name === "proxy";
  const by = proxies ? everyMethod : sub.verbs.map((verb) => methods[verb]);
  const connections = (withPath: boolean) => by.map((method) => connection(resource, method, sub, withPath));
  const own: Path = { path, parameters, operations: connections(false) };
  return proxies ? [own, { path: `${path}/{path}`, parameters: [...parameters, "path"], operations: connections(true) }] : [own];
}

function watchesOf(resource: Resource, root: string): Path[] {
  if (!resource.verbs.includes("watch")) return [];
  const { base, scope } = baseOf(resource, `${root}/watch`);
  const everywhere: Path = {
    path: `${root}/watch/${resource.plural}`,
    parameters: [],
    operations: [watch(resource, "list", "all")],
  };
  return [
    { path: base, parameters: scope, operations: [watch(resource, "list", "own")] },
    { path: `${base}/{name}`, parameters: [...scope, "name"], operations: [watch(resource, "object", "own")] },
    ...(resource.namespaced ? [everywhere] : []),
  ];
}

const baseOf = ({ namespaced, plural }: Resource, root: string) =>
  namespaced
    ? ({ base: `${root}/namespaces/{namespace}/${plural}`, scope: ["namespace"] } as const)
    : ({ base: `${root}/${plural}`, scope: [] } as const);

/** A path that is read and says nothing of objects. */
const plainPath = (path: string, id: string, tag: string, reply: string | undefined, types: readonly string[]): Path => ({
  path,
  parameters: [],
  operations: [
    {
      method: "get",
      id,
      tag,
      query: [],
      ...(reply === undefined ? {} : { reply }),
      codes: [200],
      consumes: reply === undefined ? [] : types,
      produces: types,
    },
  ],
});

const resourcesPath = (root: string, group: string, version: string): Path =>
  plainPath(`${root}/`, `get${placeOf(group, version)}APIResources`, tagOf(group, version), "APIResourceList", objectTypes);

const json = ["application/json"] as const;

/** Paths that are no group's version: what discovery begins with, and what the server says of itself; by the names of their documents. */
export function otherPathsOf(table: ResourceTable): ReadonlyMap<string, Path> {
  const groups = table.groups.filter(
    ({ name, versions }) => name !== "" && versions.some((version) => isBuiltin(table, name, version)),
  );
  return new Map([
    ["api", plainPath("/api/", "getCoreAPIVersions", "core", "APIVersions", objectTypes)],
    ["apis", plainPath("/apis/", "getAPIVersions", "apis", "APIGroupList", objectTypes)],
    ...groups.map(({ name }) => {
      const id = `get${placeOf(name, "")}APIGroup`;
      return [`apis/${name}`, plainPath(`/apis/${name}/`, id, groupId(name), "APIGroup", objectTypes)] as const;
    }),
    ["version", plainPath("/version/", "getCodeVersion", "version", "Info", json)],
    [
      ".well-known/openid-configuration",
      plainPath("/.well-known/openid-configuration/", "getServiceAccountIssuerOpenIDConfiguration", "WellKnown", undefined, json),
    ],
    [
      "openid/v1/jwks",
      plainPath("/openid/v1/jwks/", "getServiceAccountIssuerOpenIDKeyset", "openid", undefined, ["application/jwk-set+json"]),
    ],
  ]);
}

const isBuiltin = (table: ResourceTable, group: string, version: string): boolean =>
  table.of(group, version).some(({ custom }) => custom === undefined);

/** The names of all types that these paths speak of. */
export function typesOf(paths: Iterable<Path>): Set<string> {
  const types = new Set<string>();
  for (const { operations } of paths) {
    for (const { body, reply } of operations) {
      if (body !== undefined) types.add(body);
      if (reply !== undefined) types.add(reply);
    }
  }
  return types;
}
