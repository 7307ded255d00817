import { at, child, duplicate, type FieldError, invalidValue, required, tooMany } from "../field-errors.js";
import type { Endpoint, EndpointAddress, EndpointSlice, Endpoints } from "../generated/types.js";
import {
  type Cidr,
  cidrContains,
  isIp,
  isLinkLocalMulticast,
  isLinkLocalUnicast,
  isLoopback,
  isUnspecified,
  parseIp,
} from "../ip.js";
import { dns1123Label, dns1123Subdomain, labelValue, portNumber, qualifiedName } from "../names.js";
import { followsRule, immutable, protocols, requiredOneOf } from "./common.js";
import { labelErrors } from "./metadata.js";
import type { ValidationOptions } from "./options.js";

/** Endpoints and EndpointSlices. Source: "EndpointSlices" of the Kubernetes documentation. */
const maxEndpoints = 1000;
const maxAddresses = 100;
const maxPorts = 20000;
const maxTopologyLabels = 16;
const maxHints = 8;

export const invalidIpMessage = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

/** Addresses at which no other machine could be reached. Those in the cluster's own pod ranges are let through. */
export const specialIpErrors = (ip: string, path: string, allowed: readonly Cidr[]): FieldError[] => {
  if (allowed.some((cidr) => cidrContains(cidr, ip))) return [];
  const errors: FieldError[] = [];
  const refuse = (detail: string): void => void errors.push(invalidValue(path, ip, detail));
  if (isUnspecified(ip)) refuse(`may not be unspecified (${ip})`);
  if (isLoopback(ip)) refuse("may not be in the loopback range (127.0.0.0/8, ::1/128)");
  if (isLinkLocalUnicast(ip)) refuse("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  if (isLinkLocalMulticast(ip)) refuse("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
  return errors;
};

const addressErrors = (address: EndpointAddress, path: string, allowed: readonly Cidr[]): FieldError[] => {
  const ipPath = child(path, "ip");
  const errors = isIp(address.ip) ? [] : [invalidValue(ipPath, address.ip, invalidIpMessage)];
  if (address.hostname) errors.push(...followsRule(dns1123Label, address.hostname, child(path, "hostname")));
  if (address.nodeName !== undefined) errors.push(...followsRule(dns1123Subdomain, address.nodeName, child(path, "nodeName")));
  return errors.length > 0 ? errors : specialIpErrors(address.ip, ipPath, allowed);
};

export const endpointsErrors = (endpoints: Endpoints, options: ValidationOptions): FieldError[] => {
  const errors: FieldError[] = [];
  for (const [index, subset] of (endpoints.subsets ?? []).entries()) {
    const path = at("subsets", index);
    const lists = ["addresses", "notReadyAddresses"] as const;
    if (lists.every((list) => (subset[list]?.length ?? 0) === 0)) {
      errors.push(required(path, "must specify `addresses` or `notReadyAddresses`"));
    }
    for (const list of lists) {
      for (const [place, address] of (subset[list] ?? []).entries()) {
        errors.push(...addressErrors(address, at(child(path, list), place), options.podCidrs));
      }
    }
    const ports = subset.ports ?? [];
    for (const [place, port] of ports.entries()) {
      const portPath = at(child(path, "ports"), place);
      if (!port.name && ports.length > 1) errors.push(required(child(portPath, "name")));
      else if (port.name) errors.push(...followsRule(dns1123Label, port.name, child(portPath, "name")));
      errors.push(...portNumber(port.port).map((message) => invalidValue(child(portPath, "port"), port.port, message)));
      errors.push(...requiredOneOf(port.protocol, protocols, child(portPath, "protocol")));
      if (port.appProtocol !== undefined)
        errors.push(...followsRule(qualifiedName, port.appProtocol, child(portPath, "appProtocol")));
    }
  }
  return errors;
};

const sliceAddressErrors = (type: string, address: string, path: string, allowed: readonly Cidr[]): FieldError[] => {
  switch (type) {
    case "IPv4":
      if (parseIp(address)?.family !== "IPv4") return [invalidValue(path, address, "must be a valid IPv4 address")];
      return specialIpErrors(address, path, allowed);
    case "IPv6":
      if (parseIp(address)?.family !== "IPv6") return [invalidValue(path, address, "must be a valid IPv6 address")];
      return specialIpErrors(address, path, allowed);
    case "FQDN":
      return qualifiedDomainErrors(address, path);
    default:
      return [];
  }
};

/** A name of several parts, which may say with a dot at its end that it is whole. */
const qualifiedDomainErrors = (text: string, path: string): FieldError[] => {
  if (text === "") return [required(path)];
  const name = text.replace(/\.$/, "");
  const faults = dns1123Subdomain(name);
  if (faults.length > 0) return [invalidValue(path, name, faults.join(","))];
  const labels = name.split(".");
  if (labels.length < 2) return [invalidValue(path, name, "should be a domain with at least two segments separated by dots")];
  return labels.flatMap((label) => {
    const wrong = dns1123Label(label);
    return wrong.length === 0 ? [] : [invalidValue(path, label, wrong.join(","))];
  });
};

/** For whom an endpoint is meant: zones, or nodes. */
const hintErrors = (
  hints: readonly { readonly name?: string }[] | undefined,
  path: string,
  rule: (name: string) => string[],
): FieldError[] => {
  const names = (hints ?? []).map(({ name = "" }) => name);
  if (names.length > maxHints) return [tooMany(path, names.length, maxHints)];
  return names.flatMap((name, index) => {
    const place = child(at(path, index), "name");
    return [...(names.indexOf(name) < index ? [duplicate(place, name)] : []), ...followsRule(rule, name, place)];
  });
};

const topologyErrors = (topology: Endpoint["deprecatedTopology"], path: string): FieldError[] => {
  const count = Object.keys(topology ?? {}).length;
  return [...(count > maxTopologyLabels ? [tooMany(path, count, maxTopologyLabels)] : []), ...labelErrors(topology, path)];
};

const slicePortErrors = (slice: EndpointSlice): FieldError[] => {
  const ports = slice.ports ?? [];
  if (ports.length > maxPorts) return [tooMany("ports", ports.length, maxPorts)];
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const path = at("ports", index);
    const errors: FieldError[] = [];
    const name = port.name ?? "";
    if (name !== "") errors.push(...followsRule(dns1123Label, name, child(path, "name")));
    if (names.has(name)) errors.push(duplicate(child(path, "name"), name));
    names.add(name);
    errors.push(...requiredOneOf(port.protocol, protocols, child(path, "protocol")));
    if (port.port !== undefined)
      errors.push(...portNumber(port.port).map((message) => invalidValue(child(path, "port"), port.port, message)));
    if (port.appProtocol !== undefined) errors.push(...followsRule(qualifiedName, port.appProtocol, child(path, "appProtocol")));
    return errors;
  });
};

