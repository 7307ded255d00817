import { decodeTextBase64 } from "../base64.js";
import { elementsIn } from "../certificates/asn1.js";
import { pemBlocks } from "../certificates/pem.js";
import { readCertificateRequest } from "../certificates/request.js";
import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from "../generated/types.js";
import { GoSyntax } from "../go-format.js";
import { semanticEqual } from "../json-value.js";
import { dns1123Subdomain } from "../names.js";

/** https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/certificate-signing-request-v1/ */
const usages = [
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
];

const leastSeconds = 600;
const mostSignerLength = 571;
const signerForm = "must be a fully qualified domain and path of the form 'example.com/signer-name'";

export function signerErrors(name: string, path: string): FieldError[] {
  if (name === "") return [required(path)];
  const slash = name.indexOf("/");
  if (slash < 0) return [invalidValue(path, name, signerForm)];
  const domain = name.slice(0, slash);
  const errors = dns1123Subdomain(domain).map((why) => invalidValue(path, domain, `validating label "${domain}": ${why}`));
  if (!domain.includes("."))
    errors.push(invalidValue(path, domain, "should be a domain with at least two segments separated by dots"));
  const rest = name.slice(slash + 1);
  for (const segment of rest.split("."))
    if (!/^[a-z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(segment))
      errors.push(invalidValue(path, name, `validating label "${segment}": must be a valid DNS-1123 label`));
  if (name.length > mostSignerLength)
    errors.push({ type: "FieldValueTooLong", field: path, body: `Too long: may not be more than ${mostSignerLength} bytes` });
  return errors;
}

/** Bytes as Go's `%#v` prints them. */
const goBytes = (text: string): GoSyntax =>
  new GoSyntax(`[]byte{${[...new TextEncoder().encode(text)].map((byte) => `0x${byte.toString(16)}`).join(", ")}}`);

function requestErrors(request: string | undefined): FieldError[] {
  const text = decodeTextBase64(request ?? "") ?? "";
  const read = readCertificateRequest(text);
  return read.ok ? [] : [invalidValue("spec.request", goBytes(text), read.problem)];
}

function usageErrors(list: readonly string[]): FieldError[] {
  if (list.length === 0) return [required("spec.usages", "usages is required")];
  return list.flatMap((usage, index) => {
    const path = at("spec.usages", index);
    if (!usages.includes(usage)) return [notSupported(path, usage, usages)];
    return list.indexOf(usage) < index ? [duplicate(path, usage)] : [];
  });
}

export function certificateRequestErrors({ spec, status }: CertificateSigningRequest): FieldError[] {
  const { expirationSeconds, signerName = "" } = spec ?? {};
  const seconds =
    expirationSeconds !== undefined && expirationSeconds < leastSeconds
      ? [
          invalidValue(
            "spec.expirationSeconds",
            expirationSeconds,
            "may not specify a duration less than 600 seconds (10 minutes)",
          ),
        ]
      : [];
  const legacy =
    signerName === "kubernetes.io/legacy-unknown"
      ? [invalidValue("spec.signerName", signerName, "the legacy signerName is not allowed via this API version")]
      : [];
  return [
    ...requestErrors(spec?.request),
    ...usageErrors(spec?.usages ?? []),
    ...signerErrors(signerName, "spec.signerName"),
    ...legacy,
    ...seconds,
    ...conditionErrors(status?.conditions ?? []),
  ];
}

const decided: ReadonlySet<string> = new Set(["Approved", "Denied", "Failed"]);

function conditionErrors(conditions: readonly CertificateSigningRequestCondition[]): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { type, status }] of conditions.entries()) {
    const path = at("status.conditions", index);
    if (type === "") errors.push(required(child(path, "type")));
    if (!status) errors.push(required(child(path, "status")));
    else if (decided.has(type) && status !== "True") errors.push(notSupported(child(path, "status"), status, ["True"]));
    else if (!["True", "False", "Unknown"].includes(status))
      errors.push(notSupported(child(path, "status"), status, ["False", "True", "Unknown"]));
    const others = conditions.slice(0, index).map((condition) => condition.type);
    if (others.includes(type)) errors.push(duplicate(child(path, "type"), type));
    const opposite = type === "Approved" ? "Denied" : type === "Denied" ? "Approved" : undefined;
    if (opposite !== undefined && others.includes(opposite))
      errors.push(invalidValue(child(path, "type"), type, "Approved and Denied conditions are mutually exclusive"));
  }
  return errors;
}

function certificateErrors(certificate: string | undefined): FieldError[] {
  if (certificate === undefined || certificate === "") return [];
  const path = "status.certificate";
  const invalid = (why: string): FieldError[] => [invalidValue(path, "<certificate data>", why)];
  const blocks = pemBlocks(decodeTextBase64(certificate) ?? "");
  if (blocks.length === 0) return invalid("must contain at least one CERTIFICATE PEM block");
  return blocks.flatMap(({ type, bytes, hasHeaders }) => {
    if (type !== "CERTIFICATE") return invalid(`only CERTIFICATE PEM blocks are allowed, found "${type}"`);
    if (hasHeaders) return invalid("no PEM block headers are permitted");
    return elementsIn(bytes)?.length === 1 ? [] : invalid("found CERTIFICATE PEM block containing 0 certificates");
  });
}

/** What was decided stays decided. */
function staysDecided(request: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] {
  const now = request.status?.conditions ?? [];
  return (old.status?.conditions ?? [])
    .filter(({ type }) => decided.has(type) && !now.some((condition) => condition.type === type))
    .map(({ type }) => forbiddenField("status.conditions", `updates may not remove a condition of type "${type}"`));
}

export const certificateRequestUpdateErrors = (
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
): FieldError[] => [...conditionErrors(request.status?.conditions ?? []), ...staysDecided(request, old)];

export const certificateStatusErrors = (request: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] => {
  const before = old.status?.certificate ?? "";
  const changed = before !== "" && !semanticEqual(before, request.status?.certificate);
  return [
    ...certificateRequestUpdateErrors(request, old),
    ...(changed ? [forbiddenField("status.certificate", "updates may not change existing certificate content")] : []),
    ...certificateErrors(request.status?.certificate),
  ];
};
