/** Probes of servers in simulated pods, in the kubelet's words. */
import type { ProbeResult, ProbeTarget } from "./driver.js";
import { grpcUnreachable } from "./driver-errors.js";
import type { SimulatedNetwork } from "./simulated-network.js";

export function probeSimulated(network: SimulatedNetwork, target: ProbeTarget, onDone: (result: ProbeResult) => void): void {
  const address = target.host === "" ? target.podIP : target.host;
  const refused = `dial tcp ${address}:${target.port}: connect: connection refused`;
  if (target.kind === "grpc") {
    const success = network.listens(address, target.port);
    onDone({ success, message: success ? "" : grpcUnreachable(target) });
    return;
  }
  if (target.kind === "tcp") {
    const success = network.listens(address, target.port);
    onDone({ success, message: success ? "" : refused });
    return;
  }
  const response = network.request(address, target.port, { method: "GET", path: target.path });
  if (response === undefined) {
    onDone({
      success: false,
      message: `Get "${target.scheme.toLowerCase()}://${address}:${target.port}${target.path}": ${refused}`,
    });
  } else {
    const { status, body } = response;
    // A simulated server has nowhere to redirect to but elsewhere.
    if (status >= 300 && status < 400) onDone({ success: true, message: `Probe terminated redirects, Response body: ${body}` });
    else if (status >= 200 && status < 300) onDone({ success: true, message: "" });
    else onDone({ success: false, message: `HTTP probe failed with statuscode: ${status}` });
  }
}
