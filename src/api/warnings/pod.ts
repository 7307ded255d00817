/** What is to be said of a pod, or of a template of pods, that is accepted all the same. */
import { annotatedProfile, appArmorOfContainer, hasAppArmorAnnotations, isOfPod } from "../app-armor.js";
import { at, child } from "../field-errors.js";
import type { Affinity, Pod, PodSpec, PodTemplateSpec } from "../generated/types.js";
import { goStringList, quote } from "../go-format.js";
import { dns1123Label } from "../names.js";
import { ipWarnings } from "./addresses.js";
import { fractionalWarnings } from "./claims.js";
import { nodeLabelDeprecation, nodeTermWarnings } from "./node-labels.js";
import { type Annotations, containersOf, containerWarnings } from "./pod-containers.js";
import { portWarnings } from "./pod-ports.js";
import { volumeWarnings } from "./pod-volumes.js";

const deprecatedAnnotations = [
  ["scheduler.alpha.kubernetes.io/critical-pod", 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ["security.alpha.kubernetes.io/sysctls", 'non-functional in v1.11+; use the "sysctls" field instead'],
  ["security.alpha.kubernetes.io/unsafe-sysctls", 'non-functional in v1.11+; use the "sysctls" field instead'],
] as const;

const podSeccomp = "seccomp.security.alpha.kubernetes.io/pod";
const nullSelector = "a null labelSelector results in matching no pod";

/** `sent`: the pod before the server made fields of its annotations. */
export const podWarnings = ({ metadata, spec = { containers: [] } }: Pod, sent: Pod): string[] => [
  ...appArmorWarnings(sent),
  ...nameWarnings(metadata.name, "the Pod's hostname"),
  ...specWarnings("", spec, metadata.annotations),
];

const appArmorWarnings = (pod: Pod): string[] => {
  if (!hasAppArmorAnnotations(pod)) return [];
  return [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].flatMap((container) => {
    const annotated = annotatedProfile(pod, container);
    if (annotated === undefined || (annotated.profile !== undefined && isOfPod(annotated.profile, pod))) return [];
    const key = `${appArmorOfContainer}${container.name}`;
    return [`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`];
  });
};

/** `path`: that of the template, as in `spec.template`. */
export const templateWarnings = (path: string, template: PodTemplateSpec | undefined): string[] =>
  template?.spec === undefined ? [] : specWarnings(path, template.spec, template.metadata?.annotations);

/** `usedIn`: what the name becomes a part of. */
export const nameWarnings = (name: string | undefined, usedIn: string): string[] => {
  const faults = dns1123Label(name ?? "");
  if (faults.length === 0) return [];
  return [
    `metadata.name: this is used in ${usedIn}, which can result in surprising behavior; a DNS label is recommended: ${goStringList(faults)}`,
  ];
};

const specWarnings = (path: string, spec: PodSpec, annotations: Annotations): string[] => {
  const specPath = child(path, "spec");
  const annotationsPath = child(path, "metadata.annotations");
  const containers = containersOf(spec, specPath);
  const { securityContext, overhead } = spec;
  const around = {
    annotations,
    annotationsPath,
    hasPodAppArmorProfile: securityContext?.appArmorProfile !== undefined,
    isTemplate: path !== "",
  };
  const seccomp = securityContext?.seccompProfile === undefined && annotations?.[podSeccomp] !== undefined;
  return [
    ...placementWarnings(specPath, spec),
    ...deprecatedAnnotations
      .filter(([key]) => annotations?.[key] !== undefined)
      .map(([key, fate]) => `${annotationsPath}[${key}]: ${fate}`),
    ...volumeWarnings(spec.volumes ?? [], child(specPath, "volumes")),
    ...repeated(spec.hostAliases, "ip", child(specPath, "hostAliases")),
    ...repeated(spec.imagePullSecrets, "name", child(specPath, "imagePullSecrets")),
    ...(spec.imagePullSecrets ?? []).flatMap(({ name }, index) =>
      name ? [] : [`${at(child(specPath, "imagePullSecrets"), index)}.name: invalid empty name ""`],
    ),
    ...fractionalWarnings(`${specPath}.overhead[memory]`, overhead?.memory),
    ...fractionalWarnings(`${specPath}.overhead[ephemeral-storage]`, overhead?.["ephemeral-storage"]),
    // The backslashes are Kubernetes' own.
    ...(seccomp
      ? [`${annotationsPath}[${podSeccomp}]: non-functional in v1.27+; use the \\"seccompProfile\\" field instead`]
      : []),
    ...containers.flatMap(([container, containerPath]) => containerWarnings(container, containerPath, around)),
    ...portWarnings(containers),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [`${specPath}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
    ...affinityWarnings(spec.affinity, child(specPath, "affinity")),
    ...(spec.dnsConfig?.nameservers ?? []).flatMap((server, index) =>
      ipWarnings(at(`${specPath}.dnsConfig.nameservers`, index), server),
    ),
    ...(spec.hostAliases ?? []).flatMap(({ ip }, index) => ipWarnings(`${at(child(specPath, "hostAliases"), index)}.ip`, ip)),
  ];
};

const placementWarnings = (path: string, { nodeSelector, affinity, topologySpreadConstraints = [] }: PodSpec): string[] => {
  const warnings: string[] = [];
  for (const label of Object.keys(nodeSelector ?? {})) {
    const deprecation = nodeLabelDeprecation(label);
    if (deprecation !== undefined) warnings.push(`${path}.nodeSelector[${label}]: ${deprecation}`);
  }
  const nodePath = `${path}.affinity.nodeAffinity`;
  const { requiredDuringSchedulingIgnoredDuringExecution: required, preferredDuringSchedulingIgnoredDuringExecution: preferred } =
    affinity?.nodeAffinity ?? {};
  for (const [index, term] of (required?.nodeSelectorTerms ?? []).entries())
    warnings.push(
      ...nodeTermWarnings(term, at(`${nodePath}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`, index)),
    );
  for (const [index, { preference }] of (preferred ?? []).entries()) {
    const termPath = `${at(`${nodePath}.preferredDuringSchedulingIgnoredDuringExecution`, index)}.preference`;
    warnings.push(...nodeTermWarnings(preference, termPath, { checksValues: true }));
  }
  for (const [index, { topologyKey, labelSelector }] of topologySpreadConstraints.entries()) {
    const constraintPath = at(child(path, "topologySpreadConstraints"), index);
    const deprecation = nodeLabelDeprecation(topologyKey);
    if (deprecation !== undefined) warnings.push(`${constraintPath}.topologyKey: ${topologyKey} is ${deprecation}`);
    if (labelSelector === undefined) warnings.push(`${constraintPath}.labelSelector: ${nullSelector}`);
  }
  return warnings;
};

const affinityWarnings = (affinity: Affinity | undefined, path: string): string[] =>
  (["podAffinity", "podAntiAffinity"] as const).flatMap((field) => {
    const {
      requiredDuringSchedulingIgnoredDuringExecution: required,
      preferredDuringSchedulingIgnoredDuringExecution: preferred,
    } = affinity?.[field] ?? {};
    const told = (name: string, index: number, within: string): string =>
      `${at(`${path}.${field}.${name}`, index)}.${within}labelSelector: ${nullSelector}`;
    return [
      ...(required ?? []).flatMap(({ labelSelector }, index) =>
        labelSelector === undefined ? [told("requiredDuringSchedulingIgnoredDuringExecution", index, "")] : [],
      ),
      ...(preferred ?? []).flatMap(({ podAffinityTerm }, index) =>
        podAffinityTerm.labelSelector === undefined
          ? [told("preferredDuringSchedulingIgnoredDuringExecution", index, "podAffinityTerm.")]
          : [],
      ),
    ];
  });

/** Items of a list that has each name, or each address, once. */
const repeated = <Field extends string>(
  items: ReadonlyArray<{ readonly [field in Field]?: string }> | undefined,
  field: Field,
  path: string,
): string[] => {
  const seen = new Set<string>();
  return (items ?? []).flatMap((item, index) => {
    const value = item[field] ?? "";
    const warnings = seen.has(value) ? [`${at(path, index)}.${field}: duplicate ${field} ${quote(value)}`] : [];
    seen.add(value);
    return warnings;
  });
};

export const podStatusWarnings = ({ status }: Pod): string[] => [
  ...(status?.podIPs ?? []).flatMap(({ ip }, index) => ipWarnings(`${at("status.podIPs", index)}.ip`, ip)),
  ...(status?.hostIPs ?? []).flatMap(({ ip }, index) => ipWarnings(`${at("status.hostIPs", index)}.ip`, ip)),
];
