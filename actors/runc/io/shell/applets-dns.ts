/** Applets that ask for names: dig, nslookup, getent. */
import type { Answer, RecordType } from "dns-packet";
import { dnsPort } from "../pod-resolver.js";
import { type DnsAnswer, type DnsQuery, queryDns, reverseName } from "./dns-query.js";
import type { Applet, AppletContext } from "./state.js";

const types: ReadonlySet<string> = new Set(["A", "AAAA", "ANY", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]);

/** What a record says, as zone files write it. */
function dataText(answer: Answer): string {
  switch (answer.type) {
    case "A":
    case "AAAA":
      return answer.data;
    case "CNAME":
    case "PTR":
    case "NS":
      return dotted(answer.data);
    case "SRV":
      return `${answer.data.priority ?? 0} ${answer.data.weight ?? 0} ${answer.data.port} ${dotted(answer.data.target)}`;
    case "MX":
      return `${answer.data.preference ?? 0} ${dotted(answer.data.exchange)}`;
    case "SOA": {
      const { mname, rname, serial, refresh, retry, expire, minimum } = answer.data;
      return `${dotted(mname)} ${dotted(rname)} ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
    }
    case "TXT":
      return [answer.data]
        .flat()
        .map((text) => `"${String(text)}"`)
        .join(" ");
    default:
      return "";
  }
}

const dotted = (name: string): string => (name.endsWith(".") ? name : `${name}.`);
const isShown = (answer: Answer): boolean => answer.type !== "OPT";
const ttlOf = (answer: Answer): number => ("ttl" in answer ? (answer.ttl ?? 0) : 0);
const recordLine = (answer: Answer): string =>
  `${dotted(answer.name)}\t\t${ttlOf(answer)}\tIN\t${answer.type}\t${dataText(answer)}\n`;

const sections: ReadonlySet<string> = new Set(["cmd", "comments", "question", "answer", "authority", "additional", "stats"]);

/** `dig [@server] [-p port] [-x address] [-t type] [name] [type] [+option …]` */
class Dig {
  name = ".";
  type = "A";
  server: string | undefined;
  port = dnsPort;
  wasNamed = false;
  readonly shown = new Set(sections);
  isShort = false;
  overTcp = false;
  searches = false;
  timeoutSeconds = 5;
  tries = 3;

  constructor(args: readonly string[]) {
    for (let at = 0; at < args.length; at++) {
      const argument = args[at] ?? "";
      const value = (): string => args[++at] ?? "";
      if (argument.startsWith("@")) this.server = argument.slice(1);
      else if (argument === "-p") this.port = Number(value());
      else if (argument === "-t") this.type = value().toUpperCase();
      else if (argument === "-q") this.named(value());
      else if (argument === "-x") this.reverse(value());
      else if (argument.startsWith("+")) this.option(argument.slice(1));
      else if (types.has(argument.toUpperCase())) this.type = argument.toUpperCase();
      else if (!argument.startsWith("-") && argument.toUpperCase() !== "IN") this.named(argument);
    }
    if (!this.wasNamed) this.type = "NS";
  }

  private named(name: string): void {
    this.name = name;
    this.wasNamed = true;
  }

  private reverse(address: string): void {
    this.named(reverseName(address) ?? address);
    this.type = "PTR";
  }

  private option(text: string): void {
    const [word = "", value] = text.split("=");
    const isOn = !word.startsWith("no");
    const option = isOn ? word : word.slice(2);
    if (option === "all") for (const part of sections) this.show(part, isOn);
    else if (sections.has(option)) this.show(option, isOn);
    else if (option === "short") this.isShort = isOn;
    else if (option === "tcp" || option === "vc") this.overTcp = isOn;
    else if (option === "search" || option === "defname") this.searches = isOn;
    else if (option === "time" || option === "timeout") this.timeoutSeconds = Number(value ?? 5);
    else if (option === "tries") this.tries = Math.max(1, Number(value ?? 3));
    else if (option === "retry") this.tries = Number(value ?? 2) + 1;
  }

  private show(part: string, isOn: boolean): void {
    if (isOn) this.shown.add(part);
    else this.shown.delete(part);
  }
}

async function dig(context: AppletContext): Promise<number> {
  const asked = new Dig(context.args);
  const { resolver } = context.host;
  const servers = asked.server === undefined ? resolver.nameservers : [{ address: asked.server, port: asked.port }];
  const names = asked.searches ? resolver.candidates(asked.name) : [asked.name.replace(/\.$/, "")];
  const startedAtMs = context.host.nowMs();
  let answer: Answered | undefined;
  for (const name of names) {
    answer = await firstAnswer(
      context,
      servers,
      { ...asked, name, type: asked.type as RecordType, timeoutMs: asked.timeoutSeconds * 1000 },
      asked.tries,
    );
    if (answer === undefined || (answer.rcode === "NOERROR" && (answer.answers ?? []).length > 0)) break;
  }
  if (answer === undefined) {
    await context.print(";; communications error: timed out\n;; no servers could be reached\n");
    return 9;
  }
  if (asked.isShort) {
    await context.print(
      (answer.answers ?? [])
        .filter(isShown)
        .map((each) => `${dataText(each)}\n`)
        .join(""),
    );
    return 0;
  }
  await context.print(digText(asked.shown, context.args, answer, context.host.nowMs() - startedAtMs));
  return 0;
}

type Answered = DnsAnswer & { readonly server: string; readonly port: number };

/** Undefined when no server answers. */
async function firstAnswer(
  context: AppletContext,
  servers: ReadonlyArray<{ readonly address: string; readonly port: number }>,
  query: Omit<DnsQuery, "server" | "port">,
  tries: number,
): Promise<Answered | undefined> {
  for (let left = tries; left > 0 && !context.host.ended.aborted; left--) {
    for (const { address: server, port } of servers) {
      try {
        return Object.assign(await queryDns(context.host, { ...query, server, port }), { server, port });
      } catch (error) {
        // Somebody is there but nothing listens: trying again at once changes nothing.
        if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") left = 1;
      }
    }
  }
  return undefined;
}

function digText(shown: ReadonlySet<string>, args: readonly string[], answer: Answered, tookMs: number): string {
  const parts: string[] = [];
  if (shown.has("cmd")) parts.push(`\n; <<>> DiG 9.18 <<>> ${args.join(" ")}\n;; global options: +cmd\n`);
  const flags = [
    "qr",
    ...(answer.flag_aa ? ["aa"] : []),
    ...(answer.flag_tc ? ["tc"] : []),
    "rd",
    ...(answer.flag_ra ? ["ra"] : []),
  ];
  const counts = [answer.questions, answer.answers, answer.authorities, answer.additionals].map((each) => each?.length ?? 0);
  if (shown.has("comments")) {
    parts.push(`;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${answer.rcode}, id: ${answer.id ?? 0}\n`);
    parts.push(
      `;; flags: ${flags.join(" ")}; QUERY: ${counts[0]}, ANSWER: ${counts[1]}, AUTHORITY: ${counts[2]}, ADDITIONAL: ${counts[3]}\n\n`,
    );
  }
  const section = (name: string, lines: readonly string[]): void => {
    if (!shown.has(name) || lines.length === 0) return;
    const title = shown.has("comments") ? `;; ${name.toUpperCase()} SECTION:\n` : "";
    parts.push(`${title}${lines.join("")}${shown.has("comments") ? "\n" : ""}`);
  };
  section(
    "question",
    (answer.questions ?? []).map(({ name, type }) => `;${dotted(name)}\t\tIN\t${type}\n`),
  );
  section("answer", (answer.answers ?? []).filter(isShown).map(recordLine));
  section("authority", (answer.authorities ?? []).filter(isShown).map(recordLine));
  section("additional", (answer.additionals ?? []).filter(isShown).map(recordLine));
  if (shown.has("stats")) {
    const { server, bytes } = answer;
    parts.push(
      `;; Query time: ${Math.round(tookMs)} msec\n;; SERVER: ${server}#${dnsPort}(${server})\n;; MSG SIZE  rcvd: ${bytes}\n\n`,
    );
  }
  return parts.join("");
}

