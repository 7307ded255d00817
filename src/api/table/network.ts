import type { EndpointSlice, Endpoints, Ingress, IngressClass, NetworkPolicy, Service, ServicePort } from "../generated/types.js";
import { age, firstOf, labelsText, none, orNone, printer, selectorText } from "./printer.js";

/** Services, their endpoints, and what leads to them. */
const shownEndpoints = 3;

/** Where a load balancer is reached, each address once and in order. */
const balancerText = (ingress: ReadonlyArray<{ readonly ip?: string; readonly hostname?: string }> | undefined): string[] =>
  [...new Set((ingress ?? []).map(({ ip, hostname }) => ip || hostname || "").filter((address) => address !== ""))].sort();

const externalIp = (service: Service): string => {
  const spec = service.spec ?? {};
  const own = (spec.externalIPs ?? []).join(",");
  switch (spec.type) {
    case "ExternalName":
      return spec.externalName ?? "";
    case "LoadBalancer": {
      const all = [...balancerText(service.status?.loadBalancer?.ingress), ...(spec.externalIPs ?? [])].join(",");
      return all === "" ? "<pending>" : all;
    }
    default:
      return orNone(own);
  }
};

const portText = ({ port, nodePort, protocol }: ServicePort): string =>
  nodePort ? `${port}:${nodePort}/${protocol ?? "TCP"}` : `${port}/${protocol ?? "TCP"}`;

export const servicePrinter = printer<Service>(
  "Name, Type, Cluster-IP, External-IP, Port(s), Age | Selector",
  (service, nowMs) => [
    service.metadata.name,
    service.spec?.type ?? "",
    orNone(service.spec?.clusterIPs?.[0] ?? service.spec?.clusterIP),
    externalIp(service),
    orNone((service.spec?.ports ?? []).map(portText).join(",")),
    age(service, nowMs),
    labelsText(service.spec?.selector),
  ],
);

const hostPort = (ip = "", port = 0): string => (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`);

const endpointTexts = (endpoints: Endpoints): string[] =>
  (endpoints.subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port))),
  );

export const endpointsPrinter = printer<Endpoints>("Name, Endpoints, Age", (endpoints, nowMs) => [
  endpoints.metadata.name,
  (endpoints.subsets?.length ?? 0) === 0 ? none : firstOf(endpointTexts(endpoints), shownEndpoints, ""),
  age(endpoints, nowMs),
]);

export const endpointSlicePrinter = printer<EndpointSlice>("Name, AddressType, Ports, Endpoints, Age", (slice, nowMs) => [
  slice.metadata.name,
  slice.addressType,
  firstOf(
    (slice.ports ?? []).map((port) => (port.port === undefined ? port.name || "*" : String(port.port))),
    shownEndpoints,
    "<unset>",
  ),
  firstOf(
    (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses ?? []),
    shownEndpoints,
    "<unset>",
  ),
  age(slice, nowMs),
]);

/** Of the rules behind those that are shown all count as more, also those for any host. */
const hosts = (ingress: Ingress): string => {
  const rules = ingress.spec?.rules ?? [];
  const named: string[] = [];
  for (const { host = "" } of rules) {
    if (named.length === shownEndpoints) return `${named.join(",")} + ${rules.length - shownEndpoints} more...`;
    if (host !== "") named.push(host);
  }
  return named.join(",") || "*";
};

export const ingressPrinter = printer<Ingress>("Name, Class, Hosts, Address, Ports, Age", (ingress, nowMs) => [
  ingress.metadata.name,
  orNone(ingress.spec?.ingressClassName),
  hosts(ingress),
  balancerText(ingress.status?.loadBalancer?.ingress).join(","),
  (ingress.spec?.tls?.length ?? 0) > 0 ? "80, 443" : "80",
  age(ingress, nowMs),
]);

export const ingressClassPrinter = printer<IngressClass>("Name, Controller, Parameters, Age", (ingressClass, nowMs) => {
  const parameters = ingressClass.spec?.parameters;
  const kind = parameters?.apiGroup ? `${parameters.kind}.${parameters.apiGroup}` : parameters?.kind;
  return [
    ingressClass.metadata.name,
    ingressClass.spec?.controller ?? "",
    parameters === undefined ? none : `${kind}/${parameters.name}`,
    age(ingressClass, nowMs),
  ];
});

export const networkPolicyPrinter = printer<NetworkPolicy>("Name, Pod-Selector, Age", (policy, nowMs) => [
  policy.metadata.name,
  selectorText(policy.spec?.podSelector),
  age(policy, nowMs),
]);
