import { isInt64, isNumeric } from "../../json/integer.js";
import { deepEqual, isJsonObject, type JsonObject, type JsonValue, ownField } from "../json-value.js";

/**
 * The order of merged lists in a strategic merge patch: what the patch names keeps the patch's order, what only the
 * server has keeps its own, and the two interleave by where they stood on the server.
 * Source: Kubernetes' design document "Preserve order in strategic merge patch".
 */

/** True when two list items are the same one: by merge key for objects, by value for scalars. */
export const sameItem = (left: JsonValue, right: JsonValue, mergeKey: string): boolean => {
  if (mergeKey === "" || !isJsonObject(left) || !isJsonObject(right)) return deepEqual(left, right);
  const key = ownField(left, mergeKey);
  return key !== undefined && deepEqual(key, ownField(right, mergeKey));
};

export const indexOfItem = (list: readonly JsonValue[], item: JsonValue, mergeKey: string): number =>
  list.findIndex((candidate) => sameItem(candidate, item, mergeKey));

/** Sorts items by their place in `order`; items not in it go last and keep their order. */
const sortBy = (items: readonly JsonValue[], order: readonly JsonValue[], mergeKey: string): JsonValue[] => {
  const place = (item: JsonValue): number => {
    const index = indexOfItem(order, item, mergeKey);
    return index < 0 ? order.length : index;
  };
  return items
    .map((item, index) => ({ item, index, place: place(item) }))
    .sort((left, right) => left.place - right.place || left.index - right.index)
    .map(({ item }) => item);
};

export const arrangeMerged = (
  merged: readonly JsonValue[],
  patchOrder: readonly JsonValue[],
  serverOrder: readonly JsonValue[],
  mergeKey: string,
): JsonValue[] => {
  const named = (item: JsonValue): boolean => indexOfItem(patchOrder, item, mergeKey) >= 0;
  const fromPatch = sortBy(merged.filter(named), patchOrder, mergeKey);
  const serverOnly = sortBy(
    merged.filter((item) => !named(item)),
    serverOrder,
    mergeKey,
  );
  const arranged: JsonValue[] = [];
  let next = 0;
  for (const item of fromPatch) {
    const place = indexOfItem(serverOrder, item, mergeKey);
    while (place >= 0 && next < serverOnly.length && indexOfItem(serverOrder, serverOnly[next]!, mergeKey) < place) {
      arranged.push(serverOnly[next++]!);
    }
    arranged.push(item);
  }
  return [...arranged, ...serverOnly.slice(next)];
};

/** What Go calls the type of a JSON value. */
export const goTypeOf = (value: JsonValue): string => {
  if (value === null) return "%!s(<nil>)";
  if (Array.isArray(value)) return "[]interface {}";
  if (isNumeric(value)) return isInt64(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : typeof value === "string" ? "string" : "map[string]interface {}";
};

/** A map of JSON values as Go's `%v` prints it, keys in order. */
export const mapText = (map: JsonObject): string =>
  `map[${Object.keys(map)
    .sort()
    .map((key) => `${key}:${valueText(map[key]!)}`)
    .join(" ")}]`;

/** A JSON value as Go's `%v` prints it. */
export const valueText = (value: JsonValue): string => {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(valueText).join(" ")}]`;
  return isJsonObject(value) ? mapText(value) : String(value);
};
