/** Containers of a pod: annotations in the place of fields, fractions of bytes, variables that hide others. */
import { appArmorOfContainer } from "../app-armor.js";
import { at, child } from "../field-errors.js";
import type { Container, EnvVar, PodSpec } from "../generated/types.js";
import { quote } from "../go-format.js";
import { fractionalWarnings } from "./claims.js";

export type Annotations = { readonly [key: string]: string } | undefined;

const seccompPrefix = "container.seccomp.security.alpha.kubernetes.io/";

/** All containers of a pod with their paths: those that initialize it, its own, those that were added. */
export const containersOf = (spec: PodSpec, path: string): Array<readonly [container: Container, path: string]> => {
  const found: Array<readonly [Container, string]> = [];
  for (const field of ["initContainers", "containers", "ephemeralContainers"] as const) {
    const listPath = child(path, field);
    for (const [index, container] of (spec[field] ?? []).entries()) found.push([container, at(listPath, index)]);
  }
  return found;
};

export interface ContainerSurroundings {
  readonly annotations: Annotations;
  readonly annotationsPath: string;
  readonly hasPodAppArmorProfile: boolean;
  /** Of the annotations for AppArmor of a pod is told as it is made. */
  readonly isTemplate: boolean;
}

export const containerWarnings = (container: Container, path: string, around: ContainerSurroundings): string[] => {
  const warnings = annotations(container, around);
  const { limits, requests } = container.resources ?? {};
  for (const name of ["memory", "ephemeral-storage"]) {
    warnings.push(...fractionalWarnings(`${path}.resources.limits[${name}]`, limits?.[name]));
    warnings.push(...fractionalWarnings(`${path}.resources.requests[${name}]`, requests?.[name]));
  }
  warnings.push(...variables(container.env ?? [], child(path, "env")));
  return warnings;
};

const annotations = ({ name, securityContext }: Container, around: ContainerSurroundings): string[] => {
  const { annotations: given, annotationsPath, hasPodAppArmorProfile, isTemplate } = around;
  if (given === undefined) return [];
  const warnings: string[] = [];
  const seccomp = `${seccompPrefix}${name}`;
  // The backslashes are Kubernetes' own.
  if (securityContext?.seccompProfile === undefined && Object.hasOwn(given, seccomp))
    warnings.push(`${annotationsPath}[${seccomp}]: non-functional in v1.27+; use the \\"seccompProfile\\" field instead`);
  const appArmor = `${appArmorOfContainer}${name}`;
  const hasProfile = hasPodAppArmorProfile || securityContext?.appArmorProfile !== undefined;
  if (isTemplate && !hasProfile && Object.hasOwn(given, appArmor))
    warnings.push(`${annotationsPath}[${appArmor}]: deprecated since v1.30; use the \\"appArmorProfile\\" field instead`);
  return warnings;
};

/** A variable may be made of one of the same name before it; else that one is of no use, and apply may drop it. */
const variables = (env: readonly EnvVar[], path: string): string[] => {
  if (env.length < 2) return [];
  const seen = new Set<string>();
  return env.flatMap(({ name, value = "", valueFrom }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const reference = `$(${name})`;
    const builds = valueFrom === undefined && value !== reference && value.includes(reference);
    if (builds) return [];
    return [`${at(path, index)}: hides previous definition of ${quote(name)}, which may be dropped when using apply`];
  });
};
