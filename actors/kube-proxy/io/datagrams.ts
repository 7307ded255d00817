/** UDP through kube-proxy: each client's datagrams go to one endpoint, and what comes back goes back to it, until both are silent. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import type { EndpointAddress, ListenOutcome, PickEndpoint } from "./io.js";
import { listenFailed } from "./listen-failure.js";

/** A flow that is silent for so long is forgotten, as Linux' connection tracking has it for UDP. */
const silentMs = 30_000;
/** Clients at once; beyond it the oldest is forgotten. */
const flowsMost = 4_096;

interface Flow {
  readonly socket: Socket;
  timer: NodeJS.Timeout;
}

export function listenDatagrams(
  { address, port }: { readonly address: string; readonly port: number },
  pick: PickEndpoint,
  locate: (endpoint: EndpointAddress) => EndpointAddress,
  onOutcome: (outcome: ListenOutcome) => void,
): void {
  const server = createSocket("udp4");
  const flows = new Map<string, Flow>();
  const forget = (client: string): void => {
    const flow = flows.get(client);
    if (flow === undefined) return;
    flows.delete(client);
    clearTimeout(flow.timer);
    flow.socket.close();
  };
  const begin = (client: string, from: RemoteInfo): Flow | undefined => {
    const endpoint = pick(from.address);
    if (endpoint === undefined) return undefined;
    const socket = createSocket("udp4");
    const at = locate(endpoint);
    socket.on("message", (data) => server.send(data, from.port, from.address));
    // Nobody is there any more: the client's next datagram finds another endpoint.
    socket.on("error", () => forget(client));
    socket.bind({ address: locate({ ip: endpoint.source, port: 0 }).ip, port: 0 }, () => {
      if (flows.get(client)?.socket === socket) socket.connect(at.port, at.ip);
    });
    const flow = { socket, timer: setTimeout(() => forget(client), silentMs) };
    flows.set(client, flow);
    const oldest = flows.keys().next().value;
    if (flows.size > flowsMost && oldest !== undefined) forget(oldest);
    return flow;
  };
  server.on("message", (data, from) => {
    const client = `${from.address}:${from.port}`;
    const known = flows.get(client);
    known?.timer.refresh();
    const flow = known ?? begin(client, from);
    if (flow === undefined) return;
    if (known !== undefined) sendConnected(flow.socket, data);
    else flow.socket.once("connect", () => sendConnected(flow.socket, data));
  });
  server.once("error", (error: NodeJS.ErrnoException) => {
    onOutcome(listenFailed(`${address}:${port}/UDP`, error));
  });
  server.bind({ address, port }, () => {
    const close = (): void => {
      for (const client of [...flows.keys()]) forget(client);
      server.close();
    };
    onOutcome({ ok: true, listener: { close } });
  });
}

/** A datagram that comes while its flow is still being connected is lost, as any datagram may be. */
function sendConnected(socket: Socket, data: Uint8Array): void {
  try {
    socket.send(data);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_SOCKET_DGRAM_NOT_CONNECTED") throw error;
  }
}
