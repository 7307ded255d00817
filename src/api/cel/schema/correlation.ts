import { writeJson } from "../../../json/text.js";
import { isUnchanged } from "../../custom/list-types.js";
import { type StructuralSchema, schemaOfField } from "../../custom/schema.js";
import { hasField, isJsonObject, type JsonObject, type JsonValue } from "../../json-value.js";

/** The old item that an item of a map list takes the place of, by its keys. */
export class OldItems {
  readonly #byKeys = new Map<string, JsonValue>();

  constructor(
    readonly schema: StructuralSchema,
    old: JsonValue | undefined,
  ) {
    if (schema.listType !== "map" || !Array.isArray(old)) return;
    for (const item of old) if (isJsonObject(item)) this.#byKeys.set(this.#keysOf(item), item);
  }

  #keysOf(item: JsonObject): string {
    return writeJson(this.schema.listMapKeys.map((key) => (hasField(item, key) ? item[key] : null)));
  }

  of(item: JsonValue): JsonValue | undefined {
    return isJsonObject(item) && this.#byKeys.size > 0 ? this.#byKeys.get(this.#keysOf(item)) : undefined;
  }
}

/**
 * A value beside the one that it was, as far as that can be told: what has not changed is not held against a rule.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-ratcheting
 */
export class Correlation {
  #equal: boolean | undefined;
  #oldItems: OldItems | undefined;

  constructor(
    readonly value: JsonValue,
    readonly old: JsonValue,
    readonly schema: StructuralSchema,
  ) {}

  get isUnchanged(): boolean {
    this.#equal ??= isUnchanged(this.value, this.old, this.schema);
    return this.#equal;
  }

  field(name: string): Correlation | undefined {
    const { value, old } = this;
    if (!isJsonObject(value) || !isJsonObject(old) || !hasField(value, name) || !hasField(old, name)) return undefined;
    const schema = schemaOfField(this.schema, name);
    return schema === undefined ? undefined : new Correlation(value[name]!, old[name]!, schema);
  }

  /** Items of map lists go by their keys; of those of other lists, nobody knows what they have taken the place of. */
  item(index: number): Correlation | undefined {
    const { value, old, schema } = this;
    if (!Array.isArray(value) || schema.items === undefined) return undefined;
    this.#oldItems ??= new OldItems(schema, old);
    const before = this.#oldItems.of(value[index]!);
    return before === undefined ? undefined : new Correlation(value[index]!, before, schema.items);
  }
}

/** The correlation of a value, or of the nearest one around it that has one. */
export interface Ratchet {
  readonly own: Correlation | undefined;
  readonly nearest: Correlation | undefined;
}

export const noRatchet: Ratchet = { own: undefined, nearest: undefined };

/** Whether errors of a value are not held against it, because it was so before. */
export const isRatcheted = ({ own, nearest }: Ratchet): boolean => (own ?? nearest)?.isUnchanged ?? false;

export const ratchetOfField = (ratchet: Ratchet, name: string): Ratchet => {
  if (ratchet.own === undefined) return ratchet;
  // apiVersion and kind are those that was asked for, whatever was stored.
  if (ratchet.nearest === undefined && (name === "apiVersion" || name === "kind")) return noRatchet;
  return { own: ratchet.own.field(name), nearest: ratchet.own };
};

export const ratchetOfItem = (ratchet: Ratchet, index: number): Ratchet =>
  ratchet.own === undefined ? ratchet : { own: ratchet.own.item(index), nearest: ratchet.own };
