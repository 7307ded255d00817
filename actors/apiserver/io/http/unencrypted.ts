/** Requests that come without TLS, answered as Go's server answers them: a wrong scheme in an address is an ordinary mistake. */
import type { Server } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

const answer = "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

/** Tells who speaks plain HTTP to a server what it expects. OpenSSL knows such requests, and gives them up before anything is said. */
export function answerUnencrypted(server: Server): void {
  const connections = new Map<string, Socket>();
  server.on("connection", (connection: Socket) => {
    const peer = peerOf(connection);
    connections.set(peer, connection);
    connection.once("close", () => {
      if (connections.get(peer) === connection) connections.delete(peer);
    });
  });
  server.on("tlsClientError", (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    if (error.code === "ERR_SSL_HTTP_REQUEST") connections.get(peerOf(socket))?.write(answer);
  });
}

const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
