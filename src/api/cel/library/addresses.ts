import { quote } from "../../go-format.js";
import { isLinkLocalUnicast, isLoopback, isUnspecified, parseIpv4, parseIpv6 } from "../../ip.js";

/** IP addresses and ranges as Go's net/netip has them: without zones, and without IPv4 inside of IPv6. */
export interface Address {
  readonly family: 4 | 6;
  readonly bytes: readonly number[];
}

export interface AddressRange {
  readonly address: Address;
  readonly prefixBits: number;
}

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

const wrong = (message: string): { readonly ok: false; readonly message: string } => ({ ok: false, message });

const ipv4Fault = (text: string): string => {
  const fields = text.split(".");
  if (fields.some((field) => field === "")) return "IPv4 field must have at least one digit";
  if (fields.some((field) => /[^0-9]/.test(field))) return "unexpected character";
  if (fields.some((field) => /^0\d/.test(field))) return "IPv4 field has octet with leading zero";
  if (fields.some((field) => Number(field) > 255)) return "IPv4 field has value >255";
  return fields.length < 4 ? "IPv4 address too short" : "IPv4 address too long";
};

const netipFault = (text: string): string => {
  if (text.includes(":")) return "unable to parse IP";
  return text.includes(".") ? ipv4Fault(text) : "unable to parse IP";
};

const isMapped = (groups: readonly number[]): boolean => groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;

/** Reads an address; messages are Kubernetes' with Go's inside. */
export const readAddress = (text: string): Read<Address> => {
  const octets = parseIpv4(text);
  if (octets !== undefined) return { ok: true, value: { family: 4, bytes: octets } };
  const percent = text.indexOf("%");
  const groups = parseIpv6(percent < 0 ? text : text.slice(0, percent));
  if (groups === undefined || percent === text.length - 1) {
    const fault = `ParseAddr(${quote(text)}): ${netipFault(text)}`;
    return wrong(`IP Address ${quote(text)} parse error during conversion from string: ${fault}`);
  }
  if (percent >= 0) return wrong(`IP address ${quote(text)} with zone value is not allowed`);
  if (isMapped(groups)) return wrong(`IPv4-mapped IPv6 address ${quote(text)} is not allowed`);
  return { ok: true, value: { family: 6, bytes: groups.flatMap((group) => [group >> 8, group & 255]) } };
};

/** Reads a range such as `10.0.0.0/8`; bits after the prefix may be set. */
export const readRange = (text: string): Read<AddressRange> => {
  const fault = (what: string) =>
    wrong(`network address parse error during conversion from string: netip.ParsePrefix(${quote(text)}): ${what}`);
  const slash = text.lastIndexOf("/");
  if (slash < 0) return fault("no '/'");
  const [head, bits] = [text.slice(0, slash), text.slice(slash + 1)];
  const octets = parseIpv4(head);
  const groups = octets === undefined ? parseIpv6(head) : undefined;
  if (head.includes("%")) return fault("IPv6 zones cannot be present in a prefix");
  if (octets === undefined && groups === undefined) return fault(`ParseAddr(${quote(head)}): ${netipFault(head)}`);
  if (!/^(0|[1-9]\d{0,2})$/.test(bits)) return fault(`bad bits after slash: ${quote(bits)}`);
  const bytes = octets ?? groups!.flatMap((group) => [group >> 8, group & 255]);
  if (Number(bits) > bytes.length * 8) return fault("prefix length out of range");
  if (groups !== undefined && isMapped(groups)) return wrong(`IPv4-mapped IPv6 address ${quote(text)} is not allowed`);
  return { ok: true, value: { address: { family: octets === undefined ? 6 : 4, bytes }, prefixBits: Number(bits) } };
};

/** The longest run of groups that are zero, when it is longer than one: what `::` stands for. */
const longestZeros = (groups: readonly number[]): readonly [start: number, length: number] => {
  let best: readonly [number, number] = [0, 1];
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best[1]) best = [start, length];
  }
  return best;
};

/** The one canonical text of an address. Source: RFC 5952. */
export const formatAddress = ({ family, bytes }: Address): string => {
  if (family === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, index) => bytes[2 * index]! * 256 + bytes[2 * index + 1]!);
  const [start, length] = longestZeros(groups);
  const texts = groups.map((group) => group.toString(16));
  if (length < 2) return texts.join(":");
  return `${texts.slice(0, start).join(":")}::${texts.slice(start + length).join(":")}`;
};

/** The address with all bits after the prefix unset. */
export const maskAddress = ({ family, bytes }: Address, prefixBits: number): Address => ({
  family,
  bytes: bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefixBits - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  }),
});

export const sameAddress = (one: Address, other: Address): boolean =>
  one.family === other.family && one.bytes.every((byte, index) => byte === other.bytes[index]);

const isMulticast = ({ family, bytes }: Address): boolean => (family === 4 ? (bytes[0]! & 0xf0) === 0xe0 : bytes[0] === 0xff);
const isBroadcast = ({ family, bytes }: Address): boolean => family === 4 && bytes.every((byte) => byte === 255);

/** Neither unspecified, broadcast, loopback, multicast nor link-local. */
export const isGlobalUnicast = (address: Address): boolean => {
  const text = formatAddress(address);
  return !isUnspecified(text) && !isBroadcast(address) && !isLoopback(text) && !isMulticast(address) && !isLinkLocalUnicast(text);
};
