/** awk's values: numbers, strings, and what was read, which is a number where it looks like one. */

/** Text that came in from outside. */
export class Read {
  constructor(readonly text: string) {}
}

export type Value = number | string | Read | undefined;

const numeric = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/;

export function toNumber(value: Value): number {
  if (typeof value === "number") return value;
  if (value === undefined) return 0;
  const found = numeric.exec(typeof value === "string" ? value : value.text);
  return found === null ? 0 : Number(found[0]);
}

/** `format` is CONVFMT, or OFMT where it is printed; whole numbers need none. */
export function toText(value: Value, format: string): string {
  if (typeof value === "string") return value;
  if (value === undefined) return "";
  if (value instanceof Read) return value.text;
  if (Number.isInteger(value)) return Math.abs(value) < 1e16 ? String(value) : sprintf("%d", [value], format);
  return Number.isFinite(value) ? sprintf(format, [value], format) : Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

export function isTrue(value: Value): boolean {
  if (typeof value === "string") return value !== "";
  if (value instanceof Read) return looksNumeric(value) ? toNumber(value) !== 0 : value.text !== "";
  return (value ?? 0) !== 0;
}

const looksNumeric = (value: Value): boolean =>
  value === undefined ||
  typeof value === "number" ||
  (value instanceof Read && numeric.exec(value.text)?.[0].length === value.text.trimEnd().length && value.text.trim() !== "");

/** Less than, equal to or greater than zero; as numbers when both are or look like some. */
export function compare(left: Value, right: Value, format: string): number {
  if (looksNumeric(left) && looksNumeric(right)) return toNumber(left) - toNumber(right);
  const [one, other] = [toText(left, format), toText(right, format)];
  return one < other ? -1 : one > other ? 1 : 0;
}

export function sprintf(template: string, values: readonly Value[], format: string): string {
  let at = 0;
  return template.replace(
    /%([-+ #0]*)(\*|\d*)(?:\.(\*|\d*))?[lh]*([a-zA-Z%])/g,
    (whole, flags: string, width: string, precision: string | undefined, letter: string) => {
      if (letter === "%") return "%";
      const star = (text: string | undefined): number | undefined =>
        text === undefined ? undefined : text === "*" ? toNumber(values[at++]) : Number(text);
      const columns = star(width) ?? 0;
      const digits = star(precision);
      const text = convert(letter, values[at++], digits, flags, format);
      if (text === undefined) return whole;
      if (flags.includes("-")) return text.padEnd(columns);
      if (!flags.includes("0") || letter === "s" || letter === "c") return text.padStart(columns);
      const sign = /^[-+ ]/.exec(text)?.[0] ?? "";
      return sign + text.slice(sign.length).padStart(columns - sign.length, "0");
    },
  );
}

function convert(letter: string, value: Value, digits: number | undefined, flags: string, format: string): string | undefined {
  if (letter === "s") return toText(value, format).slice(0, digits);
  if (letter === "c")
    return typeof value === "number" ? String.fromCodePoint(Math.trunc(value)) : toText(value, format).slice(0, 1);
  const number = toNumber(value);
  const sign = number < 0 || Object.is(number, -0) ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const size = Math.abs(number);
  switch (letter) {
    case "d":
    case "i":
    case "u":
      return (
        sign +
        BigInt(Math.trunc(Number.isFinite(size) ? size : 0))
          .toString()
          .padStart(digits ?? 0, "0")
      );
    case "o":
      return Math.trunc(size).toString(8);
    case "x":
      return Math.trunc(size).toString(16);
    case "X":
      return Math.trunc(size).toString(16).toUpperCase();
    case "f":
    case "F":
      return sign + size.toFixed(Math.min(100, digits ?? 6));
    case "e":
    case "E":
      return sign + exponent(size.toExponential(Math.min(100, digits ?? 6)), letter);
    case "g":
    case "G":
      return sign + general(size, digits ?? 6, letter === "g" ? "e" : "E");
    default:
      return undefined;
  }
}

/** Two digits at least, as C writes them. */
const exponent = (text: string, letter: string): string =>
  text.replace(/e([-+])(\d+)$/, (_whole, sign: string, digits: string) => `${letter}${sign}${digits.padStart(2, "0")}`);

/** The shorter of both ways to write it, without zeros at its end. */
function general(size: number, digits: number, letter: string): string {
  const precision = Math.max(1, Math.min(100, digits));
  if (size === 0) return "0";
  const power = Number(size.toExponential(precision - 1).split("e")[1]);
  if (power < -4 || power >= precision) {
    return exponent(size.toExponential(precision - 1).replace(/\.?0+e/, "e"), letter);
  }
  const text = size.toFixed(Math.max(0, precision - 1 - power));
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
