import type { Integer } from "../../json/integer.js";
import { type FieldError, invalidValue, notSupported, required } from "../field-errors.js";
import { semanticEqual } from "../json-value.js";
import { type NameRule, percent, portName, portNumber } from "../names.js";
import { parseQuantity } from "../quantity.js";

/** Checks that many kinds share. Each answers the errors it found. */

/** A required text that a client left out is the empty one, as it is to Go; the rule says what is wrong with that. */
export const followsRule = (rule: NameRule, value: string | undefined, path: string): FieldError[] =>
  rule(value ?? "").map((message) => invalidValue(path, value ?? "", message));

export const nonNegative = (value: Integer | undefined, path: string): FieldError[] =>
  value !== undefined && value < 0 ? [invalidValue(path, value, "must be greater than or equal to 0")] : [];

export const positive = (value: Integer | undefined, path: string): FieldError[] =>
  value !== undefined && value <= 0 ? [invalidValue(path, value, "must be greater than 0")] : [];

export const immutable = (value: unknown, old: unknown, path: string): FieldError[] =>
  semanticEqual(value, old) ? [] : [invalidValue(path, value, "field is immutable")];

/** A field that must hold one of a few words; `values` in the order the message shows them. */
export const oneOf = (value: string | undefined, values: readonly string[], path: string): FieldError[] =>
  value !== undefined && values.includes(value) ? [] : [notSupported(path, value ?? "", values)];

export const requiredOneOf = (value: string | undefined, values: readonly string[], path: string): FieldError[] =>
  value === undefined || value === "" ? [required(path)] : oneOf(value, values, path);

export const invalidCidrMessage = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

export const protocols = ["SCTP", "TCP", "UDP"] as const;

/** A port by number or by the name of a container's port. */
export const portNumberOrName = (port: number | string | undefined, path: string): FieldError[] => {
  if (typeof port === "string") return portName(port).map((message) => invalidValue(path, port, message));
  const number = port ?? 0;
  return portNumber(number).map((message) => invalidValue(path, number, message));
};

/** A count or a percentage, as in maxSurge. */
export const countOrPercent = (value: number | string, path: string): FieldError[] =>
  typeof value === "string" ? percent(value).map((message) => invalidValue(path, value, message)) : nonNegative(value, path);

/** The number of a percentage; undefined for a count. */
export const percentOf = (value: number | string | undefined): number | undefined =>
  typeof value === "string" && value.endsWith("%") ? Number.parseInt(value, 10) : undefined;

export const atMost100Percent = (value: number | string | undefined, path: string): FieldError[] =>
  (percentOf(value) ?? 0) > 100 ? [invalidValue(path, value, "must not be greater than 100%")] : [];

/** A quantity that is not negative. */
export const quantityErrors = (value: string, path: string): FieldError[] => {
  const parsed = parseQuantity(value);
  if (!parsed.ok) return [invalidValue(path, value, parsed.message)];
  return parsed.value.nano < 0n ? [invalidValue(path, value, "must be greater than or equal to 0")] : [];
};
