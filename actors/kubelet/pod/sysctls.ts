/**
 * Kernel parameters that pods may have of their own. A kubelet takes those that are safe: they touch no other pod of the node.
 * Source: "Using sysctls in a Kubernetes Cluster".
 */
import type { Pod } from "../../../src/api/types.js";

/** A name with dots, which may be written with slashes: `net/ipv4/conf/eth0.1/mtu` is `net.ipv4.conf.eth0/1.mtu`. */
function dotted(name: string): string {
  const separator = /[./]/.exec(name)?.[0];
  if (separator !== "/") return name;
  return [...name].map((char) => (char === "/" ? "." : char === "." ? "/" : char)).join("");
}

export const podSysctls = (pod: Pod): Array<readonly [name: string, value: string]> =>
  (pod.spec?.securityContext?.sysctls ?? []).map(({ name, value }) => [dotted(name), value]);

const safe: ReadonlySet<string> = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
]);

/** Why the pod's parameters cannot be set; undefined when they can. */
export function forbiddenSysctl(pod: Pod): string | undefined {
  const { hostNetwork = false, hostIPC = false } = pod.spec ?? {};
  for (const [name] of podSysctls(pod)) {
    if (!safe.has(name)) return `forbidden sysctl: "${name}" not allowlisted`;
    if (hostNetwork && name.startsWith("net.")) return `forbidden sysctl: "${name}" not allowed with host net enabled`;
    if (hostIPC && name.startsWith("kernel.")) return `forbidden sysctl: "${name}" not allowed with host ipc enabled`;
  }
  return undefined;
}
