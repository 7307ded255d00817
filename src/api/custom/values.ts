/**
 * Whether a value fits a schema, in the words of Kubernetes' validator. The type decides first; a value of a wrong type
 * is told as that and nothing more.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation
 */
import { exactInteger, type Integer, isInt64, isNumeric, maxInt64, minInt64 } from "../../json/integer.js";
import { writeJson } from "../../json/text.js";
import { type FieldError, invalidValue, notSupported, required, tooLong, tooMany } from "../field-errors.js";
import { quote } from "../go-format.js";
import { deepEqual, isJsonObject, type JsonObject, type JsonValue, ownField } from "../json-value.js";
import { compileRegex, type Regex } from "../regex/regex.js";
import { checkedFormatLength, formatOf } from "./formats.js";
import { correlatedItem, isUnchanged } from "./list-types.js";
import { type StructuralSchema, schemaOfField } from "./schema.js";

/** What is wrong with `value`. With `old`, what has not changed is not held against it (KEP-4008, ratcheting). */
export function valueErrors(value: JsonValue, schema: StructuralSchema, path: string, old?: JsonValue): FieldError[] {
  const errors = new Validator().validate(value, schema, path);
  if (errors.length === 0 || old === undefined) return errors;
  return new Validator(true).validate(value, schema, path, old);
}

const typeNameOf = (value: JsonValue): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (isNumeric(value)) return isInt64(value) ? "integer" : "number";
  return typeof value;
};

/** A field error's path; the validator's own starts with a dot for what is at the root. */
const fieldOf = (path: string): string => (path === "" || path === "." ? "<nil>" : path.replace(/^\./, ""));

const typeError = (path: string, wanted: string, found: string): FieldError => ({
  type: "FieldValueTypeInvalid",
  field: fieldOf(path),
  body: `Invalid value: ${quote(found)}: ${path} in body must be of type ${wanted}: ${quote(found)}`,
});

const broken = (path: string, value: unknown, what: string): FieldError =>
  invalidValue(fieldOf(path), value, `${path} in body ${what}`);

/** What several schemas together refuse is told of no field: Kubernetes leaves it at `<nil>`. */
const junctorError = (path: string, what: string): FieldError => invalidValue("<nil>", "", `${quote(path)} ${what}`);

/** An enum has a number whether it was written as an integer or not. */
const isSame = (one: JsonValue, other: JsonValue): boolean =>
  typeof one === "bigint" || typeof other === "bigint"
    ? isNumeric(one) && isNumeric(other) && one >= other && one <= other
    : deepEqual(one, other);

/** Bounds are floats. An integer is held against the int64 that one comes to, the nearest where there is none. */
function boundOf(value: Integer, bound: number | undefined): Integer | undefined {
  if (bound === undefined || !isInt64(value)) return bound;
  if (Math.abs(bound) < 2 ** 63) return exactInteger(BigInt(Math.trunc(bound)));
  return bound < 0 ? minInt64 : maxInt64;
}

const isMultiple = (value: Integer, factor: number): boolean =>
  isInt64(value) && Math.abs(factor) >= 1
    ? BigInt(value) % BigInt(Math.trunc(factor)) === 0n
    : Number.isInteger(Number(value) / factor);

const patterns = new WeakMap<StructuralSchema, Regex>();

/** The pattern of a schema, which was compiled before when its definition was checked. */
function matchesPattern(schema: StructuralSchema, text: string): boolean {
  let regex = patterns.get(schema);
  if (regex === undefined) {
    const compiled = compileRegex(schema.checks.pattern);
    if (!compiled.ok) return false;
    regex = compiled.regex;
    patterns.set(schema, regex);
  }
  return regex.test(text);
}

const codePoints = (text: string): number => {
  let count = 0;
  for (const _character of text) count += 1;
  return count;
};

class Validator {
  constructor(private readonly ratchets = false) {}

  /** `structure` is the schema outside of junctors, which tells what of `old` a part of the value has taken the place of. */
  validate(value: JsonValue, schema: StructuralSchema, path: string, old?: JsonValue, structure = schema): FieldError[] {
    if (this.ratchets && old !== undefined && isUnchanged(value, old, structure)) return [];
    const wrongType = this.type(value, schema, path);
    if (value === null) return [...wrongType, ...this.enumerated(value, schema, path)];
    const errors = [...wrongType, ...this.junctors(value, schema, path, structure, old)];
    if (typeof value === "string") errors.push(...this.text(value, schema, path));
    if (isNumeric(value)) errors.push(...this.number(value, schema, path));
    if (Array.isArray(value)) errors.push(...this.array(value, schema, path, structure, old));
    errors.push(...this.enumerated(value, schema, path));
    if (isJsonObject(value)) errors.push(...this.object(value, schema, path, structure, old));
    return errors;
  }

  private type(value: JsonValue, { type, isIntOrString, nullable }: StructuralSchema, path: string): FieldError[] {
    const types: string[] = isIntOrString ? ["integer", "string"] : type === "" ? [] : [type];
    if (types.length === 0 || (value === null && nullable)) return [];
    const found = typeNameOf(value);
    const fits = types.includes(found) || (found === "integer" && types.includes("number"));
    return fits ? [] : [typeError(path, types.join(","), found)];
  }

  private enumerated(value: JsonValue, { checks }: StructuralSchema, path: string): FieldError[] {
    if (checks.enum.length === 0 || checks.enum.some((each) => isSame(each, value))) return [];
    const texts = checks.enum.map((each) => (typeof each === "string" ? each : writeJson(each)));
    return [notSupported(fieldOf(path), value, texts)];
  }

