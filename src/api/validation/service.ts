import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type { ObjectMeta, Service, ServicePort, ServiceSpec } from "../generated/types.js";
import { GoSyntax, quote } from "../go-format.js";
import { isIp, parseCidr } from "../ip.js";
import { dns1123Label, dns1123Subdomain, portNumber, qualifiedName } from "../names.js";
import { balancerStatusErrors } from "./balancer-status.js";
import { followsRule, invalidCidrMessage, oneOf, portNumberOrName, protocols, requiredOneOf } from "./common.js";
import { invalidIpMessage, specialIpErrors } from "./endpoints.js";
import { labelErrors } from "./metadata.js";
import { externalAddressErrors, isHeadless, serviceAddressChangeErrors, serviceAddressErrors } from "./service-addresses.js";

/** Services. Source: "Service" of the Kubernetes documentation. */
const serviceTypes = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const maxAffinitySeconds = 86400;

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
  return ports.flatMap((port, index) => portErrors(port, at("spec.ports", index), ports.length > 1, names));
};

/** The same port of the Service or of the nodes cannot lead to two places. */
const repeatedPortErrors = (spec: ServiceSpec): FieldError[] => {
  const ports = spec.ports ?? [];
  const errors: FieldError[] = [];
  if (spec.type === "ClusterIP") {
    for (const [index, { nodePort }] of ports.entries()) {
      const path = child(at("spec.ports", index), "nodePort");
      if (nodePort) errors.push(forbiddenField(path, "may not be used when `type` is 'ClusterIP'"));
    }
  }
  const seenNodePorts = new Set<string>();
  for (const [index, { nodePort, protocol }] of ports.entries()) {
    if (!nodePort) continue;
    const key = `${protocol} ${nodePort}`;
    if (seenNodePorts.has(key)) errors.push(duplicate(child(at("spec.ports", index), "nodePort"), nodePort));
    seenNodePorts.add(key);
  }
  const seen = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const key = `${port.protocol} ${port.port}`;
    if (seen.has(key)) errors.push(duplicate(at("spec.ports", index), goPort(port)));
    seen.add(key);
  }
  return errors;
};

const affinityErrors = (spec: ServiceSpec): FieldError[] => {
  const errors = requiredOneOf(spec.sessionAffinity, ["ClientIP", "None"], "spec.sessionAffinity");
  const path = "spec.sessionAffinityConfig";
  const config = spec.sessionAffinityConfig;
  if (spec.sessionAffinity === "None" && config !== undefined)
    errors.push(forbiddenField(path, "must not be set when session affinity is None"));
  if (spec.sessionAffinity !== "ClientIP") return errors;
  const detail = "when session affinity type is ClientIP";
  const clientPath = child(path, "clientIP");
  const secondsPath = child(clientPath, "timeoutSeconds");
  if (config === undefined) return [...errors, required(path, detail)];
  if (config.clientIP === undefined) return [...errors, required(clientPath, detail)];
  const seconds = config.clientIP.timeoutSeconds;
  if (seconds === undefined) return [...errors, required(secondsPath, detail)];
  if (seconds > 0 && seconds <= maxAffinitySeconds) return errors;
  return [...errors, invalidValue(secondsPath, seconds, `must be greater than 0 and less than ${maxAffinitySeconds}`)];
};

const onlyBalanced = "may only be used when `type` is 'LoadBalancer'";
const rangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges";

/** From where a load balancer takes requests: a field, or the annotation that came before it. */
const rangesErrors = ({ metadata, spec = {} }: Service): FieldError[] => {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotation = metadata.annotations?.[rangesAnnotation];
  if (ranges.length === 0 && annotation === undefined) return [];
  const inField = ranges.length > 0;
  const path = inField ? "spec.LoadBalancerSourceRanges" : at("metadata.annotations", rangesAnnotation);
  const errors = spec.type === "LoadBalancer" ? [] : [forbiddenField(path, onlyBalanced)];
  const trimmed = (annotation ?? "").trim();
  const listed = trimmed === "" ? [] : trimmed.split(",");
  for (const [index, range] of (inField ? ranges : listed).entries()) {
    const cidr = range.trim();
    if (parseCidr(cidr) === undefined) errors.push(invalidValue(inField ? at(path, index) : path, cidr, invalidCidrMessage));
  }
  return errors;
};

const balancerErrors = (service: Service): FieldError[] => {
  const spec = service.spec ?? {};
  const errors = rangesErrors(service);
  const isBalanced = spec.type === "LoadBalancer";
  const { allocateLoadBalancerNodePorts, loadBalancerClass } = spec;
  if (allocateLoadBalancerNodePorts !== undefined && !isBalanced)
    errors.push(forbiddenField("spec.allocateLoadBalancerNodePorts", onlyBalanced));
  if (allocateLoadBalancerNodePorts === undefined && isBalanced) errors.push(required("allocateLoadBalancerNodePorts"));
  return [...errors, ...classErrors(loadBalancerClass, isBalanced)];
};

