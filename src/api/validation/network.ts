import { at, child, type FieldError, forbiddenField, invalidValue, required, tooLong } from "../field-errors.js";
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressClass,
  IngressClassParametersReference,
  IngressTLS,
} from "../generated/types.js";
import { GoSyntax } from "../go-format.js";
import { isIp } from "../ip.js";
import {
  byteLength,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  type NameRule,
  pathSegment,
  portName,
  portNumber,
  wildcardDns1123Subdomain,
} from "../names.js";
import { addressNameErrors } from "./balancer-status.js";
import { followsRule, immutable, oneOf } from "./common.js";
import { invalidIpMessage } from "./endpoints.js";
import { domainPrefixedPathErrors } from "./prefixed-path.js";

/** Ingresses and their classes. Source: "Ingress" of the Kubernetes documentation. */

interface Reference {
  readonly apiGroup?: string;
  readonly kind: string;
  readonly name: string;
}

const referenceErrors = (of: Reference, path: string): FieldError[] => {
  const errors = of.apiGroup === undefined ? [] : followsRule(dns1123Subdomain, of.apiGroup, child(path, "apiGroup"));
  for (const field of ["kind", "name"] as const) {
    const value = of[field];
    const fieldPath = child(path, field);
    errors.push(...(value ? followsRule(pathSegment, value, fieldPath) : [required(fieldPath, `${field} is required`)]));
  }
  return errors;
};

const backendErrors = (backend: IngressBackend | undefined, path: string): FieldError[] => {
  const { service, resource } = backend ?? {};
  if (service === undefined && resource === undefined) return [invalidValue(path, "", "resource or service backend is required")];
  if (service !== undefined && resource !== undefined)
    return [invalidValue(path, "", "cannot set both resource and service backends")];
  if (resource !== undefined) return referenceErrors(resource, child(path, "resource"));
  if (service === undefined) return [];
  const servicePath = child(path, "service");
  const errors = service.name
    ? followsRule(dns1035Label, service.name, child(servicePath, "name"))
    : [required(child(servicePath, "name"))];
  const { name, number } = service.port ?? {};
  const portPath = child(servicePath, "port");
  if (name && number) errors.push(invalidValue(path, "", "cannot set both port name & port number"));
  else if (name) errors.push(...followsRule(portName, name, child(portPath, "name")));
  else if (number) errors.push(...portNumber(number).map((message) => invalidValue(child(portPath, "number"), number, message)));
  else errors.push(required(path, "port name or number is required"));
  return errors;
};

const invalidSequences = ["//", "/./", "/../", "%2f", "%2F"];
const invalidEnds = ["/..", "/."];

const matchedPathErrors = (value: string, path: string): FieldError[] => [
  ...(value.startsWith("/") ? [] : [invalidValue(path, value, "must be an absolute path")]),
  ...invalidSequences
    .filter((sequence) => value.includes(sequence))
    .map((sequence) => invalidValue(path, value, `must not contain '${sequence}'`)),
  ...invalidEnds.filter((end) => value.endsWith(end)).map((end) => invalidValue(path, value, `cannot end with '${end}'`)),
];

const pathErrors = (item: HTTPIngressPath, path: string): FieldError[] => {
  const typePath = child(path, "pathType");
  const valuePath = child(path, "path");
  const value = item.path ?? "";
  const errors: FieldError[] = [];
  if (!item.pathType) return [required(typePath, "pathType must be specified")];
  if (item.pathType === "Exact" || item.pathType === "Prefix") errors.push(...matchedPathErrors(value, valuePath));
  else if (item.pathType !== "ImplementationSpecific")
    errors.push(...oneOf(item.pathType, ["Exact", "ImplementationSpecific", "Prefix"], typePath));
  else if (value !== "" && !value.startsWith("/")) errors.push(invalidValue(valuePath, value, "must be an absolute path"));
  return [...errors, ...backendErrors(item.backend, child(path, "backend"))];
};

const hostRule = (host: string): NameRule => (host.includes("*") ? wildcardDns1123Subdomain : dns1123Subdomain);

const tlsErrors = (list: readonly IngressTLS[], secretsChecked: boolean): FieldError[] =>
  list.flatMap(({ hosts = [], secretName }, index) => {
    const path = at("spec.tls", index);
    const errors = hosts.flatMap((host, place) => followsRule(hostRule(host), host, at(child(path, "hosts"), place)));
    if (!secretName || !secretsChecked) return errors;
    return [...errors, ...followsRule(dns1123Subdomain, secretName, child(path, "secretName"))];
  });

