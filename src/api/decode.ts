/**
 * Makes parsed JSON into a value of a type as Kubernetes' decoder does: fields that the type does not have are left
 * out and named, nulls become absent, and so do zeros that say nothing ("", 0, false, [] and {} of a field that is no
 * pointer), quantities and times get their canonical text, and a value of the wrong type is an error in Kubernetes' words.
 */
import { isInt64, isNumeric, withFloats } from "../json/integer.js";
import { pathText, problemLimit } from "./json-text.js";
import { isJsonObject, setField } from "./json-value.js";
import { kindOf, type MisfitWords, misfitOfJson } from "./misfit-words.js";
import { keepsZero } from "./protobuf/zero-values.js";
import { formatQuantity, parseQuantity } from "./quantity.js";
import { type ObjectType, typeOf, type ValueType } from "./schema.js";
import { formatMicroTime, formatTime, parseMicroTime, parseTime } from "./time.js";

export type Decoded =
  | { readonly ok: true; readonly value: { [field: string]: unknown }; readonly unknownFields: readonly string[] }
  /** `json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container` */
  | { readonly ok: false; readonly message: string };

/**
 * Decodes `value` as the type of that name. The input is not changed; the result shares with it only what is kept
 * as it is. Unknown fields are paths such as `spec.template.spec.containers[0].foo`, at most 100 of them. `words` tell of a
 * value of the wrong type. Throws a RangeError when no such type exists, which is a mistake of the caller's.
 */
export function decodeAs(typeName: string, value: unknown, words: MisfitWords = misfitOfJson): Decoded {
  const type = typeOf(typeName);
  if (type === undefined) throw new RangeError(`no type ${typeName} in the API`);
  const decoder = new Decoder(words);
  const decoded = decoder.decode(type, value);
  if (decoder.message !== undefined) return { ok: false, message: decoder.message };
  return { ok: true, value: decoded as { [field: string]: unknown }, unknownFields: decoder.unknownFields };
}

class Decoder {
  message: string | undefined;
  readonly unknownFields: string[] = [];
  /** Where the decoder is, with map keys and indexes. */
  private readonly path: Array<string | number> = [];
  /** The same as error messages tell it: field names only. */
  private readonly fieldPath: string[] = [];
  /** The type whose field is being decoded, and the Go type of that field's value. */
  private owner = "";
  private ownerType = "";
  private fieldName = "";

  constructor(private readonly words: MisfitWords) {}

  decode(type: ObjectType, value: unknown): unknown {
    if (value === null) return {};
    return this.object(type, value);
  }

  /** A decoded value, or undefined where Go would leave the field as it was. */
  private value(type: ValueType, value: unknown, ofField: boolean): unknown {
    if (value === null) return type.type === "json" ? null : undefined;
    switch (type.type) {
      case "string":
        return typeof value === "string" ? value : this.mismatch(type, value, ofField);
      case "boolean":
        return typeof value === "boolean" ? value : this.mismatch(type, value, ofField);
      case "number":
        return isNumeric(value) ? Number(value) : this.mismatch(type, value, ofField);
      case "integer":
      case "int64":
        return this.integer(type, value, ofField);
      case "bytes":
        return typeof value === "string" ? this.base64(value) : this.mismatch(type, value, ofField);
      case "quantity":
        return this.quantity(value);
      case "intOrString":
        return this.intOrString(value);
      case "time":
      case "microTime":
        return this.time(type.type, value);
      case "json":
        return withFloats(value);
      case "raw":
        return isJsonObject(value) || Array.isArray(value) ? withFloats(value) : this.mismatch(type, value, ofField);
      case "array":
        return this.array(type, value, ofField);
      case "map":
        return this.map(type, value, ofField);
      case "ref": {
        const referred = typeOf(type.name)!;
        return isJsonObject(value) ? this.object(referred, value) : this.mismatch(type, value, ofField);
      }
      case "oneOf":
        return this.oneOf(type.options, value, ofField);
    }
  }

  private object(type: ObjectType, value: unknown): unknown {
    if (!isJsonObject(value)) {
      this.fail(`json: cannot unmarshal ${kindOf(value)} into Go value of type ${type.goName}`);
      return undefined;
    }
    const result: { [field: string]: unknown } = {};
    const { owner, ownerType, fieldName } = this;
    for (const name of Object.keys(value)) {
      const field = type.fields.get(name);
      this.path.push(name);
      if (field === undefined) this.unknown();
      else {
        this.owner = type.name;
        this.ownerType = type.goName.slice(type.goName.indexOf(".") + 1);
        this.fieldName = name;
        this.fieldPath.push(name);
        const decoded = this.value(field.value, value[name], true);
        if (decoded !== undefined && (!isZero(field.value, decoded) || keepsZero(type.name, name))) result[name] = decoded;
        this.fieldPath.pop();
      }
      this.path.pop();
    }
    this.owner = owner;
    this.ownerType = ownerType;
    this.fieldName = fieldName;
    return result;
  }

