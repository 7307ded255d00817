/** OpenAPI 2 (Swagger): one document for the whole API. */
import type { ResourceTable } from "../kinds.js";
import { type Operation, type Path, pathsOf, tagOf, typesOf } from "./operations.js";
import { type OpenApiSchema, refTo, schemasFrom } from "./schemas.js";

export interface ParameterV2 {
  readonly name: string;
  readonly in: "query" | "path" | "body";
  readonly required?: boolean;
  readonly type?: string;
  readonly uniqueItems?: boolean;
  readonly schema?: OpenApiSchema;
}

export interface OperationV2 {
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
  readonly schemes: readonly string[];
  readonly tags: readonly string[];
  readonly operationId: string;
  readonly parameters?: readonly ParameterV2[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly schema?: OpenApiSchema }>>;
  readonly "x-kubernetes-action": string;
  readonly "x-kubernetes-group-version-kind": object;
}

export interface PathItemV2 {
  readonly get?: OperationV2;
  readonly put?: OperationV2;
  readonly post?: OperationV2;
  readonly delete?: OperationV2;
  readonly patch?: OperationV2;
  readonly parameters: readonly ParameterV2[];
}

export interface DocumentV2 {
  readonly swagger: "2.0";
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, PathItemV2>>;
  readonly definitions: Readonly<Record<string, OpenApiSchema>>;
}

function operationV2(operation: Operation, tag: string): OperationV2 {
  const { body, reply, consumes, produces } = operation;
  const schema = reply === undefined ? { type: "string" } : refTo(reply, "v2");
  const answer = (description: string) => ({ description, schema });
  const bodyParameter: ParameterV2[] =
    body === undefined
      ? []
      : [
          {
            name: "body",
            in: "body",
            ...(body === "DeleteOptions" ? {} : { required: true }),
            schema: body === "Patch" ? { type: "object" } : refTo(body, "v2"),
          },
        ];
  const query = operation.query.map(({ name, type }): ParameterV2 => ({ name, in: "query", type, uniqueItems: true }));
  const parameters = [...bodyParameter, ...query];
  return {
    consumes,
    produces,
    schemes: ["https"],
    tags: [tag],
    operationId: operation.id,
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: { "200": answer("OK"), ...(operation.created ? { "201": answer("Created"), "202": answer("Accepted") } : {}) },
    "x-kubernetes-action": operation.action,
    "x-kubernetes-group-version-kind": operation.kind,
  };
}

function pathItem({ parameters, operations }: Path, tag: string): PathItemV2 {
  const names = parameters.map((name): ParameterV2 => ({ name, in: "path", type: "string", required: true, uniqueItems: true }));
  return {
    ...Object.fromEntries(operations.map((operation) => [operation.method, operationV2(operation, tag)])),
    parameters: [...names, { name: "pretty", in: "query", type: "string", uniqueItems: true }],
  };
}

/** The document of all that the table has. */
export function openApiV2(table: ResourceTable, release: string): DocumentV2 {
  const paths: Record<string, PathItemV2> = {};
  const types = new Set<string>();
  for (const { name, versions } of table.groups) {
    for (const version of versions) {
      const of = pathsOf(table, name, version);
      for (const path of of) paths[path.path] = pathItem(path, tagOf(name, version));
      for (const type of typesOf(of)) types.add(type);
    }
  }
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: release },
    paths,
    definitions: schemasFrom(types, "v2", table),
  };
}
