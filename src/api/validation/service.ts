import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type { Service, ServicePort, ServiceSpec } from "../generated/types.js";
import { GoSyntax, quote } from "../go-format.js";
import { isIp, parseCidr } from "../ip.js";
import { dns1123Label, dns1123Subdomain, portNumber, qualifiedName } from "../names.js";
import { followsRule, oneOf, portNumberOrName, protocols, requiredOneOf } from "./common.js";
import { invalidIpMessage, specialIpErrors } from "./endpoints.js";
import { labelErrors } from "./metadata.js";

/** Services. Source: "Service" of the Kubernetes documentation. */
const serviceTypes = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const maxAffinitySeconds = 86400;

const isHeadless = (spec: ServiceSpec): boolean => spec.clusterIP === "None" || spec.clusterIPs?.[0] === "None";
const hasNodePorts = (spec: ServiceSpec): boolean => spec.type === "NodePort" || spec.type === "LoadBalancer";
const isExternal = (spec: ServiceSpec): boolean =>
  hasNodePorts(spec) || (spec.type === "ClusterIP" && (spec.externalIPs?.length ?? 0) > 0);

const portErrors = (port: ServicePort, path: string, nameNeeded: boolean, names: Set<string>): FieldError[] => {
  const errors: FieldError[] = [];
  if (!port.name) {
    if (nameNeeded) errors.push(required(child(path, "name")));
  } else {
    errors.push(...followsRule(dns1123Label, port.name, child(path, "name")));
    if (names.has(port.name)) errors.push(duplicate(child(path, "name"), port.name));
    names.add(port.name);
  }
  errors.push(...portNumber(port.port).map((message) => invalidValue(child(path, "port"), port.port, message)));
  errors.push(...requiredOneOf(port.protocol, protocols, child(path, "protocol")));
  errors.push(...portNumberOrName(port.targetPort, child(path, "targetPort")));
  if (port.appProtocol !== undefined) errors.push(...followsRule(qualifiedName, port.appProtocol, child(path, "appProtocol")));
  return errors;
};

/** Only what tells ports apart is filled in, as upstream shows it. */
const goPort = ({ protocol = "", port }: ServicePort): GoSyntax =>
  new GoSyntax(
    `core.ServicePort{Name:"", Protocol:${quote(protocol)}, AppProtocol:(*string)(nil), Port:${port}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`,
  );

const portsErrors = (spec: ServiceSpec): FieldError[] => {
  const ports = spec.ports ?? [];
  const names = new Set<string>();
  const seen = new Set<string>();
  const seenNodePorts = new Set<string>();
  const errors: FieldError[] = [];
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== "ExternalName") errors.push(required("spec.ports"));
  for (const [index, port] of ports.entries()) {
    const path = at("spec.ports", index);
    errors.push(...portErrors(port, path, ports.length > 1, names));
    const key = `${port.protocol} ${port.port}`;
    if (seen.has(key)) errors.push(duplicate(path, goPort(port)));
    seen.add(key);
    if (!port.nodePort) continue;
    if (!hasNodePorts(spec))
      errors.push(forbiddenField(child(path, "nodePort"), `may not be used when \`type\` is '${spec.type}'`));
    const nodeKey = `${port.protocol} ${port.nodePort}`;
    if (seenNodePorts.has(nodeKey)) errors.push(duplicate(child(path, "nodePort"), port.nodePort));
    seenNodePorts.add(nodeKey);
  }
  return errors;
};

const affinityErrors = (spec: ServiceSpec): FieldError[] => {
  const errors = requiredOneOf(spec.sessionAffinity, ["ClientIP", "None"], "spec.sessionAffinity");
  const path = "spec.sessionAffinityConfig";
  if (spec.sessionAffinity === "None" && spec.sessionAffinityConfig !== undefined) {
    errors.push(forbiddenField(path, "must not be set when session affinity is None"));
  }
  if (spec.sessionAffinity === "ClientIP") {
    const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
    if (seconds === undefined) errors.push(required(path, "when session affinity type is ClientIP"));
    else if (seconds <= 0 || seconds > maxAffinitySeconds) {
      errors.push(
        invalidValue(`${path}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${maxAffinitySeconds}`),
      );
    }
  }
  return errors;
};

