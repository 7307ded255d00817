/** Services, their endpoints, and policies of the network. */
import { at, child } from "../field-errors.js";
import type { EndpointSlice, Endpoints, NetworkPolicy, NetworkPolicyPeer, Service, ServiceCIDR } from "../generated/types.js";
import { cidrWarnings, ipWarnings } from "./addresses.js";

const topologyHints = "service.kubernetes.io/topology-aware-hints";
const topologyMode = "service.kubernetes.io/topology-mode";

export const serviceWarnings = ({ metadata, spec = {} }: Service): string[] => {
  const warnings: string[] = [];
  const { type, clusterIP = "", clusterIPs = [], externalIPs = [], loadBalancerIP = "", loadBalancerSourceRanges = [] } = spec;
  if (metadata.annotations?.[topologyHints] !== undefined)
    warnings.push(`annotation ${topologyHints} is deprecated, please use ${topologyMode} instead`);
  const hasAddress = clusterIP !== "" && clusterIP !== "None";
  if (hasAddress) warnings.push(...clusterIPs.flatMap((ip, index) => ipWarnings(at("spec.clusterIPs", index), ip)));
  if (type === "ClusterIP" && clusterIP === "None") {
    if (loadBalancerIP !== "") warnings.push("spec.loadBalancerIP is ignored for headless services");
    if (externalIPs.length > 0) warnings.push("spec.externalIPs is ignored for headless services");
    if (spec.sessionAffinity !== "None") warnings.push("spec.SessionAffinity is ignored for headless services");
  }
  warnings.push(...externalIPs.flatMap((ip, index) => ipWarnings(at("spec.externalIPs", index), ip)));
  if (loadBalancerIP !== "") warnings.push(...ipWarnings("spec.loadBalancerIP", loadBalancerIP));
  warnings.push(
    ...loadBalancerSourceRanges.flatMap((range, index) => cidrWarnings(at("spec.loadBalancerSourceRanges", index), range)),
  );
  if (type === "ExternalName" && externalIPs.length > 0)
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (type !== "ExternalName" && (spec.externalName ?? "") !== "")
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  return warnings;
};

export const serviceStatusWarnings = ({ status }: Service): string[] =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }, index) => ipWarnings(at("status.loadBalancer.ingress", index), ip));

/** What a controller of the cluster made is made well. */
const isManagedBy = (labels: { readonly [key: string]: string } | undefined, key: string, ...managers: string[]): boolean =>
  managers.includes(labels?.[key] ?? "");

export const endpointsWarnings = ({ metadata, subsets = [] }: Endpoints): string[] => {
  if (isManagedBy(metadata.labels, "endpoints.kubernetes.io/managed-by", "endpoint-controller")) return [];
  return subsets.flatMap((subset, index) =>
    (["addresses", "notReadyAddresses"] as const).flatMap((field) =>
      (subset[field] ?? []).flatMap(({ ip }, place) => ipWarnings(`${at(child(at("subsets", index), field), place)}.ip`, ip)),
    ),
  );
};

export const newEndpointSliceWarnings = (slice: EndpointSlice): string[] => [
  ...(slice.addressType === "FQDN" ? ["spec.addressType: FQDN endpoints are deprecated"] : []),
  ...endpointSliceWarnings(slice),
];

export const endpointSliceWarnings = ({ metadata, endpoints = [] }: EndpointSlice): string[] => {
  const managers = ["endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"];
  if (isManagedBy(metadata.labels, "endpointslice.kubernetes.io/managed-by", ...managers)) return [];
  return endpoints.flatMap(({ addresses = [] }, index) =>
    addresses.flatMap((address, place) => ipWarnings(at(child(at("endpoints", index), "addresses"), place), address)),
  );
};

const peerWarnings = (peers: readonly NetworkPolicyPeer[] | undefined, path: string): string[] =>
  (peers ?? []).flatMap(({ ipBlock }, index) => {
    if (ipBlock === undefined) return [];
    const blockPath = `${at(path, index)}.ipBlock`;
    return [
      ...cidrWarnings(child(blockPath, "cidr"), ipBlock.cidr),
      ...(ipBlock.except ?? []).flatMap((range, place) => cidrWarnings(at(child(blockPath, "except"), place), range)),
    ];
  });

export const networkPolicyWarnings = ({ spec }: NetworkPolicy): string[] => [
  ...(spec?.ingress ?? []).flatMap(({ from }, index) => peerWarnings(from, `${at("spec.ingress", index)}.from`)),
  ...(spec?.egress ?? []).flatMap(({ to }, index) => peerWarnings(to, `${at("spec.egress", index)}.to`)),
];

export const serviceCidrWarnings = ({ spec }: ServiceCIDR): string[] =>
  (spec?.cidrs ?? []).flatMap((range, index) => cidrWarnings(at("spec.cidrs", index), range));
