/** One question to one DNS server, over UDP or TCP, as dig and nslookup ask it. */
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { type DecodedPacket, decode, encode, RECURSION_DESIRED, type RecordType, TRUNCATED_RESPONSE } from "dns-packet";
import type { ShellHost } from "./host.js";

export interface DnsQuery {
  readonly name: string;
  readonly type: RecordType;
  readonly server: string;
  readonly port: number;
  readonly overTcp: boolean;
  readonly timeoutMs: number;
}

export type DnsAnswer = DecodedPacket & { readonly bytes: number; readonly rcode: string };

const datagramBytes = 1_232;

/** Rejects with an error that has a code when the server does not answer. What was cut short is asked for again over TCP. */
export async function queryDns(host: ShellHost, query: DnsQuery): Promise<DnsAnswer> {
  const id = Math.floor(Math.random() * 65_536);
  const message = encode({
    id,
    type: "query",
    flags: RECURSION_DESIRED,
    questions: [{ name: query.name, type: query.type, class: "IN" }],
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: datagramBytes,
        flags: 0,
        flag_do: false,
        extendedRcode: 0,
        ednsVersion: 0,
        options: [],
      },
    ],
  });
  const at = await host.aim(query.server, query.port);
  const ask = query.overTcp ? askOverTcp : askOverUdp;
  const reply = await ask(at, message, query.timeoutMs, host.ended);
  const packet = decode(reply) as DnsAnswer;
  if (!query.overTcp && ((packet.flags ?? 0) & TRUNCATED_RESPONSE) !== 0) return queryDns(host, { ...query, overTcp: true });
  return Object.assign(packet, { bytes: reply.length });
}

interface At {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string;
}

const timedOut = (): Error => Object.assign(new Error("timed out"), { code: "ETIMEDOUT" });

function askOverUdp(at: At, message: Buffer, timeoutMs: number, ended: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: "udp4", signal: ended });
    const timer = setTimeout(() => socket.emit("error", timedOut()), timeoutMs);
    const end = (): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on("error", () => {});
      if (!ended.aborted) socket.close();
    };
    socket.once("error", (error) => {
      end();
      reject(error);
    });
    socket.on("message", (reply) => {
      if (reply.length < 12 || reply.readUInt16BE(0) !== message.readUInt16BE(0)) return;
      end();
      resolve(reply);
    });
    const send = (): void => socket.connect(at.port, at.host, () => socket.send(message));
    if (at.localAddress === undefined) send();
    else socket.bind({ address: at.localAddress, port: 0 }, send);
  });
}

function askOverTcp(at: At, message: Buffer, timeoutMs: number, ended: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...at, signal: ended });
    let read = Buffer.alloc(0);
    socket.setTimeout(timeoutMs, () => socket.destroy(timedOut()));
    socket.once("error", reject);
    socket.once("close", () => reject(Object.assign(new Error("connection reset"), { code: "ECONNRESET" })));
    socket.once("connect", () => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.write(Buffer.concat([length, message]));
    });
    socket.on("data", (part: Buffer) => {
      read = Buffer.concat([read, part]);
      if (read.length < 2 || read.length < 2 + read.readUInt16BE(0)) return;
      resolve(read.subarray(2, 2 + read.readUInt16BE(0)));
      socket.destroy();
    });
  });
}

/** The reverse name of an address; undefined when it is none. */
export function reverseName(address: string): string | undefined {
  if (/^\d+(\.\d+){3}$/.test(address)) return `${address.split(".").reverse().join(".")}.in-addr.arpa`;
  if (!address.includes(":")) return undefined;
  const [head = "", tail] = address.split("::");
  const groups = (text: string | undefined): string[] => (text ? text.split(":") : []);
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...new Array<string>(tail === undefined ? 0 : Math.max(0, missing)).fill("0"), ...groups(tail)];
  const nibbles = all.map((group) => group.padStart(4, "0")).join("");
  return `${[...nibbles].reverse().join(".")}.ip6.arpa`;
}
