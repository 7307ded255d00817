/**
 * What the subresource `proxy` of a pod, Service or node leads to.
 * https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/#manually-constructing-apiserver-proxy-urls
 */
import { badRequest, fail, type Result, serviceUnavailable, succeed } from "../../../src/api/status.js";
import type { Endpoints, Pod, Service } from "../../../src/api/types.js";

/** `[scheme:]name[:port]`, taken apart. */
export interface ProxyName {
  readonly tls: boolean;
  readonly name: string;
  /** A number or a name; "" when none was given. */
  readonly port: string;
}

export function proxyName(id: string, kind: "pod" | "service" | "node"): Result<ProxyName> {
  const parts = id.split(":");
  const [scheme, name = "", port = ""] = parts.length === 3 ? parts : ["", ...parts];
  if (parts.length > 3 || name === "" || !["", "http", "https"].includes(scheme ?? ""))
    return fail(badRequest(`invalid ${kind} request ${JSON.stringify(id)}`));
  return succeed({ tls: scheme === "https", name, port });
}

export interface ProxyTarget {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  /** The pod that has this address; without one the address is reached from the API server itself. */
  readonly pod?: { readonly namespace: string; readonly name: string };
}

const defaultPort = (tls: boolean): number => (tls ? 443 : 80);

function portNumber(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port > 0 && port < 65_536 ? port : undefined;
}

/** The port that is named, else the first that a container declares. */
export function podTarget(pod: Pod, { tls, name, port }: ProxyName): Result<ProxyTarget> {
  const declared = (pod.spec?.containers ?? []).flatMap(({ ports = [] }) => ports)[0]?.containerPort;
  const number = port === "" ? (declared ?? defaultPort(tls)) : portNumber(port);
  const host = pod.status?.podIP ?? "";
  if (host === "") return fail(badRequest("address not allowed"));
  if (number === undefined) return fail(badRequest(`invalid pod request ${JSON.stringify(`${name}:${port}`)}`));
  return succeed({ tls, host, port: number, pod: { namespace: pod.metadata.namespace ?? "", name } });
}

/** One of the Service's ready endpoints; `choose` gives a number from 0 up to, but not, its argument. */
export function serviceTarget(
  service: Service,
  endpoints: Endpoints,
  { tls, name, port }: ProxyName,
  choose: (count: number) => number,
): Result<ProxyTarget> {
  const isNumber = /^\d+$/.test(port);
  const numbered = isNumber ? service.spec?.ports?.find((each) => each.port === Number(port)) : undefined;
  if (isNumber && numbered === undefined) return fail(serviceUnavailable(`no service port ${port} found for service "${name}"`));
  const portName = isNumber ? (numbered?.name ?? "") : port;
  const found = (endpoints.subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
    ports.filter((each) => (each.name ?? "") === portName).flatMap((each) => addresses.map((at) => ({ ...at, port: each.port }))),
  );
  const chosen = found[choose(found.length)];
  if (chosen === undefined) return fail(serviceUnavailable(`no endpoints available for service "${name}"`));
  const { targetRef } = chosen;
  const pod =
    targetRef?.kind === "Pod" ? { pod: { namespace: targetRef.namespace ?? "", name: targetRef.name ?? "" } } : undefined;
  return succeed({ tls, host: chosen.ip, port: chosen.port, ...pod });
}
