import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type { ObjectMeta, Pod, PodDNSConfig, PodSpec, PodTemplateSpec, Toleration } from "../generated/types.js";
import { isIp } from "../ip.js";
import { byteLength, dns1123Label, dns1123Subdomain, labelValue, qualifiedName, rangeMessage, searchDomain } from "../names.js";
import { followsRule, oneOf, requiredOneOf } from "./common.js";
import { invalidIpMessage } from "./endpoints.js";
import { annotationErrors, labelErrors } from "./metadata.js";
import { appArmorMismatchErrors, podAnnotationErrors, seccompMismatchErrors } from "./pod-annotations.js";
import { podClaimsErrors } from "./pod-claims.js";
import { containersErrors, hostNetworkErrors, paddedImageErrors } from "./pod-containers.js";
import { nodeSelectorErrors } from "./pod-env.js";
import { ephemeralContainersErrors } from "./pod-ephemeral.js";
import { hostProcessErrors, osErrors } from "./pod-os.js";
import { affinityErrors, spreadErrors } from "./pod-placement.js";
import { resourcesErrors } from "./pod-resources.js";
import { hostUsersErrors, podSecurityErrors } from "./pod-security.js";
import { volumesErrors } from "./pod-volumes.js";

/** The spec of a pod or a pod template. Source: PodSpec v1 core in the Kubernetes API reference. */

const maxInt32 = 2147483647;
const maxNameservers = 3;
const maxSearches = 32;
const maxSearchesLength = 2048;
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
    const value = toleration.value ?? "";
    if (operator === "" || operator === "Equal") {
      const faults = labelValue(value);
      if (faults.length > 0) errors.push(invalidValue(child(itemPath, "operator"), value, faults.join(";")));
    } else if (operator === "Exists") {
      if (value !== "")
        errors.push(invalidValue(child(itemPath, "operator"), value, "value must be empty when `operator` is 'Exists'"));
    } else errors.push(...oneOf(operator, ["Equal", "Exists"], child(itemPath, "operator")));
    if (toleration.effect) errors.push(...oneOf(toleration.effect, taintEffects, child(itemPath, "effect")));
    return errors;
  });

const searchesErrors = (searches: readonly string[], path: string): FieldError[] => {
  const errors: FieldError[] = [];
  if (searches.length > maxSearches)
    errors.push(invalidValue(path, searches, `must not have more than ${maxSearches} search paths`));
  if (byteLength(searches.join(" ")) > maxSearchesLength) {
    const detail = `must not have more than ${maxSearchesLength} characters (including spaces) in the search list`;
    errors.push(invalidValue(path, searches, detail));
  }
  for (const [index, search] of searches.entries())
    if (search !== ".") errors.push(...followsRule(searchDomain, search.replace(/\.$/, ""), at(path, index)));
  return errors;
};

const dnsErrors = (config: PodDNSConfig | undefined, policy: string | undefined, path: string): FieldError[] => {
  const servers = config?.nameservers ?? [];
  const serversPath = child(path, "nameservers");
  if (policy === "None" && config === undefined) return [required(path, "must provide `dnsConfig` when `dnsPolicy` is None")];
  if (policy === "None" && servers.length === 0)
    return [required(serversPath, "must provide at least one DNS nameserver when `dnsPolicy` is None")];
  if (config === undefined) return [];
  const errors: FieldError[] = [];
  if (servers.length > maxNameservers)
    errors.push(invalidValue(serversPath, servers, `must not have more than ${maxNameservers} nameservers`));
  for (const [index, server] of servers.entries())
    if (!isIp(server)) errors.push(invalidValue(at(serversPath, index), server, invalidIpMessage));
  errors.push(...searchesErrors(config.searches ?? [], child(path, "searches")));
  for (const [index, option] of (config.options ?? []).entries())
    if (!option.name) errors.push(required(at(child(path, "options"), index), "must not be empty"));
  return errors;
};

const gatesErrors = (spec: PodSpec, path: string): FieldError[] => {
  const seen = new Set<string>();
  return (spec.schedulingGates ?? []).flatMap(({ name }, index) => {
    const errors = followsRule(qualifiedName, name, at(path, index));
    if (seen.has(name)) errors.push(duplicate(at(path, index), name));
    seen.add(name);
    return errors;
  });
};

const optionalName = (rule: typeof dns1123Label, value: string | undefined, path: string): FieldError[] =>
  value ? followsRule(rule, value, path) : [];

