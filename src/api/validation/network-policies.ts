import { at, child, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "../generated/types.js";
import { type Cidr, cidrContains, parseCidr } from "../ip.js";
import { portName, portNumber } from "../names.js";
import { labelSelectorErrors } from "../selectors/label-selector.js";
import { invalidCidrMessage } from "./common.js";

/** Network policies. Source: "Network Policies" of the Kubernetes documentation. */

const protocols = ["TCP", "UDP", "SCTP"];
const directions = ["Ingress", "Egress"];

const portErrors = ({ endPort, port, protocol }: NetworkPolicyPort, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  if (protocol !== undefined && !protocols.includes(protocol))
    errors.push(notSupported(child(path, "protocol"), protocol, protocols));
  const [portPath, endPath] = [child(path, "port"), child(path, "endPort")];
  if (port === undefined) {
    if (endPort === undefined) return errors;
    return [...errors, invalidValue(endPath, endPort, "may not be specified when `port` is not specified")];
  }
  if (typeof port === "string") {
    if (endPort !== undefined) errors.push(invalidValue(endPath, endPort, "may not be specified when `port` is non-numeric"));
    return [...errors, ...portName(port).map((message) => invalidValue(portPath, port, message))];
  }
  errors.push(...portNumber(port).map((message) => invalidValue(portPath, port, message)));
  if (endPort === undefined) return errors;
  if (endPort < port) errors.push(invalidValue(endPath, port, "must be greater than or equal to `port`"));
  return [...errors, ...portNumber(endPort).map((message) => invalidValue(endPath, endPort, message))];
};

const addressOf = (cidr: string): string => cidr.slice(0, cidr.lastIndexOf("/"));
const lengthOf = (cidr: string): number => Number(cidr.slice(cidr.lastIndexOf("/") + 1));

const blockErrors = ({ cidr, except = [] }: IPBlock, path: string): FieldError[] => {
  const cidrPath = child(path, "cidr");
  if (!cidr) return [required(cidrPath)];
  const whole: Cidr | undefined = parseCidr(cidr);
  if (whole === undefined) return [invalidValue(cidrPath, cidr, invalidCidrMessage)];
  const errors: FieldError[] = [];
  for (const [index, part] of except.entries()) {
    const partPath = at(child(path, "except"), index);
    if (parseCidr(part) === undefined) return [...errors, invalidValue(partPath, part, invalidCidrMessage)];
    if (!cidrContains(whole, addressOf(part)) || lengthOf(cidr) >= lengthOf(part))
      errors.push(invalidValue(partPath, part, "must be a strict subset of `cidr`"));
  }
  return errors;
};

const peerErrors = ({ ipBlock, namespaceSelector, podSelector }: NetworkPolicyPeer, path: string): FieldError[] => {
  const errors = [
    ...labelSelectorErrors(podSelector, child(path, "podSelector")),
    ...labelSelectorErrors(namespaceSelector, child(path, "namespaceSelector")),
    ...(ipBlock === undefined ? [] : blockErrors(ipBlock, child(path, "ipBlock"))),
  ];
  const selects = podSelector !== undefined || namespaceSelector !== undefined;
  if (!selects && ipBlock === undefined) errors.push(required(path, "must specify a peer"));
  if (selects && ipBlock !== undefined) errors.push(forbiddenField(path, "may not specify both ipBlock and another peer"));
  return errors;
};

export const networkPolicyErrors = ({ spec }: NetworkPolicy): FieldError[] => {
  const errors = labelSelectorErrors(spec?.podSelector, "spec.podSelector");
  const direction = (name: "ingress" | "egress", peers: "from" | "to"): void => {
    const rules: ReadonlyArray<{ ports?: NetworkPolicyPort[]; from?: NetworkPolicyPeer[]; to?: NetworkPolicyPeer[] }> =
      spec?.[name] ?? [];
    for (const [index, rule] of rules.entries()) {
      const path = at(child("spec", name), index);
      for (const [place, port] of (rule.ports ?? []).entries()) errors.push(...portErrors(port, at(child(path, "ports"), place)));
      for (const [place, peer] of (rule[peers] ?? []).entries()) errors.push(...peerErrors(peer, at(child(path, peers), place)));
    }
  };
  direction("ingress", "from");
  direction("egress", "to");
  const types = spec?.policyTypes ?? [];
  if (types.length > directions.length)
    return [...errors, invalidValue("spec.policyTypes", types, "may not specify more than two policyTypes")];
  for (const [index, type] of types.entries())
    if (!directions.includes(type)) errors.push(notSupported(at("spec.policyTypes", index), type, directions));
  return errors;
};
