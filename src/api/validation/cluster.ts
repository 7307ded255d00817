import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type { Lease, Namespace, Node, Taint } from "../generated/types.js";
import { quote } from "../go-format.js";
import { parseCidr } from "../ip.js";
import { labelValue, qualifiedName } from "../names.js";
import { followsRule, invalidCidrMessage, nonNegative, oneOf, positive, quantityErrors } from "./common.js";
import { finalizerErrors } from "./metadata.js";

/** Namespaces, nodes, events and leases. */

export const namespaceErrors = (namespace: Namespace): FieldError[] =>
  finalizerErrors(namespace.spec?.finalizers, "spec.finalizers");

/** A namespace ends when it is deleted, and not before. */
export const namespaceStatusErrors = ({ metadata, status }: Namespace): FieldError[] => {
  const deleted = metadata.deletionTimestamp !== undefined;
  const phase = deleted ? "Terminating" : "Active";
  if (status?.phase === phase) return [];
  const detail = `may only be '${phase}' if \`deletionTimestamp\` is ${deleted ? "not empty" : "empty"}`;
  return [invalidValue("status.Phase", status?.phase ?? "", detail)];
};

const taintEffects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

const taintErrors = (taints: readonly Taint[] | undefined, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, taint] of (taints ?? []).entries()) {
    const taintPath = at(path, index);
    errors.push(...followsRule(qualifiedName, taint.key, child(taintPath, "key")));
    const faults = labelValue(taint.value ?? "");
    if (faults.length > 0) errors.push(invalidValue(child(taintPath, "value"), taint.value ?? "", faults.join(";")));
    if (!taint.effect) errors.push(required(child(taintPath, "effect")));
    else errors.push(...oneOf(taint.effect, taintEffects, child(taintPath, "effect")));
    const identity = `${taint.effect} ${taint.key}`;
    if (seen.has(identity)) {
      const shown = `core.Taint{Key:${quote(taint.key)}, Value:${quote(taint.value ?? "")}, Effect:${quote(taint.effect)}, TimeAdded:<nil>}`;
      const body = `Duplicate value: ${shown}: taints must be unique by key and effect pair`;
      errors.push({ type: "FieldValueDuplicate", field: taintPath, body });
    }
    seen.add(identity);
  }
  return errors;
};

const amounts = (quantities: { [key: string]: string } | undefined, path: string): FieldError[] =>
  Object.keys(quantities ?? {}).flatMap((name) => quantityErrors(quantities![name]!, child(path, name)));

const resourceErrors = ({ status }: Node): FieldError[] => [
  ...amounts(status?.capacity, "status.capacity"),
  ...amounts(status?.allocatable, "status.allocatable"),
];

/** Ranges of addresses: one for each family. */
const podRangeErrors = (ranges: readonly string[], path: string): FieldError[] => {
  const errors: FieldError[] = [];
  for (const [index, cidr] of ranges.entries())
    if (parseCidr(cidr) === undefined) errors.push(invalidValue(at(path, index), cidr, invalidCidrMessage));
  if (ranges.length < 2) return errors;
  const isSix = (cidr: string): boolean => cidr.includes(":");
  if (ranges.length > 2 || isSix(ranges[0]!) === isSix(ranges[1]!))
    errors.push(invalidValue(path, ranges, "may specify no more than one CIDR for each IP family"));
  for (const [index, cidr] of ranges.entries()) if (ranges.indexOf(cidr) < index) errors.push(duplicate(at(path, index), cidr));
  return errors;
};

export const nodeErrors = (node: Node): FieldError[] => [
  ...taintErrors(node.spec?.taints, "metadata.taints"),
  ...resourceErrors(node),
  ...podRangeErrors(node.spec?.podCIDRs ?? [], "spec.podCIDRs"),
];

export const nodeUpdateErrors = (node: Node, old: Node): FieldError[] => {
  const errors = resourceErrors(node);
  const addresses = (node.status?.addresses ?? []).map(({ type, address }) => `${type} ${address}`);
  for (const [index, address] of (node.status?.addresses ?? []).entries())
    if (addresses.indexOf(addresses[index]!) < index) errors.push(duplicate(at("status.addresses", index), address));
  const [ranges, before] = [node.spec?.podCIDRs ?? [], old.spec?.podCIDRs ?? []];
  const changed = ranges.length === before.length ? before.filter((cidr, index) => cidr !== ranges[index]).length : 1;
  if (before.length > 0) {
    for (let count = 0; count < changed; count++)
      errors.push(forbiddenField("spec.podCIDRs", 'node updates may not change podCIDR except from "" to valid'));
  }
  if (old.spec?.providerID && old.spec.providerID !== node.spec?.providerID) {
    errors.push(forbiddenField("spec.providerID", 'node updates may not change providerID except from "" to valid'));
  }
  errors.push(...taintErrors(node.spec?.taints, "metadata.taints"));
  if ((node.spec?.externalID ?? "") !== (old.spec?.externalID ?? ""))
    errors.push(forbiddenField("spec.externalID", "may not be updated"));
  return errors;
};

export const leaseErrors = (lease: Lease): FieldError[] => [
  ...positive(lease.spec?.leaseDurationSeconds, "spec.leaseDurationSeconds"),
  ...nonNegative(lease.spec?.leaseTransitions, "spec.leaseTransitions"),
];
