import { at, child, type FieldError, invalidValue, required } from "../field-errors.js";
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressClass,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from "../generated/types.js";
import { isIp, parseCidr } from "../ip.js";
import { dns1035Label, dns1123Subdomain, portName, portNumber, wildcardDns1123Subdomain } from "../names.js";
import { labelSelectorErrors } from "../selectors/label-selector.js";
import { followsRule, immutable, oneOf, portNumberOrName, protocols } from "./common.js";

/** Ingresses and network policies. Source: "Ingress" and "Network Policies" of the Kubernetes documentation. */

const backendErrors = (backend: IngressBackend | undefined, path: string): FieldError[] => {
  const { service, resource } = backend ?? {};
  if (service === undefined && resource === undefined) return [required(path, "a resource or service backend is required")];
  if (service !== undefined && resource !== undefined)
    return [invalidValue(path, "", "cannot set both resource and service backends")];
  if (service === undefined) return [];
  const servicePath = child(path, "service");
  const errors = service.name
    ? followsRule(dns1035Label, service.name, child(servicePath, "name"))
    : [required(child(servicePath, "name"))];
  const { name, number } = service.port ?? {};
  const portPath = child(servicePath, "port");
  if (name && number) errors.push(invalidValue(portPath, "", "cannot set both port name & port number"));
  else if (name) errors.push(...followsRule(portName, name, child(portPath, "name")));
  else if (number) errors.push(...portNumber(number).map((message) => invalidValue(child(portPath, "number"), number, message)));
  else errors.push(required(portPath, "port name or number is required"));
  return errors;
};

const pathErrors = (item: HTTPIngressPath, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  if (!item.pathType) errors.push(required(child(path, "pathType"), "pathType must be specified"));
  else errors.push(...oneOf(item.pathType, ["Exact", "ImplementationSpecific", "Prefix"], child(path, "pathType")));
  const absolute = item.path?.startsWith("/") ?? false;
  const mayBeEmpty = item.pathType === "ImplementationSpecific" && !item.path;
  if (!absolute && !mayBeEmpty) errors.push(invalidValue(child(path, "path"), item.path ?? "", "must be an absolute path"));
  return [...errors, ...backendErrors(item.backend, child(path, "backend"))];
};

export const ingressErrors = (ingress: Ingress): FieldError[] => {
  const spec = ingress.spec ?? {};
  const rules = spec.rules ?? [];
  const errors: FieldError[] = [];
  if (rules.length === 0 && spec.defaultBackend === undefined) {
    errors.push(invalidValue("spec", spec, "either `defaultBackend` or `rules` must be specified"));
  }
  if (spec.defaultBackend !== undefined) errors.push(...backendErrors(spec.defaultBackend, "spec.defaultBackend"));
  for (const [index, rule] of rules.entries()) {
    const path = at("spec.rules", index);
    if (rule.host) {
      const hostPath = child(path, "host");
      if (isIp(rule.host)) errors.push(invalidValue(hostPath, rule.host, "must be a DNS name, not an IP address"));
      errors.push(...followsRule(rule.host.includes("*") ? wildcardDns1123Subdomain : dns1123Subdomain, rule.host, hostPath));
    }
    if (rule.http === undefined) continue;
    const pathsPath = child(path, "http.paths");
    if ((rule.http.paths?.length ?? 0) === 0) errors.push(required(pathsPath));
    for (const [place, item] of (rule.http.paths ?? []).entries()) errors.push(...pathErrors(item, at(pathsPath, place)));
  }
  if (spec.ingressClassName !== undefined)
    errors.push(...followsRule(dns1123Subdomain, spec.ingressClassName, "spec.ingressClassName"));
  return errors;
};

export const ingressClassErrors = (ingressClass: IngressClass): FieldError[] =>
  ingressClass.spec?.controller ? [] : [required("spec.controller")];

export const ingressClassUpdateErrors = (ingressClass: IngressClass, old: IngressClass): FieldError[] => [
  ...ingressClassErrors(ingressClass),
  ...immutable(ingressClass.spec?.controller, old.spec?.controller, "spec.controller"),
];

const policyPortErrors = (port: NetworkPolicyPort, path: string): FieldError[] => {
  const errors = oneOf(port.protocol, protocols, child(path, "protocol"));
  if (port.port !== undefined) errors.push(...portNumberOrName(port.port, child(path, "port")));
  if (port.endPort !== undefined) {
    const endPath = child(path, "endPort");
    if (typeof port.port !== "number")
      errors.push(invalidValue(endPath, port.endPort, "may not be specified when `port` is not specified"));
    else if (port.endPort < port.port)
      errors.push(invalidValue(endPath, port.endPort, "must be greater than or equal to `port`"));
  }
  return errors;
};

const peerErrors = (peer: NetworkPolicyPeer, path: string): FieldError[] => {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const errors = [
    ...labelSelectorErrors(podSelector, child(path, "podSelector")),
    ...labelSelectorErrors(namespaceSelector, child(path, "namespaceSelector")),
  ];
  if (podSelector === undefined && namespaceSelector === undefined && ipBlock === undefined) {
    errors.push(required(path, "must specify a peer"));
  }
  if (ipBlock !== undefined) {
    const cidrPath = child(path, "ipBlock.cidr");
    if (!ipBlock.cidr) errors.push(required(cidrPath));
    else if (parseCidr(ipBlock.cidr) === undefined) {
      errors.push(invalidValue(cidrPath, ipBlock.cidr, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"));
    }
    if (podSelector !== undefined || namespaceSelector !== undefined) {
      errors.push({ type: "FieldValueForbidden", field: path, body: "Forbidden: may not specify both ipBlock and another peer" });
    }
  }
  return errors;
};

export const networkPolicyErrors = (policy: NetworkPolicy): FieldError[] => {
  const spec = policy.spec;
  const errors = labelSelectorErrors(spec?.podSelector, "spec.podSelector");
  const direction = (name: "ingress" | "egress", peers: "from" | "to"): void => {
    const rules: ReadonlyArray<{ ports?: NetworkPolicyPort[]; from?: NetworkPolicyPeer[]; to?: NetworkPolicyPeer[] }> =
      spec?.[name] ?? [];
    for (const [index, rule] of rules.entries()) {
      const path = at(child("spec", name), index);
      for (const [place, port] of (rule.ports ?? []).entries())
        errors.push(...policyPortErrors(port, at(child(path, "ports"), place)));
      for (const [place, peer] of (rule[peers] ?? []).entries()) errors.push(...peerErrors(peer, at(child(path, peers), place)));
    }
  };
  direction("ingress", "from");
  direction("egress", "to");
  for (const [index, type] of (spec?.policyTypes ?? []).entries())
    errors.push(...oneOf(type, ["Egress", "Ingress"], at("spec.policyTypes", index)));
  return errors;
};
