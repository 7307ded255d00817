/** A container's log over a WebSocket, for clients that cannot read an answer while it comes: messages of bytes, or of base64 text. */
import type { ApiHandler, ConnectRequest } from "../../../request.js";
import { MessageSocket } from "./message-socket.js";
import { acceptWebSocket, refuseUpgrade, refuseWebSocket, type Upgrade, webSocketProtocols } from "./upgrade.js";

const base64 = "base64.binary.k8s.io";
const protocols = ["binary.k8s.io", base64];

/** As much is told in one message, as kube-apiserver has it. */
const messageBytesMost = 2_048;

export function serveLogOverSocket(handler: ApiHandler, connect: ConnectRequest, upgrade: Upgrade): void {
  const offered = webSocketProtocols(upgrade);
  const protocol = offered.length === 0 ? "" : offered.find((each) => protocols.includes(each));
  if (protocol === undefined) {
    refuseWebSocket(upgrade, 403);
    return;
  }
  const encoded = (bytes: Uint8Array): string | Uint8Array =>
    protocol === base64 ? Buffer.from(bytes).toString("base64") : bytes;
  let opened: ((tell: (socket: MessageSocket) => void) => void) | undefined;
  const open = (tell: (socket: MessageSocket) => void): void => {
    opened ??= accept(upgrade, protocol, (socket) => {
      // An empty message first: the client knows that it is connected.
      socket.write(encoded(new Uint8Array(0)));
      socket.once("close", () => handle.closed());
    });
    opened(tell);
  };
  const handle = handler.connect(connect, {
    // Only the first output or the end shows that there is a log to give.
    started: () => undefined,
    refused: (error) => refuseUpgrade(upgrade, error),
    output: (chunk) => {
      if (!("data" in chunk)) return;
      const { data } = chunk;
      open((socket) => {
        for (let at = 0; at < data.length; at += messageBytesMost) {
          const isLast = at + messageBytesMost >= data.length;
          socket.write(encoded(data.subarray(at, at + messageBytesMost)), isLast ? () => handle.consumed(1) : undefined);
        }
        if (data.length === 0) handle.consumed(1);
      });
    },
    ended: (error) => {
      if (error !== undefined && opened === undefined) refuseUpgrade(upgrade, error);
      else open((socket) => socket.end());
    },
  });
  upgrade.socket.once("close", () => handle.closed());
}

/** Accepts a WebSocket; what is to be done with it before it is there is done then, in order. */
function accept(
  upgrade: Upgrade,
  protocol: string,
  onOpen: (socket: MessageSocket) => void,
): (tell: (socket: MessageSocket) => void) => void {
  let open: MessageSocket | undefined;
  const waiting: Array<(socket: MessageSocket) => void> = [];
  acceptWebSocket(upgrade, protocol, (client) => {
    const socket = new MessageSocket(client);
    open = socket;
    onOpen(socket);
    for (const tell of waiting.splice(0)) tell(socket);
  });
  return (tell) => {
    if (open === undefined) waiting.push(tell);
    else tell(open);
  };
}
