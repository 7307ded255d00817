import type { Integer } from "../../json/integer.js";
import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, required, tooLong } from "../field-errors.js";
import type {
  AppArmorProfile,
  PodSpec,
  SeccompProfile,
  SecurityContext,
  WindowsSecurityContextOptions,
} from "../generated/types.js";
import { byteLength, dns1123Subdomain, unixId } from "../names.js";
import { followsRule, oneOf } from "./common.js";
import { descendingPathErrors } from "./paths.js";

/** What pods and containers may do on their node. Source: "Configure a Security Context for a Pod or Container". */

const profileTypes = ["Localhost", "RuntimeDefault", "Unconfined"];
const maxProfileLength = 4095;

const seccompErrors = (profile: SeccompProfile | undefined, path: string): FieldError[] => {
  if (profile === undefined) return [];
  const typePath = child(path, "type");
  const errors = profile.type
    ? oneOf(profile.type, profileTypes, typePath)
    : [required(typePath, "type is required when seccompProfile is set")];
  const local = child(path, "localhostProfile");
  if (profile.type !== "Localhost") {
    if (profile.localhostProfile !== undefined)
      errors.push(invalidValue(local, profile, "can only be set when seccomp type is Localhost"));
  } else if (profile.localhostProfile === undefined) {
    errors.push(required(local, "must be set when seccomp type is Localhost"));
  } else {
    errors.push(...descendingPathErrors(profile.localhostProfile, local));
  }
  return errors;
};

const localAppArmorErrors = (name: string | undefined, path: string): FieldError[] => {
  if (name === undefined || name === "") return [required(path, "must be set when AppArmor type is Localhost")];
  const errors: FieldError[] = [];
  if (name !== name.trim()) errors.push(invalidValue(path, name, "must not be padded with whitespace"));
  if (byteLength(name) > maxProfileLength) errors.push(tooLong(path, maxProfileLength));
  return errors;
};

const appArmorErrors = (profile: AppArmorProfile | undefined, path: string): FieldError[] => {
  if (profile === undefined) return [];
  const local = child(path, "localhostProfile");
  if (!profile.type) return [required(child(path, "type"), "type is required when appArmorProfile is set")];
  if (profile.type === "Localhost") return localAppArmorErrors(profile.localhostProfile, local);
  if (!profileTypes.includes(profile.type)) return oneOf(profile.type, profileTypes, child(path, "type"));
  if (profile.localhostProfile === undefined) return [];
  return [invalidValue(local, profile.localhostProfile, "can only be set when AppArmor type is Localhost")];
};

const maxCredentialSpec = 64 * 1024;
const maxDomain = 256;
const maxUser = 104;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are refused
const controlCharacters = /[\u0000-\u001f\u007f]/;
const netBiosName = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const windowsDomain = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/** What is wrong with the name that a container's processes run under on Windows, as `DOMAIN\USER`. */
const userNameFaults = (name: string): string[] => {
  if (name === "") return ["runAsUserName cannot be an empty string"];
  if (controlCharacters.test(name)) return ["runAsUserName cannot contain control characters"];
  const parts = name.split("\\");
  if (parts.length > 2) return ["runAsUserName cannot contain more than one backslash"];
  const user = parts.at(-1)!;
  const domain = parts.length === 2 ? parts[0]! : undefined;
  const faults: string[] = [];
  if (domain !== undefined) {
    if (byteLength(domain) >= maxDomain) faults.push(`runAsUserName's Domain length must be under ${maxDomain} characters`);
    if (!netBiosName.test(domain) && !windowsDomain.test(domain))
      faults.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user === "") faults.push("runAsUserName's User cannot be empty");
  else if (byteLength(user) > maxUser) faults.push(`runAsUserName's User length must not be longer than ${maxUser} characters`);
  if (/^[. ]+$/.test(user)) faults.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user))
    faults.push("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
  return faults;
};

const windowsErrors = (options: WindowsSecurityContextOptions | undefined, path: string): FieldError[] => {
  if (options === undefined) return [];
  const { gmsaCredentialSpec, gmsaCredentialSpecName, runAsUserName } = options;
  const errors: FieldError[] = [];
  if (gmsaCredentialSpecName !== undefined)
    errors.push(...followsRule(dns1123Subdomain, gmsaCredentialSpecName, child(path, "gmsaCredentialSpecName")));
  if (gmsaCredentialSpec !== undefined) {
    const specPath = child(path, "gmsaCredentialSpec");
    if (gmsaCredentialSpec === "")
      errors.push(invalidValue(specPath, gmsaCredentialSpec, "gmsaCredentialSpec cannot be an empty string"));
    else if (byteLength(gmsaCredentialSpec) > maxCredentialSpec)
      errors.push(invalidValue(specPath, gmsaCredentialSpec, "gmsaCredentialSpec size must be under 64 KiB"));
  }
  if (runAsUserName !== undefined) errors.push(...followsRule(userNameFaults, runAsUserName, child(path, "runAsUserName")));
  return errors;
};

const idErrors = (ids: { readonly [field: string]: Integer | undefined }, path: string): FieldError[] =>
  Object.entries(ids).flatMap(([field, id]) =>
    id === undefined ? [] : unixId(id).map((message) => invalidValue(child(path, field), id, message)),
  );