const ingressSpecErrors = (ingress: Ingress, secretsChecked: boolean): FieldError[] => {
  const spec = ingress.spec ?? {};
  const rules = spec.rules ?? [];
  const errors: FieldError[] = [];
  if (rules.length === 0 && spec.defaultBackend === undefined) {
    const shown = new GoSyntax(`[]networking.IngressRule${spec.rules === undefined ? "(nil)" : "{}"}`);
    errors.push(invalidValue("spec", shown, "either `defaultBackend` or `rules` must be specified"));
  }
  if (spec.defaultBackend !== undefined) errors.push(...backendErrors(spec.defaultBackend, "spec.defaultBackend"));
  for (const [index, rule] of rules.entries()) {
    const path = at("spec.rules", index);
    if (rule.host) {
      const hostPath = child(path, "host");
      if (isIp(rule.host)) errors.push(invalidValue(hostPath, rule.host, "must be a DNS name, not an IP address"));
      errors.push(...followsRule(hostRule(rule.host), rule.host, hostPath));
    }
    if (rule.http === undefined) continue;
    const pathsPath = child(path, "http.paths");
    if ((rule.http.paths?.length ?? 0) === 0) errors.push(required(pathsPath));
    for (const [place, item] of (rule.http.paths ?? []).entries()) errors.push(...pathErrors(item, at(pathsPath, place)));
  }
  errors.push(...tlsErrors(spec.tls ?? [], secretsChecked));
  if (spec.ingressClassName !== undefined)
    errors.push(...followsRule(dns1123Subdomain, spec.ingressClassName, "spec.ingressClassName"));
  return errors;
};

const classAnnotation = "kubernetes.io/ingress.class";

export const ingressErrors = (ingress: Ingress): FieldError[] => {
  const errors = ingressSpecErrors(ingress, true);
  const annotated = ingress.metadata.annotations?.[classAnnotation];
  if (annotated === undefined || ingress.spec?.ingressClassName === undefined) return errors;
  const path = `annotations.${classAnnotation}`;
  return [...errors, invalidValue(path, annotated, "can not be set when the class field is also set")];
};

/** An Ingress that had a secret's name that cannot be keeps it. */
export const ingressUpdateErrors = (ingress: Ingress, old: Ingress): FieldError[] => {
  const had = (old.spec?.tls ?? []).some(({ secretName }) => secretName && dns1123Subdomain(secretName).length > 0);
  return ingressSpecErrors(ingress, !had);
};

export const ingressStatusErrors = ({ status }: Ingress): FieldError[] =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ hostname, ip }, index) => {
    const path = at("status.loadBalancer.ingress", index);
    const errors = ip && !isIp(ip) ? [invalidValue(child(path, "ip"), ip, invalidIpMessage)] : [];
    return [...errors, ...addressNameErrors(hostname, child(path, "hostname"))];
  });

const maxControllerLength = 250;

const parametersErrors = (parameters: IngressClassParametersReference | undefined): FieldError[] => {
  if (parameters === undefined) return [];
  const path = "spec.parameters";
  const { namespace, scope } = parameters;
  const namespacePath = child(path, "namespace");
  const errors = referenceErrors(parameters, path);
  if (scope === undefined) return [...errors, required(child(path, "scope"))];
  errors.push(...oneOf(scope, ["Cluster", "Namespace"], child(path, "scope")));
  if (scope === "Namespace") {
    if (namespace === undefined) errors.push(required(namespacePath, "`parameters.scope` is set to 'Namespace'"));
    else errors.push(...followsRule(dns1123Label, namespace, namespacePath));
  }
  if (scope === "Cluster" && namespace !== undefined)
    errors.push(forbiddenField(namespacePath, "`parameters.scope` is set to 'Cluster'"));
  return errors;
};

export const ingressClassErrors = ({ spec }: IngressClass): FieldError[] => {
  const path = "spec.controller";
  const long = byteLength(spec?.controller ?? "") > maxControllerLength;
  return [
    ...(long ? [tooLong(path, maxControllerLength)] : []),
    ...domainPrefixedPathErrors(spec?.controller, path),
    ...parametersErrors(spec?.parameters),
  ];
};

export const ingressClassUpdateErrors = (ingressClass: IngressClass, old: IngressClass): FieldError[] => [
  ...immutable(ingressClass.spec?.controller, old.spec?.controller, "spec.controller"),
  ...ingressClassErrors(ingressClass),
];
