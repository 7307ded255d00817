/**
 * The formats of texts that a schema may ask for. Others are allowed and not looked at.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation
 */
import { isStrictCidr, isStrictIp, parseIp } from "../ip.js";
import { parseQuantity } from "../quantity.js";
import { parseTime } from "../time.js";

type Format = (text: string) => boolean;

const matches =
  (pattern: RegExp): Format =>
  (text) =>
    pattern.test(text);

const digitsOf = (text: string): number[] => [...text].map((character) => (character === "X" ? 10 : Number(character)));

const isIsbn10: Format = (text) => {
  const plain = text.replace(/[\s-]/g, "");
  if (!/^\d{9}[\dX]$/.test(plain)) return false;
  return digitsOf(plain).reduce((sum, digit, index) => sum + digit * (10 - index), 0) % 11 === 0;
};

const isIsbn13: Format = (text) => {
  const plain = text.replace(/[\s-]/g, "");
  if (!/^\d{13}$/.test(plain)) return false;
  return digitsOf(plain).reduce((sum, digit, index) => sum + digit * (index % 2 === 0 ? 1 : 3), 0) % 10 === 0;
};

const isCreditCard: Format = (text) => {
  const plain = text.replace(/\D/g, "");
  const issuers =
    /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;
  if (!issuers.test(plain)) return false;
  const sum = [...plain].reverse().reduce((total, character, index) => {
    const digit = Number(character) * (index % 2 === 0 ? 1 : 2);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return sum % 10 === 0;
};

const isDate: Format = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && parseTime(`${text}T00:00:00Z`).ok;

const durationUnits = "ns|us|µs|μs|ms|s|m|h|d|w";
/** Go's durations, and those of Scala, which write units out and may be of days and weeks. */
const durationPattern = new RegExp(
  `^[+-]?(?:0|(?:(?:\\d+\\.?\\d*|\\.\\d+)\\s*(?:${durationUnits}|nanoseconds?|nanos?|microseconds?|micros?|milliseconds?|millis?|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?)\\s*)+)$`,
);

const isUri: Format = (text) => text.startsWith("/") || /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/.test(text);

const hex = (digits: number): string => `[0-9a-f]{${digits}}`;
const uuid = (third: string, fourth: string): Format =>
  matches(new RegExp(`^${hex(8)}-?${hex(4)}-?${third}-?${fourth}-?${hex(12)}$`, "i"));

const hostname = /^(?=.{1,255}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\.?$/i;
const emailLocal = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*";

const formats = new Map<string, Format>([
  ["bsonobjectid", matches(/^[0-9a-f]{24}$/i)],
  ["uri", isUri],
  ["email", matches(new RegExp(`^(?:[^<>]*<${emailLocal}@[A-Za-z0-9.-]+>|${emailLocal}@[A-Za-z0-9.-]+)$`))],
  ["hostname", matches(hostname)],
  ["ipv4", (text) => isStrictIp(text) && parseIp(text)?.family === "IPv4"],
  ["ipv6", (text) => text.includes(":") && isStrictIp(text)],
  ["cidr", isStrictCidr],
  ["mac", matches(/^(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4})$/i)],
  ["uuid", uuid(hex(4), hex(4))],
  ["uuid3", uuid(`3${hex(3)}`, hex(4))],
  ["uuid4", uuid(`4${hex(3)}`, `[89ab]${hex(3)}`)],
  ["uuid5", uuid(`5${hex(3)}`, `[89ab]${hex(3)}`)],
  ["isbn", (text) => isIsbn10(text) || isIsbn13(text)],
  ["isbn10", isIsbn10],
  ["isbn13", isIsbn13],
  ["creditcard", isCreditCard],
  ["ssn", matches(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/)],
  ["hexcolor", matches(/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i)],
  [
    "rgbcolor",
    matches(/^rgb\(\s*(?:(?:0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*){2}(?:0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*\)$/),
  ],
  ["byte", matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/)],
  ["password", () => true],
  ["date", isDate],
  ["duration", matches(durationPattern)],
  ["datetime", (text) => parseTime(text).ok],
  ["quantity", (text) => parseQuantity(text).ok],
]);

/** How to check a format of texts; undefined for one that is not checked. Dashes in a name do not matter. */
export const formatOf = (name: string): Format | undefined => formats.get(name.replaceAll("-", ""));

/** Texts that go into a format check must be short: some patterns look at each character more than once. */
export const checkedFormatLength = 4096;
