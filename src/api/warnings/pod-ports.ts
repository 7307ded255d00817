/** Ports of a pod's containers that mean the same, or nearly. */
import { at, child } from "../field-errors.js";
import type { Container, ContainerPort } from "../generated/types.js";

interface Block {
  readonly path: string;
  readonly port: ContainerPort;
}

/** A port as Go's `%+v` prints it. */
const goPort = ({ name = "", hostPort = 0, containerPort, protocol = "", hostIP = "" }: ContainerPort): string =>
  `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;

/** How a port is at odds with another one of the same number and protocol. */
const conflictOf = (port: ContainerPort, other: ContainerPort): string | undefined => {
  const { hostIP = "", hostPort = 0 } = port;
  const { hostIP: otherIp = "", hostPort: otherPort = 0 } = other;
  if (hostIP === otherIp && hostPort === otherPort) return "duplicate port definition with";
  if (hostPort === 0 || otherPort === 0) return "overlapping port definition with";
  const isAmbiguous = hostPort === otherPort && (hostIP === "") !== (otherIp === "");
  return isAmbiguous ? "dangerously ambiguous port definition with" : undefined;
};

export const portWarnings = (containers: ReadonlyArray<readonly [container: Container, path: string]>): string[] => {
  const warnings: string[] = [];
  const known = new Map<string, Block[]>();
  for (const [{ ports = [] }, containerPath] of containers) {
    for (const [index, port] of ports.entries()) {
      const path = at(child(containerPath, "ports"), index);
      if ((port.hostIP ?? "") !== "" && !port.hostPort) warnings.push(`${path}: hostIP set without hostPort: ${goPort(port)}`);
      const key = `${port.containerPort}/${port.protocol ?? ""}`;
      const others = known.get(key) ?? [];
      known.set(key, others);
      for (const other of others) {
        const conflict = conflictOf(port, other.port);
        if (conflict !== undefined) warnings.push(`${path}: ${conflict} ${other.path}`);
      }
      others.push({ path, port });
    }
  }
  return warnings;
};
