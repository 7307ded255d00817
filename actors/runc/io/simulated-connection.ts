/** A connection to a simulated container: it is spoken to in HTTP/1.1, one request after the other, and answers by its rules. */
import { type ConnectionReader, driverFailed, type PodConnection } from "./driver.js";
import type { SimulatedNetwork } from "./simulated-network.js";

/** What a request may have before its head is complete. */
const headBytesMost = 64 * 1024;

export const connectionRefused = (podIP: string, port: number) =>
  driverFailed("ConnectionRefused", `dial tcp ${podIP}:${port}: connect: connection refused`);

export function connectSimulated(
  network: SimulatedNetwork,
  { podIP, port }: { readonly podIP: string; readonly port: number },
  reader: ConnectionReader,
): PodConnection {
  if (!network.listens(podIP, port)) {
    reader.onClosed(connectionRefused(podIP, port).error);
    return { write() {}, end() {}, taken() {}, cancel() {} };
  }
  let heard = "";
  let over = false;
  const close = (): void => {
    if (over) return;
    over = true;
    reader.onEnd();
    reader.onClosed();
  };
  const decoder = new TextDecoder("latin1");
  const answerAll = (): void => {
    for (let next = takeRequest(heard); next !== undefined && !over; next = takeRequest(heard)) {
      heard = heard.slice(next.length);
      const response = network.request(podIP, port, next);
      if (response !== undefined) reader.onData(responseBytes(response.status, response.body, next.method === "HEAD"));
      if (response === undefined || next.last) close();
    }
    if (heard.length > headBytesMost) close();
  };
  reader.onOpen();
  return {
    write: (bytes) => {
      reader.onTaken(bytes.length);
      if (over) return;
      heard += decoder.decode(bytes);
      answerAll();
    },
    end: close,
    taken() {},
    cancel: () => {
      over = true;
    },
  };
}

/** The first request of what was heard, once it is there with its body; the body itself changes no answer. */
function takeRequest(heard: string): { method: string; path: string; length: number; last: boolean } | undefined {
  const headEnd = heard.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const head = heard.slice(0, headEnd);
  const [method = "GET", target = "/"] = head.slice(0, head.indexOf("\r\n")).split(" ");
  const length = headEnd + 4 + Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? 0);
  if (heard.length < length) return undefined;
  return { method, path: target.split("?")[0] ?? "/", length, last: /^connection:\s*close/im.test(head) };
}

function responseBytes(status: number, body: string, headOnly: boolean): Uint8Array {
  const encoder = new TextEncoder();
  const bytes = encoder.encode(body);
  const head = encoder.encode(
    `HTTP/1.1 ${status} Simulated\r\nContent-Type: text/plain\r\nContent-Length: ${bytes.length}\r\n\r\n`,
  );
  if (headOnly) return head;
  const whole = new Uint8Array(head.length + bytes.length);
  whole.set(head);
  whole.set(bytes, head.length);
  return whole;
}
