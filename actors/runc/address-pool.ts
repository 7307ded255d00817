/** Pod addresses of one node: the next free one of its range, so that an address is not used again at once. */

export interface AddressRange {
  /** First address of the range, as a number. */
  readonly base: number;
  readonly size: number;
}

/** Reads an IPv4 range such as `10.244.1.0/24`; undefined when it is not one. */
export function parseRange(cidr: string): AddressRange | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (match === null) return undefined;
  const numbers = match.slice(1).map(Number) as [number, number, number, number, number];
  const prefix = numbers[4];
  if (numbers.slice(0, 4).some((octet) => octet > 255) || prefix > 32) return undefined;
  const address = numbers.slice(0, 4).reduce((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - prefix);
  return { base: address - (address % size), size };
}

export const formatAddress = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");

export class AddressPool {
  private readonly used = new Set<string>();
  private offset = 0;

  constructor(private readonly range: AddressRange) {}

  /** Undefined when every address is in use. The first (network), second (gateway) and last (broadcast) are never given out. */
  take(): string | undefined {
    const last = this.range.size - 2;
    for (let tried = 2; tried <= last; tried++) {
      this.offset = this.offset < 1 || this.offset >= last ? 2 : this.offset + 1;
      const address = formatAddress(this.range.base + this.offset);
      if (!this.used.has(address)) {
        this.used.add(address);
        return address;
      }
    }
    return undefined;
  }

  /** Marks an address that was given out before this pool was made. */
  reserve(address: string): void {
    this.used.add(address);
  }

  free(address: string): void {
    this.used.delete(address);
  }
}
