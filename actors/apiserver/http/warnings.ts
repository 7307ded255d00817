/** The header Warning: https://kubernetes.io/blog/2020/09/03/warnings/, RFC 7234 section 5.5. */

/** So many characters may all warnings of an answer have before each is cut short; then so many may each have. */
const charactersMost = 4 * 1_024;
const shortened = 256;

/** Each text once; where all are too long, their beginnings, and no more of those than there is room for. */
export function boundedWarnings(texts: readonly string[]): readonly string[] {
  const unique = [...new Set(texts)].filter((text) => text !== "");
  const lengths = unique.map((text) => [...text].length);
  if (lengths.reduce((sum, length) => sum + length, 0) <= charactersMost) return unique;
  const told: string[] = [];
  let written = 0;
  for (const text of unique) {
    if (written >= charactersMost) break;
    const characters = [...text].slice(0, shortened);
    told.push(characters.join(""));
    written += characters.length;
  }
  return told;
}

/** Code 299, and what the text may not contain taken out of it. */
export function warningHeader(text: string): string {
  const printable = [...text].map((character) => (character < " " || character > "~" ? " " : character)).join("");
  return `299 - "${printable.replace(/["\\]/g, "\\$&")}"`;
}
