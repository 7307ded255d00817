import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { ApiError } from "../../../../src/api/status.js";
import { exitStatus, outputMessage, readClientMessage, statusMessage, subprotocols } from "../../http/exec-channels.js";
import type { ApiHandler, ConnectRequest } from "../../request.js";

/** The longest message that a client may send. */
const messageBytesMost = 1024 * 1024;
/** A connection on which nothing is said is asked this often whether it still is there. */
const pingPeriodMs = 30_000;

export class ExecSockets {
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: messageBytesMost,
    handleProtocols: (offered) => subprotocols.find((each) => offered.has(each)) ?? false,
  });

  serve(handler: ApiHandler, connect: ConnectRequest, upgrade: { request: IncomingMessage; socket: Duplex; head: Buffer }): void {
    const { request, socket, head } = upgrade;
    this.server.handleUpgrade(request, socket, head, (client) => join(handler, connect, client));
  }
}

function join(handler: ApiHandler, connect: ConnectRequest, client: WebSocket): void {
  const ping = setInterval(() => client.ping(), pingPeriodMs);
  let exitCode = 0;
  const finish = (status: Parameters<typeof statusMessage>[0]) => {
    client.send(statusMessage(status));
    client.close(1000);
  };
  const failed = (error: ApiError) => finish(error.status);
  const handle = handler.connect(connect, {
    started: () => undefined,
    refused: failed,
    output: (output) => {
      if (output.stream === "exit") {
        exitCode = output.exitCode;
        handle.consumed(1);
        return;
      }
      client.send(outputMessage(output), () => handle.consumed(1));
    },
    ended: (error) => (error === undefined ? finish(exitStatus(exitCode)) : failed(error)),
  });
  client.on("message", (data: Buffer) => {
    const message = readClientMessage(data);
    if (message === "closeStdin") handle.halfClose();
    else if (message !== undefined) handle.input(message);
  });
  // What a broken connection means is told by `close`, which always follows.
  client.on("error", () => client.terminate());
  client.once("close", () => {
    clearInterval(ping);
    handle.closed();
  });
}

/** Refuses an upgrade with an error of the API. */
export function refuseUpgrade(socket: Duplex, error: ApiError): void {
  const body = JSON.stringify(error.status);
  const head = [
    `HTTP/1.1 ${error.code} ${error.status.reason ?? "Error"}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
