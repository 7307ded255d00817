/** Chance, as an actor gets it from its host. */
export interface Random {
  /** In [0, 1). */
  next(): number;
}

/** A whole number in [0, below). */
export const integerBelow = (random: Random, below: number): number => Math.floor(random.next() * below);

/** A number in [from, to). */
export const between = (random: Random, from: number, to: number): number => from + random.next() * (to - from);

/** FNV-1a over UTF-16 code units, 32 bits: names to numbers, for seeds and digests that need no secrecy. */
export function hash32(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** sfc32 by Chris Doty-Humphrey: small, fast and of good quality; the same seed gives the same numbers on every engine. */
export function seededRandom(seed: string): Random {
  let a = hash32(seed);
  let b = hash32(seed, a);
  let c = hash32(seed, b);
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let round = 0; round < 15; round++) next();
  return { next };
}
