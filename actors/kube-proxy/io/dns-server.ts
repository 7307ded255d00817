/** The cluster's DNS on sockets. What is not about the cluster is handed on to the machine's own servers, as CoreDNS' `forward` does. */
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
} from "dns-packet";
import type { AnswerDns, DnsRecord, DnsReply } from "../dns/records.js";
import { type DnsTransport, forwardDns } from "./dns-forward.js";
import type { ListenAddress, ListenOutcome } from "./io.js";
import { listenFailed } from "./listen-failure.js";

/** What a client without EDNS takes in one datagram, and the most that goes into one (DNS flag day 2020). */
const plainDatagramBytes = 512;
const datagramBytesMost = 1_232;
const idleConnectionMs = 10_000;
const truncatedFlag = 1 << 9;

const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3 } as const;

export function serveNames(
  { address, port }: ListenAddress,
  answer: AnswerDns,
  onOutcome: (outcome: ListenOutcome) => void,
): void {
  const server = createSocket("udp4");
  server.on("message", (bytes, from) => {
    respond(bytes, "udp", answer, (reply) => sendIfOpen(server, reply, from.port, from.address));
  });
  server.once("error", (error) => onOutcome(listenFailed(`${address}:${port}/UDP`, error)));
  server.bind({ address, port }, () => onOutcome({ ok: true, listener: { close: () => server.close() } }));
}

/** What others were asked may come after the listener has gone. */
function sendIfOpen(server: DatagramSocket, reply: Uint8Array, port: number, address: string): void {
  try {
    server.send(reply, port, address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_SOCKET_DGRAM_NOT_RUNNING") throw error;
  }
}

/** Each message has its length before it. */
export function serveNamesOverTcp(answer: AnswerDns): Server {
  return createServer((client: Socket) => {
    let unread = Buffer.alloc(0);
    client.setTimeout(idleConnectionMs, () => client.destroy());
    client.on("error", () => client.destroy());
    client.on("data", (part: Buffer) => {
      unread = Buffer.concat([unread, part]);
      while (unread.length >= 2 && unread.length >= 2 + unread.readUInt16BE(0)) {
        const end = 2 + unread.readUInt16BE(0);
        const bytes = unread.subarray(2, end);
        unread = unread.subarray(end);
        respond(bytes, "tcp", answer, (reply) => {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(reply.length);
          if (!client.destroyed) client.write(Buffer.concat([length, reply]));
        });
      }
    });
  });
}

/** A message that cannot be read, or that is no question, is not answered. */
function respond(bytes: Buffer, transport: DnsTransport, answer: AnswerDns, send: (reply: Buffer) => void): void {
  const query = tryDecode(bytes);
  const question = query?.questions?.[0];
  if (query === undefined || query.type !== "query") return;
  if (question === undefined || query.questions?.length !== 1) {
    send(packet(query, "FORMERR", {}));
    return;
  }
  const reply = answer({ name: question.name, type: question.type });
  const give = (rest: Partial<Pick<Packet, "answers">>, code: keyof typeof rcodes): void =>
    send(fitting(query, transport, packet(query, code, replyParts(reply, rest.answers ?? []))));
  if (reply === undefined) forwardDns(bytes, transport, (told) => send(told ?? packet(query, "SERVFAIL", {})));
  else if (reply.outside === undefined) give({}, reply.code);
  else {
    const onward = encode({
      id: query.id ?? 0,
      type: "query",
      flags: RECURSION_DESIRED,
      questions: [{ ...question, name: reply.outside }],
    });
    forwardDns(onward, transport, (told) => {
      const further = told === undefined ? undefined : tryDecode(told);
      // The alias itself is known, whatever is said of where it leads.
      give(further === undefined ? {} : { answers: further.answers ?? [] }, "NOERROR");
    });
  }
}

function tryDecode(bytes: Uint8Array): Packet | undefined {
  try {
    return decode(Buffer.from(bytes));
  } catch {
    // Whatever a client sends that is no message of DNS.
    return undefined;
  }
}

type Parts = Pick<Packet, "answers" | "authorities" | "additionals">;

function replyParts(reply: DnsReply | undefined, further: readonly Answer[]): Parts {
  return {
    answers: [...(reply?.answers ?? []).map(recordAnswer), ...further],
    authorities: (reply?.authorities ?? []).map(recordAnswer),
    additionals: (reply?.additionals ?? []).map(recordAnswer),
  };
}

function recordAnswer(record: DnsRecord): Answer {
  const common = { name: record.name, ttl: record.ttlSeconds, class: "IN" } as const;
  switch (record.type) {
    case "A":
    case "AAAA":
      return { ...common, type: record.type, data: record.address };
    case "CNAME":
    case "PTR":
    case "NS":
      return { ...common, type: record.type, data: record.target };
    case "TXT":
      return { ...common, type: "TXT", data: record.text };
    case "SRV": {
      const { priority, weight, port, target } = record;
      return { ...common, type: "SRV", data: { priority, weight, port, target } };
    }
    case "SOA": {
      const { server: mname, mailbox: rname, serial } = record;
      return {
        ...common,
        type: "SOA",
        data: { mname, rname, serial, refresh: 7_200, retry: 1_800, expire: 86_400, minimum: 30 },
      };
    }
  }
}

function packet(query: Packet, code: keyof typeof rcodes, parts: Parts): Buffer {
  const asked = (query.flags ?? 0) & RECURSION_DESIRED;
  return encode({
    id: query.id ?? 0,
    type: "response",
    flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | asked | rcodes[code],
    questions: query.questions ?? [],
    ...parts,
  });
}

/** What is too long for a datagram is left out and said to be: the client then asks over TCP. */
function fitting(query: Packet, transport: DnsTransport, reply: Buffer): Buffer {
  const edns = query.additionals?.find((each) => each.type === "OPT");
  const most =
    edns === undefined ? plainDatagramBytes : Math.min(datagramBytesMost, Math.max(plainDatagramBytes, edns.udpPayloadSize));
  if (transport === "tcp" || reply.length <= most) return reply;
  const short = packet(query, "NOERROR", {});
  short.writeUInt16BE(short.readUInt16BE(2) | truncatedFlag, 2);
  return short;
}
