/** What a probe or hook does, as the call to the runtime that does it. Source: "Configure Liveness, Readiness and Startup Probes". */
import type { Container, ExecAction, GRPCAction, HTTPGetAction, IntOrString, TCPSocketAction } from "../../../src/api/types.js";
import type { ProbeRequest } from "../../runc/messages.js";

export type Target =
  | { readonly kind: "exec"; readonly command: readonly string[] }
  | { readonly kind: "network"; readonly request: ProbeRequest }
  /** It cannot be done, and why. */
  | { readonly kind: "refused"; readonly message: string };

export interface Handler {
  readonly exec?: ExecAction;
  readonly httpGet?: HTTPGetAction;
  readonly tcpSocket?: TCPSocketAction;
  readonly grpc?: GRPCAction;
}

/** A port by number or by its name in the container; undefined when no port has that name. */
export function portOf(port: IntOrString, container: Container): number | undefined {
  if (typeof port === "number") return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  if (named !== undefined) return named;
  return /^\d+$/.test(port) ? Number(port) : undefined;
}

const refused = (message: string): Target => ({ kind: "refused", message });

const noPort = (port: IntOrString): Target => refused(`couldn't find port: "${port}" in the container`);

function httpTarget(action: HTTPGetAction, container: Container, podSandboxId: string, timeoutMs: number): Target {
  const port = portOf(action.port, container);
  if (port === undefined) return noPort(action.port);
  const scheme = (action.scheme ?? "HTTP").toUpperCase() === "HTTPS" ? "HTTPS" : "HTTP";
  const path = action.path ?? "/";
  const headers = (action.httpHeaders ?? []).map(({ name, value }) => ({ name, value }));
  const request: ProbeRequest = {
    kind: "http",
    podSandboxId,
    timeoutMs,
    scheme,
    host: action.host ?? "",
    port,
    path: path.startsWith("/") ? path : `/${path}`,
    headers,
  };
  return { kind: "network", request };
}

/** The target of a handler of the container, in the sandbox of its pod. */
export function targetOf(handler: Handler, container: Container, podSandboxId: string, timeoutMs: number): Target {
  const { exec, httpGet, tcpSocket, grpc } = handler;
  if (exec !== undefined) return { kind: "exec", command: exec.command ?? [] };
  if (httpGet !== undefined) return httpTarget(httpGet, container, podSandboxId, timeoutMs);
  if (tcpSocket !== undefined) {
    const port = portOf(tcpSocket.port, container);
    if (port === undefined) return noPort(tcpSocket.port);
    return { kind: "network", request: { kind: "tcp", podSandboxId, timeoutMs, host: tcpSocket.host ?? "", port } };
  }
  if (grpc !== undefined) {
    const { port, service = "" } = grpc;
    return { kind: "network", request: { kind: "grpc", podSandboxId, timeoutMs, port, service: service ?? "" } };
  }
  return refused("missing probe handler");
}
