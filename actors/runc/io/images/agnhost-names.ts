/** agnhost's questions about a pod's names and connections: `dns-suffix`, `dns-server-list`, `etc-hosts`, `connect`. */
import dns from "node:dns";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { parseGoDuration } from "../../../../src/api/go-duration.js";
import { flagOf } from "./flags.js";

/** The values of a keyword of /etc/resolv.conf. */
const resolverValues = (keyword: string): string[] =>
  readFileSync("/etc/resolv.conf", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([first]) => first === keyword)
    .flatMap(([, ...values]) => values);

export function dnsSuffix(): number {
  console.log(resolverValues("search").join(","));
  return 0;
}

export function dnsServerList(): number {
  console.log(resolverValues("nameserver").join(","));
  return 0;
}

export function etcHosts(): number {
  console.log(readFileSync("/etc/hosts", "utf8"));
  return 0;
}

/** `connect host:port --timeout=5s`: says in one word why it cannot. */
export function connectOnce(args: readonly string[]): Promise<number> | number {
  const fail = (why: string): number => {
    console.error(why);
    return 1;
  };
  const target = args.find((arg) => !arg.startsWith("--")) ?? "";
  const match = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(target);
  const protocol = flagOf(args, "protocol") ?? "tcp";
  if (protocol !== "tcp") return fail(`Unsupported protocol\n${protocol}`);
  if (match === null) return fail(`UNKNOWN: address ${target}: missing port in address`);
  const timeout = parseGoDuration(flagOf(args, "timeout") ?? "0");
  if ("problem" in timeout) return fail(`UNKNOWN: ${timeout.problem}`);
  const host = match[1] ?? match[2] ?? "";
  return new Promise((resolve) => {
    dns.lookup(host, (problem, address) => {
      if (problem !== null) {
        resolve(fail(`DNS: lookup ${host}: no such host`));
        return;
      }
      const socket = connect({ host: address, port: Number(match[3]) });
      const end = (code: number): void => {
        socket.destroy();
        resolve(code);
      };
      if (timeout.ms > 0) setTimeout(() => end(fail("TIMEOUT")), timeout.ms);
      socket.once("connect", () => end(0));
      socket.once("error", ({ code, message }: NodeJS.ErrnoException) => {
        const words = new Map([
          ["ECONNREFUSED", "REFUSED"],
          ["ETIMEDOUT", "TIMEOUT"],
        ]);
        end(fail(words.get(code ?? "") ?? `OTHER: ${message}`));
      });
    });
  });
}
