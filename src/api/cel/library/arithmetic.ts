import { type FunctionDeclaration, globalOverload } from "../language/functions.js";
import { addRanges, exactly, scaleRange } from "../language/ranges.js";
import { bool, bytes, double, duration, int, listOf, parameter, string, timestamp, uint } from "../language/types.js";
import {
  CelError,
  Duration,
  type ListValue,
  maxInt,
  maxUint,
  minInt,
  type Result,
  sizeOf,
  Timestamp,
  Uint,
  type Value,
} from "../language/values.js";
import { stringTraversalFactor } from "./costs.js";
import { maxTimestampNanos, minTimestampNanos } from "./time-text.js";

/** Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#numeric-values and its list of standard definitions. */

export const intOverflow = new CelError("integer overflow");
export const uintOverflow = new CelError("unsigned integer overflow");
const timestampOverflow = new CelError("timestamp overflow");
const durationOverflow = new CelError("duration overflow");

export const asInt = (value: bigint): Result => (value < minInt || value > maxInt ? intOverflow : value);
export const asUint = (value: bigint): Result => (value < 0n || value > maxUint ? uintOverflow : new Uint(value));
const asDuration = (nanos: bigint): Result => (nanos < minInt || nanos > maxInt ? durationOverflow : new Duration(nanos));
const asTimestamp = (nanos: bigint): Result =>
  nanos < minTimestampNanos || nanos > maxTimestampNanos ? timestampOverflow : new Timestamp(nanos);

type Integers = (left: bigint, right: bigint) => Result;

const integers = (id: string, onInts: Integers, onUints: Integers) => [
  globalOverload(`${id}_int64`, [int, int], int, onInts),
  globalOverload(`${id}_uint64`, [uint, uint], uint, (left: Uint, right: Uint) => onUints(left.value, right.value)),
];

const doubles = (id: string, call: (left: number, right: number) => number) =>
  globalOverload(`${id}_double`, [double, double], double, call);

const concatenationCost = {
  cost: ([left, right]: readonly Value[]) => Math.ceil((sizeOf(left!) + sizeOf(right!)) * stringTraversalFactor),
  estimate: ([left, right]: Parameters<NonNullable<ReturnType<typeof globalOverload>["estimate"]>>[0]) => {
    const resultSize = addRanges(left!.size, right!.size);
    return { cost: scaleRange(resultSize, stringTraversalFactor), resultSize };
  },
};

const concatenateBytes = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
};

const T = parameter("T");

const addition: FunctionDeclaration = {
  name: "_+_",
  overloads: [
    ...integers(
      "add",
      (left, right) => asInt(left + right),
      (left, right) => asUint(left + right),
    ),
    doubles("add", (left, right) => left + right),
    globalOverload("add_string", [string, string], string, (left: string, right: string) => left + right, concatenationCost),
    globalOverload("add_bytes", [bytes, bytes], bytes, concatenateBytes, concatenationCost),
    globalOverload("add_list", [listOf(T), listOf(T)], listOf(T), (left: ListValue, right: ListValue) => left.concat(right), {
      estimate: ([left, right]) => ({ cost: exactly(1), resultSize: addRanges(left!.size, right!.size) }),
    }),
    globalOverload("add_duration_duration", [duration, duration], duration, (left: Duration, right: Duration) =>
      asDuration(left.nanos + right.nanos),
    ),
    globalOverload("add_duration_timestamp", [duration, timestamp], timestamp, (left: Duration, right: Timestamp) =>
      asTimestamp(left.nanos + right.nanos),
    ),
    globalOverload("add_timestamp_duration", [timestamp, duration], timestamp, (left: Timestamp, right: Duration) =>
      asTimestamp(left.nanos + right.nanos),
    ),
  ],
};

const subtraction: FunctionDeclaration = {
  name: "_-_",
  overloads: [
    ...integers(
      "subtract",
      (left, right) => asInt(left - right),
      (left, right) => asUint(left - right),
    ),
    doubles("subtract", (left, right) => left - right),
    globalOverload("subtract_duration_duration", [duration, duration], duration, (left: Duration, right: Duration) =>
      asDuration(left.nanos - right.nanos),
    ),
    globalOverload("subtract_timestamp_duration", [timestamp, duration], timestamp, (left: Timestamp, right: Duration) =>
      asTimestamp(left.nanos - right.nanos),
    ),
    globalOverload("subtract_timestamp_timestamp", [timestamp, timestamp], duration, (left: Timestamp, right: Timestamp) =>
      asDuration(left.nanos - right.nanos),
    ),
  ],
};

const divisionByZero = new CelError("division by zero");
const modulusByZero = new CelError("modulus by zero");

const negation: FunctionDeclaration = {
  name: "-_",
  overloads: [
    globalOverload("negate_int64", [int], int, (value: bigint) => asInt(-value)),
    globalOverload("negate_double", [double], double, (value: number) => -value),
  ],
};

export const arithmetic: readonly FunctionDeclaration[] = [
  addition,
  subtraction,
  {
    name: "_*_",
    overloads: [
      ...integers(
        "multiply",
        (left, right) => asInt(left * right),
        (left, right) => asUint(left * right),
      ),
      doubles("multiply", (left, right) => left * right),
    ],
  },
  {
    name: "_/_",
    overloads: [
      ...integers(
        "divide",
        (left, right) => (right === 0n ? divisionByZero : asInt(left / right)),
        (left, right) => (right === 0n ? divisionByZero : asUint(left / right)),
      ),
      doubles("divide", (left, right) => left / right),
    ],
  },
  {
    name: "_%_",
    overloads: integers(
      "modulo",
      (left, right) => (right === 0n ? modulusByZero : right === -1n && left === minInt ? intOverflow : left % right),
      (left, right) => (right === 0n ? modulusByZero : asUint(left % right)),
    ),
  },
  negation,
  { name: "!_", overloads: [globalOverload("logical_not", [bool], bool, (value: boolean) => !value)] },
];
