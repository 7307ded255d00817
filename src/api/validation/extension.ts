import { at, child, type FieldError, invalidValue, required } from "../field-errors.js";
import type {
  APIService,
  ClusterTrustBundle,
  ControllerRevision,
  IPAddress,
  PodTemplate,
  ServiceCIDR,
} from "../generated/types.js";
import { quote } from "../go-format.js";
import { isStrictCidr, parseCidr } from "../ip.js";
import { dns1035Label, dns1123Subdomain, pathSegment, portNumber } from "../names.js";
import { followsRule, immutable, invalidCidrMessage, nonNegative } from "./common.js";
import { podTemplateErrors } from "./pod-spec.js";

/** Kinds that the control plane keeps for itself, and those that extend the API. Source: the Kubernetes API reference. */

export const podTemplateKindErrors = ({ template }: PodTemplate): FieldError[] => podTemplateErrors(template ?? {}, "template");

export const controllerRevisionErrors = ({ data, revision }: ControllerRevision): FieldError[] => [
  ...(data === undefined ? [required("data", "data is mandatory")] : []),
  ...nonNegative(revision, "revision"),
];

export const controllerRevisionUpdateErrors = (now: ControllerRevision, old: ControllerRevision): FieldError[] => [
  ...nonNegative(now.revision, "revision"),
  ...immutable(now.data, old.data, "data"),
];

const segmentErrors = (value: string, path: string): FieldError[] =>
  pathSegment(value).map((message) => invalidValue(path, value, message));

export const ipAddressErrors = ({ spec }: IPAddress): FieldError[] => {
  const path = "spec.parentRef";
  const ref = spec?.parentRef;
  if (ref === undefined) return [required(path)];
  const errors = ref.group ? followsRule(dns1123Subdomain, ref.group, child(path, "group")) : [];
  for (const field of ["resource", "name"] as const) {
    errors.push(...(ref[field] ? segmentErrors(ref[field], child(path, field)) : [required(child(path, field))]));
  }
  return ref.namespace ? [...errors, ...segmentErrors(ref.namespace, child(path, "namespace"))] : errors;
};

export const ipAddressUpdateErrors = (address: IPAddress, old: IPAddress): FieldError[] => [
  ...ipAddressErrors(address),
  ...immutable(address.spec?.parentRef, old.spec?.parentRef, "spec.parentRef"),
];

const cidrsPath = "spec.cidrs";

export const serviceCidrErrors = ({ spec }: ServiceCIDR): FieldError[] => {
  const cidrs = spec?.cidrs ?? [];
  if (cidrs.length === 0) return [required(cidrsPath, "at least one CIDR required")];
  if (cidrs.length > 2) return [invalidValue(cidrsPath, spec, "may only hold up to 2 values")];
  const parsed = cidrs.map((cidr) => (isStrictCidr(cidr) ? parseCidr(cidr) : undefined));
  if (cidrs.length === 2 && new Set(parsed.map((cidr) => cidr?.family)).size !== 2) {
    const why = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96";
    return [invalidValue(cidrsPath, spec, why)];
  }
  return cidrs.flatMap((cidr, index) =>
    parsed[index] === undefined ? [invalidValue(at(cidrsPath, index), cidr, invalidCidrMessage)] : [],
  );
};

/** A range stays; one of the other family may be added. */
export const serviceCidrUpdateErrors = (now: ServiceCIDR, old: ServiceCIDR): FieldError[] => {
  const [before, after] = [old.spec?.cidrs ?? [], now.spec?.cidrs ?? []];
  const kept = before.every((cidr, index) => after[index] === cidr) && (after.length === before.length || before.length === 1);
  return [...(kept ? [] : [invalidValue(cidrsPath, after, "field is immutable")]), ...serviceCidrErrors(now)];
};

const omitted = "<value omitted>";

const pemBlock = /-----BEGIN ([^-]*)-----\r?\n([\s\S]*?)-----END \1-----/g;

