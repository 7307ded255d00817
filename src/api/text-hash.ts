/**
 * Names a text by its content: 16 hexadecimal digits (FNV-1a of 64 bits over its UTF-16 code units). For caches and
 * ETags, where nobody gains from making two texts collide; not for secrets.
 */
export function textHash(text: string): string {
  // 64 bits as four numbers of 16, so that every product fits a double exactly.
  let [a, b, c, d] = [0xcbf2, 0x9ce4, 0x8422, 0x2325];
  for (let index = 0; index < text.length; index++) {
    d ^= text.charCodeAt(index);
    // The prime is 2^40 + 0x1b3: multiply by 0x1b3, then add the value shifted by 40 bits.
    const low = d * 0x1b3;
    const second = c * 0x1b3 + (low >>> 16);
    const third = b * 0x1b3 + (second >>> 16) + (d << 8);
    const high = a * 0x1b3 + (third >>> 16) + (c << 8);
    d = low & 0xffff;
    c = second & 0xffff;
    b = third & 0xffff;
    a = high & 0xffff;
  }
  return [a, b, c, d]
    .map((part) => part.toString(16).padStart(4, "0"))
    .join("")
    .toUpperCase();
}
