/** kube-proxy on a real machine: TCP and UDP sockets of this process, over loopback addresses, with no privilege. */
import { connect, createServer, type Socket } from "node:net";
import { listenDatagrams } from "./datagrams.js";
import type { EndpointAddress, KubeProxyIo, ListenFailure, PickEndpoint, PortMapping, ServiceNames } from "./io.js";

/** Endpoints tried for one connection before it is refused. */
const attemptsMost = 3;
const connectTimeoutMs = 5_000;

const failures: Readonly<Record<string, ListenFailure>> = { EADDRINUSE: "inUse", EACCES: "denied", EADDRNOTAVAIL: "denied" };

export interface RealNetwork {
  /** Where an endpoint really listens: its own address and port, or those it is mapped to. */
  locate(endpoint: EndpointAddress): EndpointAddress;
  publish(names: ServiceNames, mappings: readonly PortMapping[]): void;
}

export function realKubeProxyIo(config: KubeProxyIo["config"], network: RealNetwork): KubeProxyIo {
  return {
    config,
    listen: (at, pick, onOutcome) => {
      if (at.protocol === "UDP") {
        listenDatagrams(at, pick, config.nodeAddress, (endpoint) => network.locate(endpoint), onOutcome);
        return;
      }
      const { address, port } = at;
      const open = new Set<Socket>();
      const server = createServer({ allowHalfOpen: true }, (client) => {
        track(open, client);
        join(client, pick, network, open, attemptsMost);
      });
      server.once("error", (error: NodeJS.ErrnoException) => {
        onOutcome({
          ok: false,
          failure: failures[error.code ?? ""] ?? "failed",
          message: `listen on ${address}:${port}: ${error.code ?? "failed"}`,
        });
      });
      server.listen({ host: address, port }, () => {
        const close = () => {
          server.close();
          for (const socket of open) socket.destroy();
        };
        onOutcome({ ok: true, listener: { close } });
      });
    },
    publish: (names, mappings) => network.publish(names, mappings),
  };
}

function track(open: Set<Socket>, socket: Socket): void {
  open.add(socket);
  socket.once("close", () => open.delete(socket));
}

/** Joins a client with an endpoint; an endpoint that does not answer is passed over for another. */
function join(client: Socket, pick: PickEndpoint, network: RealNetwork, open: Set<Socket>, attempts: number): void {
  const endpoint = pick(client.remoteAddress ?? "");
  if (endpoint === undefined || attempts === 0) {
    client.resetAndDestroy();
    return;
  }
  const { ip, port } = network.locate(endpoint);
  const server = connect({ host: ip, port, allowHalfOpen: true, timeout: connectTimeoutMs });
  track(open, server);
  const next = () => {
    server.destroy();
    if (!client.destroyed) join(client, pick, network, open, attempts - 1);
  };
  const clientGone = () => server.destroy();
  client.once("error", clientGone);
  server.once("error", next);
  server.once("timeout", next);
  server.once("connect", () => {
    server.off("error", next);
    server.off("timeout", next);
    server.setTimeout(0);
    client.off("error", clientGone);
    splice(client, server);
  });
}

/** Each side's end is the other's; an error on one resets the other. */
function splice(client: Socket, server: Socket): void {
  client.on("error", () => server.destroy());
  server.on("error", () => client.resetAndDestroy());
  client.once("close", () => server.destroy());
  server.once("close", () => client.destroy());
  client.pipe(server);
  server.pipe(client);
}
