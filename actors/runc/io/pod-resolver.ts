/**
 * Looks names up as a pod's processes do: in its /etc/hosts, then by DNS as its resolv.conf says (resolver(5) of Linux:
 * search domains, ndots, timeout, attempts).
 */
import { Resolver } from "node:dns";
import { isIP } from "node:net";
import type { DnsConfig } from "../messages.js";
import { type Reach, reachableAt } from "./ports.js";

export interface Nameserver {
  readonly address: string;
  readonly port: number;
}

export const dnsPort = 53;
const searchesMost = 32;

const missing: ReadonlySet<string> = new Set(["ENOTFOUND", "ENODATA"]);
/** Nobody answers: asking on would only take as long again. */
const silent: ReadonlySet<string> = new Set(["ETIMEOUT", "ECONNREFUSED"]);

export class PodResolver {
  /** Where the nameservers are on this machine. */
  readonly nameservers: readonly Nameserver[];
  readonly searches: readonly string[];
  readonly ndots: number;
  private resolver: Resolver | undefined;

  constructor(
    private readonly config: DnsConfig,
    reach: Reach,
    /** The text of the pod's /etc/hosts as it is now. */
    private readonly hosts: () => string,
  ) {
    this.nameservers = config.servers.map((address) => reachableAt(reach, address, dnsPort));
    this.searches = config.searches.slice(0, searchesMost);
    this.ndots = this.option("ndots", 1, 15);
  }

  /** Its addresses, at least one. Rejects with an error as getaddrinfo has it: ENOTFOUND, or EAI_AGAIN when DNS does not answer. */
  async lookup(name: string): Promise<readonly string[]> {
    if (isIP(name) !== 0) return [name];
    const known = this.inHosts(name.toLowerCase());
    if (known.length > 0) return known;
    let code = "ENOTFOUND";
    for (const candidate of this.candidates(name)) {
      const found = await this.ask(candidate);
      if (typeof found !== "string") return found;
      if (!missing.has(found)) code = "EAI_AGAIN";
      if (silent.has(found)) break;
    }
    throw Object.assign(new Error(`getaddrinfo ${code} ${name}`), { code, syscall: "getaddrinfo", hostname: name });
  }

  /** The whole names that a name may stand for, in the order in which they are asked for. */
  candidates(name: string): string[] {
    if (name.endsWith(".")) return [name.slice(0, -1)];
    const searched = this.searches.map((domain) => (domain === "." ? name : `${name}.${domain.replace(/\.$/, "")}`));
    const dots = name.split(".").length - 1;
    return [...new Set(dots >= this.ndots ? [name, ...searched] : [...searched, name])];
  }

  /** Addresses, or the code of what went wrong. */
  private async ask(name: string): Promise<readonly string[] | string> {
    const four = await this.query("A", name);
    if (four !== "ENODATA") return four;
    return this.query("AAAA", name);
  }

  private query(type: "A" | "AAAA", name: string): Promise<readonly string[] | string> {
    const resolver = this.connected();
    if (resolver === undefined) return Promise.resolve("ECONNREFUSED");
    return new Promise((resolve) => {
      const onDone = (error: NodeJS.ErrnoException | null, addresses: string[]): void => {
        if (error !== null) resolve(error.code ?? "ESERVFAIL");
        else resolve(addresses.length > 0 ? addresses : "ENODATA");
      };
      if (type === "A") resolver.resolve4(name, onDone);
      else resolver.resolve6(name, onDone);
    });
  }

  private connected(): Resolver | undefined {
    if (this.nameservers.length === 0) return undefined;
    if (this.resolver === undefined) {
      this.resolver = new Resolver({ timeout: this.option("timeout", 5, 30) * 1000, tries: this.option("attempts", 2, 5) });
      this.resolver.setServers(this.nameservers.map(serverText));
    }
    return this.resolver;
  }

  private inHosts(name: string): string[] {
    const found: string[] = [];
    for (const line of this.hosts().split("\n")) {
      const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
      if (names.some((each) => each.toLowerCase() === name)) found.push(address);
    }
    // Pods have addresses of one family.
    const four = found.filter((address) => isIP(address) === 4);
    return four.length > 0 ? four : found;
  }

  private option(name: string, usual: number, most: number): number {
    const text = this.config.options.findLast((option) => option.startsWith(`${name}:`))?.slice(name.length + 1);
    const value = Number(text ?? usual);
    return Number.isInteger(value) && value >= 0 ? Math.min(value, most) : usual;
  }
}

/** As `dns.setServers` takes it. */
export const serverText = ({ address, port }: Nameserver): string =>
  isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
