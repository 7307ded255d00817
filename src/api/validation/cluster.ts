import { at, child, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type { Event, Lease, Namespace, Node, Taint } from "../generated/types.js";
import { quote } from "../go-format.js";
import { parseCidr } from "../ip.js";
import { semanticEqual } from "../json-value.js";
import { dns1123Subdomain, labelValue, qualifiedName } from "../names.js";
import { followsRule, nonNegative, oneOf, positive, quantityErrors } from "./common.js";
import { finalizerErrors } from "./metadata.js";

/** Namespaces, nodes, events and leases. */

export const namespaceErrors = (namespace: Namespace): FieldError[] =>
  finalizerErrors(namespace.spec?.finalizers, "spec.finalizers");

const taintEffects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

const taintErrors = (taints: readonly Taint[] | undefined, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, taint] of (taints ?? []).entries()) {
    const taintPath = at(path, index);
    errors.push(...followsRule(qualifiedName, taint.key, child(taintPath, "key")));
    errors.push(...followsRule(labelValue, taint.value ?? "", child(taintPath, "value")));
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
  Object.keys(quantities ?? {}).flatMap((name) => [
    ...followsRule(qualifiedName, name, at(path, name)),
    ...quantityErrors(quantities![name]!, at(path, name)),
  ]);

export const nodeErrors = (node: Node): FieldError[] => {
  const errors = taintErrors(node.spec?.taints, "spec.taints");
  for (const [index, cidr] of (node.spec?.podCIDRs ?? []).entries()) {
    if (parseCidr(cidr) === undefined) {
      errors.push(
        invalidValue(at("spec.podCIDRs", index), cidr, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"),
      );
    }
  }
  errors.push(...amounts(node.status?.capacity, "status.capacity"), ...amounts(node.status?.allocatable, "status.allocatable"));
  return errors;
};

/** What may change in a node's spec once it is there. */
const changeable = (spec: Node["spec"]): Node["spec"] => {
  const {
    taints: _,
    unschedulable: __,
    podCIDR: ___,
    podCIDRs: ____,
    providerID: _____,
    configSource: ______,
    ...rest
  } = spec ?? {};
  return rest;
};

export const nodeUpdateErrors = (node: Node, old: Node): FieldError[] => {
  const errors = nodeErrors(node);
  if ((old.spec?.podCIDRs?.length ?? 0) > 0 && !semanticEqual(old.spec?.podCIDRs, node.spec?.podCIDRs)) {
    errors.push(forbiddenField("spec.podCIDRs", 'node updates may not change podCIDR except from "" to valid'));
  }
  if (old.spec?.providerID && old.spec.providerID !== node.spec?.providerID) {
    errors.push(forbiddenField("spec.providerID", 'node updates may not change providerID except from "" to valid'));
  }
  if (!semanticEqual(changeable(node.spec), changeable(old.spec))) {
    const detail =
      "node updates may only change labels, taints, or capacity (or configSource, if the DynamicKubeletConfig feature gate is enabled)";
    errors.push(forbiddenField("[]", detail));
  }
  return errors;
};

const maxEventWord = 128;
const maxEventNote = 1024;

const shortWord = (value: string | undefined, path: string): FieldError[] => {
  if (!value) return [required(path)];
  return value.length > maxEventWord ? [invalidValue(path, value, `can have at most ${maxEventWord} characters`)] : [];
};

/** An event lives in the namespace of what it is about; one about something without a namespace in `default`. */
export const eventErrors = (event: Event): FieldError[] => {
  const errors: FieldError[] = [];
  const about = event.involvedObject?.namespace ?? "";
  const namespace = event.metadata.namespace ?? "";
  const agrees = about === "" ? namespace === "" || namespace === "default" : namespace === about;
  if (!agrees) errors.push(invalidValue("involvedObject.namespace", about, "does not match event.namespace"));
  errors.push(...followsRule(dns1123Subdomain, namespace, "namespace"));
  if (event.eventTime === undefined) return errors;
  if (!event.reportingComponent) errors.push(required("reportingController"));
  else errors.push(...followsRule(qualifiedName, event.reportingComponent, "reportingController"));
  errors.push(
    ...shortWord(event.reportingInstance, "reportingInstance"),
    ...shortWord(event.action, "action"),
    ...shortWord(event.reason, "reason"),
  );
  if ((event.message ?? "").length > maxEventNote) {
    errors.push(invalidValue("message", event.message, `can have at most ${maxEventNote} characters`));
  }
  return errors;
};

export const leaseErrors = (lease: Lease): FieldError[] => [
  ...positive(lease.spec?.leaseDurationSeconds, "spec.leaseDurationSeconds"),
  ...nonNegative(lease.spec?.leaseTransitions, "spec.leaseTransitions"),
];
