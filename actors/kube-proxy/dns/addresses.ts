/** Addresses as names say them: `10-244-0-5`, `5.0.244.10.in-addr.arpa`. */
import { parseIp } from "../../../src/api/ip.js";

const reverseDomains = { IPv4: ".in-addr.arpa", IPv6: ".ip6.arpa" };

/** `fd00--1` and `10-244-0-5` as addresses; undefined when a label is none. */
export function labelledAddress(label: string): string | undefined {
  const isFour = label.split("-").length === 4 && !label.includes("--");
  const address = label.replaceAll("-", isFour ? "." : ":");
  return parseIp(address) === undefined ? undefined : address;
}

export const addressLabel = (address: string): string => address.replaceAll(/[.:]/g, "-");

export const isReverseName = (name: string): boolean => Object.values(reverseDomains).some((domain) => name.endsWith(domain));

/** The address that a reverse name is of, as bytes in text, so that each address has one; undefined when it is of none. */
export function reversedAddress(name: string): string | undefined {
  const labels = (domain: string): string[] => name.slice(0, -domain.length).split(".").reverse();
  if (name.endsWith(reverseDomains.IPv4)) {
    const four = labels(reverseDomains.IPv4).join(".");
    return parseIp(four)?.family === "IPv4" ? canonicalAddress(four) : undefined;
  }
  const nibbles = labels(reverseDomains.IPv6);
  if (nibbles.length !== 32 || nibbles.some((nibble) => !/^[0-9a-f]$/.test(nibble))) return undefined;
  const groups = Array.from({ length: 8 }, (_, at) => nibbles.slice(4 * at, 4 * at + 4).join(""));
  return canonicalAddress(groups.join(":"));
}

/** The same for all ways to write an address. */
export const canonicalAddress = (address: string): string => parseIp(address)?.bytes.join(".") ?? address;
