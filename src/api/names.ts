/**
 * Rules for names. Each validator returns Kubernetes' own messages for what is wrong; an empty list means valid.
 * Source: "Object Names and IDs" and "Labels and Selectors" of the Kubernetes documentation, RFC 1035, 1123, 6335.
 */
import type { Integer } from "../json/integer.js";
export type NameRule = (value: string) => string[];

const maxLabelLength = 63;
const maxSubdomainLength = 253;

const label1123 = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomain1123 = `${label1123}(\\.${label1123})*`;
const searchLabel1123 = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const searchDomain1123 = `${searchLabel1123}(\\.${searchLabel1123})*`;
const label1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const qualifiedPart = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const labelValueFormat = `(${qualifiedPart})?`;
const configMapKeyFormat = "[-._a-zA-Z0-9]+";
const percentFormat = "[0-9]+%";
const httpHeaderFormat = "[-A-Za-z0-9]+";

const whole = (format: string): RegExp => new RegExp(`^(?:${format})$`);

const label1123Pattern = whole(label1123);
const subdomain1123Pattern = whole(subdomain1123);
const label1035Pattern = whole(label1035);
const searchDomainPattern = whole(searchDomain1123);
const wildcardPattern = whole(`\\*\\.${subdomain1123}`);
const qualifiedPartPattern = whole(qualifiedPart);
const labelValuePattern = whole(labelValueFormat);
const configMapKeyPattern = whole(configMapKeyFormat);
const percentPattern = whole(percentFormat);
const httpHeaderPattern = whole(httpHeaderFormat);

const label1123Message =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const subdomain1123Message =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const searchDomainMessage =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
const label1035Message =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
const wildcardMessage =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
const qualifiedMessage =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const labelValueMessage =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const configMapKeyMessage = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
const envVarMessage = "a valid environment variable name must consist only of printable ASCII characters other than '='";

export const maxLengthMessage = (length: number): string => `must be no more than ${length} characters`;
export const rangeMessage = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`;
export const emptyMessage = "must be non-empty";

/** A message with examples and the pattern behind it. */
export const patternMessage = (message: string, format: string, ...examples: string[]): string => {
  if (examples.length === 0) return `${message} (regex used for validation is '${format}')`;
  const shown = examples.map((example) => `'${example}', `).join(" or ");
  return `${message} (e.g. ${shown}regex used for validation is '${format}')`;
};

const encoder = new TextEncoder();

/** Kubernetes counts bytes wherever it limits a length. */
export const byteLength = (text: string): number => {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7f) return encoder.encode(text).length;
  }
  return text.length;
};

export const dns1123Label: NameRule = (value) => {
  const errors = byteLength(value) > maxLabelLength ? [maxLengthMessage(maxLabelLength)] : [];
  if (!label1123Pattern.test(value)) {
    errors.push(
      subdomain1123Pattern.test(value)
        ? "must not contain dots"
        : patternMessage(label1123Message, label1123, "my-name", "123-abc"),
    );
  }
  return errors;
};

export const dns1123Subdomain: NameRule = (value) => {
  const errors = byteLength(value) > maxSubdomainLength ? [maxLengthMessage(maxSubdomainLength)] : [];
  if (!subdomain1123Pattern.test(value)) errors.push(patternMessage(subdomain1123Message, subdomain1123, "example.com"));
  return errors;
};

/** A domain in which names are looked up: records of services have parts that begin with an underscore. */
export const searchDomain: NameRule = (value) => {
  const errors = byteLength(value) > maxSubdomainLength ? [maxLengthMessage(maxSubdomainLength)] : [];
  if (!searchDomainPattern.test(value)) errors.push(patternMessage(searchDomainMessage, subdomain1123, "example.com"));
  return errors;
};

export const wildcardDns1123Subdomain: NameRule = (value) => {
  const errors = byteLength(value) > maxSubdomainLength ? [maxLengthMessage(maxSubdomainLength)] : [];
  if (!wildcardPattern.test(value)) errors.push(patternMessage(wildcardMessage, `\\*\\.${subdomain1123}`, "*.example.com"));
  return errors;
};

export const dns1035Label: NameRule = (value) => {
  const errors = byteLength(value) > maxLabelLength ? [maxLengthMessage(maxLabelLength)] : [];
  if (!label1035Pattern.test(value)) errors.push(patternMessage(label1035Message, label1035, "my-name", "abc-123"));
  return errors;
};

/** A label key, an annotation key, a resource name: `name` or `prefix/name`. */
export const qualifiedName: NameRule = (value) => {
  const parts = value.split("/");
  const errors: string[] = [];
  let name = parts[0]!;
  if (parts.length === 2) {
    const prefix = parts[0]!;
    name = parts[1]!;
    if (prefix === "") errors.push(`prefix part ${emptyMessage}`);
    else errors.push(...dns1123Subdomain(prefix).map((message) => `prefix part ${message}`));
  } else if (parts.length > 2) {
    return [
      `a qualified name ${patternMessage(qualifiedMessage, qualifiedPart, "MyName", "my.name", "123-abc")} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  if (name === "") errors.push(`name part ${emptyMessage}`);
  else if (byteLength(name) > maxLabelLength) errors.push(`name part ${maxLengthMessage(maxLabelLength)}`);
  if (!qualifiedPartPattern.test(name)) {
    errors.push(`name part ${patternMessage(qualifiedMessage, qualifiedPart, "MyName", "my.name", "123-abc")}`);
  }
  return errors;
};

