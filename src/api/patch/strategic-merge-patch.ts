import { quote } from "../go-format.js";
import { deepEqual, hasField, isJsonObject, type JsonObject, type JsonValue, ownField, setField } from "../json-value.js";
import { arrangeMerged, goTypeOf, indexOfItem, mapText, valueText } from "./merge-lists.js";

/**
 * Strategic merge patch: a merge patch that knows from the schema which lists merge, and by which key.
 * Source: "Update API Objects in Place Using kubectl patch" and "Strategic Merge Patch" of Kubernetes' API conventions.
 */

/** How one field merges. */
export interface FieldMerge {
  /** True: a list merges with the server's, by `mergeKey` or, for scalars, by value. False: the patch's list replaces it. */
  readonly mergesLists: boolean;
  readonly mergeKey: string;
  /** True: an object of the patch replaces the server's whole. */
  readonly replacesObject: boolean;
  /** The type of the field's object, of its list items or of its map values. */
  readonly type: MergeType;
}

/** What the schema says of the fields of one type; undefined for a field that the type does not have. */
export interface MergeType {
  readonly name: string;
  field(name: string): FieldMerge | undefined;
}

export type StrategicOutcome<T> =
  | { readonly ok: true; readonly value: T }
  /** `invalid`: well formed, but it contradicts itself or asks what no patch can do. */
  | { readonly ok: false; readonly message: string; readonly invalid?: true };

const good = <T>(value: T): StrategicOutcome<T> => ({ ok: true, value });
const failed = (message: string): StrategicOutcome<never> => ({ ok: false, message });
const invalid = (message: string): StrategicOutcome<never> => ({ ok: false, message, invalid: true });

const directive = "$patch";
const retainKeys = "$retainKeys";
const orderPrefix = "$setElementOrder/";
const deletePrefix = "$deleteFromPrimitiveList/";

const badRetainKeys = "invalid patch format of retainKeys";

const notList = (value: JsonValue): StrategicOutcome<never> =>
  failed(`expected a []interface {}, but received a ${goTypeOf(value)}`);

const missingMergeKey = (item: JsonObject, mergeKey: string): StrategicOutcome<never> =>
  failed(`map: ${mapText(item)} does not contain declared merge key: ${mergeKey}`);
const unknownDirective = (value: JsonValue | undefined, map: JsonObject): StrategicOutcome<never> =>
  failed(`unknown patch type: ${String(value)} in map: ${mapText(map)}`);

const isDirectiveField = (field: string): boolean =>
  field === directive || field === retainKeys || field.startsWith(orderPrefix) || field.startsWith(deletePrefix);

/** An item that says what becomes of the others, or of one that is not there. */
const isListDirective = (item: JsonValue): boolean => {
  if (!isJsonObject(item)) return false;
  const kind = ownField(item, directive);
  return kind === "delete" || (kind === "replace" && Object.keys(item).length === 1);
};

/** Drops directives and nulls from a value that the server does not have yet. Upstream keeps them until it decodes. */
const withoutDirectives = (value: JsonValue): JsonValue => {
  if (Array.isArray(value)) {
    return value.filter((item) => !isListDirective(item)).map(withoutDirectives);
  }
  if (!isJsonObject(value)) return value;
  const clean: JsonObject = {};
  for (const field of Object.keys(value)) {
    if (!isDirectiveField(field) && value[field] !== null) setField(clean, field, withoutDirectives(value[field]!));
  }
  return clean;
};

/** Merges a patch into an object of the given type; neither is changed. */
export const applyStrategicMergePatch = (
  original: JsonObject,
  patch: JsonObject,
  type: MergeType,
): StrategicOutcome<JsonObject> => {
  if (hasField(patch, directive)) return applyObjectDirective(patch);
  const retained = retainOnly(original, patch);
  if (!retained.ok) return retained;
  const result = retained.value;
  const handled = new Set<string>();
  for (const field of Object.keys(patch)) {
    if (!field.startsWith(orderPrefix)) continue;
    const ordered = mergeOrderedList(result, patch, field, type);
    if (!ordered.ok) return ordered;
    handled.add(field.slice(orderPrefix.length));
  }
  for (const field of Object.keys(patch)) {
    if (field === retainKeys || field.startsWith(orderPrefix) || handled.has(field)) continue;
    const message = field.startsWith(deletePrefix)
      ? deleteFromPrimitives(result, field.slice(deletePrefix.length), patch[field]!)
      : mergeField(result, field, patch[field]!, type);
    if (!message.ok) return message;
  }
  return good(result);
};

