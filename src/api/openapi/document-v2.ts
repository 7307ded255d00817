/** OpenAPI 2 (Swagger): one document for the whole API. */
import type { ResourceTable } from "../kinds.js";
import { answerText, type Operation } from "./operations.js";
import { otherPathsOf, type Path, pathsOf, sharedQuery, typesOf } from "./paths.js";
import type { QueryParameter } from "./queries.js";
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
  readonly consumes?: readonly string[];
  readonly produces: readonly string[];
  readonly schemes: readonly string[];
  readonly tags: readonly string[];
  readonly operationId: string;
  readonly parameters?: readonly ParameterV2[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly schema?: OpenApiSchema }>>;
  readonly "x-kubernetes-action"?: string;
  readonly "x-kubernetes-group-version-kind"?: object;
}

export interface PathItemV2 {
  readonly get?: OperationV2;
  readonly put?: OperationV2;
  readonly post?: OperationV2;
  readonly delete?: OperationV2;
  readonly options?: OperationV2;
  readonly head?: OperationV2;
  readonly patch?: OperationV2;
  readonly parameters?: readonly ParameterV2[];
}

export interface DocumentV2 {
  readonly swagger: "2.0";
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, PathItemV2>>;
  readonly definitions: Readonly<Record<string, OpenApiSchema>>;
}

function operationV2(operation: Operation, shared: readonly QueryParameter[]): OperationV2 {
  const { body, reply, consumes, produces, action, kind, tag, codes } = operation;
  const schema = reply === undefined ? { type: "string" } : refTo(reply, "v2");
  const bodyParameter: ParameterV2[] =
    body === undefined
      ? []
      : [{ name: "body", in: "body", ...(body === "DeleteOptions" ? {} : { required: true }), schema: refTo(body, "v2") }];
  const own = operation.query.filter(({ name }) => !shared.some((parameter) => parameter.name === name));
  const parameters = [...bodyParameter, ...own.map(queryParameter)];
  const answers = codes.map((code) => [code, { description: answerText[code] ?? "", schema }] as const);
  return {
    ...(consumes.length === 0 ? {} : { consumes }),
    produces,
    schemes: ["https"],
    tags: [tag],
    operationId: operation.id,
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: Object.fromEntries([...answers, [401, { description: "Unauthorized" }]]),
    ...(action === undefined ? {} : { "x-kubernetes-action": action }),
    ...(kind === undefined ? {} : { "x-kubernetes-group-version-kind": kind }),
  };
}

const queryParameter = ({ name, type }: QueryParameter): ParameterV2 => ({ name, in: "query", type, uniqueItems: true });

function pathItem(path: Path): PathItemV2 {
  const shared = sharedQuery(path);
  const names = path.parameters.map(
    (name): ParameterV2 => ({ name, in: "path", type: "string", required: true, uniqueItems: true }),
  );
  const parameters = [...names, ...shared.map(queryParameter)];
  return {
    ...Object.fromEntries(path.operations.map((operation) => [operation.method, operationV2(operation, shared)])),
    ...(parameters.length === 0 ? {} : { parameters }),
  };
}

/** The document of all that the table has. */
export function openApiV2(table: ResourceTable, release: string): DocumentV2 {
  const ofVersions = table.groups.flatMap(({ name, versions }) => versions.flatMap((version) => pathsOf(table, name, version)));
  const all = [...otherPathsOf(table).values(), ...ofVersions];
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: release },
    paths: Object.fromEntries(all.map((path) => [path.path, pathItem(path)])),
    definitions: schemasFrom(typesOf(all), "v2", table),
  };
}
