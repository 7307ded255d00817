/** How Kubernetes tells that a value is not of the type of its field: in one way of JSON text, in another of merged objects. */
import { isInt64, isNumeric } from "../json/integer.js";
import { goTypeOf, goTypeOfField } from "./go-types.js";
import { jsonKind } from "./json-value.js";
import type { ValueType } from "./schema.js";

/** A value of the wrong type, and where it was met. */
export interface Misfit {
  readonly type: ValueType;
  readonly value: unknown;
  /** Whether it is the value of the field itself, not one of a list or a map there. */
  readonly ofField: boolean;
  /** The type whose field it is, as the API's table names it and as Go does. */
  readonly owner: string;
  readonly ownerType: string;
  readonly fieldName: string;
  /** Names of fields only. */
  readonly fieldPath: readonly string[];
}

export type MisfitWords = (misfit: Misfit) => string;

/** The words of Go's JSON decoder, which reads bodies and what JSON patches and merge patches leave. */
export const misfitOfJson: MisfitWords = (misfit) => {
  const where = `${misfit.ownerType}.${misfit.fieldPath.join(".")}`;
  const what = kindOf(misfit.value, isInteger(misfit.type));
  return `json: cannot unmarshal ${what} into Go struct field ${where} of type ${goTypeAt(misfit)}`;
};

/** The words of the converter that makes an object of what a strategic merge patch leaves. Text decodes itself where Go's type does. */
export const misfitOfMerged: MisfitWords = (misfit) => {
  const { type, value } = misfit;
  const from = mergedKind(value);
  switch (type.type) {
    case "map":
      return `cannot restore map from ${from}`;
    case "array":
    case "bytes":
      return `cannot restore slice from ${from}`;
    case "ref":
      return `cannot restore struct from: ${from}`;
    case "string":
      return from === "int64" ? `cannot convert int64 to ${goTypeAt(misfit)}` : "unrecognized type: string";
    case "boolean":
      return "unrecognized type: bool";
    case "number":
      return "unrecognized type: float64";
    case "integer":
    case "int64":
      return isNumeric(value) ? `cannot convert ${from} to ${goTypeAt(misfit)}` : `unrecognized type: ${goTypeOf(type)}`;
    default:
      return misfitOfJson(misfit);
  }
};

const goTypeAt = ({ type, ofField, owner, fieldName }: Misfit): string =>
  ofField ? goTypeOfField(owner, fieldName, type) : goTypeOf(type);

const isInteger = (type: ValueType): boolean => type.type === "integer" || type.type === "int64";

/** What JSON calls a value; integer types are told the number too. */
export const kindOf = (value: unknown, withNumber = false): string =>
  withNumber && isNumeric(value) ? `number ${value}` : jsonKind(value);

/** What Go calls the kinds of values that merged objects are made of. */
function mergedKind(value: unknown): string {
  if (isNumeric(value)) return isInt64(value) ? "int64" : "float64";
  if (typeof value === "object") return Array.isArray(value) ? "slice" : "map";
  return typeof value === "boolean" ? "bool" : "string";
}
