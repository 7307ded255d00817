/** Lets the other end of a port use a driver. */
import type { MessagePort } from "node:worker_threads";
import type {
  ConnectionReader,
  ExecProcess,
  ExecReader,
  LogReading,
  OnOutcome,
  PodConnection,
  ProbeTarget,
  RuntimeDriver,
} from "../driver.js";
import type { FromShim, ToShim } from "./protocol.js";

type ByArgument = Record<string, (argument: unknown, onDone: OnOutcome<unknown>) => void>;
type Listing = Record<string, (onDone: OnOutcome<unknown>) => void>;

/** Serves until the port closes. */
export function serveDriver(port: MessagePort, driver: RuntimeDriver): void {
  const readings = new Map<number, LogReading>();
  const processes = new Map<number, ExecProcess>();
  const connections = new Map<number, PodConnection>();
  const post = (message: FromShim): void => port.postMessage(message);
  const answer =
    (id: number): OnOutcome<unknown> =>
    (outcome) =>
      post({ type: "outcome", id, outcome });
  const readerOf = (id: number): ExecReader => ({
    onOutput: (stream, bytes) => post({ type: "output", id, stream, bytes }),
    onExit: (exitCode) => {
      processes.delete(id);
      post({ type: "exit", id, exitCode });
    },
    onError: (error) => {
      processes.delete(id);
      post({ type: "exec error", id, error });
    },
  });

  const connectionReaderOf = (id: number): ConnectionReader => ({
    onOpen: () => post({ type: "connection open", id }),
    onData: (bytes) => post({ type: "connection data", id, bytes }),
    onEnd: () => post({ type: "connection ended", id }),
    onTaken: (bytes) => post({ type: "connection written", id, bytes }),
    onClosed: (error) => {
      connections.delete(id);
      post(error === undefined ? { type: "connection closed", id } : { type: "connection closed", id, error });
    },
  });

  const heard = (message: ToShim): void => {
    switch (message.type) {
      case "listen":
        driver.listen((event) => post({ type: "event", event }));
        break;
      case "call":
        (driver as unknown as ByArgument)[message.method]?.(message.argument, answer(message.id));
        break;
      case "listing":
        (driver as unknown as Listing)[message.method]?.(answer(message.id));
        break;
      case "kill":
        driver.kill(message.container, message.signal, answer(message.id));
        break;
      case "probe":
        driver.probe(message.target as ProbeTarget, (result) => post({ type: "probed", id: message.id, result }));
        break;
      case "log": {
        const { id } = message;
        // The reading exists only once the call returns, and an entry may come before that.
        const reading = driver.readLog(message.container, message.options, {
          onEntries: (entries) => post({ type: "entries", id, entries }),
          onEnd: (error) => {
            readings.delete(id);
            post(error === undefined ? { type: "log end", id } : { type: "log end", id, error });
          },
        });
        readings.set(id, reading);
        break;
      }
      case "log next":
        readings.get(message.id)?.next();
        break;
      case "log cancel":
        readings.get(message.id)?.cancel();
        readings.delete(message.id);
        break;
      case "exec":
        processes.set(message.id, driver.exec(message.container, message.request, readerOf(message.id)));
        break;
      case "attach":
        processes.set(message.id, driver.attach(message.container, message, readerOf(message.id)));
        break;
      case "stdin":
        processes.get(message.id)?.write(message.bytes);
        break;
      case "stdin end":
        processes.get(message.id)?.closeStdin();
        break;
      case "resize":
        processes.get(message.id)?.resize(message.columns, message.rows);
        break;
      case "taken":
        processes.get(message.id)?.taken(message.bytes);
        break;
      case "exec cancel":
        processes.get(message.id)?.cancel();
        processes.delete(message.id);
        break;
      case "connect":
        connections.set(message.id, driver.connect(message, connectionReaderOf(message.id)));
        break;
      case "connection write":
        connections.get(message.id)?.write(message.bytes);
        break;
      case "connection end":
        connections.get(message.id)?.end();
        break;
      case "connection taken":
        connections.get(message.id)?.taken(message.bytes);
        break;
      case "connection cancel":
        connections.get(message.id)?.cancel();
        connections.delete(message.id);
        break;
      case "close":
        port.close();
    }
  };
  port.on("message", heard);
  port.on("close", () => {
    for (const reading of readings.values()) reading.cancel();
    for (const process of processes.values()) process.cancel();
    for (const connection of connections.values()) connection.cancel();
  });
}
