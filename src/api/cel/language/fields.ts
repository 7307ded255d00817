import { CelError, MapValue, OptionalValue, type Result, type Value } from "./values.js";

/** `object.field` where the object may be anything: undefined when it has no such field. */
const readField = (operand: Value, field: string): Result | undefined =>
  operand instanceof MapValue ? operand.field(field) : undefined;

/** `operand.field`; of an optional, the optional field of what is in it. */
export const selectField = (operand: Value, field: string): Result => {
  if (operand instanceof OptionalValue) return optionalField(operand, field);
  return readField(operand, field) ?? new CelError(`no such key: ${field}`);
};

/** `operand.?field` */
export const optionalField = (operand: Value, field: string): Result => {
  const holder = operand instanceof OptionalValue ? operand.value : operand;
  if (holder === undefined) return OptionalValue.none;
  if (!(holder instanceof MapValue)) return new CelError(`no such key: ${field}`);
  const value = holder.field(field);
  if (value === undefined) return OptionalValue.none;
  return value instanceof CelError ? value : new OptionalValue(value);
};

/** `has(operand.field)` */
export const testField = (operand: Value, field: string): Result => {
  const holder = operand instanceof OptionalValue ? operand.value : operand;
  if (holder === undefined) return false;
  return holder instanceof MapValue ? holder.hasField(field) : new CelError(`no such key: ${field}`);
};