const clusterIpErrors = (spec: ServiceSpec): FieldError[] => {
  const errors: FieldError[] = [];
  const addresses = spec.clusterIPs ?? [];
  if (spec.type === "ExternalName") {
    if (addresses.length > 0 || spec.clusterIP)
      errors.push(forbiddenField("spec.clusterIPs", "may not be set for ExternalName services"));
    return errors;
  }
  if (spec.clusterIP && addresses.length > 0 && addresses[0] !== spec.clusterIP) {
    errors.push(invalidValue("spec.clusterIPs", addresses, "element [0] must match clusterIP"));
  }
  for (const [index, address] of addresses.entries()) {
    const path = at("spec.clusterIPs", index);
    if (address === "None") {
      if (addresses.length > 1)
        errors.push(invalidValue("spec.clusterIPs", addresses, "'None' must be the first and only value"));
      if (spec.type !== "ClusterIP")
        errors.push(invalidValue(path, address, `may not be set to 'None' for ${spec.type} services`));
    } else if (!isIp(address)) {
      errors.push(invalidValue(path, address, invalidIpMessage));
    }
  }
  for (const [index, family] of (spec.ipFamilies ?? []).entries())
    errors.push(...oneOf(family, ["IPv4", "IPv6"], at("spec.ipFamilies", index)));
  if (spec.ipFamilyPolicy !== undefined) {
    errors.push(...oneOf(spec.ipFamilyPolicy, ["PreferDualStack", "RequireDualStack", "SingleStack"], "spec.ipFamilyPolicy"));
  }
  return errors;
};

const trafficErrors = (spec: ServiceSpec): FieldError[] => {
  const errors: FieldError[] = [];
  const external = spec.externalTrafficPolicy ?? "";
  if (external !== "" && !isExternal(spec)) {
    errors.push(invalidValue("spec.externalTrafficPolicy", external, "may only be set for externally-accessible services"));
  } else if (isExternal(spec)) {
    errors.push(...requiredOneOf(external, ["Cluster", "Local"], "spec.externalTrafficPolicy"));
  }
  if (spec.type !== "ExternalName")
    errors.push(...requiredOneOf(spec.internalTrafficPolicy, ["Cluster", "Local"], "spec.internalTrafficPolicy"));
  if (spec.trafficDistribution !== undefined && spec.trafficDistribution !== "PreferClose") {
    errors.push(notSupported("spec.trafficDistribution", spec.trafficDistribution, ["PreferClose"]));
  }
  for (const [index, range] of (spec.loadBalancerSourceRanges ?? []).entries()) {
    if (parseCidr(range.trim()) === undefined) {
      errors.push(
        invalidValue(
          at("spec.loadBalancerSourceRanges", index),
          range,
          "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
        ),
      );
    }
  }
  return errors;
};

export const serviceErrors = (service: Service): FieldError[] => {
  const spec = service.spec ?? {};
  const errors = requiredOneOf(spec.type, serviceTypes, "spec.type");
  errors.push(
    ...portsErrors(spec),
    ...labelErrors(spec.selector, "spec.selector"),
    ...affinityErrors(spec),
    ...clusterIpErrors(spec),
  );
  if (spec.type === "ExternalName") {
    const name = (spec.externalName ?? "").replace(/\.$/, "");
    if (name === "") errors.push(required("spec.externalName"));
    else errors.push(...followsRule(dns1123Subdomain, name, "spec.externalName"));
  }
  for (const [index, ip] of (spec.externalIPs ?? []).entries()) {
    const path = at("spec.externalIPs", index);
    errors.push(...(isIp(ip) ? specialIpErrors(ip, path, []) : [invalidValue(path, ip, invalidIpMessage)]));
  }
  return [...errors, ...trafficErrors(spec)];
};

export const serviceUpdateErrors = (service: Service, old: Service): FieldError[] => {
  const errors = serviceErrors(service);
  const [before] = old.spec?.clusterIPs ?? [];
  const [now] = service.spec?.clusterIPs ?? [];
  const stays = service.spec?.type !== "ExternalName" && old.spec?.type !== "ExternalName";
  if (stays && before !== undefined && before !== "") {
    if (now === undefined)
      errors.push(invalidValue("spec.clusterIPs[0]", service.spec?.clusterIPs ?? [], "primary clusterIP can not be unset"));
    else if (now !== before) errors.push(invalidValue("spec.clusterIPs[0]", service.spec?.clusterIPs, "may not change once set"));
  }
  return errors;
};
