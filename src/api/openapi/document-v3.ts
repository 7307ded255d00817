/** OpenAPI 3: an index, and a document for each group and version. Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3 */
import { apiVersionOf, type ResourceTable } from "../kinds.js";
import { answerText, type Operation } from "./operations.js";
import { otherPathsOf, type Path, pathsOf, sharedQuery, typesOf } from "./paths.js";
import type { QueryParameter } from "./queries.js";
import { type OpenApiSchema, refTo, schemasFrom } from "./schemas.js";

/** `api/v1`, `apis/apps/v1`: the name of a group's version in the index and in paths. */
export const indexName = (group: string, version: string): string =>
  group === "" ? `api/${version}` : `apis/${apiVersionOf(group, version)}`;

const parameter = (name: string, place: "query" | "path", type: string): object => ({
  name,
  in: place,
  ...(place === "path" ? { required: true } : {}),
  schema: { type, uniqueItems: true },
});

const query = ({ name, type }: QueryParameter): object => parameter(name, "query", type);

const content = (types: readonly string[], schema: OpenApiSchema): object =>
  Object.fromEntries(types.map((type) => [type, { schema }]));

function operationV3(operation: Operation, shared: readonly QueryParameter[]): object {
  const { body, reply, action, kind, tag, codes, consumes, produces } = operation;
  const schema = reply === undefined ? { type: "string" } : refTo(reply, "v3");
  const own = operation.query.filter(({ name }) => !shared.some((parameter) => parameter.name === name));
  const answers = codes.map(
    (code) => [code, { description: answerText[code] ?? "", content: content(produces, schema) }] as const,
  );
  return {
    tags: [tag],
    operationId: operation.id,
    ...(own.length === 0 ? {} : { parameters: own.map(query) }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            ...(body === "DeleteOptions" ? {} : { required: true }),
            content: content(consumes, refTo(body, "v3")),
          },
        }),
    responses: Object.fromEntries([...answers, [401, { description: "Unauthorized" }]]),
    ...(action === undefined ? {} : { "x-kubernetes-action": action }),
    ...(kind === undefined ? {} : { "x-kubernetes-group-version-kind": kind }),
  };
}

function pathItem(path: Path): object {
  const shared = sharedQuery(path);
  const parameters = [...path.parameters.map((name) => parameter(name, "path", "string")), ...shared.map(query)];
  return {
    ...Object.fromEntries(path.operations.map((operation) => [operation.method, operationV3(operation, shared)])),
    ...(parameters.length === 0 ? {} : { parameters }),
  };
}

/** The document of one group and version; undefined when it is not served. */
export function openApiV3(table: ResourceTable, group: string, version: string, release: string): object | undefined {
  return documentOf(pathsOf(table, group, version), table, release);
}

/** The document of a path that is no group's version, by its name in the index; undefined where there is none. */
export function otherOpenApiV3(table: ResourceTable, name: string, release: string): object | undefined {
  const path = otherPathsOf(table).get(name);
  return path === undefined ? undefined : documentOf([path], table, release);
}

function documentOf(paths: readonly Path[], table: ResourceTable, release: string): object | undefined {
  if (paths.length === 0) return undefined;
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: release },
    paths: Object.fromEntries(paths.map((path) => [path.path, pathItem(path)])),
    components: {
      schemas: schemasFrom(typesOf(paths), "v3", table),
      securitySchemes: { BearerToken: { type: "apiKey", name: "authorization", in: "header" } },
    },
  };
}

/** A document in the index: one that is served here under its hash, or one that is found elsewhere. */
export type VersionEntry =
  | { readonly group: string; readonly version: string; readonly hash: string }
  | { readonly name: string; readonly hash: string }
  | { readonly name: string; readonly url: string };

/** `/openapi/v3`: where each document is. The hash changes whenever a document does, so that clients may keep what they have. */
export function openApiV3Index(entries: readonly VersionEntry[]): object {
  const paths = new Map<string, { readonly serverRelativeURL: string }>();
  for (const entry of entries) {
    const at = "name" in entry ? entry.name : indexName(entry.group, entry.version);
    const url = "url" in entry ? entry.url : `/openapi/v3/${at}?hash=${entry.hash}`;
    if (!paths.has(at)) paths.set(at, { serverRelativeURL: url });
  }
  return { paths: Object.fromEntries(paths) };
}
