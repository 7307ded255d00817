/** OpenAPI 3: an index, and a document for each group and version. Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3 */
import { apiVersionOf, type ResourceTable } from "../kinds.js";
import { type Operation, type Path, pathsOf, type QueryParameter, tagOf, typesOf } from "./operations.js";
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

function operationV3(operation: Operation, tag: string): object {
  const { body, reply, kind, consumes, produces } = operation;
  const schema = reply === undefined ? { type: "string" } : refTo(reply, "v3");
  const answer = (description: string): object => ({
    description,
    content: content(produces, schema),
  });
  return {
    tags: [tag],
    operationId: operation.id,
    ...(operation.query.length === 0 ? {} : { parameters: operation.query.map(query) }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            ...(body === "DeleteOptions" ? {} : { required: true }),
            content: content(consumes, body === "Patch" ? { type: "object" } : refTo(body, "v3")),
          },
        }),
    responses: { "200": answer("OK"), ...(operation.created ? { "201": answer("Created"), "202": answer("Accepted") } : {}) },
    "x-kubernetes-action": operation.action,
    "x-kubernetes-group-version-kind": kind,
  };
}

function pathItem({ parameters, operations }: Path, tag: string): object {
  return {
    ...Object.fromEntries(operations.map((operation) => [operation.method, operationV3(operation, tag)])),
    parameters: [...parameters.map((name) => parameter(name, "path", "string")), parameter("pretty", "query", "string")],
  };
}

/** The document of one group and version; undefined when it is not served. */
export function openApiV3(table: ResourceTable, group: string, version: string, release: string): object | undefined {
  const paths = pathsOf(table, group, version);
  if (paths.length === 0) return undefined;
  const tag = tagOf(group, version);
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: release },
    paths: Object.fromEntries(paths.map((path) => [path.path, pathItem(path, tag)])),
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