const classErrors = (name: string | undefined, isBalanced: boolean): FieldError[] => {
  if (name === undefined) return [];
  const path = "spec.loadBalancerClass";
  return isBalanced ? followsRule(qualifiedName, name, path) : [forbiddenField(path, onlyBalanced)];
};

const needsHealthCheck = (spec: ServiceSpec): boolean => spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";

const trafficErrors = (spec: ServiceSpec): FieldError[] => {
  const errors: FieldError[] = [];
  const external = spec.externalTrafficPolicy ?? "";
  if (external !== "" && !isExternal(spec)) {
    errors.push(invalidValue("spec.externalTrafficPolicy", external, "may only be set for externally-accessible services"));
  } else if (isExternal(spec)) {
    errors.push(...requiredOneOf(external, ["Cluster", "Local"], "spec.externalTrafficPolicy"));
  }
  const checked = spec.healthCheckNodePort ?? 0;
  const checkPath = "spec.healthCheckNodePort";
  if (checked !== 0 && !needsHealthCheck(spec)) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalidValue(checkPath, checked, detail));
  } else if (checked !== 0) errors.push(...portNumber(checked).map((message) => invalidValue(checkPath, checked, message)));
  const inside = spec.internalTrafficPolicy;
  if (inside === undefined && spec.type !== "ExternalName") errors.push(required("spec.internalTrafficPolicy"));
  else if (inside !== undefined) errors.push(...oneOf(inside, ["Cluster", "Local"], "spec.internalTrafficPolicy"));
  if (spec.trafficDistribution !== undefined && spec.trafficDistribution !== "PreferClose") {
    errors.push(notSupported("spec.trafficDistribution", spec.trafficDistribution, ["PreferClose"]));
  }
  return errors;
};

const hintsAnnotation = "service.kubernetes.io/topology-aware-hints";
const modeAnnotation = "service.kubernetes.io/topology-mode";

const annotationErrors = ({ annotations }: ObjectMeta): FieldError[] => {
  const [mode, hints] = [annotations?.[modeAnnotation], annotations?.[hintsAnnotation]];
  if (mode === undefined || hints === undefined || mode === hints) return [];
  const detail = `must match annotations[${hintsAnnotation}] when both are specified`;
  return [invalidValue(at("metadata.annotations", modeAnnotation), mode, detail)];
};

const nameErrors = (spec: ServiceSpec): FieldError[] => {
  const name = (spec.externalName ?? "").replace(/\.$/, "");
  return name === "" ? [required("spec.externalName")] : followsRule(dns1123Subdomain, name, "spec.externalName");
};

export const serviceErrors = (service: Service): FieldError[] => {
  const spec = service.spec ?? {};
  const errors = annotationErrors(service.metadata);
  if ((spec.ports ?? []).length === 0 && !isHeadless(spec) && spec.type !== "ExternalName") errors.push(required("spec.ports"));
  if (hasNodePorts(spec) && isHeadless(spec))
    errors.push(invalidValue("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${spec.type} services`));
  if (spec.type === "ExternalName") errors.push(...externalAddressErrors(spec), ...nameErrors(spec));
  errors.push(
    ...portsErrors(spec),
    ...labelErrors(spec.selector, "spec.selector"),
    ...affinityErrors(spec),
    ...serviceAddressErrors(spec),
  );
  for (const [index, ip] of (spec.externalIPs ?? []).entries()) {
    const path = at("spec.externalIPs", index);
    errors.push(...(isIp(ip) ? specialIpErrors(ip, path, []) : [invalidValue(path, ip, invalidIpMessage)]));
  }
  errors.push(...requiredOneOf(spec.type, serviceTypes, "spec.type"), ...repeatedPortErrors(spec));
  return [...errors, ...balancerErrors(service), ...trafficErrors(spec)];
};

export const serviceUpdateErrors = (service: Service, old: Service): FieldError[] => {
  const [spec, before] = [service.spec ?? {}, old.spec ?? {}];
  const errors = serviceAddressChangeErrors(service, old);
  if (spec.type === "LoadBalancer" && before.type === "LoadBalancer") {
    const [now, was] = [spec.loadBalancerClass, before.loadBalancerClass];
    if (now !== was) errors.push(invalidValue("spec.loadBalancerClass", now, "may not change once set"));
  }
  errors.push(...classErrors(spec.loadBalancerClass, spec.type === "LoadBalancer"));
  const checks = needsHealthCheck(spec) && needsHealthCheck(before);
  if (checks && (spec.healthCheckNodePort ?? 0) !== (before.healthCheckNodePort ?? 0))
    errors.push(forbiddenField("spec.healthCheckNodePort", "field is immutable"));
  return [...errors, ...serviceErrors(service)];
};

export const serviceStatusErrors = ({ spec, status }: Service): FieldError[] =>
  balancerStatusErrors(status?.loadBalancer, "status.loadBalancer", spec?.type === "LoadBalancer");
