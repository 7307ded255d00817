/**
 * OpenAPI 2 as OpenAPI 3, for extension API servers that know only the former. Some is lost on the way, as it is in kube-aggregator.
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../json-value.js";
import type { ForeignDocument } from "./foreign-document.js";
import { definitionPrefix, withReferences } from "./references.js";

const schemaPrefix = "#/components/schemas/";
const methods = ["get", "put", "post", "delete", "options", "head", "patch"];

export function openApiV3Of({ paths, definitions }: ForeignDocument, release: string): object {
  const schema = (value: JsonValue): JsonValue =>
    withReferences(value, (ref) => (ref.startsWith(definitionPrefix) ? schemaPrefix + ref.slice(definitionPrefix.length) : ref));
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: release },
    paths: Object.fromEntries(Array.from(paths, ([path, item]) => [path, pathItem(item, schema)])),
    components: { schemas: Object.fromEntries(Array.from(definitions, ([name, definition]) => [name, schema(definition)])) },
  };
}

type Convert = (schema: JsonValue) => JsonValue;

function pathItem(item: JsonObject, schema: Convert): object {
  const parameters = objects(item.parameters).filter((each) => each.in !== "body");
  return {
    ...(parameters.length === 0 ? {} : { parameters: parameters.map((each) => parameter(each, schema)) }),
    ...Object.fromEntries(
      methods.flatMap((method) => {
        const found = item[method];
        return isJsonObject(found) ? [[method, operation(found, schema)]] : [];
      }),
    ),
  };
}

function operation(of: JsonObject, schema: Convert): object {
  const { consumes, produces, parameters, responses, schemes: _schemes, ...same } = of;
  const all = objects(parameters);
  const body = all.find((each) => each.in === "body");
  const others = all.filter((each) => each.in !== "body");
  return {
    ...same,
    ...(others.length === 0 ? {} : { parameters: others.map((each) => parameter(each, schema)) }),
    ...(body === undefined
      ? {}
      : { requestBody: { ...described(body, ["required"]), content: content(consumes, body.schema, schema) } }),
    responses: Object.fromEntries(
      (isJsonObject(responses) ? Object.entries(responses) : []).map(([code, response]) => [
        code,
        isJsonObject(response)
          ? {
              ...described(response, []),
              ...(response.schema === undefined ? {} : { content: content(produces, response.schema, schema) }),
            }
          : response,
      ]),
    ),
  };
}

const content = (types: JsonValue | undefined, of: JsonValue | undefined, schema: Convert): object =>
  Object.fromEntries(
    (Array.isArray(types) && types.length > 0 ? types : ["*/*"]).map((type) => [
      String(type),
      of === undefined ? {} : { schema: schema(of) },
    ]),
  );

/** What OpenAPI 3 says in a schema is part of the parameter itself before. */
const ofSchema = ["type", "format", "uniqueItems", "items", "default", "enum", "minimum", "maximum"];

function parameter(of: JsonObject, schema: Convert): object {
  const inner = ofSchema.flatMap((keyword) => (of[keyword] === undefined ? [] : [[keyword, of[keyword]!] as const]));
  return { name: of.name, in: of.in, ...described(of, ["required"]), schema: schema(Object.fromEntries(inner)) };
}

const described = (of: JsonObject, more: readonly string[]): object =>
  Object.fromEntries(["description", ...more].flatMap((field) => (of[field] === undefined ? [] : [[field, of[field]]])));

const objects = (value: JsonValue | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
