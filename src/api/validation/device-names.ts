import { writeJson } from "../../json/text.js";
import { type FieldError, invalidValue, required, tooLong } from "../field-errors.js";
import { isJsonObject, type JsonValue } from "../json-value.js";
import { byteLength, dns1123Label, dns1123Subdomain, patternMessage } from "../names.js";
import { followsRule } from "./common.js";

/** What devices, their drivers and their properties are called. Source: "Dynamic Resource Allocation". */

const maxDomainLength = 63;
const maxIdLength = 32;
const maxPoolLength = 253;

export const driverNameErrors = (name: string | undefined, path: string): FieldError[] => {
  if (!name) return [required(path)];
  const errors = byteLength(name) > maxDomainLength ? [tooLong(path, maxDomainLength)] : [];
  return [...errors, ...dns1123Subdomain(name.toLowerCase()).map((message) => invalidValue(path, name, message))];
};

export const poolNameErrors = (name: string | undefined, path: string): FieldError[] => {
  if (!name) return [required(path)];
  const errors = byteLength(name) > maxPoolLength ? [tooLong(path, maxPoolLength)] : [];
  return [...errors, ...name.split("/").flatMap((part) => followsRule(dns1123Subdomain, part, path))];
};

/** Devices and requests are called alike. */
export const deviceNameErrors = (name: string | undefined, path: string): FieldError[] =>
  name ? followsRule(dns1123Label, name, path) : [required(path)];

const identifier = "[A-Za-z_][A-Za-z0-9_]*";
const identifierPattern = new RegExp(`^${identifier}$`);
const identifierMessage = patternMessage(
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
  identifier,
  "my_name",
  "MY_NAME",
  "MyName",
);

const identifierErrors = (name: string, path: string): FieldError[] => {
  const errors: FieldError[] = byteLength(name) > maxIdLength ? [tooLong(path, maxIdLength)] : [];
  if (!identifierPattern.test(name)) errors.push(wrongType(path, name, identifierMessage));
  return errors;
};

const wrongType = (path: string, value: string, detail: string): FieldError => ({
  ...invalidValue(path, value, detail),
  type: "FieldValueTypeInvalid",
});

/** What a driver calls something: an identifier, in the driver's domain if there is none before it. */
export const qualifiedErrors = (name: string, path: string): FieldError[] => {
  if (name === "") return [required(path, "name required")];
  const parts = name.split("/");
  if (parts.length === 1) return identifierErrors(name, path);
  if (parts.length > 2) return [];
  const [domain, id] = parts as [string, string];
  return [
    ...(domain === "" ? [required(path, "the domain must not be empty")] : driverNameErrors(domain, path)),
    ...(id === "" ? [required(path, "the name must not be empty")] : identifierErrors(id, path)),
  ];
};

/** Anything that is an object, and not too long. */
export const anyObjectErrors = (value: unknown, path: string, max: number): FieldError[] => {
  if (value === undefined || value === null) return [required(path)];
  if (byteLength(writeJson(value)) > max) return [tooLong(path, max)];
  return isJsonObject(value as JsonValue)
    ? []
    : [invalidValue(path, "<value omitted>", "parameters must be a valid JSON object")];
};
