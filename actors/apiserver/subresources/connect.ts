import type { Backing } from "../backing.js";
import type { ConnectHandle, ConnectRequest, ConnectSink } from "../request.js";
import { Connection } from "./connection.js";
import { connectionMachine } from "./connection-machine.js";

/** The handle of a connection that was refused at once. */
export const unconnected: ConnectHandle = {
  closed: () => undefined,
  input: () => true,
  halfClose: () => undefined,
  consumed: () => undefined,
};

export function startConnection(backing: Backing, id: string, request: ConnectRequest, sink: ConnectSink): ConnectHandle {
  const served = backing.catalog.at(request.path);
  if (!served.ok) {
    sink.refused(served.error);
    return unconnected;
  }
  const connection = new Connection(backing, served.value, request, sink);
  const chart = backing.host.charts.start(connectionMachine, { id, input: { connection } });
  return {
    closed: () => chart.send({ type: "closed" }),
    input: (input) => connection.input(input),
    halfClose: () => connection.halfClose(),
    consumed: (count) => connection.consumed(count),
  };
}