/** `nslookup [-type=…] name [server]`, in the words of BIND's. */
async function nslookup(context: AppletContext): Promise<number> {
  const { resolver } = context.host;
  const options = context.args.filter((argument) => argument.startsWith("-"));
  const [name = context.host.hostname, server] = context.args.filter((argument) => !argument.startsWith("-"));
  const wanted = options
    .map((option) => /^-(?:q|querytype|query|type)=(\w+)$/.exec(option)?.[1])
    .find((each) => each !== undefined);
  const servers = server === undefined ? resolver.nameservers : [{ address: server, port: dnsPort }];
  const reverse = /^[\d.]+$/.test(name) || name.includes(":") ? reverseName(name) : undefined;
  const type = (wanted?.toUpperCase() ?? (reverse === undefined ? "A" : "PTR")) as RecordType;
  let answer: Answered | undefined;
  for (const candidate of reverse === undefined ? resolver.candidates(name) : [reverse]) {
    answer = await firstAnswer(context, servers, { name: candidate, type, overTcp: false, timeoutMs: 5_000 }, 2);
    if (answer === undefined || (answer.answers ?? []).length > 0) break;
  }
  if (answer === undefined) {
    await context.print(";; connection timed out; no servers could be reached\n\n");
    return 1;
  }
  await context.print(`Server:\t\t${answer.server}\nAddress:\t${answer.server}#${dnsPort}\n\n`);
  const found = (answer.answers ?? []).filter(isShown);
  if (found.length === 0) {
    const why = answer.rcode === "NOERROR" ? "No answer" : answer.rcode;
    await context.print(
      answer.rcode === "NOERROR" ? `*** Can't find ${name}: ${why}\n\n` : `** server can't find ${name}: ${why}\n\n`,
    );
    return 1;
  }
  await context.print(`${found.map(nslookupLine).join("")}\n`);
  return 0;
}