/** Merging is what happens without a directive: Kubernetes knows none that says so. */
const applyObjectDirective = (patch: JsonObject): StrategicOutcome<JsonObject> => {
  const { [directive]: value, ...rest } = patch;
  if (value === "replace") return good(withoutDirectives(rest) as JsonObject);
  if (value === "delete") return good({});
  return unknownDirective(value, patch);
};

/** `$retainKeys` names all fields that stay; a patch that sets one it does not name is refused. */
const retainOnly = (original: JsonObject, patch: JsonObject): StrategicOutcome<JsonObject> => {
  const keys = ownField(patch, retainKeys);
  const result: JsonObject = { ...original };
  if (keys === undefined) return good(result);
  if (!Array.isArray(keys)) return failed(badRetainKeys);
  for (const field of Object.keys(patch)) {
    if (!isDirectiveField(field) && patch[field] !== null && !keys.includes(field)) return failed(badRetainKeys);
  }
  for (const field of Object.keys(result)) if (!keys.includes(field)) delete result[field];
  return good(result);
};

const unknownField = (type: MergeType, field: string): StrategicOutcome<never> =>
  failed(`unable to find api field in struct ${type.name} for the json field ${quote(field)}`);

/** Sets one field of `result` from the patch; `result` is this call's own copy. */
const mergeField = (result: JsonObject, field: string, value: JsonValue, type: MergeType): StrategicOutcome<true> => {
  const current = ownField(result, field);
  if (value === null) {
    delete result[field];
    return good(true);
  }
  const bothObjects = isJsonObject(current) && isJsonObject(value);
  const bothLists = Array.isArray(current) && Array.isArray(value);
  if (!bothObjects && !bothLists) {
    if (current === undefined || typeof value === "object") setField(result, field, withoutDirectives(value));
    else setField(result, field, value);
    return good(true);
  }
  const merge = type.field(field);
  if (merge === undefined) return unknownField(type, field);
  const merged: StrategicOutcome<JsonValue> = bothObjects
    ? mergeObject(current as JsonObject, value as JsonObject, merge)
    : mergeList(current as JsonValue[], value as JsonValue[], merge);
  if (!merged.ok) return merged;
  setField(result, field, merged.value);
  return good(true);
};

const mergeObject = (current: JsonObject, value: JsonObject, merge: FieldMerge): StrategicOutcome<JsonObject> =>
  merge.replacesObject ? good(withoutDirectives(value) as JsonObject) : applyStrategicMergePatch(current, value, merge.type);

const mergeList = (current: JsonValue[], value: JsonValue[], merge: FieldMerge): StrategicOutcome<JsonValue[]> => {
  if (!merge.mergesLists) return good(withoutDirectives(value) as JsonValue[]);
  if (current.length === 0 && value.length === 0) return good(current);
  const items = [...current, ...value];
  if (items.some(Array.isArray)) return invalid("lists of lists are not supported");
  const objects = items.filter(isJsonObject).length;
  if (objects !== 0 && objects !== items.length)
    return failed(`list element types are not identical: ${valueText([current, value])}`);
  if (objects === 0) return good(arrangeMerged([...new Set(items)], value, current, ""));
  return mergeObjects(current as JsonObject[], value as JsonObject[], merge);
};

