import type { HttpRequest } from "./message.js";

/** Bytes that a body may have, as kube-apiserver limits them. */
export const bodyBytesMost = 3 * 1024 * 1024;

/** A client that sends nothing of a body for so long is given up. */
const bodyPatienceMs = 60_000;

/** Reads a whole body. `tooLarge` comes as soon as that is known; nothing comes when the client goes away. */
export function receiveBody(request: HttpRequest, onBody: (bytes: Uint8Array) => void, tooLarge: () => void): void {
  if (Number(request.headers["content-length"] ?? 0) > bodyBytesMost) {
    tooLarge();
    return;
  }
  // HTTP/1.1 has this limit on a whole connection.
  if ("stream" in request) request.stream.setTimeout(bodyPatienceMs, () => request.stream.close());
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= bodyBytesMost) {
      chunks.push(chunk);
      return;
    }
    request.removeAllListeners("data");
    request.removeAllListeners("end");
    tooLarge();
  });
  request.on("end", () => {
    if ("stream" in request) request.stream.setTimeout(0);
    onBody(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
  });
}
