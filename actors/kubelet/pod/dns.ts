/**
 * How a pod looks names up: its dnsPolicy and dnsConfig, and the name that it has itself.
 * https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
 */
import type { Pod, PodDNSConfig } from "../../../src/api/types.js";
import type { DnsConfig } from "../../runc/messages.js";
import { clusterDomain } from "../configuration.js";

/** What the kernel takes of a host's name. */
const hostnameLengthMost = 63;
const nameserversMost = 3;

export interface DnsSurroundings {
  /** Where the cluster's DNS is. */
  readonly clusterDns: string;
  /** How the node itself looks names up. */
  readonly node: DnsConfig;
}

export function podDns({ metadata, spec }: Pod, { clusterDns, node }: DnsSurroundings): DnsConfig {
  const config = spec?.dnsConfig;
  const policy = spec?.dnsPolicy ?? "ClusterFirst";
  if (policy === "None") return merged({ servers: [], searches: [], options: [] }, config);
  // A pod on the node's network uses the node's DNS, unless it says that it wants the cluster's.
  const usesCluster = policy === "ClusterFirstWithHostNet" || (policy === "ClusterFirst" && !spec?.hostNetwork);
  if (!usesCluster) return merged(node, config);
  const own = [`${metadata.namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  return merged({ servers: [clusterDns], searches: [...own, ...node.searches], options: ["ndots:5"] }, config);
}

/** What the pod says comes after the policy's, its options in place of those of the same name. */
function merged(base: DnsConfig, config: PodDNSConfig | undefined): DnsConfig {
  const options = new Map<string, string>();
  for (const option of base.options) options.set(option.split(":")[0] ?? "", option);
  for (const { name = "", value } of config?.options ?? []) options.set(name, value ? `${name}:${value}` : name);
  return {
    servers: [...new Set([...base.servers, ...(config?.nameservers ?? [])])].slice(0, nameserversMost),
    searches: [...new Set([...base.searches, ...(config?.searches ?? [])])],
    options: [...options.values()],
  };
}

export interface PodHostname {
  readonly hostname: string;
  /** The domain below which the hostname is the pod's whole name; "" when it has none. */
  readonly hostDomain: string;
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-hostname/ A pod on the node's network has the node's name. */
export function podHostname({ metadata: { name = "", namespace }, spec }: Pod, nodeName: string): PodHostname {
  if (spec?.hostNetwork) return { hostname: nodeName, hostDomain: "" };
  const short = (spec?.hostname || name).slice(0, hostnameLengthMost).replace(/[-.]+$/, "");
  const hostDomain = spec?.subdomain ? `${spec.subdomain}.${namespace}.svc.${clusterDomain}` : "";
  return { hostname: short, hostDomain };
}

/** A resolv.conf(5), as far as a pod can have it. */
export function parseResolvConf(text: string): DnsConfig {
  const servers: string[] = [];
  let searches: string[] = [];
  const options: string[] = [];
  for (const line of text.split("\n")) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, "")
      .trim()
      .split(/\s+/);
    if (keyword === "nameserver") servers.push(...values.slice(0, 1));
    else if (keyword === "search" || keyword === "domain") searches = values.map((domain) => domain.replace(/(?<=.)\.$/, ""));
    else if (keyword === "options") options.push(...values);
  }
  return { servers, searches, options };
}