const sysctlFormat = "([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const sysctlPattern = new RegExp(`^${sysctlFormat}$`);
const maxSysctlLength = 253;
const ipcSysctls = ["kernel.sem", "kernel.shm_rmid_forced", "kernel.shm", "kernel.msg", "fs.mqueue."];

/** With slashes between its parts, a sysctl's dots are slashes in it. */
const normalSysctl = (name: string): string => {
  const first = /[./]/.exec(name)?.[0];
  return first === "/" ? name.replace(/[./]/g, (sign) => (sign === "/" ? "." : "/")) : name;
};

const sysctlErrors = (spec: PodSpec, path: string): FieldError[] => {
  const seen = new Set<string>();
  return (spec.securityContext?.sysctls ?? []).flatMap(({ name = "" }, index) => {
    const namePath = child(at(path, index), "name");
    const errors: FieldError[] = [];
    if (name === "") errors.push(required(namePath));
    else if (name.length > maxSysctlLength || !sysctlPattern.test(name))
      errors.push(
        invalidValue(namePath, name, `must have at most ${maxSysctlLength} characters and match regex ^${sysctlFormat}$`),
      );
    else if (seen.has(name)) errors.push(duplicate(namePath, name));
    seen.add(name);
    const normal = normalSysctl(name);
    if (spec.hostNetwork === true && normal.startsWith("net."))
      errors.push(invalidValue(namePath, name, "may not be specified when 'hostNetwork' is true"));
    if (spec.hostIPC === true && ipcSysctls.some((prefix) => normal.startsWith(prefix)))
      errors.push(invalidValue(namePath, name, "may not be specified when 'hostIPC' is true"));
    return errors;
  });
};

export const podSecurityErrors = (spec: PodSpec, path: string): FieldError[] => {
  const context = spec.securityContext;
  const errors = idErrors({ fsGroup: context?.fsGroup, runAsUser: context?.runAsUser, runAsGroup: context?.runAsGroup }, path);
  for (const [index, id] of (context?.supplementalGroups ?? []).entries())
    errors.push(...unixId(id).map((message) => invalidValue(at(child(path, "supplementalGroups"), index), id, message)));
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    const detail = "ShareProcessNamespace and HostPID cannot both be enabled";
    errors.push(invalidValue(child(path, "shareProcessNamespace"), true, detail));
  }
  if (context === undefined) return errors;
  errors.push(...sysctlErrors(spec, child(path, "sysctls")));
  const words = (field: "fsGroupChangePolicy" | "supplementalGroupsPolicy" | "seLinuxChangePolicy", known: string[]): void => {
    if (context[field] !== undefined) errors.push(...oneOf(context[field], known, child(path, field)));
  };
  words("fsGroupChangePolicy", ["Always", "OnRootMismatch"]);
  errors.push(
    ...seccompErrors(context.seccompProfile, child(path, "seccompProfile")),
    ...windowsErrors(context.windowsOptions, child(path, "windowsOptions")),
    ...appArmorErrors(context.appArmorProfile, child(path, "appArmorProfile")),
  );
  words("supplementalGroupsPolicy", ["Merge", "Strict"]);
  words("seLinuxChangePolicy", ["Recursive"]);
  return errors;
};

export const containerSecurityErrors = (context: SecurityContext | undefined, path: string, hostUsers: boolean): FieldError[] => {
  if (context === undefined) return [];
  const errors = idErrors({ runAsUser: context.runAsUser, runAsGroup: context.runAsGroup }, path);
  if (context.procMount !== undefined) {
    errors.push(...oneOf(context.procMount, ["Default", "Unmasked"], child(path, "procMount")));
    if (hostUsers && context.procMount === "Unmasked")
      errors.push(invalidValue(child(path, "procMount"), "Unmasked", "`hostUsers` must be false to use `Unmasked`"));
  }
  errors.push(...seccompErrors(context.seccompProfile, child(path, "seccompProfile")));
  if (context.allowPrivilegeEscalation === false) {
    const not = "cannot set `allowPrivilegeEscalation` to false and";
    if (context.privileged === true) errors.push(invalidValue(path, context, `${not} \`privileged\` to true`));
    for (const capability of context.capabilities?.add ?? []) {
      if (capability === "CAP_SYS_ADMIN") errors.push(invalidValue(path, context, `${not} \`capabilities.Add\` CAP_SYS_ADMIN`));
    }
  }
  errors.push(
    ...windowsErrors(context.windowsOptions, child(path, "windowsOptions")),
    ...appArmorErrors(context.appArmorProfile, child(path, "appArmorProfile")),
  );
  return errors;
};

/** A pod with user ids of its own shares no other namespace with its node. */
export const hostUsersErrors = (spec: PodSpec, path: string): FieldError[] => {
  if (spec.hostUsers !== false) return [];
  const shared: Array<[boolean | undefined, string]> = [
    [spec.hostNetwork, "hostNetwork"],
    [spec.hostPID, "HostPID"],
    [spec.hostIPC, "HostIPC"],
  ];
  return shared
    .filter(([is]) => is === true)
    .map(([, field]) => forbiddenField(child(path, field), "when `pod.Spec.HostUsers` is false"));
};
