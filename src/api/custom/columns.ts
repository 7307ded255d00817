/**
 * The columns that a definition adds to `kubectl get`.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#additional-printer-columns
 */
import { isNumeric } from "../../json/integer.js";
import { writeJson } from "../../json/text.js";
import type { CustomResourceColumnDefinition } from "../generated/types.js";
import type { JsonObject, JsonValue } from "../json-value.js";
import { humanDuration, timeMs } from "../table/duration.js";
import type { Printer } from "../table/printer.js";
import type { TableColumnDefinition, UntypedObject } from "../types.js";
import { findAll, type JsonPath, parseJsonPath } from "./json-path.js";

/** Without columns of its own a custom resource says how old its objects are. */
const onlyAge: CustomResourceColumnDefinition = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

const nameColumn: TableColumnDefinition = {
  name: "Name",
  type: "string",
  format: "name",
  description: "The name of the object, unique in its namespace.",
  priority: 0,
};

export function columnsPrinter(definitions: readonly CustomResourceColumnDefinition[]): Printer {
  const wanted = definitions.length === 0 ? [onlyAge] : definitions;
  const columns = wanted.map((column) => ({ column, path: parseJsonPath(column.jsonPath) ?? [] }));
  return {
    columns: [
      nameColumn,
      ...wanted.map(({ name, type, format = "", description, jsonPath, priority = 0 }) => ({
        name,
        type,
        format,
        description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
        priority,
      })),
    ],
    cells: (object: UntypedObject, nowMs: number): unknown[] => [
      object.metadata.name ?? "",
      ...columns.map(({ column, path }) => cell(column.type, path, object as JsonObject, nowMs)),
    ],
  } as Printer;
}

function cell(type: string, path: JsonPath, object: JsonObject, nowMs: number): unknown {
  const [value] = path.length === 0 ? [] : findAll(path, object);
  if (value === undefined) return null;
  switch (type) {
    case "string":
      return textOf(value);
    case "integer":
      return typeof value === "bigint" ? value : typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return isNumeric(value) ? Number(value) : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      return typeof value === "string" ? age(value, nowMs) : null;
    default:
      return null;
  }
}

function age(text: string, nowMs: number): string {
  const then = timeMs(text);
  return then === undefined ? "<invalid>" : humanDuration(nowMs - then);
}

/** Texts as they are, everything else as JSON. */
const textOf = (value: JsonValue): string => (typeof value === "string" ? value : writeJson(value));