/** `pod` is the pod that the spec is of; a template's is of none yet. */
export const podSpecErrors = (spec: PodSpec, path: string, pod?: Pod): FieldError[] => {
  const inside = (field: string): string => child(path, field);
  const errors = [
    ...(spec.terminationGracePeriodSeconds === undefined ? [required(inside("terminationGracePeriodSeconds"))] : []),
    ...volumesErrors(spec.volumes, inside("volumes"), pod?.metadata.name),
    ...podClaimsErrors(spec, inside("resourceClaims")),
    ...containersErrors(spec, path),
    ...ephemeralContainersErrors(spec, inside("ephemeralContainers")),
    ...hostNetworkErrors(spec, path, pod !== undefined),
    ...requiredOneOf(spec.restartPolicy, ["Always", "OnFailure", "Never"], inside("restartPolicy")),
    ...requiredOneOf(spec.dnsPolicy, ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"], inside("dnsPolicy")),
    ...nodeSelectorErrors(spec.nodeSelector, inside("nodeSelector")),
    ...podSecurityErrors(spec, inside("securityContext")),
    ...affinityErrors(spec.affinity, inside("affinity")),
    ...dnsErrors(spec.dnsConfig, spec.dnsPolicy, inside("dnsConfig")),
    ...(spec.readinessGates ?? []).flatMap((gate, index) =>
      followsRule(qualifiedName, gate.conditionType, child(at(inside("readinessGates"), index), "conditionType")),
    ),
    ...gatesErrors(spec, inside("schedulingGates")),
    ...spreadErrors(spec, inside("topologySpreadConstraints")),
    ...hostProcessErrors(spec, path),
    ...hostUsersErrors(spec, path),
    ...optionalName(dns1123Subdomain, spec.serviceAccountName, inside("serviceAccountName")),
    ...optionalName(dns1123Subdomain, spec.nodeName, inside("nodeName")),
  ];
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > maxInt32)) {
    errors.push(invalidValue(inside("activeDeadlineSeconds"), deadline, rangeMessage(1, maxInt32)));
  }
  errors.push(
    ...optionalName(dns1123Label, spec.hostname, inside("hostname")),
    ...optionalName(dns1123Label, spec.subdomain, inside("subdomain")),
    ...tolerationsErrors(spec.tolerations, inside("tolerations")),
  );
  for (const [index, alias] of (spec.hostAliases ?? []).entries()) {
    const aliasPath = at(inside("hostAliases"), index);
    if (!isIp(alias.ip)) errors.push(invalidValue(child(aliasPath, "ip"), alias.ip, invalidIpMessage));
    for (const [place, name] of (alias.hostnames ?? []).entries())
      errors.push(...followsRule(dns1123Subdomain, name, at(child(aliasPath, "hostnames"), place)));
  }
  errors.push(...optionalName(dns1123Subdomain, spec.priorityClassName, inside("priorityClassName")));
  if (spec.runtimeClassName !== undefined)
    errors.push(...followsRule(dns1123Subdomain, spec.runtimeClassName, inside("runtimeClassName")));
  if (spec.preemptionPolicy !== undefined)
    errors.push(...requiredOneOf(spec.preemptionPolicy, ["PreemptLowerPriority", "Never"], inside("preemptionPolicy")));
  if (spec.overhead !== undefined) errors.push(...resourcesErrors({ limits: spec.overhead }, inside("overhead")));
  return [...errors, ...osErrors(spec, path)];
};

const noSpec: PodSpec = { containers: [] };

/** What holds for pods, but not for templates of pods. */
const podOnlyErrors = (spec: PodSpec): FieldError[] => {
  const errors: FieldError[] = [];
  if (!spec.serviceAccountName) {
    for (const [index, { projected }] of (spec.volumes ?? []).entries()) {
      for (const [place, { serviceAccountToken }] of (projected?.sources ?? []).entries()) {
        if (serviceAccountToken === undefined) continue;
        const path = child(at(child(at("spec.volumes", index), "projected.sources"), place), "serviceAccountToken");
        errors.push(forbiddenField(path, "must not be specified when serviceAccountName is not set"));
      }
    }
  }
  for (const list of ["containers", "initContainers"] as const) {
    for (const [index, { image }] of (spec[list] ?? []).entries())
      errors.push(...paddedImageErrors(image, at(child("spec", list), index)));
  }
  return errors;
};

/** What a pod must be, whether it is new or changed. */
export const anyPodErrors = (pod: Pod): FieldError[] => {
  const spec = pod.spec ?? noSpec;
  return [
    ...podAnnotationErrors(pod.metadata.annotations, spec, "metadata.annotations"),
    ...podSpecErrors(spec, "spec", pod),
    ...podOnlyErrors(spec),
  ];
};

export const podErrors = (pod: Pod): FieldError[] => {
  const spec = pod.spec ?? noSpec;
  const errors = anyPodErrors(pod);
  if ((spec.ephemeralContainers?.length ?? 0) > 0)
    errors.push(forbiddenField("spec.ephemeralContainers", "cannot be set on create"));
  if (spec.nodeName && (spec.schedulingGates?.length ?? 0) > 0)
    errors.push(forbiddenField("spec.nodeName", "cannot be set until all schedulingGates have been cleared"));
  return [
    ...errors,
    ...seccompMismatchErrors(pod.metadata.annotations, spec, "spec"),
    ...appArmorMismatchErrors(pod.metadata.annotations, spec, "spec"),
  ];
};

export const podTemplateMetadataErrors = (template: PodTemplateSpec, path: string): FieldError[] => {
  const { annotations, labels }: Partial<ObjectMeta> = template.metadata ?? {};
  return [
    ...labelErrors(labels, child(path, "labels")),
    ...annotationErrors(annotations, child(path, "annotations")),
    ...podAnnotationErrors(annotations, template.spec ?? noSpec, child(path, "annotations")),
  ];
};

export const podTemplateErrors = (template: PodTemplateSpec, path: string): FieldError[] => {
  const annotations = template.metadata?.annotations;
  const spec = template.spec ?? noSpec;
  const specPath = child(path, "spec");
  const errors = [
    ...podTemplateMetadataErrors(template, path),
    ...podSpecErrors(spec, specPath),
    ...seccompMismatchErrors(annotations, spec, specPath),
    ...appArmorMismatchErrors(annotations, spec, specPath),
  ];
  if ((spec.ephemeralContainers?.length ?? 0) > 0) {
    const detail = "ephemeral containers not allowed in pod template";
    errors.push(forbiddenField(child(specPath, "ephemeralContainers"), detail));
  }
  return errors;
};
