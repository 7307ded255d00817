import { customRandom } from "nanoid";
import { integerBelow, type Random } from "./random.js";

/** Names that are made up, as an actor gets them from its host. */
export interface Ids {
  /** An RFC 9562 version 4 UUID, as metadata.uid. */
  uuid(): string;
  /** What Kubernetes appends to generateName: letters and digits that spell no words. */
  suffix(length: number): string;
  /** Hexadecimal digits, as container ids. */
  hex(length: number): string;
}

const suffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";
const hexAlphabet = "0123456789abcdef";

export function idsFrom(random: Random): Ids {
  const bytes = (count: number) => {
    const drawn = new Uint8Array(count);
    for (let index = 0; index < count; index++) drawn[index] = integerBelow(random, 256);
    return drawn;
  };
  const drawn = (alphabet: string) => (length: number) => customRandom(alphabet, length, bytes)();
  const hex = drawn(hexAlphabet);
  return {
    suffix: drawn(suffixAlphabet),
    hex,
    uuid: () => {
      const digits = hex(32);
      const variant = hexAlphabet[8 + integerBelow(random, 4)];
      const parts = [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, `${variant}${digits.slice(17, 20)}`];
      return `${parts.join("-")}-${digits.slice(20)}`;
    },
  };
}