function nslookupLine(answer: Answer): string {
  const text = dataText(answer);
  if (answer.type === "A" || answer.type === "AAAA") return `Name:\t${answer.name}\nAddress: ${text}\n`;
  if (answer.type === "CNAME") return `${answer.name}\tcanonical name = ${text}\n`;
  if (answer.type === "PTR") return `${answer.name}\tname = ${text}\n`;
  return `${answer.name}\t${answer.type === "SRV" ? "service" : answer.type.toLowerCase()} = ${text}\n`;
}

/** `getent hosts name …`, and `ahosts`, of getent(1). */
async function getent(context: AppletContext): Promise<number> {
  const [database = "", ...keys] = context.args;
  if (!/^(?:hosts|ahosts|ahostsv4|ahostsv6)$/.test(database)) {
    await context.complain(`Unknown database: ${database}`);
    return 1;
  }
  for (const key of keys) {
    const own = key === context.host.hostname ? [context.host.podIP] : undefined;
    const found = own ?? (await context.host.resolver.lookup(key).catch(() => []));
    if (found.length === 0) return 2;
    const line = (address: string, what: string): string => `${address.padEnd(15)} ${what}\n`;
    const lines =
      database === "hosts"
        ? found.map((address) => line(address, key))
        : found.flatMap((address) => [line(address, `STREAM ${key}`), line(address, "DGRAM"), line(address, "RAW")]);
    await context.print(lines.join(""));
  }
  return 0;
}

export const dnsApplets: ReadonlyArray<readonly [string, Applet]> = [
  ["dig", dig],
  ["nslookup", nslookup],
  ["getent", getent],
];