  private text(value: string, schema: StructuralSchema, path: string): FieldError[] {
    const { maxLength, minLength, pattern, format } = schema.checks;
    const length = maxLength === undefined && minLength === undefined ? 0 : codePoints(value);
    const errors: FieldError[] = [];
    if (maxLength !== undefined && length > maxLength) errors.push(tooLong(fieldOf(path), maxLength));
    else if (minLength !== undefined && length < minLength)
      errors.push(broken(path, value, `should be at least ${minLength} chars long`));
    else if (pattern !== "" && !matchesPattern(schema, value)) errors.push(broken(path, value, `should match '${pattern}'`));
    const check = format === "" || (schema.type !== "" && schema.type !== "string") ? undefined : formatOf(format);
    if (check !== undefined && (value.length > checkedFormatLength || !check(value)))
      errors.push(broken(path, value, `must be of type ${format}: ${quote(value)}`));
    return errors;
  }

  private number(value: Integer, { checks }: StructuralSchema, path: string): FieldError[] {
    const { multipleOf, exclusiveMinimum, exclusiveMaximum } = checks;
    const [minimum, maximum] = [boundOf(value, checks.minimum), boundOf(value, checks.maximum)];
    const errors: FieldError[] = [];
    if (multipleOf !== undefined && !isMultiple(value, multipleOf))
      errors.push(broken(path, value, `should be a multiple of ${multipleOf}`));
    if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum))
      errors.push(broken(path, value, `should be greater than ${exclusiveMinimum ? "" : "or equal to "}${minimum}`));
    if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum))
      errors.push(broken(path, value, `should be less than ${exclusiveMaximum ? "" : "or equal to "}${maximum}`));
    return errors;
  }

  private array(
    items: JsonValue[],
    schema: StructuralSchema,
    path: string,
    structure: StructuralSchema,
    old?: JsonValue,
  ): FieldError[] {
    const { minItems, maxItems } = schema.checks;
    const errors: FieldError[] = [];
    const { items: itemSchema } = schema;
    if (itemSchema !== undefined) {
      for (const [index, item] of items.entries()) {
        const before = this.ratchets ? correlatedItem(item, structure, old) : undefined;
        errors.push(...this.validate(item, itemSchema, `${path}[${index}]`, before, structure.items));
      }
    }
    if (minItems !== undefined && items.length < minItems)
      errors.push(broken(path, items.length, `should have at least ${minItems} items`));
    if (maxItems !== undefined && items.length > maxItems) errors.push(tooMany(fieldOf(path), items.length, maxItems));
    return errors;
  }

  private object(
    object: JsonObject,
    schema: StructuralSchema,
    path: string,
    structure: StructuralSchema,
    old?: JsonValue,
  ): FieldError[] {
    const { minProperties, maxProperties } = schema.checks;
    const names = Object.keys(object);
    if (minProperties !== undefined && names.length < minProperties)
      return [broken(path, names.length, `should have at least ${minProperties} properties`)];
    if (maxProperties !== undefined && names.length > maxProperties) return [tooMany(fieldOf(path), names.length, maxProperties)];
    const errors: FieldError[] = [];
    for (const name of names) {
      const field = schemaOfField(schema, name);
      // apiVersion and kind are those that were asked for, whatever was stored.
      const isType = path === "" && (name === "apiVersion" || name === "kind");
      const before = old !== undefined && isJsonObject(old) && !isType ? ownField(old, name) : undefined;
      if (field !== undefined) {
        const of = schemaOfField(structure, name);
        errors.push(...this.validate(object[name]!, field, path === "" ? name : `${path}.${name}`, before, of));
      } else if (schema.additionalProperties === false) {
        errors.push(invalidValue(fieldOf(path), name, `${path}.${name} in body is a forbidden property`));
      }
    }
    for (const name of schema.checks.required) {
      if (ownField(object, name) === undefined) errors.push(required(fieldOf(`${path}.${name}`)));
    }
    return errors;
  }

  private junctors(
    value: JsonValue,
    { checks }: StructuralSchema,
    path: string,
    structure: StructuralSchema,
    old?: JsonValue,
  ): FieldError[] {
    const { anyOf, oneOf, allOf, not } = checks;
    const judge = (schemas: readonly StructuralSchema[]) =>
      schemas.map((each) => this.validate(value, each, path, old, structure));
    const errors: FieldError[] = [];
    if (anyOf.length > 0) {
      const judged = judge(anyOf);
      if (judged.every((each) => each.length > 0))
        errors.push(junctorError(path, "must validate at least one schema (anyOf)"), ...judged[0]!);
    }
    if (oneOf.length > 0) {
      const judged = judge(oneOf);
      const valid = judged.filter((each) => each.length === 0).length;
      const how = valid === 0 ? "Found none valid" : `Found ${valid} valid alternatives`;
      if (valid !== 1) errors.push(junctorError(path, `must validate one and only one schema (oneOf). ${how}`));
      if (valid === 0) errors.push(...judged[0]!);
    }
    if (allOf.length > 0) {
      const judged = judge(allOf);
      const failed = judged.filter((each) => each.length > 0);
      for (const each of failed) errors.push(...each);
      const none = failed.length === judged.length ? ". None validated" : "";
      if (failed.length > 0) errors.push(junctorError(path, `must validate all the schemas (allOf)${none}`));
    }
    if (not !== undefined && this.validate(value, not, path).length === 0)
      errors.push(junctorError(path, "must not validate the schema (not)"));
    return errors;
  }
}
