/** The files in which a pod's processes find names: /etc/hosts and /etc/resolv.conf. */
import type { DnsConfig } from "../messages.js";
import type { SandboxSpec } from "./driver.js";

/** As the kubelet writes it: https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/ */
export function hostsFile({ podIP, hostname, hostDomain, hostAliases }: SandboxSpec): string {
  const lines = [
    "# Kubernetes-managed hosts file.",
    "127.0.0.1\tlocalhost",
    "::1\tlocalhost ip6-localhost ip6-loopback",
    "fe00::0\tip6-localnet",
    "fe00::0\tip6-mcastprefix",
    "fe00::1\tip6-allnodes",
    "fe00::2\tip6-allrouters",
    [podIP, ...(hostDomain === "" ? [] : [`${hostname}.${hostDomain}`]), hostname].join("\t"),
  ];
  if (hostAliases.length > 0) lines.push("", "# Entries added by HostAliases.");
  for (const { ip, hostnames } of hostAliases) lines.push([ip, ...hostnames].join("\t"));
  return `${lines.join("\n")}\n`;
}

export function resolvConf({ servers, searches, options }: DnsConfig): string {
  const lines = [
    ...(searches.length > 0 ? [`search ${searches.join(" ")}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(" ")}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