const mergeObjects = (current: JsonObject[], value: JsonObject[], merge: FieldMerge): StrategicOutcome<JsonValue[]> => {
  const { mergeKey } = merge;
  if (mergeKey === "") return failed("cannot merge lists without merge key for struct");
  const special = applyListDirectives(current, value, mergeKey);
  if (!special.ok) return special;
  const { kept, changes } = special.value;
  const merged = [...kept];
  for (const change of changes) {
    if (!hasField(change, mergeKey)) return missingMergeKey(change, mergeKey);
    const index = indexOfItem(merged, change, mergeKey);
    if (index < 0) {
      merged.push(withoutDirectives(change) as JsonObject);
      continue;
    }
    const item = applyStrategicMergePatch(merged[index]!, change, merge.type);
    if (!item.ok) return item;
    merged[index] = item.value;
  }
  for (const item of merged) if (!hasField(item, mergeKey)) return missingMergeKey(item, mergeKey);
  return good(arrangeMerged(merged, changes, kept, mergeKey));
};

/** `$patch: delete` on an item removes it; `$patch: replace` anywhere in a list lets the patch's items replace all. */
const applyListDirectives = (
  current: JsonObject[],
  value: JsonObject[],
  mergeKey: string,
): StrategicOutcome<{ kept: JsonObject[]; changes: JsonObject[] }> => {
  let kept = current;
  let replaces = false;
  const changes: JsonObject[] = [];
  for (const item of value) {
    const kind = ownField(item, directive);
    if (kind === undefined) {
      changes.push(item);
    } else if (kind === "delete") {
      if (!hasField(item, mergeKey)) return missingMergeKey(item, mergeKey);
      kept = kept.filter((candidate) => !deepEqual(ownField(candidate, mergeKey), item[mergeKey]));
    } else if (kind === "replace") {
      replaces = true;
    } else if (kind === "merge") {
      return failed("merging lists cannot yet be specified in the patch");
    } else {
      return unknownDirective(kind, item);
    }
  }
  return good(replaces ? { kept: changes.map((item) => withoutDirectives(item) as JsonObject), changes: [] } : { kept, changes });
};

/** As in Kubernetes, null takes the whole list away, and what is no list takes nothing. */
const deleteFromPrimitives = (result: JsonObject, field: string, value: JsonValue): StrategicOutcome<true> => {
  if (value === null) delete result[field];
  if (!Array.isArray(value)) return good(true);
  const current = ownField(result, field);
  if (Array.isArray(current))
    setField(
      result,
      field,
      current.filter((item) => !value.includes(item)),
    );
  return good(true);
};

/** Merges a list that comes with `$setElementOrder` and puts it in that order. */
const mergeOrderedList = (result: JsonObject, patch: JsonObject, orderField: string, type: MergeType): StrategicOutcome<true> => {
  const field = orderField.slice(orderPrefix.length);
  const order = patch[orderField]!;
  const current = ownField(result, field);
  const change = ownField(patch, field);
  if (!Array.isArray(order)) return notList(order);
  if (current !== undefined && !Array.isArray(current)) return notList(current);
  if (change !== undefined && !Array.isArray(change)) return notList(change);
  if (current === undefined && change === undefined) return good(true);
  const merge = type.field(field);
  if (merge === undefined) return unknownField(type, field);
  if (change !== undefined && !followsOrder(change, order, merge.mergeKey)) {
    const [ofPatch, ofOrder] = [valueText(change), valueText(order)];
    return failed(`The order in patch list:\n${ofPatch}\n doesn't match $setElementOrder list:\n${ofOrder}\n`);
  }
  let merged: JsonValue[] = current ?? (withoutDirectives(change!) as JsonValue[]);
  if (current !== undefined && change !== undefined) {
    const outcome = mergeList(current, change, merge);
    if (!outcome.ok) return outcome;
    merged = outcome.value;
  }
  const removals = ownField(patch, `${deletePrefix}${field}`);
  if (Array.isArray(removals)) merged = merged.filter((item) => !removals.includes(item));
  setField(result, field, arrangeMerged(merged, order, current ?? [], merge.mergeKey));
  return good(true);
};

/** The patch's items, deletions aside, must stand in the order list, in that order. */
const followsOrder = (change: readonly JsonValue[], order: readonly JsonValue[], mergeKey: string): boolean => {
  if (order.length === 0) return true;
  let from = 0;
  for (const item of change) {
    if (isJsonObject(item) && hasField(item, directive)) continue;
    const index = indexOfItem(order.slice(from), item, mergeKey);
    if (index < 0) return false;
    from += index + 1;
  }
  return true;
};
