import { at, child, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type {
  Affinity,
  NodeSelectorTerm,
  Pod,
  PodDNSConfig,
  PodSecurityContext,
  PodSpec,
  PodTemplateSpec,
  Toleration,
} from "../generated/types.js";
import { isIp } from "../ip.js";
import { dns1123Label, dns1123Subdomain, labelValue, qualifiedName, rangeMessage, unixId } from "../names.js";
import { labelSelectorErrors } from "../selectors/label-selector.js";
import { followsRule, oneOf, requiredOneOf } from "./common.js";
import { invalidIpMessage } from "./endpoints.js";
import { annotationErrors, labelErrors } from "./metadata.js";
import { containersErrors } from "./pod-containers.js";
import { nodeSelectorErrors } from "./pod-env.js";
import { volumesErrors } from "./pod-volumes.js";

/** The spec of a pod or a pod template. Source: PodSpec v1 core in the Kubernetes API reference. */

const maxInt32 = 2147483647;
const maxNameservers = 3;
const taintEffects = ["NoExecute", "NoSchedule", "PreferNoSchedule"];

export const tolerationsErrors = (tolerations: readonly Toleration[] | undefined, path: string): FieldError[] =>
  (tolerations ?? []).flatMap((toleration, index) => {
    const itemPath = at(path, index);
    const errors = toleration.key ? followsRule(qualifiedName, toleration.key, child(itemPath, "key")) : [];
    const operator = toleration.operator ?? "";
    if (!toleration.key && operator !== "Exists") {
      errors.push(
        invalidValue(
          child(itemPath, "operator"),
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    }
    if (toleration.tolerationSeconds !== undefined && toleration.effect !== "NoExecute") {
      errors.push(
        invalidValue(
          child(itemPath, "effect"),
          toleration.effect ?? "",
          "effect must be 'NoExecute' when `tolerationSeconds` is set",
        ),
      );
    }
    if (operator === "" || operator === "Equal")
      errors.push(...followsRule(labelValue, toleration.value ?? "", child(itemPath, "operator")));
    else if (operator === "Exists") {
      if (toleration.value)
        errors.push(invalidValue(child(itemPath, "operator"), toleration, "value must be empty when `operator` is 'Exists'"));
    } else errors.push(...oneOf(operator, ["Equal", "Exists"], child(itemPath, "operator")));
    if (toleration.effect) errors.push(...oneOf(toleration.effect, taintEffects, child(itemPath, "effect")));
    return errors;
  });

const securityErrors = (context: PodSecurityContext | undefined, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  for (const field of ["fsGroup", "runAsUser", "runAsGroup"] as const) {
    const id = context?.[field];
    if (id !== undefined) errors.push(...unixId(id).map((message) => invalidValue(child(path, field), id, message)));
  }
  for (const [index, id] of (context?.supplementalGroups ?? []).entries()) {
    errors.push(...unixId(id).map((message) => invalidValue(at(child(path, "supplementalGroups"), index), id, message)));
  }
  return errors;
};

const dnsErrors = (config: PodDNSConfig | undefined, policy: string | undefined, path: string): FieldError[] => {
  const servers = config?.nameservers ?? [];
  const serversPath = child(path, "nameservers");
  if (policy === "None" && servers.length === 0) {
    return [
      required(config === undefined ? path : serversPath, "must provide at least one DNS nameserver when `dnsPolicy` is None"),
    ];
  }
  const errors =
    servers.length > maxNameservers
      ? [invalidValue(serversPath, servers, `must not have more than ${maxNameservers} nameservers`)]
      : [];
  for (const [index, server] of servers.entries())
    if (!isIp(server)) errors.push(invalidValue(at(serversPath, index), server, invalidIpMessage));
  return errors;
};

const nodeTermOperators = ["DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn"];

const nodeTermErrors = (term: NodeSelectorTerm | undefined, path: string): FieldError[] =>
  (term?.matchExpressions ?? []).flatMap((expression, index) => {
    const itemPath = at(child(path, "matchExpressions"), index);
    const count = expression.values?.length ?? 0;
    const errors: FieldError[] = [];
    if (!nodeTermOperators.includes(expression.operator)) {
      errors.push(invalidValue(child(itemPath, "operator"), expression.operator, "not a valid selector operator"));
    }
    if ((expression.operator === "In" || expression.operator === "NotIn") && count === 0) {
      errors.push(required(child(itemPath, "values"), "must be specified when `operator` is 'In' or 'NotIn'"));
    }
    if ((expression.operator === "Exists" || expression.operator === "DoesNotExist") && count > 0) {
      errors.push(
        forbiddenField(child(itemPath, "values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
      );
    }
    if ((expression.operator === "Gt" || expression.operator === "Lt") && count !== 1) {
      errors.push(required(child(itemPath, "values"), "must be specified single value when `operator` is 'Lt' or 'Gt'"));
    }
    return [...errors, ...followsRule(qualifiedName, expression.key, child(itemPath, "key"))];
  });

const weightErrors = (weight = 0, path: string): FieldError[] =>
  weight < 1 || weight > 100 ? [invalidValue(child(path, "weight"), weight, "must be in the range 1-100")] : [];

const affinityErrors = (affinity: Affinity | undefined, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  const node = affinity?.nodeAffinity;
  const required_ = node?.requiredDuringSchedulingIgnoredDuringExecution;
  const nodePath = child(path, "nodeAffinity");
  if (required_ !== undefined) {
    const termsPath = child(nodePath, "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms");
    const terms = required_.nodeSelectorTerms ?? [];
    if (terms.length === 0) errors.push(required(termsPath, "must have at least one node selector term"));
    for (const [index, term] of terms.entries()) errors.push(...nodeTermErrors(term, at(termsPath, index)));
  }
  for (const [index, term] of (node?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    const itemPath = at(child(nodePath, "preferredDuringSchedulingIgnoredDuringExecution"), index);
    errors.push(...weightErrors(term.weight, itemPath), ...nodeTermErrors(term.preference, child(itemPath, "preference")));
  }
  for (const kind of ["podAffinity", "podAntiAffinity"] as const) {
    const of = affinity?.[kind];
    const terms = [
      ...(of?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term, index) => ({
        term,
        itemPath: at(child(child(path, kind), "requiredDuringSchedulingIgnoredDuringExecution"), index),
      })),
      ...(of?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((weighted, index) => {
        const itemPath = at(child(child(path, kind), "preferredDuringSchedulingIgnoredDuringExecution"), index);
        errors.push(...weightErrors(weighted.weight, itemPath));
        return { term: weighted.podAffinityTerm, itemPath: child(itemPath, "podAffinityTerm") };
      }),
    ];
    for (const { term, itemPath } of terms) {
      errors.push(...labelSelectorErrors(term?.labelSelector, child(itemPath, "labelSelector")));
      if (!term?.topologyKey) errors.push(required(child(itemPath, "topologyKey"), "can not be empty"));
    }
  }
  return errors;
};

const spreadErrors = (spec: PodSpec, path: string): FieldError[] =>
  (spec.topologySpreadConstraints ?? []).flatMap((constraint, index) => {
    const itemPath = at(path, index);
    return [
      ...(constraint.maxSkew > 0
        ? []
        : [invalidValue(child(itemPath, "maxSkew"), constraint.maxSkew, "must be greater than zero")]),
      ...(constraint.topologyKey ? [] : [required(child(itemPath, "topologyKey"), "can not be empty")]),
      ...oneOf(constraint.whenUnsatisfiable, ["DoNotSchedule", "ScheduleAnyway"], child(itemPath, "whenUnsatisfiable")),
      ...labelSelectorErrors(constraint.labelSelector, child(itemPath, "labelSelector")),
    ];
  });

const optionalName = (rule: typeof dns1123Label, value: string | undefined, path: string): FieldError[] =>
  value ? followsRule(rule, value, path) : [];

export const podSpecErrors = (spec: PodSpec, path: string): FieldError[] => {
  const inside = (field: string): string => child(path, field);
  const errors = [
    ...volumesErrors(spec.volumes, inside("volumes")),
    ...containersErrors(spec, path),
    ...requiredOneOf(spec.restartPolicy, ["Always", "OnFailure", "Never"], inside("restartPolicy")),
    ...requiredOneOf(spec.dnsPolicy, ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"], inside("dnsPolicy")),
    ...nodeSelectorErrors(spec.nodeSelector, inside("nodeSelector")),
    ...securityErrors(spec.securityContext, inside("securityContext")),
    ...affinityErrors(spec.affinity, inside("affinity")),
    ...dnsErrors(spec.dnsConfig, spec.dnsPolicy, inside("dnsConfig")),
    ...optionalName(dns1123Subdomain, spec.serviceAccountName, inside("serviceAccountName")),
    ...optionalName(dns1123Subdomain, spec.nodeName, inside("nodeName")),
    ...optionalName(dns1123Label, spec.hostname, inside("hostname")),
    ...optionalName(dns1123Label, spec.subdomain, inside("subdomain")),
    ...optionalName(dns1123Subdomain, spec.priorityClassName, inside("priorityClassName")),
    ...optionalName(dns1123Subdomain, spec.runtimeClassName, inside("runtimeClassName")),
    ...tolerationsErrors(spec.tolerations, inside("tolerations")),
    ...spreadErrors(spec, inside("topologySpreadConstraints")),
  ];
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > maxInt32)) {
    errors.push(invalidValue(inside("activeDeadlineSeconds"), deadline, rangeMessage(1, maxInt32)));
  }
  for (const [index, gate] of (spec.readinessGates ?? []).entries()) {
    errors.push(...followsRule(qualifiedName, gate.conditionType, child(at(inside("readinessGates"), index), "conditionType")));
  }
  for (const [index, alias] of (spec.hostAliases ?? []).entries()) {
    const aliasPath = at(inside("hostAliases"), index);
    if (!isIp(alias.ip)) errors.push(invalidValue(child(aliasPath, "ip"), alias.ip, invalidIpMessage));
    for (const [place, name] of (alias.hostnames ?? []).entries())
      errors.push(...followsRule(dns1123Subdomain, name, at(child(aliasPath, "hostnames"), place)));
  }
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    errors.push(invalidValue(inside("shareProcessNamespace"), true, "ShareProcessNamespace and HostPID cannot both be enabled"));
  }
  if (spec.preemptionPolicy !== undefined)
    errors.push(...oneOf(spec.preemptionPolicy, ["Never", "PreemptLowerPriority"], inside("preemptionPolicy")));
  return errors;
};

export const podErrors = (pod: Pod): FieldError[] => {
  const spec = pod.spec ?? { containers: [] };
  const errors = podSpecErrors(spec, "spec");
  if ((spec.ephemeralContainers?.length ?? 0) > 0)
    errors.push(forbiddenField("spec.ephemeralContainers", "cannot be set on create"));
  return errors;
};

export const podTemplateErrors = (template: PodTemplateSpec, path: string): FieldError[] => {
  const metadata = child(path, "metadata");
  const spec = template.spec ?? { containers: [] };
  const errors = [
    ...labelErrors(template.metadata?.labels, child(metadata, "labels")),
    ...annotationErrors(template.metadata?.annotations, child(metadata, "annotations")),
    ...podSpecErrors(spec, child(path, "spec")),
  ];
  if ((spec.ephemeralContainers?.length ?? 0) > 0) {
    errors.push(forbiddenField(child(path, "spec.ephemeralContainers"), "ephemeral containers not allowed in pod template"));
  }
  return errors;
};
