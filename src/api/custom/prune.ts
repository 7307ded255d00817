/**
 * Fields that a schema does not know are left out, unless it says to keep them.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning
 */
import { pathText, problemLimit } from "../json-text.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../json-value.js";
import { type StructuralSchema, schemaOfField } from "./schema.js";

/** What every resource has, whether its schema says so or not. */
export const resourceFields: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/** Prunes in place. `isResource`: the value is a whole object, so it keeps its metadata. Answers the paths that went, at most 100. */
export function prune(value: JsonValue, schema: StructuralSchema, isResource: boolean): string[] {
  const pruner = new Pruner();
  pruner.prune(value, isResource ? { ...schema, isEmbeddedResource: true } : schema);
  return pruner.pruned;
}

class Pruner {
  readonly pruned: string[] = [];
  private readonly path: Array<string | number> = [];

  prune(value: JsonValue, schema: StructuralSchema | undefined): void {
    if (Array.isArray(value)) this.items(value, schema);
    else if (isJsonObject(value)) this.fields(value, schema);
  }

  private items(items: JsonValue[], schema: StructuralSchema | undefined): void {
    // Where unknown fields are kept, a list without a schema for its items is left as it is.
    if (schema?.preservesUnknownFields === true && schema.items === undefined) return;
    for (const [index, item] of items.entries()) {
      this.path.push(index);
      if (schema?.preservesUnknownFields === true) this.prune(item, { ...schema.items!, preservesUnknownFields: true });
      else this.prune(item, schema?.items);
      this.path.pop();
    }
  }

  private fields(object: JsonObject, schema: StructuralSchema | undefined): void {
    for (const name of Object.keys(object)) {
      if (schema?.isEmbeddedResource === true && resourceFields.has(name)) continue;
      const known = schema === undefined ? undefined : schemaOfField(schema, name);
      this.path.push(name);
      if (known !== undefined) this.prune(object[name]!, known);
      else if (schema?.additionalProperties !== undefined) this.prune(object[name]!, undefined);
      else if (schema?.preservesUnknownFields !== true) {
        delete object[name];
        if (this.pruned.length < problemLimit) this.pruned.push(pathText(this.path));
      }
      this.path.pop();
    }
  }
}
