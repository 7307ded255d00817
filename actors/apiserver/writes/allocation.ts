/** Numbers that only one Service may hold: addresses of the service range and node ports. */
import type { Random } from "../../../src/actor/random.js";
import { integerBelow } from "../../../src/actor/random.js";
import { parseCidr, parseIp } from "../../../src/api/ip.js";

export interface NumberRange {
  readonly from: number;
  /** Included. */
  readonly to: number;
}

const asNumber = (octets: readonly number[]): number => octets.reduce((number, octet) => number * 256 + octet, 0);

export const ipv4Text = (number: number): string => [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join(".");

/** The addresses that Services may have: all of the range but its first and last. */
export function addressesOf(cidr: string): NumberRange {
  const parsed = parseCidr(cidr);
  if (parsed === undefined || parsed.family !== "IPv4")
    throw new RangeError(`the service range must be an IPv4 CIDR, not "${cidr}"`);
  const size = 2 ** (32 - parsed.prefixBits);
  const first = Math.floor(asNumber(parsed.bytes) / size) * size;
  return { from: first + 1, to: first + size - 2 };
}

/** The address of the Service `kubernetes`. */
export const firstAddressOf = (cidr: string): string => ipv4Text(addressesOf(cidr).from);

export const isAddressIn = (range: NumberRange, address: string): boolean => {
  const parsed = parseIp(address);
  if (parsed?.family !== "IPv4") return false;
  const number = asNumber(parsed.bytes);
  return number >= range.from && number <= range.to;
};

/**
 * The lower part of a range is left for numbers that users choose: a sixteenth of it, between 16 and 256.
 * https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/
 */
function dynamicPart({ from, to }: NumberRange): NumberRange {
  const size = to - from + 1;
  const reserved = Math.min(Math.max(16, Math.floor(size / 16)), 256);
  return size <= reserved * 2 ? { from, to } : { from: from + reserved, to };
}

/** A number of the range that is free, from a random place on; undefined when all are held. */
export function freeNumber(range: NumberRange, random: Random, isFree: (number: number) => boolean): number | undefined {
  for (const { from, to } of [dynamicPart(range), range]) {
    const size = to - from + 1;
    const start = integerBelow(random, size);
    for (let step = 0; step < size; step += 1) {
      const number = from + ((start + step) % size);
      if (isFree(number)) return number;
    }
  }
  return undefined;
}
