/** A container's log over a WebSocket: a message for each piece, as bytes or as base64 text, at the pace of its reader. */
import { badRequest } from "../../../../../src/api/status.js";
import type { ApiHandler, ConnectRequest } from "../../../request.js";
import { acceptWebSocket, isWebSocket, refuseUpgrade, type Upgrade, webSocketProtocols } from "./upgrade.js";

/** Who asks for no protocol gets bytes. */
const protocols = ["binary.k8s.io", "base64.binary.k8s.io"];

export function serveLogSocket(handler: ApiHandler, connect: ConnectRequest, upgrade: Upgrade): void {
  if (!isWebSocket(upgrade)) {
    refuseUpgrade(upgrade.socket, badRequest("only WebSockets can be upgraded to here"));
    return;
  }
  const offered = webSocketProtocols(upgrade);
  const protocol = offered.find((name) => protocols.includes(name));
  if (offered.length > 0 && protocol === undefined) {
    refuseUpgrade(upgrade.socket, badRequest(`none of the requested protocols is known: ${offered.join(", ")}`));
    return;
  }
  const { socket } = upgrade;
  let send: ((data: Uint8Array, onSent: () => void) => void) | undefined;
  let finish = (): void => undefined;
  const open = (): void => {
    if (send !== undefined) return;
    acceptWebSocket(upgrade, protocol ?? "", (client) => {
      client.on("error", () => client.terminate());
      send = (data, onSent) => {
        const message = protocol === "base64.binary.k8s.io" ? Buffer.from(data).toString("base64") : data;
        client.send(message, (error) => error ?? onSent());
      };
      finish = () => client.close(1000);
    });
  };
  const handle = handler.connect(connect, {
    // Only the first output or the end shows that there is a log to give.
    started: () => undefined,
    refused: (error) => refuseUpgrade(socket, error),
    output: (chunk) => {
      if (!("data" in chunk)) return;
      open();
      send?.(chunk.data, () => handle.consumed(1));
    },
    ended: (error) => {
      if (error !== undefined && send === undefined) {
        refuseUpgrade(socket, error);
        return;
      }
      open();
      finish();
    },
  });
  socket.once("close", () => handle.closed());
}
