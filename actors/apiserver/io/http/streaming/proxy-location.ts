/** Finds what a proxy request leads to, and connects to it. */
import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { decodeSegment } from "../../../../../src/api/paths.js";
import { fail, type Result, succeed } from "../../../../../src/api/status.js";
import type { Endpoints, Node, Pod, Service } from "../../../../../src/api/types.js";
import { readJson } from "../../../../../src/json/text.js";
import { type ProxyName, type ProxyTarget, podTarget, proxyName, serviceTarget } from "../../../http/proxy-target.js";
import type { Route } from "../../../http/routing.js";
import type { ApiHandler, ApiUser, Noted } from "../../../request.js";
import { PodSocket } from "./pod-socket.js";

export type ProxyRoute = Extract<Route, { type: "proxy" }>;

/** `kubelet`: the node's own API. */
export type Location = ProxyTarget | { readonly kubelet: string };

const kubeletPort = "10250";

export function locateProxy(
  handler: ApiHandler,
  user: ApiUser,
  route: ProxyRoute,
  onRemarked: (noted: Noted) => void,
  onLocated: (located: Result<Location>) => void,
): void {
  handler.admitProxy({ path: route.path, user, proxied: decodeSegment(route.rest) ?? route.rest }, (refusal, noted) => {
    onRemarked(noted);
    if (refusal === undefined) locateAdmitted(handler, user, route, onLocated);
    else onLocated(fail(refusal));
  });
}

function locateAdmitted(
  handler: ApiHandler,
  user: ApiUser,
  { path }: ProxyRoute,
  onLocated: (located: Result<Location>) => void,
): void {
  const { namespace = "" } = path;
  const kind = path.resource === "pods" ? "pod" : path.resource === "services" ? "service" : "node";
  const parsed = proxyName(path.name, kind);
  if (!parsed.ok) {
    onLocated(parsed);
    return;
  }
  const of = parsed.value;
  const read = <T>(resource: string, then: (object: T) => void): string =>
    handler.request(
      {
        verb: "get",
        user,
        path: { group: "", version: "v1", resource, name: of.name, ...(resource === "nodes" ? {} : { namespace }) },
      },
      (outcome) => {
        if (outcome.ok && "object" in outcome) then(readJson(outcome.object) as T);
        else if (!outcome.ok) onLocated(fail(outcome.error));
      },
    );
  if (kind === "pod") read<Pod>("pods", (pod) => onLocated(podTarget(pod, of)));
  else if (kind === "node") read<Node>("nodes", (node) => onLocated(nodeLocation(node, of)));
  else {
    read<Service>("services", (service) =>
      read<Endpoints>("endpoints", (endpoints) =>
        onLocated(serviceTarget(service, endpoints, of, (count) => Math.floor(Math.random() * count))),
      ),
    );
  }
}

function nodeLocation(node: Node, { tls, name, port }: ProxyName): Result<Location> {
  if (port === "" || port === kubeletPort) return succeed({ kubelet: name });
  const host = node.status?.addresses?.find(({ type }) => type === "InternalIP")?.address ?? "";
  return succeed({ tls, host, port: Number(port) });
}

/** Pods are reached through their kubelets. */
export function connectTo(handler: ApiHandler, user: ApiUser, { pod, host, port, tls }: ProxyTarget): Duplex {
  const socket = pod === undefined ? connectTcp({ host, port }) : new PodSocket(handler, user, pod, port);
  // What a pod shows as its certificate is checked by nobody, as upstream.
  return tls ? connectTls({ socket, rejectUnauthorized: false }) : socket;
}

export const locationHost = ({ host, port, tls }: ProxyTarget): string => (port === (tls ? 443 : 80) ? host : `${host}:${port}`);
