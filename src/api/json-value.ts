/** JSON values as plain data, and the few operations on them that the API machinery shares. */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject;

export interface JsonObject {
  [field: string]: JsonValue;
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const hasField = (object: object, field: string): boolean => Object.hasOwn(object, field);

/** An object's own field, never an inherited one: user-named keys include `constructor` and `__proto__`. */
export const ownField = (object: JsonObject, field: string): JsonValue | undefined =>
  Object.hasOwn(object, field) ? object[field] : undefined;

/** Sets a field whose name a user chose. Plain assignment to `__proto__` would set the prototype instead. */
export const setField = (object: JsonObject, field: string, value: JsonValue): void => {
  if (field === "__proto__") {
    Object.defineProperty(object, field, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[field] = value;
  }
};

/** A copy of one level; keeps an own `__proto__` field, which the spread syntax keeps too. */
export const shallowCopy = (object: JsonObject): JsonObject => ({ ...object });

export const deepCopy = <T>(value: T): T => {
  if (Array.isArray(value)) return value.map(deepCopy) as T;
  if (!isJsonObject(value)) return value;
  const copy: JsonObject = {};
  for (const field of Object.keys(value)) setField(copy, field, deepCopy(value[field]!));
  return copy as T;
};

/** A copy whose objects have their fields in the order of their names, as Go writes maps. */
export const inFieldOrder = (value: JsonValue): JsonValue => {
  if (Array.isArray(value)) return value.map(inFieldOrder);
  if (!isJsonObject(value)) return value;
  const ordered: JsonObject = {};
  for (const field of Object.keys(value).sort()) setField(ordered, field, inFieldOrder(value[field]!));
  return ordered;
};

/** Equality of JSON values; the order of an object's fields does not matter, and an undefined field counts as absent. */
export const deepEqual = (left: unknown, right: unknown): boolean => {
  if (left === right) return true;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => deepEqual(item, right[index]));
  }
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null || Array.isArray(right))
    return false;
  const leftFields = definedFields(left);
  const rightFields = definedFields(right);
  if (leftFields.length !== rightFields.length) return false;
  return leftFields.every(
    (field) => Object.hasOwn(right, field) && deepEqual((left as JsonObject)[field], (right as JsonObject)[field]),
  );
};

const definedFields = (object: object): string[] =>
  Object.keys(object).filter((field) => (object as Record<string, unknown>)[field] !== undefined);

/** Null, absent, "", 0, false, [] and {} are all one to a Go struct with omitempty. */
export const isEmptyValue = (value: unknown): boolean => {
  if (value === null || value === undefined || value === "" || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
};

/** Equality as Go's semantic deep equal sees it: an absent field equals an empty one. */
export const semanticEqual = (left: unknown, right: unknown): boolean => {
  if (left === right) return true;
  const leftEmpty = isEmptyValue(left);
  const rightEmpty = isEmptyValue(right);
  if (leftEmpty || rightEmpty) return emptyAlike(left, right, leftEmpty, rightEmpty);
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => semanticEqual(item, right[index]));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const fields = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const field of fields) {
    if (!semanticEqual(ownField(left, field), ownField(right, field))) return false;
  }
  return true;
};

/** An explicit 0, false or "" behind a pointer differs from nil in Go, but JSON cannot tell which fields are pointers. */
const emptyAlike = (left: unknown, right: unknown, leftEmpty: boolean, rightEmpty: boolean): boolean => {
  if (leftEmpty && rightEmpty) {
    const bothGiven = left !== null && left !== undefined && right !== null && right !== undefined;
    return !bothGiven || typeof left === typeof right;
  }
  return false;
};

/** What Go's decoder calls the kind of a value. */
export const jsonKind = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value === "bigint" ? "number" : typeof value;
};
