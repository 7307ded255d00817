import { type FieldError, invalidValue, required } from "../field-errors.js";
import { dns1123Subdomain } from "../names.js";

const segment = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const segmentPattern = new RegExp(`^${segment}$`);

/** A name as in `example.com/name`: a domain, and a path that belongs to it. */
export const domainPrefixedPathErrors = (value: string | undefined, path: string): FieldError[] => {
  if (!value) return [required(path)];
  const slash = value.indexOf("/");
  const [domain, rest] = [value.slice(0, slash), value.slice(slash + 1)];
  if (slash <= 0 || rest === "") return [invalidValue(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const errors = dns1123Subdomain(domain).map((message) => invalidValue(path, domain, message));
  if (!segmentPattern.test(rest)) {
    const detail = `Invalid path (regex used for validation is '${segment}')`;
    errors.push(invalidValue(path, rest, detail));
  }
  return errors;
};
