/**
 * `kubectl port-forward`: over SPDY/3.1, over a WebSocket that tunnels SPDY/3.1 (KEP-4006), or over a WebSocket with a pair of
 * channels for each port that the query names.
 */
import { createWebSocketStream } from "ws";
import { badRequest } from "../../../../../src/api/status.js";
import { commandProtocols, negotiateProtocol, plainChannels } from "../../../http/exec-channels.js";
import type { ApiHandler, ConnectRequest } from "../../../request.js";
import { forwardOverChannels } from "./forward-channels.js";
import { forwardOverSpdy } from "./forward-spdy.js";
import {
  acceptSpdy,
  acceptWebSocket,
  isSpdy,
  isWebSocket,
  refuseAdmitted,
  refuseAsKubelet,
  refuseProtocols,
  refuseUpgrade,
  streamProtocols,
  type Upgrade,
  webSocketProtocols,
} from "./upgrade.js";

const spdyProtocol = { name: "portforward.k8s.io" };
const tunnelProtocol = { name: "SPDY/3.1+portforward.k8s.io" };
const channelProtocols = commandProtocols.filter(({ name }) => name.startsWith("v4."));

export function serveForward(handler: ApiHandler, connect: ConnectRequest, upgrade: Upgrade): void {
  if (isWebSocket(upgrade)) {
    const offered = webSocketProtocols(upgrade);
    const tunnel = negotiateProtocol(offered, [tunnelProtocol]);
    const channels = offered.length === 0 ? plainChannels : negotiateProtocol(offered, channelProtocols);
    const { ports } = connect.options;
    if (tunnel !== undefined) {
      whenPossible(handler, connect, upgrade, () => {
        handler.metrics.front.tunnelledStreams.of("101").value += 1;
        acceptWebSocket(upgrade, tunnel.name, (client) => forwardOverSpdy(handler, connect, createWebSocketStream(client)));
      });
    } else if (channels === undefined) {
      refuseProtocols(handler, connect, upgrade, offered, [tunnelProtocol, ...channelProtocols]);
    } else if (ports === undefined) {
      refuseAdmitted(handler, connect, upgrade, badRequest('query parameter "ports" is required'));
    } else {
      whenPossible(handler, connect, upgrade, () =>
        acceptWebSocket(upgrade, channels.name, (client) => forwardOverChannels(handler, connect, ports, client, channels)),
      );
    }
  } else if (isSpdy(upgrade)) {
    const offered = streamProtocols(upgrade);
    const protocol = offered.length === 0 ? { name: "" } : negotiateProtocol(offered, [spdyProtocol]);
    if (protocol === undefined) refuseProtocols(handler, connect, upgrade, offered, [spdyProtocol]);
    else whenPossible(handler, connect, upgrade, () => forwardOverSpdy(handler, connect, acceptSpdy(upgrade, protocol.name)));
  } else refuseAdmitted(handler, connect, upgrade, badRequest("Upgrade request required"));
}

/** Asks the pod's kubelet whether ports can be forwarded before the client is told that they are. */
function whenPossible(handler: ApiHandler, connect: ConnectRequest, upgrade: Upgrade, accept: () => void): void {
  handler.connect(connect, {
    remarked: (noted) => upgrade.remark(noted),
    started: () => undefined,
    refused: (error) => refuseUpgrade(upgrade, error),
    output: () => undefined,
    ended: (error) => {
      if (error !== undefined) refuseAsKubelet(upgrade, error.code, error.status.message ?? "");
      else if (!upgrade.socket.destroyed) accept();
    },
  });
}
