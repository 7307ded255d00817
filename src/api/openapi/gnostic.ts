/**
 * OpenAPI 2 as protobuf, which kubectl before 1.28 reads. The numbers are those of OpenAPIv2.proto of
 * https://github.com/google/gnostic; extensions travel as YAML text, of which JSON is a part.
 */
import protobuf from "protobufjs/minimal.js";
import { writeJson } from "../../json/text.js";
import { isJsonObject, type JsonObject } from "../json-value.js";
import type { DocumentV2 } from "./document-v2.js";

type Writer = protobuf.Writer;

/** Writes a length-delimited field. */
function message(writer: Writer, id: number, write: (inner: Writer) => void): void {
  writer.uint32((id << 3) | 2).fork();
  write(writer);
  writer.ldelim();
}

/** Parts of a document may be an extension API server's: what is not of the type that it should be is left out. */
const text = (writer: Writer, id: number, value: unknown): void => {
  if (typeof value === "string") writer.uint32((id << 3) | 2).string(value);
};

const texts = (writer: Writer, id: number, values: unknown): void => {
  if (Array.isArray(values)) for (const value of values) text(writer, id, value);
};

const flag = (writer: Writer, id: number, value: unknown): void => {
  if (value === true) writer.uint32(id << 3).bool(true);
};

const objects = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
const fields = (value: unknown): Array<[string, unknown]> => (isJsonObject(value) ? Object.entries(value) : []);

/** A NamedAny with its value as YAML. */
function extensions(writer: Writer, id: number, object: object): void {
  for (const [name, value] of Object.entries(object)) {
    if (!name.startsWith("x-")) continue;
    message(writer, id, (named) => {
      text(named, 1, name);
      message(named, 2, (any) => text(any, 2, writeJson(value)));
    });
  }
}

function schema(writer: Writer, of: unknown): void {
  if (!isJsonObject(of)) return;
  const { additionalProperties: additional, items, properties } = of;
  text(writer, 1, of.$ref);
  text(writer, 2, of.format);
  text(writer, 4, of.description);
  texts(writer, 19, of.required);
  if (typeof additional === "boolean") message(writer, 21, (item) => flag(item, 2, additional));
  else if (additional !== undefined) message(writer, 21, (item) => message(item, 1, (inner) => schema(inner, additional)));
  if (typeof of.type === "string") message(writer, 22, (item) => text(item, 1, of.type));
  if (items !== undefined) message(writer, 23, (item) => message(item, 1, (inner) => schema(inner, items)));
  if (properties !== undefined) message(writer, 25, (inner) => namedSchemas(inner, properties));
  extensions(writer, 31, of);
}

function namedSchemas(writer: Writer, schemas: unknown): void {
  for (const [name, of] of fields(schemas)) {
    message(writer, 1, (named) => {
      text(named, 1, name);
      message(named, 2, (inner) => schema(inner, of));
    });
  }
}

/** A ParametersItem: body parameters are 1, and of the others those of the query 3 and of the path 4. */
function parameter(writer: Writer, of: JsonObject): void {
  message(writer, 1, (either) => {
    if (of.in === "body") {
      message(either, 1, (body) => {
        text(body, 2, of.name);
        text(body, 3, of.in);
        flag(body, 4, of.required);
        message(body, 5, (inner) => schema(inner, of.schema));
      });
      return;
    }
    message(either, 2, (plain) =>
      message(plain, of.in === "query" ? 3 : 4, (inner) => {
        flag(inner, 1, of.required);
        text(inner, 2, of.in);
        text(inner, 4, of.name);
        text(inner, of.in === "query" ? 6 : 5, of.type ?? "string");
        flag(inner, of.in === "query" ? 20 : 19, of.uniqueItems);
      }),
    );
  });
}

function operation(writer: Writer, of: JsonObject): void {
  texts(writer, 1, of.tags);
  text(writer, 5, of.operationId);
  texts(writer, 6, of.produces);
  texts(writer, 7, of.consumes);
  for (const each of objects(of.parameters)) message(writer, 8, (item) => parameter(item, each));
  message(writer, 9, (responses) => {
    for (const [code, response] of fields(of.responses)) {
      if (!isJsonObject(response)) continue;
      message(responses, 1, (named) => {
        text(named, 1, code);
        message(named, 2, (value) =>
          message(value, 1, (inner) => {
            text(inner, 1, response.description);
            if (response.schema !== undefined)
              message(inner, 2, (item) => message(item, 1, (found) => schema(found, response.schema)));
          }),
        );
      });
    }
  });
  texts(writer, 10, of.schemes);
  extensions(writer, 13, of);
}

const methodIds = [
  ["get", 2],
  ["put", 3],
  ["post", 4],
  ["delete", 5],
  ["options", 6],
  ["head", 7],
  ["patch", 8],
] as const;

function pathItem(writer: Writer, of: unknown): void {
  if (!isJsonObject(of)) return;
  for (const [method, id] of methodIds) {
    const found = of[method];
    if (isJsonObject(found)) message(writer, id, (inner) => operation(inner, found));
  }
  for (const each of objects(of.parameters)) message(writer, 9, (item) => parameter(item, each));
}

/** The bytes of a document. */
export function encodeGnostic(document: DocumentV2): Uint8Array {
  const writer = new protobuf.Writer();
  text(writer, 1, document.swagger);
  message(writer, 2, (info) => {
    text(info, 1, document.info.title);
    text(info, 2, document.info.version);
  });
  message(writer, 8, (paths) => {
    for (const [path, of] of Object.entries(document.paths)) {
      message(paths, 2, (named) => {
        text(named, 1, path);
        message(named, 2, (inner) => pathItem(inner, of));
      });
    }
  });
  message(writer, 9, (definitions) => namedSchemas(definitions, document.definitions));
  return writer.finish();
}
