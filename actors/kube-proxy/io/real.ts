/** Sockets on this machine: every Service address is one of the loopback range, which this process may bind with no privilege. */
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { listenDatagrams } from "./datagrams.js";
import { serveNames, serveNamesOverTcp } from "./dns-server.js";
import type { EndpointAddress, HealthAnswer, KubeProxyIo, ListenAddress, ListenOutcome, PickEndpoint } from "./io.js";
import { listenFailed } from "./listen-failure.js";

/** Endpoints tried for one connection before it is refused. */
const attemptsMost = 3;
const connectTimeoutMs = 5_000;

export interface RealNetwork {
  /** Where an endpoint really listens: its own address and port, or those it is mapped to. */
  locate(endpoint: EndpointAddress): EndpointAddress;
  /** Where to listen for an address: itself, or where there is but one loopback address what stands for it. */
  place(at: EndpointAddress): EndpointAddress;
}

export function realKubeProxyIo(config: KubeProxyIo["config"], network: RealNetwork): KubeProxyIo {
  return {
    config,
    listen: ({ protocol, address: ip, port: wanted }, behind, onOutcome) => {
      const { ip: address, port } = network.place({ ip, port: wanted });
      const at: ListenAddress = { protocol, address, port };
      if (behind.kind === "names") {
        if (protocol === "UDP") serveNames(at, behind.answer, onOutcome);
        else listenForConnections(at, serveNamesOverTcp(behind.answer), onOutcome);
      } else if (behind.kind === "health") {
        listenForConnections(at, healthServer(behind.answer), onOutcome);
      } else if (protocol === "UDP") {
        listenDatagrams(at, behind.pick, (endpoint) => network.locate(endpoint), onOutcome);
      } else {
        listenForConnections(at, proxyServer(behind.pick, network), onOutcome);
      }
    },
  };
}

/** Connections that are open end with the listener. */
function listenForConnections(
  { address, port }: ListenAddress,
  server: Server,
  onOutcome: (outcome: ListenOutcome) => void,
): void {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => track(open, socket));
  server.once("error", (error: NodeJS.ErrnoException) => onOutcome(listenFailed(`${address}:${port}`, error)));
  server.listen({ host: address, port }, () => {
    const close = () => {
      server.close();
      for (const socket of open) socket.destroy();
    };
    onOutcome({ ok: true, listener: { close } });
  });
}

function track(open: Set<Socket>, socket: Socket): void {
  open.add(socket);
  socket.once("close", () => open.delete(socket));
}

const proxyServer = (pick: PickEndpoint, network: RealNetwork): Server =>
  createServer({ allowHalfOpen: true }, (client) => join(client, pick, network, attemptsMost));

function healthServer(answer: () => HealthAnswer): Server {
  return createHttpServer((_request, response) => {
    const { status, localEndpoints, body } = answer();
    response.writeHead(status, {
      "Content-Type": "application/json",
      "X-Content-Type-Options": "nosniff",
      "X-Load-Balancing-Endpoint-Weight": String(localEndpoints),
    });
    response.end(body);
  });
}

const isLoopback = (address: string): boolean => address.startsWith("127.");

/** Joins a client with an endpoint; an endpoint that does not answer is passed over for another. */
function join(client: Socket, pick: PickEndpoint, network: RealNetwork, attempts: number): void {
  const endpoint = pick((client.remoteAddress ?? "").replace(/^::ffff:/, ""));
  if (endpoint === undefined || attempts === 0) {
    client.resetAndDestroy();
    return;
  }
  const { ip, port } = network.locate(endpoint);
  const source = network.locate({ ip: endpoint.source, port: 0 }).ip;
  const server = connect({
    host: ip,
    port,
    allowHalfOpen: true,
    timeout: connectTimeoutMs,
    // Only loopback addresses may be had without a privilege; between others it is this machine that is seen.
    ...(isLoopback(source) && isLoopback(ip) ? { localAddress: source } : {}),
  });
  // A client that goes takes what it was joined with along.
  client.once("close", () => server.destroy());
  const next = () => {
    server.destroy();
    if (!client.destroyed) join(client, pick, network, attempts - 1);
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
  server.once("close", () => client.destroy());
  client.pipe(server);
  server.pipe(client);
}