export const clusterTrustBundleErrors = ({ metadata, spec }: ClusterTrustBundle): FieldError[] => {
  const { name = "" } = metadata;
  const { signerName = "", trustBundle = "" } = spec ?? {};
  const errors: FieldError[] = [];
  if (signerName === "") {
    if (name.includes(":")) {
      const why = 'ClusterTrustBundle without signer name must not have ":" in its name';
      errors.push(invalidValue("metadata.name", name, why));
    }
  } else {
    const prefix = `${signerName.replaceAll("/", ":")}:`;
    const domain = signerName.split("/");
    if (domain.length !== 2 || domain.some((part) => part === ""))
      errors.push(
        invalidValue(
          "spec.signerName",
          signerName,
          "must be a fully qualified domain and path of the form 'example.com/signer-name'",
        ),
      );
    if (!name.startsWith(prefix))
      errors.push(
        invalidValue(
          "metadata.name",
          name,
          `ClusterTrustBundle for signerName ${signerName} must be named with prefix ${prefix}`,
        ),
      );
  }
  const blocks = [...trustBundle.matchAll(pemBlock)];
  if (blocks.length === 0) errors.push(invalidValue("spec.trustBundle", omitted, "at least one trust anchor must be provided"));
  const seen = new Map<string, number>();
  for (const [index, [, type = "", body = ""]] of blocks.entries()) {
    const text = body.replaceAll(/\s/g, "");
    if (type !== "CERTIFICATE")
      errors.push(invalidValue("spec.trustBundle", omitted, `entry ${index} has bad block type: ${type}`));
    else if (body.includes(":")) errors.push(invalidValue("spec.trustBundle", omitted, `entry ${index} has PEM block headers`));
    else if (seen.has(text))
      errors.push(invalidValue("spec.trustBundle", omitted, `duplicate trust anchor (indices [${seen.get(text)} ${index}])`));
    seen.set(text, index);
  }
  return errors;
};

export const clusterTrustBundleUpdateErrors = (now: ClusterTrustBundle, old: ClusterTrustBundle): FieldError[] => [
  ...clusterTrustBundleErrors(now),
  ...immutable(now.spec?.signerName, old.spec?.signerName, "spec.signerName"),
];

const maxGroupPriority = 20_000;
const maxVersionPriority = 1_000;

export const apiServiceErrors = ({ metadata, spec }: APIService): FieldError[] => {
  const { group = "", version = "", groupPriorityMinimum = 0, versionPriority = 0, service } = spec ?? {};
  const errors: FieldError[] = [];
  const name = `${version}.${group}`;
  if (metadata.name !== name) {
    errors.push(invalidValue("metadata.name", metadata.name ?? "", `must be \`spec.version+"."+spec.group\`: ${quote(name)}`));
  }
  if (group === "") {
    if (version !== "v1") errors.push(required("spec.group", "only v1 may have an empty group and it better be legacy kube"));
  } else errors.push(...followsRule(dns1123Subdomain, group, "spec.group"));
  errors.push(...followsRule(dns1035Label, version, "spec.version"));
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > maxGroupPriority)
    errors.push(invalidValue("spec.groupPriorityMinimum", groupPriorityMinimum, "must be positive and less than 20000"));
  if (versionPriority <= 0 || versionPriority > maxVersionPriority)
    errors.push(invalidValue("spec.versionPriority", versionPriority, "must be positive and less than 1000"));
  const bundle = spec?.caBundle ?? "";
  if (service === undefined) {
    if (bundle !== "")
      errors.push(invalidValue("spec.caBundle", `${bundle.length} bytes`, "local APIServices may not have a caBundle"));
    if (spec?.insecureSkipTLSVerify === true)
      errors.push(invalidValue("spec.insecureSkipTLSVerify", true, "local APIServices may not have insecureSkipTLSVerify"));
    return errors;
  }
  if (!service.namespace) errors.push(required("spec.service.namespace"));
  if (!service.name) errors.push(required("spec.service.name"));
  const { port = 443 } = service;
  errors.push(...portNumber(port).map((message) => invalidValue("spec.service.port", port, `port is not valid: ${message}`)));
  if (spec?.insecureSkipTLSVerify === true && bundle !== "")
    errors.push(invalidValue("spec.insecureSkipTLSVerify", true, "may not be true if caBundle is present"));
  return errors;
};
