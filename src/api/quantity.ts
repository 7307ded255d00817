/**
 * Resource quantities ("500m", "128Mi", "1e3"), exact to the nano, in Kubernetes' canonical form.
 * Source: "Quantity" in the Kubernetes API reference, common definitions.
 */
import type { Integer } from "../json/integer.js";

type QuantityFormat = "BinarySI" | "DecimalSI" | "DecimalExponent";

/** An amount in billionths of one (1 CPU, 1 byte), and the family of suffixes it is written in. */
export interface ParsedQuantity {
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

export type QuantityResult =
  | { readonly ok: true; readonly value: ParsedQuantity }
  | { readonly ok: false; readonly message: string };

const nanoDigits = 9;
const nanoPerOne = 10n ** BigInt(nanoDigits);
/** Larger amounts are cut to this, as Kubernetes cuts them. */
const maxNano = (2n ** 63n - 1n) * nanoPerOne;

const shape = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const formatMessage = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const suffixMessage = "unable to parse quantity's suffix";
const numericMessage = "unable to parse numeric part of quantity";

const decimalSuffixes = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const decimalByExponent = new Map([...decimalSuffixes].map(([suffix, exponent]) => [exponent, suffix]));

interface Scale {
  readonly format: QuantityFormat;
  readonly exponent10: number;
  readonly factor: bigint;
}

const readSuffix = (suffix: string): Scale | undefined => {
  const decimal = decimalSuffixes.get(suffix);
  if (decimal !== undefined) return { format: "DecimalSI", exponent10: decimal, factor: 1n };
  const binary = binarySuffixes.indexOf(suffix);
  if (binary > 0) return { format: "BinarySI", exponent10: 0, factor: 1024n ** BigInt(binary) };
  const exponent = /^[eE]([+-]?[0-9]{1,9})$/.exec(suffix);
  return exponent === null ? undefined : { format: "DecimalExponent", exponent10: Number(exponent[1]), factor: 1n };
};

/** Scales digits to nano, rounding away from zero, which is what Kubernetes does with finer amounts. */
const toNano = (digits: bigint, exponent10: number): bigint => {
  const shift = exponent10 + nanoDigits;
  if (digits === 0n) return 0n;
  if (shift > 60) return digits > 0n ? maxNano : -maxNano;
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  if (-shift > 400) return digits > 0n ? 1n : -1n;
  const divisor = 10n ** BigInt(-shift);
  const quotient = digits / divisor;
  return digits % divisor === 0n ? quotient : quotient + (digits > 0n ? 1n : -1n);
};

const clamp = (nano: bigint): bigint => (nano > maxNano ? maxNano : nano < -maxNano ? -maxNano : nano);

/** Parses a quantity; a failure carries Kubernetes' message. JSON numbers are accepted where manifests use them. */
export const parseQuantity = (text: string | Integer): QuantityResult => {
  const match = shape.exec(String(text));
  if (match === null) return { ok: false, message: formatMessage };
  const numeric = /^([+-]?)([0-9]*)(?:\.([0-9]*))?$/.exec(match[1]!);
  if (numeric === null) return { ok: false, message: numericMessage };
  const [, sign, whole = "", fraction = ""] = numeric;
  if (whole === "" && fraction === "") return { ok: false, message: numericMessage };
  const scale = readSuffix(match[2]!);
  if (scale === undefined) return { ok: false, message: suffixMessage };
  const magnitude = BigInt(whole + fraction) * scale.factor;
  const nano = toNano(sign === "-" ? -magnitude : magnitude, scale.exponent10 - fraction.length);
  return { ok: true, value: { nano: clamp(nano), format: scale.format } };
};

const formatDecimal = (nano: bigint, format: QuantityFormat): string => {
  let mantissa = nano;
  let exponent = -nanoDigits;
  while (mantissa % 1000n === 0n) {
    mantissa /= 1000n;
    exponent += 3;
  }
  if (format === "DecimalExponent") return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  return `${mantissa}${decimalByExponent.get(exponent) ?? `e${exponent}`}`;
};

/** The canonical text: no fraction, the largest suffix that keeps the amount exact. */
export const formatQuantity = ({ nano, format }: ParsedQuantity): string => {
  if (nano === 0n) return "0";
  const whole = nano / nanoPerOne;
  const exact = nano % nanoPerOne === 0n;
  if (format !== "BinarySI" || !exact || (whole > -1024n && whole < 1024n)) {
    return formatDecimal(nano, format === "BinarySI" ? "DecimalSI" : format);
  }
  let mantissa = whole;
  let power = 0;
  while (power < binarySuffixes.length - 1 && mantissa % 1024n === 0n) {
    mantissa /= 1024n;
    power++;
  }
  return `${mantissa}${binarySuffixes[power]}`;
};

/** The canonical text of a quantity, or the text itself when it is none (validation reports that). */
export const canonicalQuantity = (text: string | number): string => {
  const parsed = parseQuantity(text);
  return parsed.ok ? formatQuantity(parsed.value) : String(text);
};

export const zeroQuantity: ParsedQuantity = { nano: 0n, format: "DecimalSI" };

/** A quantity already known to be valid; anything else counts as zero. */
export const quantityOf = (text: string | number | undefined): ParsedQuantity => {
  if (text === undefined) return zeroQuantity;
  const parsed = parseQuantity(text);
  return parsed.ok ? parsed.value : zeroQuantity;
};

export const compareQuantities = (left: ParsedQuantity, right: ParsedQuantity): -1 | 0 | 1 =>
  left.nano < right.nano ? -1 : left.nano > right.nano ? 1 : 0;

/** The sum, in the format of the left side unless that is zero. */
export const addQuantities = (left: ParsedQuantity, right: ParsedQuantity): ParsedQuantity => ({
  nano: clamp(left.nano + right.nano),
  format: left.nano === 0n ? right.format : left.format,
});

export const subtractQuantities = (left: ParsedQuantity, right: ParsedQuantity): ParsedQuantity => ({
  nano: clamp(left.nano - right.nano),
  format: left.nano === 0n ? right.format : left.format,
});

const divideUp = (nano: bigint, divisor: bigint): bigint => {
  const quotient = nano / divisor;
  return nano % divisor > 0n ? quotient + 1n : quotient;
};

/** Whole units, rounded up: bytes of memory, CPUs. */
export const quantityValue = (quantity: ParsedQuantity): bigint => divideUp(quantity.nano, nanoPerOne);

/** Thousandths, rounded up: millicores. */
export const quantityMilliValue = (quantity: ParsedQuantity): bigint => divideUp(quantity.nano, nanoPerOne / 1000n);

export const isWholeQuantity = (quantity: ParsedQuantity): boolean => quantity.nano % nanoPerOne === 0n;
