import { type FunctionDeclaration, globalOverload, memberOverload } from "../language/functions.js";
import { bool, mapOf, optionalOf, parameter } from "../language/types.js";
import {
  CelError,
  Duration,
  EntryMap,
  ListValue,
  MapValue,
  OptionalValue,
  type Result,
  Timestamp,
  Uint,
  type Value,
} from "../language/values.js";

/** Optional values. Source: https://github.com/google/cel-spec/wiki/proposal-246 and Kubernetes' "Optional types". */

const T = parameter("T");
const optional = optionalOf(T);

/** What protobuf and Go take for nothing: false, zero, empty text, lists and maps, null. */
const isZero = (value: Value): boolean => {
  if (value === null || value === false || value === "" || value === 0 || value === 0n) return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof ListValue || value instanceof MapValue) return value.size === 0;
  if (value instanceof Duration || value instanceof Timestamp) return value.nanos === 0n;
  return value instanceof OptionalValue && value.value === undefined;
};

const insert = (map: EntryMap, key: Value, value: Value): Result => {
  const inserted = map.insert(key, value);
  if (inserted === undefined) return new CelError("unsupported key type");
  return inserted === false ? new CelError(`insert failed: key ${String(key)} already exists`) : inserted;
};

/** Adds the entries of a small map, as `transformMapEntry` makes one for each element. */
const insertEntries = (map: EntryMap, entries: MapValue): Result => {
  let result: Result = map;
  for (const key of entries.keys()) {
    const value = entries.find(key) ?? null;
    if (value instanceof CelError) return value;
    if (result instanceof EntryMap) result = insert(result, key, value);
  }
  return result;
};

const [K, V] = [parameter("K"), parameter("V")];

export const optionals: readonly FunctionDeclaration[] = [
  { name: "optional.of", overloads: [globalOverload("optional_of", [T], optional, (value: Value) => new OptionalValue(value))] },
  { name: "optional.none", overloads: [globalOverload("optional_none", [], optional, () => OptionalValue.none)] },
  {
    name: "optional.ofNonZeroValue",
    overloads: [
      globalOverload("optional_ofNonZeroValue", [T], optional, (value: Value) =>
        isZero(value) ? OptionalValue.none : new OptionalValue(value),
      ),
    ],
  },
  {
    name: "hasValue",
    overloads: [memberOverload("optional_hasValue", [optional], bool, ({ value }: OptionalValue) => value !== undefined)],
  },
  {
    name: "value",
    overloads: [
      memberOverload(
        "optional_value",
        [optional],
        T,
        ({ value }: OptionalValue): Result => (value === undefined ? new CelError("optional.none() dereference") : value),
      ),
    ],
  },
  // The evaluator plans these two, because the second operand is only evaluated when it is needed.
  { name: "or", overloads: [memberOverload("optional_or_optional", [optional, optional], optional, () => false)] },
  { name: "orValue", overloads: [memberOverload("optional_orValue_value", [optional, T], T, () => false)] },
  {
    name: "cel.@mapInsert",
    overloads: [
      globalOverload("map_insert", [mapOf(K, V), K, V], mapOf(K, V), insert),
      globalOverload("map_insert_map", [mapOf(K, V), mapOf(K, V)], mapOf(K, V), insertEntries),
    ],
  },
];
