/** Ports of a node that lead to ports of its pods (`hostPort`): connections and datagrams are handed on to the pod's address. */
import { createSocket, type Socket } from "node:dgram";
import { createServer, connect as dial, type Socket as TcpSocket } from "node:net";
import type { HostPortMapping } from "../../messages.js";
import { type DriverOutcome, driverFailed, driverOk, type SandboxSpec } from "../driver.js";
import { type Reach, reachableAt } from "../ports.js";

interface Closable {
  close(): void;
}

const loopbackAddress = "127.0.0.1";

/** Whoever sends datagrams is forgotten after so long without one. */
const idleMs = 30_000;
/** Senders beyond this are not served. */
const sendersMost = 1_000;

export class HostPorts {
  private readonly opened = new Map<string, Closable[]>();
  /** The sandboxes to which ports of 127.0.0.1 lead. */
  private readonly loopback = new Map<number, string>();

  constructor(private readonly reach: Reach) {}

  /** Opens all of a sandbox, or none of them. */
  open({ id, podIP, portMappings }: SandboxSpec, onDone: (outcome: DriverOutcome<void>) => void): void {
    if (portMappings.length === 0) {
      onDone(driverOk(undefined));
      return;
    }
    const all: Closable[] = [];
    this.opened.set(id, all);
    let left = portMappings.length;
    let failure: Error | undefined;
    for (const mapping of portMappings) {
      if (mapping.hostIp === loopbackAddress && mapping.protocol === "TCP") this.loopback.set(mapping.hostPort, id);
      const open = mapping.protocol === "UDP" ? openDatagrams : openConnections;
      all.push(
        open(mapping, podIP, this.reach, (error) => {
          left -= 1;
          failure ??= error;
          if (left > 0) return;
          if (failure !== undefined) this.close(id);
          onDone(failure === undefined ? driverOk(undefined) : driverFailed("RunSandboxError", failure.message));
        }),
      );
    }
  }

  /** Whether a port of the node's 127.0.0.1 leads to one of its pods. */
  isAtLoopback(port: number): boolean {
    return this.loopback.has(port);
  }

  close(id: string): void {
    for (const each of this.opened.get(id) ?? []) each.close();
    this.opened.delete(id);
    for (const [port, of] of this.loopback) if (of === id) this.loopback.delete(port);
  }
}

type Open = (mapping: HostPortMapping, podIP: string, reach: Reach, onOpen: (error?: Error) => void) => Closable;

const openConnections: Open = ({ hostIp, hostPort, containerPort }, podIP, reach, onOpen) => {
  const connections = new Set<TcpSocket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const to = reachableAt(reach, podIP, containerPort);
    const pod = dial({ host: to.address, port: to.port, allowHalfOpen: true });
    for (const [one, other] of [
      [client, pod],
      [pod, client],
    ] as const) {
      connections.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        connections.delete(one);
        if (one.errored) other.destroy();
      });
    }
  });
  const at = reachableAt(reach, hostIp, hostPort);
  server.once("error", onOpen);
  server.listen(at.port, at.address, () => onOpen());
  return {
    close: () => {
      server.close();
      for (const each of connections) each.destroy();
    },
  };
};

const openDatagrams: Open = ({ hostIp, hostPort, containerPort }, podIP, reach, onOpen) => {
  const server = createSocket("udp4");
  const to = reachableAt(reach, podIP, containerPort);
  const senders = new Map<string, { readonly socket: Socket; readonly timer: NodeJS.Timeout }>();
  const forget = (sender: string): void => {
    senders.get(sender)?.socket.close();
    senders.delete(sender);
  };
  server.on("message", (bytes, { address, port }) => {
    const sender = `${address}:${port}`;
    let known = senders.get(sender);
    if (known === undefined) {
      if (senders.size >= sendersMost) return;
      const socket = createSocket("udp4");
      socket.on("message", (answer) => server.send(answer, port, address));
      // A pod that does not listen yet: datagrams get lost.
      socket.on("error", () => forget(sender));
      known = { socket, timer: setTimeout(() => forget(sender), idleMs) };
      senders.set(sender, known);
    }
    known.timer.refresh();
    known.socket.send(bytes, to.port, to.address);
  });
  const at = reachableAt(reach, hostIp, hostPort);
  server.once("error", onOpen);
  server.bind(at.port, at.address, () => onOpen());
  return {
    close: () => {
      for (const { timer } of senders.values()) clearTimeout(timer);
      for (const sender of [...senders.keys()]) forget(sender);
      server.close();
    },
  };
};
