import type { Integer } from "../json/integer.js";
import { formatBadValue, quote } from "./go-format.js";

/**
 * What is wrong with one field of an object, in the words of Kubernetes' field errors. Validation returns lists of
 * these; `invalid` in status.ts makes a Status of them.
 */
export type FieldErrorType =
  | "FieldValueNotFound"
  | "FieldValueRequired"
  | "FieldValueDuplicate"
  | "FieldValueInvalid"
  | "FieldValueNotSupported"
  | "FieldValueForbidden"
  | "FieldValueTooLong"
  | "FieldValueTooMany"
  | "InternalError"
  | "FieldValueTypeInvalid";

export interface FieldError {
  readonly type: FieldErrorType;
  /** The path of the field, as in `spec.containers[0].name`. */
  readonly field: string;
  /** Everything after the path, as in `Invalid value: "X": must be lower case`. */
  readonly body: string;
}

const withDetail = (body: string, detail: string): string => (detail === "" ? body : `${body}: ${detail}`);

export const required = (field: string, detail = ""): FieldError => ({
  type: "FieldValueRequired",
  field,
  body: withDetail("Required value", detail),
});

export const invalidValue = (field: string, value: unknown, detail: string): FieldError => ({
  type: "FieldValueInvalid",
  field,
  body: withDetail(`Invalid value: ${formatBadValue(value)}`, detail),
});

/** `supported` is shown in the order given; Kubernetes sorts it where it comes from a set. */
export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError => ({
  type: "FieldValueNotSupported",
  field,
  body: withDetail(
    `Unsupported value: ${formatBadValue(value)}`,
    supported.length === 0 ? "" : `supported values: ${supported.map(quote).join(", ")}`,
  ),
});

export const forbiddenField = (field: string, detail: string): FieldError => ({
  type: "FieldValueForbidden",
  field,
  body: withDetail("Forbidden", detail),
});

export const duplicate = (field: string, value: unknown): FieldError => ({
  type: "FieldValueDuplicate",
  field,
  body: `Duplicate value: ${formatBadValue(value)}`,
});

export const notFoundValue = (field: string, value: unknown): FieldError => ({
  type: "FieldValueNotFound",
  field,
  body: `Not found: ${formatBadValue(value)}`,
});

export const tooLong = (field: string, maxBytes: Integer): FieldError => ({
  type: "FieldValueTooLong",
  field,
  body: withDetail("Too long", maxBytes >= 0 ? `may not be more than ${maxBytes} bytes` : "value is too long"),
});

export const tooMany = (field: string, actual: number, max: Integer): FieldError => ({
  type: "FieldValueTooMany",
  field,
  body: `Too many: ${actual}: must have at most ${max} items`,
});

export const internalFieldError = (field: string, detail: string): FieldError => ({
  type: "InternalError",
  field,
  body: withDetail("Internal error", detail),
});

/** The path of a list item or map entry: `path[0]`, `path[key]`. */
export const at = (path: string, index: number | string): string => `${path}[${index}]`;

/** The path of a field of a structure. */
export const child = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

export const fieldErrorText = (error: FieldError): string => `${error.field}: ${error.body}`;

/** Several faults in one text: repeated ones once, more than one in brackets. */
export const aggregateOf = (faults: readonly string[]): string => {
  const texts = [...new Set(faults)];
  return texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
};

export const aggregateText = (errors: readonly FieldError[]): string => aggregateOf(errors.map(fieldErrorText));
