/** One object and its managers, without an API server around them. */
import { atomOfType } from "../../src/api/apply/builtin-atoms.js";
import { FieldManager } from "../../src/api/apply/field-manager.js";
import { type ManagedEntry, managedFieldsText, parseManagedFields } from "../../src/api/apply/managed-fields.js";
import { resetFields } from "../../src/api/apply/reset-fields.js";
import type { JsonObject } from "../../src/api/json-value.js";
import type { ApiError } from "../../src/api/status.js";

export class ManagedObject {
  object: JsonObject | undefined;
  entries: readonly ManagedEntry[] = [];
  seconds = 0;

  constructor(
    readonly apiVersion: string,
    readonly kind: string,
  ) {}

  private manager(subresource = ""): FieldManager {
    const group = this.apiVersion.includes("/") ? this.apiVersion.split("/")[0]! : "";
    const ignored = resetFields({ group, kind: this.kind, custom: false, hasStatus: true }, subresource);
    const versions = {
      atom: (apiVersion: string) => (apiVersion === this.apiVersion ? atomOfType(this.kind) : undefined),
      convert: (object: JsonObject, from: string, to: string) => (from === to ? object : undefined),
      ignored: () => ignored,
    };
    return new FieldManager({ kind: this.kind, apiVersion: this.apiVersion, subresource, versions });
  }

  private get time(): string {
    this.seconds += 1;
    return new Date(this.seconds * 1_000).toISOString().replace(".000Z", "Z");
  }

  /** A whole configuration: what is left out of `fields` is apiVersion, kind and the name. */
  whole(fields: JsonObject): JsonObject {
    const { metadata = {}, ...rest } = fields as { metadata?: JsonObject };
    return { apiVersion: this.apiVersion, kind: this.kind, metadata: { name: "x", ...metadata }, ...rest };
  }

  update(manager: string, fields: JsonObject, subresource = ""): this {
    const object = this.whole(fields);
    this.keep(
      object,
      this.manager(subresource).update(this.object, { object, entries: this.entries }, { manager, time: this.time }),
    );
    return this;
  }

  /** The error, or undefined when it was applied. */
  apply(manager: string, fields: JsonObject, force = false, subresource = ""): ApiError | undefined {
    const live = this.object && { object: this.object, entries: this.entries };
    const outcome = this.manager(subresource).apply(live, this.whole(fields), { manager, time: this.time, force });
    if (!outcome.ok) return outcome.error;
    this.keep(outcome.value.object, outcome.value.entries);
    return undefined;
  }

  private keep(object: JsonObject, entries: readonly ManagedEntry[]): void {
    this.object = object;
    // Through the text, as it is stored.
    this.entries = parseManagedFields(managedFieldsText(entries));
  }

  /** `kubectl Apply {"f:data":{"f:a":{}}}`, one line for each manager. */
  get owners(): string[] {
    return this.entries.map(({ head, fields }) => {
      const of = head.subresource === undefined ? "" : ` of ${head.subresource}`;
      return `${head.manager} ${head.operation}${of} ${fields}`;
    });
  }

  get times(): string[] {
    return this.entries.map(({ head }) => `${head.manager} ${head.time?.slice(17, 19) ?? "never"}`);
  }

  field(name: string): unknown {
    return this.object?.[name];
  }
}
