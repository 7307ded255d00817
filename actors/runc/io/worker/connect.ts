/** TCP connections into pods of this machine, for `kubectl port-forward` and the API server's proxies. */
import net from "node:net";
import { type ConnectionReader, driverFailed, type PodConnection } from "../driver.js";
import { type Reach, reachableAt } from "../ports.js";
import { connectionRefused } from "../simulated-connection.js";

/** A server this far ahead of its reader waits. */
const unreadBytesMost = 256 * 1024;
const dialTimeoutMs = 10_000;

export function connectTo(
  { podIP, port }: { readonly podIP: string; readonly port: number },
  reach: Reach,
  reader: ConnectionReader,
): PodConnection {
  const at = reachableAt(reach, podIP, port);
  const socket = net.connect({ host: at.address, port: at.port, noDelay: true, allowHalfOpen: true });
  let unreadBytes = 0;
  let failure: NodeJS.ErrnoException | undefined;
  const timer = setTimeout(() => socket.destroy(Object.assign(new Error("i/o timeout"), { code: "ETIMEDOUT" })), dialTimeoutMs);
  socket.once("connect", () => {
    clearTimeout(timer);
    reader.onOpen();
  });
  socket.on("data", (bytes) => {
    unreadBytes += bytes.length;
    if (unreadBytes > unreadBytesMost) socket.pause();
    reader.onData(bytes);
  });
  socket.once("end", () => reader.onEnd());
  socket.once("error", (error) => {
    failure = error;
  });
  socket.once("close", () => {
    clearTimeout(timer);
    reader.onClosed(failure === undefined ? undefined : explain(failure, podIP, port).error);
  });
  return {
    write: (bytes) => {
      socket.write(bytes, (error) => {
        if (!error) reader.onTaken(bytes.length);
      });
    },
    end: () => socket.end(),
    taken: (bytes) => {
      unreadBytes -= bytes;
      if (unreadBytes <= unreadBytesMost) socket.resume();
    },
    cancel: () => {
      socket.removeAllListeners("close");
      socket.destroy();
      clearTimeout(timer);
    },
  };
}

function explain(error: NodeJS.ErrnoException, podIP: string, port: number) {
  if (error.code === "ECONNREFUSED") return connectionRefused(podIP, port);
  if (error.code === "ETIMEDOUT") return driverFailed("ConnectionRefused", `dial tcp ${podIP}:${port}: i/o timeout`);
  return driverFailed("RuntimeUnavailable", error.code === "ECONNRESET" ? "connection reset by peer" : error.message);
}
