/**
 * The cluster's DNS, from Services and EndpointSlices: the Kubernetes DNS specification 1.1.0 as CoreDNS has it with `pods
 * insecure`. https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/ and
 * https://github.com/kubernetes/dns/blob/master/docs/specification.md
 */
import type { EndpointSlice, Service, ServicePort } from "../../../src/api/types.js";
import { canonicalAddress, isReverseName, labelledAddress, reversedAddress } from "./addresses.js";
import { type EndpointName, endpointNames, hasClusterAddress } from "./endpoint-names.js";
import type { AnswerDns, DnsData, DnsQuestion, DnsRecord, DnsReply } from "./records.js";

export const clusterDomain = "cluster.local";

/** What kube-proxy knows, as the zone looks it up. Keys are `namespace/name`. */
export interface ZoneView {
  service(key: string): Service | undefined;
  slices(serviceKey: string): readonly EndpointSlice[];
  /** Those that have an address, in its canonical form. */
  servicesAt(canonicalAddress: string): readonly Service[];
  slicesAt(canonicalAddress: string): readonly EndpointSlice[];
  hasServicesIn(namespace: string): boolean;
  /** The address at which this zone is served. */
  readonly dnsAddress: string;
  /** Of the SOA record: it grows. */
  serial(): number;
}

const ttlSeconds = 30;
/** Aliases of Services followed for one question. */
const aliasesMost = 8;

export const zoneAnswers =
  (view: ZoneView): AnswerDns =>
  (question) => {
    const name = question.name.toLowerCase().replace(/\.$/, "");
    const type = question.type.toUpperCase();
    if (isReverseName(name)) return reverse(view, name, type);
    if (name !== clusterDomain && !name.endsWith(`.${clusterDomain}`)) return undefined;
    return reply(view, { name, type }, aliasesMost);
  };

interface Found {
  readonly data: readonly DnsData[];
  /** Of the names that the data leads to. */
  readonly additionals?: readonly DnsRecord[];
  readonly alias?: string;
}

function reply(view: ZoneView, { name, type }: DnsQuestion, aliasesLeft: number): DnsReply {
  const found = lookUp(view, name);
  if (found === undefined) return without(view, "NXDOMAIN");
  const own = found.data
    .filter((data) => type === "ANY" || data.type === type || data.type === "CNAME")
    .map((data): DnsRecord => ({ ...data, name, ttlSeconds }));
  if (own.length === 0) return without(view, "NOERROR");
  const additionals = own.some((record) => record.type === "SRV") ? (found.additionals ?? []) : [];
  const plain: DnsReply = { code: "NOERROR", answers: own, additionals, authorities: [], outside: undefined };
  if (found.alias === undefined || type === "CNAME" || type === "ANY" || aliasesLeft === 0) return plain;
  if (!found.alias.endsWith(`.${clusterDomain}`)) return { ...plain, outside: found.alias };
  const behind = reply(view, { name: found.alias, type }, aliasesLeft - 1);
  return { ...behind, code: "NOERROR", answers: [...own, ...behind.answers] };
}

function without(view: ZoneView, code: DnsReply["code"]): DnsReply {
  return { code, answers: [], additionals: [], authorities: [soa(view)], outside: undefined };
}

const soa = (view: ZoneView): DnsRecord => ({
  name: clusterDomain,
  ttlSeconds,
  type: "SOA",
  server: `ns.dns.${clusterDomain}`,
  mailbox: `hostmaster.${clusterDomain}`,
  serial: view.serial(),
});

const nothing: Found = { data: [] };

/** Undefined where there is no such name; no data where there are only names below it. */
function lookUp(view: ZoneView, name: string): Found | undefined {
  if (name === clusterDomain) return { data: [{ type: "NS", target: `ns.dns.${clusterDomain}` }, soa(view)] };
  const labels = name.slice(0, -clusterDomain.length - 1).split(".");
  const kind = labels.pop();
  if (kind === "dns-version" && labels.length === 0) return { data: [{ type: "TXT", text: "1.1.0" }] };
  if (kind === "dns") {
    if (labels.length === 0) return nothing;
    return labels.length === 1 && labels[0] === "ns" ? { data: [addressData(view.dnsAddress)] } : undefined;
  }
  if (kind !== "svc" && kind !== "pod") return undefined;
  const namespace = labels.pop();
  if (namespace === undefined) return nothing;
  if (kind === "pod") return podNamed(labels);
  if (labels.length === 0) return view.hasServicesIn(namespace) ? nothing : undefined;
  return serviceNamed(view, namespace, labels);
}

/** Pods are not looked up: what their name says is their address. */
function podNamed(labels: readonly string[]): Found | undefined {
  const address = labels.length === 1 ? labelledAddress(labels[0] ?? "") : undefined;
  if (labels.length === 0) return nothing;
  return address === undefined ? undefined : { data: [addressData(address)] };
}

const addressData = (address: string): DnsData => ({ type: address.includes(":") ? "AAAA" : "A", address });

