/** Backslashes in text, and the regular expressions of applets as JavaScript writes them. */

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  e: "\x1b",
};

export const unescaped = (text: string): string =>
  text.replace(/\\(0[0-7]{0,3}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)/g, (whole, code: string) => {
    if (/^[0-7]+$/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return escapes[code] ?? whole;
  });

/** In a basic expression the brackets and repetitions are special with a backslash, in an extended one without. */
export const toExtended = (pattern: string, extended: boolean): string =>
  (extended ? pattern : pattern.replace(/\\?[(){}+?|]/g, (found) => (found.startsWith("\\") ? found.slice(1) : `\\${found}`)))
    .replace(/\[:alpha:\]/g, "a-zA-Z")
    .replace(/\[:digit:\]/g, "0-9")
    .replace(/\[:alnum:\]/g, "a-zA-Z0-9")
    .replace(/\[:space:\]/g, "\\s")
    .replace(/\[:upper:\]/g, "A-Z")
    .replace(/\[:lower:\]/g, "a-z");