  private array(type: Extract<ValueType, { type: "array" }>, value: unknown, ofField: boolean): unknown {
    if (!Array.isArray(value)) return this.mismatch(type, value, ofField);
    const result: unknown[] = [];
    for (const [index, item] of value.entries()) {
      this.path.push(index);
      result.push(this.value(type.items, item, false) ?? zeroOf(type.items));
      this.path.pop();
    }
    return result;
  }

  private map(type: Extract<ValueType, { type: "map" }>, value: unknown, ofField: boolean): unknown {
    if (!isJsonObject(value)) return this.mismatch(type, value, ofField);
    const result = {};
    for (const key of Object.keys(value)) {
      this.path.push(key);
      const decoded = this.value(type.values, value[key], false) ?? zeroOf(type.values);
      setField(result, key, decoded as never);
      this.path.pop();
    }
    return result;
  }

  private oneOf(options: readonly ValueType[], value: unknown, ofField: boolean): unknown {
    const fitting = options.find((option) =>
      option.type === "ref" ? isJsonObject(value) : option.type === "array" ? Array.isArray(value) : typeof value === option.type,
    );
    if (fitting !== undefined) return this.value(fitting, value, ofField);
    if (options.some((option) => option.type === "boolean")) this.fail("boolean or JSON schema expected");
    return undefined;
  }

  private integer(type: ValueType, value: unknown, ofField: boolean): unknown {
    const fits = type.type === "int64" ? isInt64(value) : typeof value === "number" && value === (value | 0);
    return fits ? value : this.mismatch(type, value, ofField);
  }

  private quantity(value: unknown): unknown {
    const parsed = parseQuantity(typeof value === "string" || isNumeric(value) ? value : "");
    if (parsed.ok) return formatQuantity(parsed.value);
    return this.fail(parsed.message);
  }

  private intOrString(value: unknown): unknown {
    if (typeof value === "string") return value;
    if (typeof value === "number" && value === (value | 0)) return value;
    return this.fail(`json: cannot unmarshal ${kindOf(value, true)} into Go value of type int32`);
  }

  private time(type: "time" | "microTime", value: unknown): unknown {
    if (typeof value !== "string") return this.fail(`json: cannot unmarshal ${kindOf(value)} into Go value of type string`);
    const parsed = type === "time" ? parseTime(value) : parseMicroTime(value);
    if (!parsed.ok) return this.fail(parsed.message);
    return type === "time" ? formatTime(parsed.ms) : formatMicroTime(parsed.ms);
  }

  private base64(value: string): unknown {
    const text = value.replace(/[\r\n]/g, "");
    const wrong = firstWrongBase64(text);
    return wrong === undefined ? text : this.fail(`illegal base64 data at input byte ${wrong}`);
  }

  private mismatch(type: ValueType, value: unknown, ofField: boolean): undefined {
    const { owner, ownerType, fieldName, fieldPath } = this;
    return this.fail(this.words({ type, value, ofField, owner, ownerType, fieldName, fieldPath }));
  }

  private unknown(): void {
    if (this.unknownFields.length < problemLimit) this.unknownFields.push(pathText(this.path));
  }

  /** The first error is the one that is told. */
  private fail(message: string): undefined {
    this.message ??= message;
    return undefined;
  }
}

/** Of structures, quantities and times nothing is zero: those are written even when they are empty. */
function isZero(type: ValueType, value: unknown): boolean {
  switch (type.type) {
    case "string":
    case "bytes":
    case "integer":
    case "int64":
    case "number":
    case "boolean":
      return value === "" || value === 0 || value === false;
    case "array":
      return (value as unknown[]).length === 0;
    case "map":
      return Object.keys(value as object).length === 0;
    default:
      return false;
  }
}

/** What null is in an array or a map. */
function zeroOf(type: ValueType): unknown {
  switch (type.type) {
    case "string":
    case "bytes":
      return "";
    case "integer":
    case "int64":
    case "number":
    case "intOrString":
      return 0;
    case "boolean":
      return false;
    case "quantity":
      return "0";
    case "array":
      return [];
    case "map":
    case "ref":
    case "raw":
      return {};
    default:
      return null;
  }
}

/** The index of the first character that makes text no base64, as Go's decoder counts it; undefined when it is. */
function firstWrongBase64(text: string): number | undefined {
  const wrong = text.search(/[^A-Za-z0-9+/]/);
  const end = wrong === -1 ? text.length : wrong;
  if (wrong === -1) return text.length % 4 === 0 ? undefined : text.length - (text.length % 4);
  const padding = /^={1,2}$/.test(text.slice(end)) ? text.length - end : 0;
  if (padding === 0) return end;
  return text.length % 4 === 0 ? undefined : end % 4 < 2 ? end : text.length;
}
