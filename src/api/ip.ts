/** IP addresses and ranges as text, without Node's `net`. */

const octetPattern = /^(0|[1-9][0-9]{0,2})$/;
const looseOctetPattern = /^[0-9]+$/;

const octetsOf = (text: string, pattern: RegExp): number[] | undefined => {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const octets = parts.map((part) => (pattern.test(part) ? Number(part) : 256));
  return octets.every((octet) => octet <= 255) ? octets : undefined;
};

/** The four octets of a dotted IPv4 address; leading zeros are refused, as Go refuses them. */
export const parseIpv4 = (text: string): number[] | undefined => octetsOf(text, octetPattern);

/** The same with leading zeros, which say nothing. */
const parseLooseIpv4 = (text: string): number[] | undefined => octetsOf(text, looseOctetPattern);

/** The eight groups of an IPv6 address, `::` and a dotted tail allowed, zones not. */
export const parseIpv6 = (text: string, ofTail = parseIpv4): number[] | undefined => {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!, halves.length === 1, ofTail);
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true, ofTail) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : undefined;
  return missing >= 1 ? [...head, ...new Array<number>(missing).fill(0), ...tail] : undefined;
};

const parseGroups = (text: string, dottedTailAllowed: boolean, ofTail: typeof parseIpv4): number[] | undefined => {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (part.includes(".")) {
      const octets = ofTail(part);
      if (octets === undefined || index !== parts.length - 1 || !dottedTailAllowed) return undefined;
      groups.push(octets[0]! * 256 + octets[1]!, octets[2]! * 256 + octets[3]!);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
};

/**
 * An address as 4 or 16 bytes; an IPv4 address mapped into IPv6 counts as IPv4. Zeros before an octet are allowed, as kube-apiserver
 * still has it for the fields that it always had it for (KEP-4858).
 */
export const parseIp = (text: string | undefined): { family: "IPv4" | "IPv6"; bytes: number[] } | undefined => {
  if (text === undefined) return undefined;
  const octets = parseLooseIpv4(text);
  if (octets !== undefined) return { family: "IPv4", bytes: octets };
  const groups = parseIpv6(text, parseLooseIpv4);
  if (groups === undefined) return undefined;
  const bytes = groups.flatMap((group) => [group >> 8, group & 255]);
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return mapped ? { family: "IPv4", bytes: bytes.slice(12) } : { family: "IPv6", bytes };
};

/** An IPv4 address as it should be written; any other text as it is. */
export const canonicalIp = (text: string): string => {
  const parsed = parseIp(text);
  return parsed?.family === "IPv4" ? parsed.bytes.join(".") : text;
};

/** Nothing but what Go's netip reads. */
export const isStrictIp = (text: string): boolean => parseIpv4(text) !== undefined || parseIpv6(text) !== undefined;

export const isIp = (text: string | undefined): boolean => parseIp(text) !== undefined;

export interface Cidr {
  readonly family: "IPv4" | "IPv6";
  readonly bytes: readonly number[];
  readonly prefixBits: number;
}

export const parseCidr = (text: string): Cidr | undefined => {
  const slash = text.lastIndexOf("/");
  if (slash < 0) return undefined;
  const address = parseIp(text.slice(0, slash));
  const bitsText = text.slice(slash + 1);
  if (address === undefined || !/^[0-9]+$/.test(bitsText)) return undefined;
  // The prefix of an IPv4 address in the clothes of IPv6 counts the clothes.
  const clothesBits = address.family === "IPv4" && text.includes(":") ? 96 : 0;
  if (Number(bitsText) > address.bytes.length * 8 + clothesBits) return undefined;
  return { ...address, prefixBits: Math.max(0, Number(bitsText) - clothesBits) };
};

/** Nothing but what Go's netip reads. */
export const isStrictCidr = (text: string): boolean => {
  const slash = text.lastIndexOf("/");
  return parseCidr(text) !== undefined && isStrictIp(text.slice(0, slash)) && /^(0|[1-9][0-9]*)$/.test(text.slice(slash + 1));
};

export const cidrContains = (cidr: Cidr, ip: string): boolean => {
  const address = parseIp(ip);
  if (address === undefined || address.family !== cidr.family) return false;
  for (let index = 0; index < address.bytes.length; index++) {
    const bits = Math.min(8, Math.max(0, cidr.prefixBits - index * 8));
    const mask = (0xff << (8 - bits)) & 0xff;
    if ((address.bytes[index]! & mask) !== (cidr.bytes[index]! & mask)) return false;
  }
  return true;
};

export const isUnspecified = (ip: string): boolean => parseIp(ip)?.bytes.every((byte) => byte === 0) ?? false;

export const isLoopback = (ip: string): boolean => {
  const address = parseIp(ip);
  if (address === undefined) return false;
  if (address.family === "IPv4") return address.bytes[0] === 127;
  return address.bytes.slice(0, 15).every((byte) => byte === 0) && address.bytes[15] === 1;
};

/** 169.254.0.0/16 and fe80::/10. */
export const isLinkLocalUnicast = (ip: string): boolean => {
  const address = parseIp(ip);
  if (address === undefined) return false;
  const [first, second] = address.bytes;
  return address.family === "IPv4" ? first === 169 && second === 254 : first === 0xfe && (second! & 0xc0) === 0x80;
};

/** 224.0.0.0/24 and ff02::/16. */
export const isLinkLocalMulticast = (ip: string): boolean => {
  const address = parseIp(ip);
  if (address === undefined) return false;
  const [first, second, third] = address.bytes;
  return address.family === "IPv4" ? first === 224 && second === 0 && third === 0 : first === 0xff && (second! & 0x0f) === 0x02;
};
