import {
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValue,
  maskTrailingDash,
  type NameRule,
  qualifiedName,
} from "../../names.js";
import { type FunctionDeclaration, globalOverload, memberOverload, type Overload } from "../language/functions.js";
import { listOf, opaque, optionalOf, string } from "../language/types.js";
import { ArrayList, OpaqueValue, OptionalValue, type Result, sizeOf, type Value } from "../language/values.js";
import { matchCost } from "./costs.js";
import { parseUrl } from "./go-url.js";
import { parseTimestamp } from "./time-text.js";

/** Named formats. Source: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-format-library */

export const formatType = opaque("kubernetes.NamedFormat");

class FormatValue extends OpaqueValue {
  readonly type = formatType;
  constructor(
    readonly name: string,
    readonly rule: NameRule,
    /** How long the expression is taken to be that a check comes to. */
    readonly patternLength: number,
  ) {
    super();
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

const asPrefix =
  (rule: NameRule): NameRule =>
  (text) =>
    rule(maskTrailingDash(text));

const pattern =
  (expression: RegExp, message: string): NameRule =>
  (text) =>
    expression.test(text) ? [] : [message];

const isUri: NameRule = (text) => {
  const parsed = parseUrl(text);
  return parsed.ok ? [] : [parsed.message];
};

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;

const isDate: NameRule = (text) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && parseTimestamp(`${text}T00:00:00Z`) !== undefined ? [] : ["invalid date"];
const isDateTime: NameRule = (text) => (parseTimestamp(text.replace(" ", "T")) === undefined ? ["invalid datetime"] : []);

const formats: readonly FormatValue[] = [
  new FormatValue("dns1123Label", dns1123Label, 30),
  new FormatValue("dns1123Subdomain", dns1123Subdomain, 60),
  new FormatValue("dns1035Label", dns1035Label, 30),
  new FormatValue("qualifiedName", qualifiedName, 60),
  new FormatValue("dns1123LabelPrefix", asPrefix(dns1123Label), 30),
  new FormatValue("dns1123SubdomainPrefix", asPrefix(dns1123Subdomain), 60),
  new FormatValue("dns1035LabelPrefix", asPrefix(dns1035Label), 30),
  new FormatValue("labelValue", labelValue, 40),
  new FormatValue("uri", isUri, 1000),
  new FormatValue("uuid", pattern(uuid, "does not match the UUID format"), 80),
  new FormatValue("byte", pattern(base64, "invalid base64"), 100),
  new FormatValue("date", isDate, 120),
  new FormatValue("datetime", isDateTime, 120),
];

const byName = new Map(formats.map((format) => [format.name, format]));

const named = (name: string): Result => {
  const format = byName.get(name);
  return format === undefined ? OptionalValue.none : new OptionalValue(format);
};

const validate = (format: FormatValue, text: string): Result => {
  const faults = format.rule(text);
  return faults.length === 0 ? OptionalValue.none : new OptionalValue(new ArrayList(faults));
};

const longestPattern = Math.max(...formats.map(({ patternLength }) => patternLength));

const validateCost: Pick<Overload, "cost" | "estimate"> = {
  cost: ([format, text]: readonly Value[]) =>
    matchCost(sizeOf(text!), format instanceof FormatValue ? format.patternLength : longestPattern),
  estimate: ([, text]) => ({
    cost: { min: matchCost(text!.size.min, 30), max: matchCost(text!.size.max, longestPattern) },
  }),
};

export const namedFormats: readonly FunctionDeclaration[] = [
  {
    name: "validate",
    overloads: [memberOverload("format-validate", [formatType, string], optionalOf(listOf(string)), validate, validateCost)],
  },
  { name: "format.named", overloads: [globalOverload("format-named", [string], optionalOf(formatType), named)] },
  ...formats.map((format) => ({
    name: `format.${format.name}`,
    overloads: [globalOverload(`format.${format.name}`, [], formatType, () => format)],
  })),
];
