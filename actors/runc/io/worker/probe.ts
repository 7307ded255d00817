/** Probes of servers in pods: what a kubelet asks with httpGet and tcpSocket, in its words. */
import net from "node:net";
import type { ProbeResult, ProbeTarget } from "../driver.js";
import { type Reach, reachableAt } from "../ports.js";
import { grpcProbe } from "./grpc-probe.js";
import { httpProbe } from "./http-probe.js";

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
    abandon = httpProbe({ target, reach, fail, onDone: finish }, host, named);
    deadlineMessage = `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
  }
  const timer = setTimeout(() => {
    finish({ success: false, message: deadlineMessage });
    abandon();
  }, target.timeoutMs);
}
