/** Addresses and ranges that are understood but not written as they should be. Source: KEP-4858. */
import { formatAddress, maskAddress } from "../cel/library/addresses.js";
import { quote } from "../go-format.js";
import { isStrictCidr, parseCidr, parseIp, parseIpv4, parseIpv6 } from "../ip.js";

interface Parsed {
  readonly family: "IPv4" | "IPv6";
  readonly bytes: readonly number[];
}

const textOf = ({ family, bytes }: Parsed): string => formatAddress({ family: family === "IPv4" ? 4 : 6, bytes: [...bytes] });

/** Zeros before an octet, or an IPv4 address in the clothes of IPv6. */
const isNonStandard = (text: string, { family }: Parsed): boolean =>
  family === "IPv4" ? parseIpv4(text) === undefined : parseIpv6(text) === undefined;

/** `value` has been validated: what is no address is passed over. */
export const ipWarnings = (path: string, value: string | undefined): string[] => {
  const parsed = parseIp(value);
  if (value === undefined || parsed === undefined) return [];
  const text = textOf(parsed);
  if (isNonStandard(value, parsed))
    return [
      `${path}: non-standard IP address ${quote(value)} will be considered invalid in a future Kubernetes release: use ${quote(text)}`,
    ];
  if (parsed.family === "IPv4" || text === value) return [];
  return [`${path}: IPv6 address ${quote(value)} should be in RFC 5952 canonical format (${quote(text)})`];
};

/** A range may have bits behind its prefix, which other readers take for an address. */
export const cidrWarnings = (path: string, value: string | undefined): string[] => {
  const cidr = value === undefined ? undefined : parseCidr(value);
  if (value === undefined || cidr === undefined) return [];
  const address = value.slice(0, value.lastIndexOf("/"));
  const masked = maskAddress({ family: cidr.family === "IPv4" ? 4 : 6, bytes: [...cidr.bytes] }, cidr.prefixBits);
  const range = `${formatAddress(masked)}/${cidr.prefixBits}`;
  const warnings: string[] = [];
  if (textOf(cidr) !== formatAddress(masked)) {
    const single = `${textOf(cidr)}/${cidr.bytes.length * 8}`;
    warnings.push(
      `${path}: CIDR value ${quote(value)} is ambiguous in this context (should be ${quote(range)} or ${quote(single)}?)`,
    );
  }
  if (isNonStandard(address, cidr) || !isStrictCidr(value))
    warnings.push(
      `${path}: non-standard CIDR value ${quote(value)} will be considered invalid in a future Kubernetes release: use ${quote(range)}`,
    );
  if (warnings.length === 0 && parseIpv6(address) !== undefined && range !== value)
    warnings.push(`${path}: IPv6 CIDR value ${quote(value)} should be in RFC 5952 canonical format (${quote(range)})`);
  return warnings;
};
