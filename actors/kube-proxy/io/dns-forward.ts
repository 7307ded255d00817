/** Questions that the machine's own DNS servers are asked, as they came. */
import { createSocket } from "node:dgram";
import { getServers } from "node:dns";
import { connect, isIPv6 } from "node:net";

export type DnsTransport = "udp" | "tcp";

/** How long each server has; two are asked at most. */
const answerMs = 2_000;
const serversMost = 2;
/** Questions under way; beyond it they fail at once. */
const underWayMost = 1_000;

let underWay = 0;

/** Tells undefined when no server answers. */
export function forwardDns(query: Buffer, transport: DnsTransport, onAnswer: (reply: Buffer | undefined) => void): void {
  const servers = getServers().slice(0, serversMost).map(addressOf);
  if (underWay >= underWayMost) {
    onAnswer(undefined);
    return;
  }
  underWay += 1;
  const ask = transport === "udp" ? askByDatagram : askByConnection;
  const next = (): void => {
    const server = servers.shift();
    const onTold = (reply: Buffer | undefined): void => {
      if (reply === undefined && servers.length > 0) {
        next();
        return;
      }
      underWay -= 1;
      onAnswer(reply);
    };
    if (server === undefined) onTold(undefined);
    else ask(server, query, onTold);
  };
  next();
}

interface Server {
  readonly host: string;
  readonly port: number;
}

/** `1.1.1.1`, `1.1.1.1:5353`, `[fe80::1]:5353`, `::1`. */
function addressOf(text: string): Server {
  const match = /^\[(.+)\]:(\d+)$/.exec(text) ?? /^([^:]+):(\d+)$/.exec(text);
  return match === null ? { host: text, port: 53 } : { host: match[1] ?? "", port: Number(match[2]) };
}

function askByDatagram({ host, port }: Server, query: Buffer, onTold: (reply: Buffer | undefined) => void): void {
  const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
  const end = once((reply: Buffer | undefined) => {
    clearTimeout(timer);
    socket.close();
    onTold(reply);
  });
  const timer = setTimeout(() => end(undefined), answerMs);
  socket.on("message", (reply) => {
    // Others may write to this socket too: an answer has the question's id.
    if (reply.length > 2 && reply.readUInt16BE(0) === query.readUInt16BE(0)) end(reply);
  });
  socket.on("error", () => end(undefined));
  socket.connect(port, host, (error?: Error) => (error ? end(undefined) : socket.send(query)));
}

function askByConnection({ host, port }: Server, query: Buffer, onTold: (reply: Buffer | undefined) => void): void {
  const socket = connect({ host, port });
  const end = once((reply: Buffer | undefined) => {
    clearTimeout(timer);
    socket.destroy();
    onTold(reply);
  });
  const timer = setTimeout(() => end(undefined), answerMs);
  let read = Buffer.alloc(0);
  socket.once("connect", () => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
  });
  socket.on("data", (part: Buffer) => {
    read = Buffer.concat([read, part]);
    if (read.length >= 2 && read.length >= 2 + read.readUInt16BE(0)) end(read.subarray(2, 2 + read.readUInt16BE(0)));
  });
  socket.on("error", () => end(undefined));
  socket.on("close", () => end(undefined));
}

function once<Value>(callback: (value: Value) => void): (value: Value) => void {
  let called = false;
  return (value) => {
    if (called) return;
    called = true;
    callback(value);
  };
}