export const labelValue: NameRule = (value) => {
  const errors = byteLength(value) > maxLabelLength ? [maxLengthMessage(maxLabelLength)] : [];
  if (!labelValuePattern.test(value)) {
    errors.push(patternMessage(labelValueMessage, labelValueFormat, "MyValue", "my_value", "12345"));
  }
  return errors;
};

/** What may stand between two slashes of a URL: names of RBAC objects. */
export const pathSegment: NameRule = (value) => {
  if (value === "." || value === "..") return [`may not be '${value}'`];
  return ["/", "%"].filter((illegal) => value.includes(illegal)).map((illegal) => `may not contain '${illegal}'`);
};

export const envVarName: NameRule = (value) => {
  const errors = value === "" ? [`environment variable name ${emptyMessage}`] : [];
  if (!/^[\x20-\x3c\x3e-\x7e]*$/.test(value)) errors.push(envVarMessage);
  return errors;
};

/** A key of a ConfigMap or Secret: also a file name in a mounted volume. */
export const configMapKey: NameRule = (value) => {
  const errors = byteLength(value) > maxSubdomainLength ? [maxLengthMessage(maxSubdomainLength)] : [];
  if (!configMapKeyPattern.test(value)) {
    errors.push(patternMessage(configMapKeyMessage, configMapKeyFormat, "key.name", "KEY_NAME", "key-name"));
  }
  if (value === "." || value === "..") errors.push(`must not be '${value}'`);
  else if (value.startsWith("..")) errors.push("must not start with '..'");
  return errors;
};

export const portName: NameRule = (value) => {
  const errors = value.length > 15 ? [maxLengthMessage(15)] : [];
  if (!/^[-a-z0-9]+$/.test(value)) errors.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/.test(value)) errors.push("must contain at least one letter (a-z)");
  if (value.includes("--")) errors.push("must not contain consecutive hyphens");
  if (value.startsWith("-") || value.endsWith("-")) errors.push("must not begin or end with a hyphen");
  return errors;
};

export const portNumber = (port: number): string[] => (port >= 1 && port <= 65535 ? [] : [rangeMessage(1, 65535)]);

/** A user or group id. */
export const unixId = (id: Integer): string[] => (id >= 0 && id <= 2147483647 ? [] : [rangeMessage(0, 2147483647)]);

export const percent: NameRule = (value) =>
  percentPattern.test(value)
    ? []
    : [patternMessage("a valid percent string must be a numeric string followed by an ending '%'", percentFormat, "1%", "93%")];

export const httpHeaderName: NameRule = (value) =>
  httpHeaderPattern.test(value)
    ? []
    : [patternMessage("a valid HTTP header must consist of alphanumeric characters or '-'", httpHeaderFormat, "X-Header-Name")];

/** A name that ends in "-" is a prefix for generated ones: the rule applies as if the generated part followed. */
export const maskTrailingDash = (name: string): string =>
  name.length > 1 && name.endsWith("-") ? `${name.slice(0, -1)}a` : name;

const randomSuffixLength = 5;
const maxGeneratedBaseLength = maxLabelLength - randomSuffixLength;

/**
 * The name made for `metadata.generateName`. `suffix` is five random characters of `bcdfghjklmnpqrstvwxz2456789`
 * (no vowels and no 0, 1, 3, so that no words arise). The prefix is cut so that the name stays a DNS label.
 */
export const generatedName = (prefix: string, suffix: string): string => `${prefix.slice(0, maxGeneratedBaseLength)}${suffix}`;
