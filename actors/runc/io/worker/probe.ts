/** Probes of servers in pods: what a kubelet asks with httpGet and tcpSocket, in its words. */
import http from "node:http";
import https from "node:https";
import net from "node:net";
import type { ProbeResult, ProbeTarget } from "../driver.js";
import { type Reach, reachableAt } from "../ports.js";
import { grpcProbe } from "./grpc-probe.js";

const errorWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset by peer",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
};

/** A host name is looked up as the node does it, where the kubelet is. */
export function probe(target: ProbeTarget, reach: Reach, onDone: (result: ProbeResult) => void): void {
  if (target.kind === "grpc") {
    grpcProbe(target, reach, onDone);
    return;
  }
  const named = target.host === "" ? target.podIP : target.host;
  const host = named === "localhost" || named === "127.0.0.1" ? target.podIP : named;
  const at = reachableAt(reach, host, target.port);
  const dialled = `dial tcp ${host}:${target.port}`;
  let over = false;
  const finish = (result: ProbeResult): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    onDone(result);
  };
  const fail = (error: NodeJS.ErrnoException): string =>
    `${dialled}: connect: ${errorWords[error.code ?? ""] ?? error.code ?? "failed"}`;
  let abandon: () => void;
  let deadlineMessage: string;
  if (target.kind === "tcp") {
    const socket = net.connect({ host: at.address, port: at.port });
    socket.once("connect", () => {
      socket.destroy();
      finish({ success: true, message: "" });
    });
    socket.once("error", (error) => finish({ success: false, message: fail(error) }));
    abandon = () => socket.destroy();
    deadlineMessage = `${dialled}: i/o timeout`;
  } else {
    const url = `${target.scheme.toLowerCase()}://${named}:${target.port}${target.path}`;
    const headers: Record<string, string> = {
      "user-agent": "kube-probe/1.33",
      accept: "*/*",
      connection: "close",
      host: `${named}:${target.port}`,
    };
    for (const { name, value } of target.headers) headers[name.toLowerCase()] = value;
    const options = {
      host: at.address,
      port: at.port,
      path: target.path || "/",
      headers,
      agent: false,
      rejectUnauthorized: false,
    };
    const request = (target.scheme === "HTTPS" ? https : http).request(options, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      const success = status >= 200 && status < 400;
      response.once("error", () => {});
      finish({ success, message: success ? "" : `HTTP probe failed with statuscode: ${status}` });
    });
    request.once("error", (error) => finish({ success: false, message: `Get "${url}": ${fail(error)}` }));
    request.end();
    abandon = () => request.destroy();
    deadlineMessage = `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
  }
  const timer = setTimeout(() => {
    finish({ success: false, message: deadlineMessage });
    abandon();
  }, target.timeoutMs);
}
