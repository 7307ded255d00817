/** Forwarded connections over SPDY/3.1: for each the client opens a stream for errors and one for data, with one request id. */
import type { Duplex } from "node:stream";
import type { ApiHandler, ConnectRequest } from "../../../request.js";
import { SpdyConnection } from "../spdy/connection.js";
import type { SpdyStream } from "../spdy/stream.js";
import { ForwardedPort, forwardProblem } from "./forwarded-port.js";

/** The second stream of a pair has to follow the first within. */
const pairCreationMs = 30_000;

interface HalfPair {
  readonly stream: SpdyStream;
  readonly timer: NodeJS.Timeout;
}

export function forwardOverSpdy(handler: ApiHandler, connect: ConnectRequest, carrier: Duplex): void {
  /** The first stream of each pair, by request id. */
  const halves = new Map<string, HalfPair>();
  const opened = new Set<ForwardedPort>();
  new SpdyConnection(carrier, {
    accepts: (headers) => isPort(headers.get("port") ?? "") && ["error", "data"].includes(headers.get("streamtype") ?? ""),
    onStream: (stream) => {
      const id = requestIdOf(stream);
      const half = halves.get(id);
      if (half === undefined) {
        halves.set(id, { stream, timer: setTimeout(() => forgetHalf(id), pairCreationMs) });
        return;
      }
      if (half.stream.headers.get("streamtype") === stream.headers.get("streamtype")) {
        stream.reset();
        return;
      }
      clearTimeout(half.timer);
      halves.delete(id);
      const isData = stream.headers.get("streamtype") === "data";
      join(isData ? stream : half.stream, isData ? half.stream : stream);
    },
    onClosed: () => {
      for (const { timer } of halves.values()) clearTimeout(timer);
      for (const port of opened) port.abandon();
    },
  });

  function forgetHalf(id: string): void {
    halves.get(id)?.stream.reset();
    halves.delete(id);
  }

  function join(data: SpdyStream, errors: SpdyStream): void {
    let owedBytes = 0;
    const number = Number(data.headers.get("port"));
    const port = new ForwardedPort(handler, connect, number, {
      data: (bytes, onTaken) => data.write(bytes, onTaken),
      end: () => data.end(),
      closed: (problem) => {
        if (problem !== undefined) errors.write(Buffer.from(forwardProblem(number, connect.path.name, problem)));
        errors.end();
        data.end();
        opened.delete(port);
      },
      resume: () => {
        data.taken(owedBytes);
        owedBytes = 0;
      },
    });
    opened.add(port);
    errors.listen({
      onData: (bytes) => errors.taken(bytes.length),
      onEnd: () => undefined,
      onReset: () => undefined,
    });
    data.listen({
      onData: (bytes) => {
        if (port.write(bytes)) data.taken(bytes.length);
        else owedBytes += bytes.length;
      },
      onEnd: () => port.end(),
      onReset: () => {
        opened.delete(port);
        port.abandon();
        // kubectl resets what it has heard the end of, and waits to hear that nothing went wrong.
        errors.end();
      },
    });
  }
}

const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536;

/** Clients from before there were request ids open the stream for errors first, and the one for data right after it. */
function requestIdOf({ id, headers }: SpdyStream): string {
  return headers.get("requestid") || `stream ${headers.get("streamtype") === "data" ? id - 2 : id}`;
}