export const endpointSliceErrors = (slice: EndpointSlice, options: ValidationOptions): FieldError[] => {
  const errors = requiredOneOf(slice.addressType, ["FQDN", "IPv4", "IPv6"], "addressType");
  const endpoints = slice.endpoints ?? [];
  if (endpoints.length > maxEndpoints) return [...errors, tooMany("endpoints", endpoints.length, maxEndpoints)];
  for (const [index, endpoint] of endpoints.entries()) {
    const path = at("endpoints", index);
    const addressesPath = child(path, "addresses");
    const addresses = endpoint.addresses ?? [];
    if (addresses.length === 0) errors.push(required(addressesPath, "must contain at least 1 address"));
    else if (addresses.length > maxAddresses) errors.push(tooMany(addressesPath, addresses.length, maxAddresses));
    for (const [place, address] of addresses.entries()) {
      errors.push(...sliceAddressErrors(slice.addressType, address, at(addressesPath, place), options.podCidrs));
    }
    if (endpoint.nodeName !== undefined)
      errors.push(...followsRule(dns1123Subdomain, endpoint.nodeName, child(path, "nodeName")));
    errors.push(...topologyErrors(endpoint.deprecatedTopology, child(path, "deprecatedTopology")));
    if (endpoint.hostname !== undefined) errors.push(...followsRule(dns1123Label, endpoint.hostname, child(path, "hostname")));
    const hintsPath = child(path, "hints");
    errors.push(
      ...hintErrors(endpoint.hints?.forZones, child(hintsPath, "forZones"), labelValue),
      ...hintErrors(endpoint.hints?.forNodes, child(hintsPath, "forNodes"), dns1123Subdomain),
    );
  }
  return [...errors, ...slicePortErrors(slice)];
};

export const endpointSliceUpdateErrors = (slice: EndpointSlice, old: EndpointSlice, options: ValidationOptions): FieldError[] => [
  ...endpointSliceErrors(slice, options),
  ...immutable(slice.addressType, old.addressType, "addressType"),
];
