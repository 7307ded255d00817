/** The files in which a pod's processes find names: /etc/hosts and /etc/resolv.conf. */
import type { DnsConfig } from "../messages.js";
import type { SandboxSpec } from "./driver.js";

/** A pod on the node's network has the node's names. `ofNode` is the node's own file. */
const nodeHostsFile = (ofNode: string): string =>
  `# Kubernetes-managed hosts file (host network).\n${ofNode.replace(/\n*$/, "\n")}`;

/** As the kubelet writes it: https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/ */
export function hostsFile(sandbox: SandboxSpec, ofNode: string): string {
  const { hostAliases, hostNetwork } = sandbox;
  const aliases = hostAliases.map(({ ip, hostnames }) => `${[ip, ...hostnames].join("\t")}\n`).join("");
  const own = hostNetwork ? nodeHostsFile(ofNode) : podHostsFile(sandbox);
  return aliases === "" ? own : `${own}\n# Entries added by HostAliases.\n${aliases}`;
}

function podHostsFile({ podIP, hostname, hostDomain }: SandboxSpec): string {
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
