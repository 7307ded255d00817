/** Requests that cannot be read, answered as Go's server answers them, before anybody asks who sends them. */
import type { Duplex } from "node:stream";
import { methodNotAllowed } from "../../../../src/api/status.js";
import type { HttpRequest, HttpResponse } from "./message.js";

const plain = "Content-Type: text/plain; charset=utf-8";

/** By the codes of Node's parser; anything else is 400. */
const refusals: ReadonlyMap<string, string> = new Map([
  ["HPE_HEADER_OVERFLOW", "431 Request Header Fields Too Large"],
  ["HPE_CHUNK_EXTENSIONS_OVERFLOW", "413 Request Entity Too Large"],
  ["ERR_HTTP_REQUEST_TIMEOUT", "408 Request Timeout"],
]);

/** The line of a request that is sound but for its method, which Node's parser does not know. */
const soundLine = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ \/\S* HTTP\/1\.[01]\r\n/;

/** What Node's parser gave up is refused, and its connection ends. Whoever makes up a method hears that nothing has it. */
export function refuseUnparsed(error: NodeJS.ErrnoException & { readonly rawPacket?: Buffer }, socket: Duplex): void {
  const { code = "", rawPacket } = error;
  const isBegun = "_httpMessage" in socket && (socket._httpMessage as { readonly _headerSent?: boolean } | null)?._headerSent;
  if (!socket.writable || isBegun === true) {
    socket.destroy(error);
    return;
  }
  const isUnknown = code === "HPE_INVALID_METHOD" && soundLine.test(rawPacket?.toString("latin1", 0, 8_192) ?? "");
  if (isUnknown) {
    const { status } = methodNotAllowed();
    write(socket, "405 Method Not Allowed", "Content-Type: application/json", JSON.stringify(status));
  } else {
    const line = refusals.get(code) ?? "400 Bad Request";
    write(socket, line, plain, line);
  }
}

/** A path in which a percent sign begins no byte. What the query says is for whoever reads it. */
export const isMalformed = ({ url = "" }: HttpRequest): boolean => url.includes("%") && brokenEscape.test(url);
const brokenEscape = /^[^?]*%(?![0-9a-fA-F]{2})/;

/** Over HTTP/2 such a stream is a breach of the protocol. */
export function refuseMalformed(request: HttpRequest, response: HttpResponse): void {
  if ("stream" in request) {
    request.stream.close(protocolError);
    return;
  }
  response.writeHead(400, { "Content-Type": "text/plain; charset=utf-8", Connection: "close" });
  response.end("400 Bad Request");
}
const protocolError = 1;

/** The same before a connection becomes something else. */
export const refuseMalformedUpgrade = (socket: Duplex): void => {
  write(socket, "400 Bad Request", plain, "400 Bad Request");
};

function write(socket: Duplex, line: string, contentType: string, body: string): void {
  // A client that does not hang up does not keep the connection.
  socket.end(`HTTP/1.1 ${line}\r\n${contentType}\r\nConnection: close\r\n\r\n${body}`, () => socket.destroy());
}
