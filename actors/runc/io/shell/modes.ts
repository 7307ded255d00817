/** File modes in words: `u+x,go-w`, `0644`, and as `ls` shows them. */

/** The mode after a change; undefined when the text is none. */
export function changeMode(text: string, before: number, isDirectory: boolean): number | undefined {
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  let mode = before & 0o7777;
  for (const clause of text.split(",")) {
    const match = /^([ugoa]*)((?:[-+=][rwxXst]*)+)$/.exec(clause);
    if (match === null) return undefined;
    const who = match[1] === "" || match[1]!.includes("a") ? "ugo" : match[1]!;
    for (const [, operator = "", letters = ""] of match[2]!.matchAll(/([-+=])([rwxXst]*)/g)) {
      const bits = bitsOf(who, letters, isDirectory || (mode & 0o111) !== 0);
      if (operator === "+") mode |= bits;
      else if (operator === "-") mode &= ~bits;
      else mode = (mode & ~bitsOf(who, "rwx", true)) | bits;
    }
  }
  return mode;
}

function bitsOf(who: string, letters: string, executes: boolean): number {
  let bits = 0;
  for (const [index, each] of ["o", "g", "u"].entries()) {
    if (!who.includes(each)) continue;
    const shift = index * 3;
    if (letters.includes("r")) bits |= 4 << shift;
    if (letters.includes("w")) bits |= 2 << shift;
    if (letters.includes("x") || (letters.includes("X") && executes)) bits |= 1 << shift;
  }
  if (letters.includes("s")) bits |= (who.includes("u") ? 0o4000 : 0) | (who.includes("g") ? 0o2000 : 0);
  if (letters.includes("t")) bits |= 0o1000;
  return bits;
}

/** `drwxr-sr-x` */
export function showMode(mode: number): string {
  const kind = new Map([
    [0o040000, "d"],
    [0o120000, "l"],
    [0o020000, "c"],
    [0o060000, "b"],
    [0o010000, "p"],
    [0o140000, "s"],
  ]).get(mode & 0o170000);
  const letters = [..."rwxrwxrwx"].map((letter, index) => ((mode & (0o400 >> index)) === 0 ? "-" : letter));
  const special = (bit: number, index: number, letter: string): void => {
    if ((mode & bit) !== 0) letters[index] = letters[index] === "-" ? letter.toUpperCase() : letter;
  };
  special(0o4000, 2, "s");
  special(0o2000, 5, "s");
  special(0o1000, 8, "t");
  return (kind ?? "-") + letters.join("");
}
