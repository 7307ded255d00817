import { at, child, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type { PodSecurityContext, PodSpec, SecurityContext } from "../generated/types.js";
import { oneOf } from "./common.js";

/** What a pod for one operating system may not ask for. Source: "Pod OS" and "Create a Windows HostProcess Pod". */

interface Visited {
  readonly path: string;
  readonly context: SecurityContext | undefined;
}

/** The containers of all kinds, in the order in which they are looked at. */
const visited = (spec: PodSpec, path: string): Visited[] =>
  (["initContainers", "containers", "ephemeralContainers"] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, index) => ({
      path: child(at(child(path, list), index), "securityContext"),
      context: container.securityContext,
    })),
  );

const linuxErrors = (spec: PodSpec, path: string): FieldError[] => {
  const detail = "windows options cannot be set for a linux pod";
  const of = [{ path: child(path, "securityContext"), context: spec.securityContext }, ...visited(spec, path)];
  return of
    .filter(({ context }) => context?.windowsOptions !== undefined)
    .map((one) => forbiddenField(child(one.path, "windowsOptions"), detail));
};

/** In the order in which they are told; those of the pod itself stand between those of its security context. */
const notOnWindows: ReadonlyArray<
  { readonly context: keyof PodSecurityContext } | { readonly pod: "hostUsers" | "hostPID" | "hostIPC" | "shareProcessNamespace" }
> = [
  { context: "appArmorProfile" },
  { context: "seLinuxOptions" },
  { pod: "hostUsers" },
  { pod: "hostPID" },
  { pod: "hostIPC" },
  { context: "seccompProfile" },
  { context: "fsGroup" },
  { context: "fsGroupChangePolicy" },
  { context: "sysctls" },
  { pod: "shareProcessNamespace" },
  { context: "runAsUser" },
  { context: "runAsGroup" },
  { context: "supplementalGroups" },
  { context: "supplementalGroupsPolicy" },
  { context: "seLinuxChangePolicy" },
];

const notInWindowsContainers = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "capabilities",
  "readOnlyRootFilesystem",
  "privileged",
  "allowPrivilegeEscalation",
  "procMount",
  "runAsUser",
  "runAsGroup",
] as const satisfies ReadonlyArray<keyof SecurityContext>;

const isSet = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);

const windowsErrors = (spec: PodSpec, path: string): FieldError[] => {
  const detail = "cannot be set for a windows pod";
  const errors: FieldError[] = [];
  for (const field of notOnWindows) {
    if ("context" in field) {
      if (isSet(spec.securityContext?.[field.context]))
        errors.push(forbiddenField(child(child(path, "securityContext"), field.context), detail));
      continue;
    }
    const value = spec[field.pod];
    const given = field.pod === "hostPID" || field.pod === "hostIPC" ? value === true : value !== undefined;
    if (given) errors.push(forbiddenField(child(path, field.pod), detail));
  }
  for (const { path: contextPath, context } of visited(spec, path)) {
    for (const field of notInWindowsContainers)
      if (context?.[field] !== undefined) errors.push(forbiddenField(child(contextPath, field), detail));
  }
  return errors;
};

export const osErrors = (spec: PodSpec, path: string): FieldError[] => {
  if (spec.os === undefined) return [];
  const osPath = child(path, "os");
  if (!spec.os.name) return [required(child(osPath, "name"), "cannot be empty")];
  if (spec.os.name === "linux") return linuxErrors(spec, path);
  if (spec.os.name === "windows") return windowsErrors(spec, path);
  return oneOf(spec.os.name, ["linux", "windows"], osPath);
};

/** Containers that run on a Windows node itself: all of a pod's or none, and in its network. */
export const hostProcessErrors = (spec: PodSpec, path: string): FieldError[] => {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  const errors: FieldError[] = [];
  const containers = visited(spec, path);
  let count = 0;
  for (const { path: contextPath, context } of containers) {
    const own = context?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      errors.push(invalidValue(child(contextPath, "windowsOptions.hostProcess"), own, detail));
    }
    if (own ?? ofPod) count += 1;
  }
  if (count === 0) return errors;
  if (count !== containers.length) {
    const detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers";
    errors.push(invalidValue(path, "", detail));
  }
  if (spec.hostNetwork !== true) {
    const detail = "hostNetwork must be true if pod contains any hostProcess containers";
    errors.push(invalidValue(child(path, "hostNetwork"), false, detail));
  }
  return errors;
};
