/** The checks of the level "baseline". https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline */
import { appArmorOfContainer } from "../app-armor.js";
import { quote } from "../go-format.js";
import { type Check, containersOf, containersWhere, type Finding, named, plural, quoted, settersOf, sortedSet } from "./check.js";

const defaultCapabilities = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);

const forbiddenAnnotations = (
  annotations: { readonly [name: string]: string } | undefined,
  concerns: (name: string) => boolean,
  allows: (value: string) => boolean,
): string[] =>
  Object.entries(annotations ?? {})
    .filter(([name, value]) => concerns(name) && !allows(value))
    .map(([name, value]) => `${name}=${quote(value)}`)
    .sort();

const isAllowedProfile = (type: string | undefined): boolean => type === "RuntimeDefault" || type === "Localhost";

export const appArmorProfile: Check = (pod) => {
  const ofPod = pod.spec.securityContext?.appArmorProfile;
  const podIsBad = ofPod !== undefined && !isAllowedProfile(ofPod.type);
  const bad = containersWhere(pod, ({ appArmorProfile: own }) => own !== undefined && !isAllowedProfile(own.type));
  const annotations = forbiddenAnnotations(
    pod.metadata.annotations,
    (name) => name.startsWith(appArmorOfContainer),
    (value) => value === "" || value === "runtime/default" || value.startsWith("localhost/"),
  );
  const values = [
    ...sortedSet([
      ...(podIsBad ? [ofPod.type] : []),
      ...bad.map(({ securityContext }) => securityContext!.appArmorProfile!.type),
    ]),
    ...annotations,
  ];
  if (values.length === 0) return undefined;
  const setters = [
    ...(podIsBad || bad.length > 0 ? [settersOf(podIsBad, bad)] : []),
    ...(annotations.length > 0 ? [plural("annotation", "annotations", annotations.length)] : []),
  ];
  return {
    reason: plural("forbidden AppArmor profile", "forbidden AppArmor profiles", values.length),
    detail: `${setters.join(" and ")} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

export const defaultCapabilitiesOnly: Check = (pod) => {
  const added = (capabilities: readonly string[] | undefined): string[] =>
    (capabilities ?? []).filter((capability) => !defaultCapabilities.has(capability));
  const bad = containersWhere(pod, ({ capabilities }) => added(capabilities?.add).length > 0);
  if (bad.length === 0) return undefined;
  const forbidden = sortedSet(bad.flatMap(({ securityContext }) => added(securityContext?.capabilities?.add)));
  return {
    reason: "non-default capabilities",
    detail: `${named(bad)} must not include ${quoted(forbidden)} in securityContext.capabilities.add`,
  };
};

export const hostNamespaces: Check = ({ spec }) => {
  const shared = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((field) => spec[field] === true);
  if (shared.length === 0) return undefined;
  return { reason: "host namespaces", detail: shared.map((field) => `${field}=true`).join(", ") };
};

export const hostPathVolumes: Check = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
  if (bad.length === 0) return undefined;
  return { reason: "hostPath volumes", detail: `${plural("volume", "volumes", bad.length)} ${quoted(bad)}` };
};

export const hostPorts: Check = (pod) => {
  const bad = containersOf(pod).filter(({ ports = [] }) => ports.some(({ hostPort = 0 }) => hostPort !== 0));
  if (bad.length === 0) return undefined;
  const ports = sortedSet(
    bad.flatMap((container) =>
      (container.ports ?? []).map(({ hostPort = 0 }) => String(hostPort)).filter((port) => port !== "0"),
    ),
  );
  const uses = plural("uses", "use", bad.length);
  return {
    reason: "hostPort",
    detail: `${named(bad)} ${uses} ${plural("hostPort", "hostPorts", ports.length)} ${ports.join(", ")}`,
  };
};

export const privileged: Check = (pod) => {
  const bad = containersWhere(pod, (context) => context.privileged === true);
  if (bad.length === 0) return undefined;
  return { reason: "privileged", detail: `${named(bad)} must not set securityContext.privileged=true` };
};

export const procMount: Check = (pod) => {
  const bad = containersWhere(pod, (context) => context.procMount !== undefined && context.procMount !== "Default");
  if (bad.length === 0) return undefined;
  const types = quoted(sortedSet(bad.map(({ securityContext }) => securityContext!.procMount!)));
  return { reason: "procMount", detail: `${named(bad)} must not set securityContext.procMount to ${types}` };
};

interface SeLinux {
  readonly type?: string;
  readonly user?: string;
  readonly role?: string;
}

const seLinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t"];

const seLinuxOptionsOf =
  (types: readonly string[]): Check =>
  (pod) => {
    const isBad = (options: SeLinux | undefined): boolean =>
      options !== undefined && (!types.includes(options.type ?? "") || Boolean(options.user) || Boolean(options.role));
    const ofPod = pod.spec.securityContext?.seLinuxOptions;
    const bad = containersWhere(pod, ({ seLinuxOptions }) => isBad(seLinuxOptions));
    const setters = settersOf(isBad(ofPod), bad);
    if (setters === "") return undefined;
    const all = [ofPod, ...bad.map(({ securityContext }) => securityContext?.seLinuxOptions)].filter(isBad) as SeLinux[];
    const badTypes = sortedSet(all.map(({ type = "" }) => type).filter((type) => !types.includes(type)));
    const faults = [
      ...(badTypes.length > 0 ? [`${plural("type", "types", badTypes.length)} ${quoted(badTypes)}`] : []),
      ...(all.some(({ user }) => user) ? ["user may not be set"] : []),
      ...(all.some(({ role }) => role) ? ["role may not be set"] : []),
    ];
    return { reason: "seLinuxOptions", detail: `${setters} set forbidden securityContext.seLinuxOptions: ${faults.join("; ")}` };
  };

export const seLinuxOptions = seLinuxOptionsOf(seLinuxTypes);
export const seLinuxOptionsSince31 = seLinuxOptionsOf([...seLinuxTypes, "container_engine_t"]);

const seccompAnnotations = "seccomp.security.alpha.kubernetes.io/";

/** Before it was a field, the profile was an annotation. */
export const seccompAnnotation: Check = (pod) => {
  const names = new Set([
    `${seccompAnnotations}pod`,
    ...containersOf(pod).map(({ name }) => `container.${seccompAnnotations}${name}`),
  ]);
  const isAllowed = (value: string): boolean =>
    value === "runtime/default" || value === "docker/default" || value.startsWith("localhost/");
  const forbidden = forbiddenAnnotations(pod.metadata.annotations, (name) => names.has(name), isAllowed);
  if (forbidden.length === 0) return undefined;
  const detail = `forbidden ${plural("annotation", "annotations", forbidden.length)} ${forbidden.join(", ")}`;
  return { reason: "seccompProfile", detail };
};

/** A profile that is set and not allowed; shared with the level "restricted". */
export const badSeccompProfile: Check = (pod) => {
  const ofPod = pod.spec.securityContext?.seccompProfile;
  const podIsBad = ofPod !== undefined && !isAllowedProfile(ofPod.type);
  const bad = containersWhere(
    pod,
    ({ seccompProfile }) => seccompProfile !== undefined && !isAllowedProfile(seccompProfile.type),
  );
  const setters = settersOf(podIsBad, bad);
  if (setters === "") return undefined;
  const types = [...(podIsBad ? [ofPod.type] : []), ...bad.map(({ securityContext }) => securityContext!.seccompProfile!.type)];
  const detail = `${setters} must not set securityContext.seccompProfile.type to ${quoted(sortedSet(types))}`;
  return { reason: "seccompProfile", detail };
};

const safeSysctls = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_unprivileged_port_start",
];
const since27 = [...safeSysctls, "net.ipv4.ip_local_reserved_ports"];
const since29 = [
  ...since27,
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
];
const since32 = [...since29, "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];

const sysctlsOf =
  (safe: readonly string[]): Check =>
  ({ spec }): Finding | undefined => {
    const forbidden = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !safe.includes(name));
    return forbidden.length === 0 ? undefined : { reason: "forbidden sysctls", detail: forbidden.join(", ") };
  };

export const sysctls = sysctlsOf(safeSysctls);
export const sysctlsSince27 = sysctlsOf(since27);
export const sysctlsSince29 = sysctlsOf(since29);
export const sysctlsSince32 = sysctlsOf(since32);

export const windowsHostProcess: Check = (pod) => {
  const ofPod = pod.spec.securityContext?.windowsOptions?.hostProcess === true;
  const setters = settersOf(
    ofPod,
    containersWhere(pod, ({ windowsOptions }) => windowsOptions?.hostProcess === true),
  );
  if (setters === "") return undefined;
  return { reason: "hostProcess", detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true` };
};
