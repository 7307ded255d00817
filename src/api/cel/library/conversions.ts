import { type ArgumentEstimate, type CallEstimate, type FunctionDeclaration, globalOverload } from "../language/functions.js";
import { scaleRange } from "../language/ranges.js";
import { utf8 } from "../language/string-literal.js";
import {
  bool,
  bytes,
  type CelType,
  double,
  duration,
  dyn,
  int,
  listOf,
  mapOf,
  parameter,
  string,
  timestamp,
  typeType,
  uint,
} from "../language/types.js";
import {
  CelError,
  codePoints,
  Duration,
  type ListValue,
  type MapValue,
  type Result,
  Timestamp,
  TypeValue,
  typeNameOf,
  Uint,
  type Value,
} from "../language/values.js";
import { asInt, asUint, intOverflow, uintOverflow } from "./arithmetic.js";
import { stringTraversalFactor, traversal } from "./costs.js";
import { formatDouble, parseDouble } from "./number-text.js";
import {
  formatDuration,
  formatTimestamp,
  maxTimestampNanos,
  minTimestampNanos,
  parseDuration,
  parseTimestamp,
} from "./time-text.js";

/** Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions, conversions and size. */

const cannotConvert = (from: string, to: string): CelError => new CelError(`type conversion error from '${from}' to '${to}'`);

const integerText = /^[+-]?\d{1,40}$/;

const textToInt = (text: string): Result => {
  const value = integerText.test(text) ? BigInt(text.replace(/^\+/, "")) : undefined;
  return value === undefined || value < -(2n ** 63n) || value >= 2n ** 63n ? cannotConvert("string", "int") : value;
};

const textToUint = (text: string): Result => {
  const value = /^\d{1,40}$/.test(text) ? BigInt(text) : undefined;
  return value === undefined || value >= 2n ** 64n ? cannotConvert("string", "uint") : new Uint(value);
};

const doubleToInt = (value: number): Result =>
  Number.isNaN(value) || value <= -(2 ** 63) || value >= 2 ** 63 ? intOverflow : BigInt(Math.trunc(value));

const doubleToUint = (value: number): Result =>
  Number.isNaN(value) || value < 0 || value >= 2 ** 64 ? uintOverflow : new Uint(BigInt(Math.trunc(value)));

const trueTexts = new Set(["1", "t", "true", "TRUE", "True"]);
const falseTexts = new Set(["0", "f", "false", "FALSE", "False"]);

const textToBool = (text: string): Result =>
  trueTexts.has(text) ? true : falseTexts.has(text) ? false : cannotConvert("string", "bool");

const textToTimestamp = (text: string): Result => {
  const nanos = parseTimestamp(text);
  return nanos === undefined ? cannotConvert("string", "google.protobuf.Timestamp") : new Timestamp(nanos);
};

const textToDuration = (text: string): Result => {
  const nanos = parseDuration(text);
  return nanos === undefined ? cannotConvert("string", "google.protobuf.Duration") : new Duration(nanos);
};

const secondsToTimestamp = (seconds: bigint): Result => {
  const nanos = seconds * 1_000_000_000n;
  return nanos < minTimestampNanos || nanos > maxTimestampNanos ? new CelError("timestamp overflow") : new Timestamp(nanos);
};

const textToDouble = (text: string): Result => parseDouble(text) ?? cannotConvert("string", "double");

const bytesToText = (value: Uint8Array): Result => {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(value);
  // What is no UTF-8 decodes to the replacement character, and so does not encode to what it was.
  const same = utf8(text);
  const valid = same.length === value.length && same.every((byte, index) => byte === value[index]);
  return valid ? text : new CelError("invalid UTF-8 in bytes, cannot convert to string");
};

const identity = (type: CelType, id: string) => globalOverload(id, [type], type, (value: Value) => value);

const bytesEstimate = ([text]: readonly ArgumentEstimate[]): CallEstimate => ({
  cost: scaleRange(text!.size, stringTraversalFactor),
  resultSize: { min: text!.size.min, max: text!.size.max * 4 },
});
const textEstimate = ([given]: readonly ArgumentEstimate[]): CallEstimate => ({
  cost: scaleRange(given!.size, stringTraversalFactor),
  resultSize: { min: Math.floor(given!.size.min / 4), max: given!.size.max },
});

