import { isLinkLocalMulticast, isLinkLocalUnicast, isLoopback, isUnspecified } from "../../ip.js";
import {
  type ArgumentEstimate,
  type CallEstimate,
  type FunctionDeclaration,
  globalOverload,
  memberOverload,
  type Overload,
} from "../language/functions.js";
import { addRanges, exactly, scaleRange } from "../language/ranges.js";
import { bool, int, opaque, string } from "../language/types.js";
import { CelError, OpaqueValue, type Result, sizeOf, type Value } from "../language/values.js";
import {
  type Address,
  type AddressRange,
  formatAddress,
  isGlobalUnicast,
  maskAddress,
  readAddress,
  readRange,
  sameAddress,
} from "./addresses.js";
import { stringTraversalFactor, traversal, traversalEstimate } from "./costs.js";

/** Source: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-ip-address-library and #kubernetes-cidr-library */

export const ipType = opaque("net.IP");
export const cidrType = opaque("net.CIDR");

class IpValue extends OpaqueValue {
  readonly type = ipType;
  constructor(readonly address: Address) {
    super();
  }
  override get size(): number {
    return this.address.bytes.length;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof IpValue && sameAddress(this.address, other.address);
  }
}

class CidrValue extends OpaqueValue {
  readonly type = cidrType;
  constructor(readonly range: AddressRange) {
    super();
  }
  /** cel-go charges for the bytes that the prefix covers. */
  override get size(): number {
    return Math.ceil(this.range.prefixBits / 8);
  }
  equals(other: OpaqueValue): boolean {
    if (!(other instanceof CidrValue)) return false;
    return this.range.prefixBits === other.range.prefixBits && sameAddress(this.range.address, other.range.address);
  }
}

const toIp = (text: string): Result => {
  const read = readAddress(text);
  return read.ok ? new IpValue(read.value) : new CelError(read.message);
};

const toCidr = (text: string): Result => {
  const read = readRange(text);
  return read.ok
    ? new CidrValue(read.value)
    : new CelError(`network address parse error during conversion from string: ${read.message}`);
};

const isCanonical = (text: string): Result => {
  const read = readAddress(text);
  return read.ok ? formatAddress(read.value) === text : new CelError(read.message);
};

const containsIp = ({ range }: CidrValue, { address }: IpValue): Result =>
  sameAddress(maskAddress(range.address, range.prefixBits), maskAddress(address, range.prefixBits));

const containsCidr = ({ range }: CidrValue, { range: other }: CidrValue): Result =>
  range.prefixBits <= other.prefixBits &&
  sameAddress(maskAddress(range.address, range.prefixBits), maskAddress(other.address, range.prefixBits));

const containsIpText = (cidr: CidrValue, text: string): Result => {
  const ip = toIp(text);
  return ip instanceof IpValue ? containsIp(cidr, ip) : ip;
};

const containsCidrText = (cidr: CidrValue, text: string): Result => {
  const other = toCidr(text);
  return other instanceof CidrValue ? containsCidr(cidr, other) : other;
};

const parsed = { cost: traversal(0), estimate: traversalEstimate(0) };
const parsedTwice = { cost: traversal(0, 2), estimate: traversalEstimate(0, 2) };

const scaled = (size: number): number => Math.ceil(size * stringTraversalFactor);
const addressSize = { min: 4, max: 16 };

/** Comparing the bytes of two addresses, once more with the mask of a range, and reading the other where it is text. */
const containsCost = (range: boolean, text: boolean): Pick<Overload, "cost" | "estimate"> => ({
  cost: ([cidr, other]: readonly Value[]) => {
    const size = sizeOf(cidr!);
    return scaled(2 * size) + (range ? scaled(size) + 1 : 0) + (text ? scaled(sizeOf(other!)) : 0);
  },
  estimate: ([, other]: readonly ArgumentEstimate[]): CallEstimate => {
    let cost = scaleRange(addRanges(addressSize, addressSize), stringTraversalFactor);
    if (range) cost = addRanges(addRanges(cost, scaleRange(addressSize, stringTraversalFactor)), exactly(1));
    return { cost: text ? addRanges(cost, scaleRange(other!.size, stringTraversalFactor)) : cost };
  },
});

const property = (name: string, id: string, holds: (address: Address) => boolean): FunctionDeclaration => ({
  name,
  overloads: [memberOverload(`ip_${id}`, [ipType], bool, ({ address }: IpValue) => holds(address))],
});

export const network: readonly FunctionDeclaration[] = [
  {
    name: "ip",
    overloads: [
      globalOverload("string_to_ip", [string], ipType, toIp, parsed),
      memberOverload("cidr_ip", [cidrType], ipType, ({ range }: CidrValue) => new IpValue(range.address)),
    ],
  },
  { name: "isIP", overloads: [globalOverload("is_ip", [string], bool, (text: string) => readAddress(text).ok, parsed)] },
  { name: "ip.isCanonical", overloads: [globalOverload("ip_is_canonical", [string], bool, isCanonical, parsedTwice)] },
  { name: "family", overloads: [memberOverload("ip_family", [ipType], int, ({ address }: IpValue) => BigInt(address.family))] },
  property("isUnspecified", "is_unspecified", (address) => isUnspecified(formatAddress(address))),
  property("isLoopback", "is_loopback", (address) => isLoopback(formatAddress(address))),
  property("isLinkLocalMulticast", "is_link_local_multicast", (address) => isLinkLocalMulticast(formatAddress(address))),
  property("isLinkLocalUnicast", "is_link_local_unicast", (address) => isLinkLocalUnicast(formatAddress(address))),
  property("isGlobalUnicast", "is_global_unicast", isGlobalUnicast),
  { name: "cidr", overloads: [globalOverload("string_to_cidr", [string], cidrType, toCidr, parsed)] },
  { name: "isCIDR", overloads: [globalOverload("is_cidr", [string], bool, (text: string) => readRange(text).ok, parsed)] },
  {
    name: "containsIP",
    overloads: [
      memberOverload("cidr_contains_ip_string", [cidrType, string], bool, containsIpText, containsCost(false, true)),
      memberOverload("cidr_contains_ip_ip", [cidrType, ipType], bool, containsIp, containsCost(false, false)),
    ],
  },
  {
    name: "containsCIDR",
    overloads: [
      memberOverload("cidr_contains_cidr_string", [cidrType, string], bool, containsCidrText, containsCost(true, true)),
      memberOverload("cidr_contains_cidr", [cidrType, cidrType], bool, containsCidr, containsCost(true, false)),
    ],
  },
  {
    name: "masked",
    overloads: [
      memberOverload("cidr_masked", [cidrType], cidrType, ({ range }: CidrValue) => {
        return new CidrValue({ address: maskAddress(range.address, range.prefixBits), prefixBits: range.prefixBits });
      }),
    ],
  },
  {
    name: "prefixLength",
    overloads: [memberOverload("cidr_prefix_length", [cidrType], int, ({ range }: CidrValue) => BigInt(range.prefixBits))],
  },
  {
    name: "string",
    overloads: [
      globalOverload("ip_to_string", [ipType], string, ({ address }: IpValue) => formatAddress(address)),
      globalOverload(
        "cidr_to_string",
        [cidrType],
        string,
        ({ range }: CidrValue) => `${formatAddress(range.address)}/${range.prefixBits}`,
      ),
    ],
  },
];
