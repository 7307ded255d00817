/** The ports of a node that pods take for themselves. Source: https://kubernetes.io/docs/concepts/configuration/overview/#services */
import type { Pod } from "./types.js";

export interface HostPort {
  /** `0.0.0.0` for all addresses of the node. */
  readonly hostIP: string;
  readonly protocol: string;
  readonly port: number;
  readonly containerPort: number;
}

type Taken = Omit<HostPort, "containerPort">;

/** Of its containers and its sidecars; other init containers take none. */
export function hostPortsOf(pod: Pod): HostPort[] {
  const ports: HostPort[] = [];
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === "Always");
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    for (const { hostPort = 0, hostIP = "", protocol = "TCP", containerPort } of container.ports ?? []) {
      if (hostPort > 0) ports.push({ hostIP: hostIP || "0.0.0.0", protocol, port: hostPort, containerPort });
    }
  }
  return ports;
}

/** Two ports clash when protocol and number are equal and the addresses are, or one of them is all addresses. */
export const portsClash = (one: Taken, other: Taken): boolean =>
  one.port === other.port &&
  one.protocol === other.protocol &&
  (one.hostIP === other.hostIP || one.hostIP === "0.0.0.0" || other.hostIP === "0.0.0.0");