/** The type that `type()` gives, which compares by its name. */
const typeOf = (value: Value): Value => new TypeValue(typeNameOf(value), dyn);

const T = parameter("T");
const [K, V] = [parameter("K"), parameter("V")];

export const conversions: readonly FunctionDeclaration[] = [
  {
    name: "int",
    overloads: [
      identity(int, "int64_to_int64"),
      globalOverload("uint64_to_int64", [uint], int, (value: Uint) => asInt(value.value)),
      globalOverload("double_to_int64", [double], int, doubleToInt),
      globalOverload("string_to_int64", [string], int, textToInt),
      globalOverload("timestamp_to_int64", [timestamp], int, ({ nanos }: Timestamp) => {
        const seconds = nanos / 1_000_000_000n;
        return nanos % 1_000_000_000n < 0n ? seconds - 1n : seconds;
      }),
      globalOverload("duration_to_int64", [duration], int, ({ nanos }: Duration) => nanos),
    ],
  },
  {
    name: "uint",
    overloads: [
      identity(uint, "uint64_to_uint64"),
      globalOverload("int64_to_uint64", [int], uint, asUint),
      globalOverload("double_to_uint64", [double], uint, doubleToUint),
      globalOverload("string_to_uint64", [string], uint, textToUint),
    ],
  },
  {
    name: "double",
    overloads: [
      identity(double, "double_to_double"),
      globalOverload("int64_to_double", [int], double, (value: bigint) => Number(value)),
      globalOverload("uint64_to_double", [uint], double, (value: Uint) => Number(value.value)),
      globalOverload("string_to_double", [string], double, textToDouble),
    ],
  },
  {
    name: "bool",
    overloads: [identity(bool, "bool_to_bool"), globalOverload("string_to_bool", [string], bool, textToBool)],
  },
  {
    name: "string",
    overloads: [
      identity(string, "string_to_string"),
      globalOverload("bool_to_string", [bool], string, (value: boolean) => String(value)),
      globalOverload("bytes_to_string", [bytes], string, bytesToText, { cost: traversal(0), estimate: textEstimate }),
      globalOverload("double_to_string", [double], string, formatDouble),
      globalOverload("duration_to_string", [duration], string, ({ nanos }: Duration) => formatDuration(nanos)),
      globalOverload("int64_to_string", [int], string, (value: bigint) => String(value)),
      globalOverload("timestamp_to_string", [timestamp], string, ({ nanos }: Timestamp) => formatTimestamp(nanos)),
      globalOverload("uint64_to_string", [uint], string, ({ value }: Uint) => String(value)),
    ],
  },
  {
    name: "bytes",
    overloads: [
      identity(bytes, "bytes_to_bytes"),
      globalOverload("string_to_bytes", [string], bytes, utf8, { cost: traversal(0), estimate: bytesEstimate }),
    ],
  },
  {
    name: "timestamp",
    overloads: [
      identity(timestamp, "timestamp_to_timestamp"),
      globalOverload("int64_to_timestamp", [int], timestamp, secondsToTimestamp),
      globalOverload("string_to_timestamp", [string], timestamp, textToTimestamp),
    ],
  },
  {
    name: "duration",
    overloads: [
      identity(duration, "duration_to_duration"),
      globalOverload("int64_to_duration", [int], duration, (value: bigint) => new Duration(value)),
      globalOverload("string_to_duration", [string], duration, textToDuration),
    ],
  },
  { name: "dyn", overloads: [globalOverload("to_dyn", [T], dyn, (value: Value) => value)] },
  { name: "type", overloads: [globalOverload("type", [T], typeType, typeOf)] },
  {
    name: "size",
    overloads: [true, false].flatMap((member) => [
      { ...globalOverload("size_string", [string], int, (text: string) => BigInt(codePoints(text))), member },
      { ...globalOverload("size_bytes", [bytes], int, (value: Uint8Array) => BigInt(value.length)), member },
      { ...globalOverload("size_list", [listOf(T)], int, (list: ListValue) => BigInt(list.size)), member },
      { ...globalOverload("size_map", [mapOf(K, V)], int, (map: MapValue) => BigInt(map.size)), member },
    ]),
  },
];
