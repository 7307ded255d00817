/** A watch over a WebSocket, for clients that cannot read an answer while it comes: each event is a message. */
import type { RenderContext } from "../../../http/render.js";
import type { ApiHandler, WatchRequest } from "../../../request.js";
import { followWatch } from "../watch-stream.js";
import { MessageSocket } from "./message-socket.js";
import { acceptWebSocket, refuseUpgrade, refuseWebSocket, type Upgrade, webSocketProtocols } from "./upgrade.js";

export function serveWatchOverSocket(
  handler: ApiHandler,
  watch: WatchRequest,
  upgrade: Upgrade,
  context: RenderContext,
  onSetUp: () => void,
): void {
  // Browsers say where a page comes from; kube-apiserver takes watches from nobody who does not.
  const { origin = "null" } = upgrade.request.headers;
  if (origin === "null" || !URL.canParse(origin)) {
    refuseWebSocket(upgrade, 403);
    return;
  }
  // There is nothing to agree upon: whatever the client calls its one protocol is right.
  const [protocol = "", ...others] = webSocketProtocols(upgrade);
  if (others.length > 0) {
    refuseWebSocket(upgrade, 400);
    return;
  }
  const handle = followWatch(handler, watch, context, {
    inMessages: true,
    accept: () => {
      let connection: MessageSocket | undefined;
      acceptWebSocket(upgrade, protocol, (client) => {
        connection = new MessageSocket(client);
        onSetUp();
      });
      return connection;
    },
    refuse: (error) => refuseUpgrade(upgrade, error),
  });
  upgrade.socket.once("close", () => handle.closed());
}