/** `web`, `web-0.web`, `_http._tcp.web`: what stands before the namespace. */
function serviceNamed(view: ZoneView, namespace: string, labels: readonly string[]): Found | undefined {
  const name = labels.at(-1) ?? "";
  const service = view.service(`${namespace}/${name}`);
  if (service === undefined) return undefined;
  const before = labels.slice(0, -1);
  const domain = `${name}.${namespace}.svc.${clusterDomain}`;
  if (service.spec?.type === "ExternalName") {
    const target = (service.spec.externalName ?? "").toLowerCase().replace(/\.$/, "");
    return before.length === 0 ? { data: [{ type: "CNAME", target }], alias: target } : undefined;
  }
  const slices = view.slices(`${namespace}/${name}`);
  const isHeadless = !hasClusterAddress(service);
  if (before.length === 1 && !before[0]?.startsWith("_"))
    return endpointsNamed(endpointNames(slices, domain), `${before[0]}.${domain}`);
  if (before.length > 2 || before.some((label) => !label.startsWith("_"))) return undefined;
  const [portLabel, protocolLabel = portLabel] = before;
  const isAsked = (port: { name?: string; protocol?: string }): boolean =>
    before.length === 0 ||
    ((before.length === 1 || `_${port.name ?? ""}` === portLabel) &&
      `_${(port.protocol ?? "TCP").toLowerCase()}` === protocolLabel);
  const found = isHeadless ? headless(endpointNames(slices, domain), isAsked) : ofAddress(service, domain, isAsked);
  return found.data.length === 0 && before.length > 0 ? undefined : found;
}

type IsAsked = (port: { name?: string; protocol?: string }) => boolean;

/** Weights of the targets of one SRV answer add up to about 100. */
const servers = (targets: ReadonlyArray<{ readonly port: number; readonly target: string }>): DnsData[] =>
  targets.map(({ port, target }) => ({
    type: "SRV",
    priority: 0,
    weight: Math.max(1, Math.floor(100 / targets.length)),
    port,
    target,
  }));

function ofAddress(service: Service, domain: string, isAsked: IsAsked): Found {
  const addresses = service.spec?.clusterIPs ?? [service.spec?.clusterIP ?? ""];
  const ports = (service.spec?.ports ?? []).filter((port: ServicePort) => isAsked(port));
  if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) return nothing;
  const data = [...addresses.map(addressData), ...servers(ports.map(({ port }) => ({ port, target: domain })))];
  return { data, additionals: addresses.map((address) => ({ ...addressData(address), name: domain, ttlSeconds })) };
}

function headless(endpoints: readonly EndpointName[], isAsked: IsAsked): Found {
  const behind = endpoints.flatMap((endpoint) =>
    endpoint.ports
      .filter((port) => isAsked(port))
      .map(({ port }) => ({ port, target: endpoint.name, address: endpoint.address })),
  );
  const asked = endpoints.filter((endpoint) => endpoint.ports.length === 0 || endpoint.ports.some((port) => isAsked(port)));
  const addresses = [...new Set(asked.map(({ address }) => address))];
  const targets = new Map(behind.map((each) => [`${each.target} ${each.port}`, each]));
  return {
    data: [...addresses.map(addressData), ...servers([...targets.values()])],
    additionals: [...targets.values()].map(({ target, address }) => ({ ...addressData(address), name: target, ttlSeconds })),
  };
}

function endpointsNamed(endpoints: readonly EndpointName[], name: string): Found | undefined {
  const those = endpoints.filter((endpoint) => endpoint.name === name);
  if (those.length === 0) return undefined;
  return headless(those, () => true);
}

/** The names of an address: of the Service that has it, else of the endpoints that do. */
function reverse(view: ZoneView, name: string, type: string): DnsReply | undefined {
  const address = reversedAddress(name);
  if (address === undefined) return undefined;
  const domainOf = (key: string): string => {
    const [namespace, service] = key.split("/");
    return `${service}.${namespace}.svc.${clusterDomain}`;
  };
  const services = view.servicesAt(address).map(({ metadata }) => domainOf(`${metadata.namespace}/${metadata.name}`));
  const targets =
    services.length > 0
      ? services
      : view.slicesAt(address).flatMap((slice) => {
          const service = slice.metadata.labels?.["kubernetes.io/service-name"] ?? "";
          const names = endpointNames([slice], domainOf(`${slice.metadata.namespace}/${service}`));
          return names.filter((endpoint) => canonicalAddress(endpoint.address) === address).map((endpoint) => endpoint.name);
        });
  // Whatever else has an address is known elsewhere.
  if (targets.length === 0) return undefined;
  if (type !== "PTR" && type !== "ANY") return without(view, "NOERROR");
  const answers = [...new Set(targets)].sort().map((target): DnsRecord => ({ type: "PTR", name, ttlSeconds, target }));
  return { code: "NOERROR", answers, additionals: [], authorities: [], outside: undefined };
}
