/**
 * Field management as the API server does it for one kind and subresource: who owns what after each write, and server-side apply.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
import type { JsonObject } from "../json-value.js";
import { fail, type Result, succeed } from "../status.js";
import { capUpdateManagers } from "./cap.js";
import { configurationError } from "./configuration.js";
import { type Conflict, conflictError, conflictsBeyond } from "./conflicts.js";
import { createdFields } from "./created-fields.js";
import { difference, type FieldSet, fieldsText, isEmptySet, noFields, setOfPaths, union } from "./field-set.js";
import { allowedByLastApplied, followLastApplied } from "./last-applied.js";
import { ManagedEntry, type Operation } from "./managed-fields.js";
import { fieldElement } from "./path-element.js";
import { type Applied, applyConfiguration, type Managers, updateManagers, type Versions } from "./updater.js";

/** What names an object or is the server's alone belongs to nobody. */
const unowned: FieldSet = setOfPaths(
  ...["apiVersion", "kind"].map((name) => [fieldElement(name)]),
  ...[
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "managedFields",
    "resourceVersion",
  ].map((name) => [fieldElement("metadata"), fieldElement(name)]),
);

const stripped: FieldSet = union(unowned, setOfPaths([fieldElement("metadata")]));

export interface ManagedKind {
  readonly kind: string;
  /** The version of the requests, as `apps/v1`. */
  readonly apiVersion: string;
  /** "" for the object itself. */
  readonly subresource: string;
  readonly versions: Versions;
}

/** An object in the version of the requests, without its managedFields, and who owns what of it. */
export interface Managed {
  readonly object: JsonObject;
  readonly entries: readonly ManagedEntry[];
}

export interface Writer {
  /** The field manager. */
  readonly manager: string;
  /** RFC 3339, seconds. */
  readonly time: string;
}

const byIdentifier = (entries: readonly ManagedEntry[]): Managers => new Map(entries.map((entry) => [entry.identifier, entry]));

/** Who owns what before the first apply to an object that nobody managed. */
const beforeFirstApply = "before-first-apply";

export class FieldManager {
  /** What nobody comes to own by creating an object. */
  private skipped: FieldSet | undefined;

  constructor(private readonly kind: ManagedKind) {}

  /**
   * Who owns what after a create (`live` undefined), update or patch. Of an object whose managers were reset nothing is tracked
   * until it is applied to.
   */
  update(live: JsonObject | undefined, changed: Managed, { manager, time }: Writer): readonly ManagedEntry[] {
    if (changed.entries.length > 0) return this.changedBy(live ?? {}, changed, this.entry(manager, "Update"), time);
    return live === undefined ? this.createdBy(changed.object, this.entry(manager, "Update"), time) : [];
  }

  private changedBy(before: JsonObject, { object, entries }: Managed, entry: ManagedEntry, time: string): ManagedEntry[] {
    const { versions, apiVersion } = this.kind;
    const managers = byIdentifier(entries);
    const objects = { before, after: object };
    const settled = updateManagers(versions, apiVersion, objects, managers, { entry, stripped, time });
    return capUpdateManagers([...settled.managers.values()]);
  }

  private createdBy(object: JsonObject, { head }: ManagedEntry, time: string): ManagedEntry[] {
    const { versions, apiVersion } = this.kind;
    this.skipped ??= union(unowned, versions.ignored(apiVersion));
    const fields = createdFields(versions.atom(apiVersion)!, object, this.skipped);
    return fields === fieldsText(noFields) ? [] : [ManagedEntry.withText({ ...head, time }, fields)];
  }

  private entry(manager: string, operation: Operation): ManagedEntry {
    const { apiVersion, subresource } = this.kind;
    const of = subresource === "" ? {} : { subresource };
    return ManagedEntry.of({ manager: manager === "" ? "unknown" : manager, operation, apiVersion, ...of }, noFields);
  }

  /**
   * Applies a configuration to a live object, or to none. Errors: 400 for one of another kind or version, 409 with the conflicts, and
   * 500 for one that does not fit its type, as Kubernetes has it.
   */
  apply(
    live: Managed | undefined,
    config: JsonObject,
    { manager, time, force }: Writer & { readonly force: boolean },
  ): Result<Managed> {
    const { apiVersion, kind, versions } = this.kind;
    const wrong = configurationError({ apiVersion, kind, atom: versions.atom(apiVersion)! }, config);
    if (wrong !== undefined) return fail(wrong);
    const object = live?.object ?? { apiVersion, kind };
    let entries = live?.entries ?? [];
    if (live !== undefined && entries.length === 0) {
      const first = this.entry(beforeFirstApply, "Update");
      entries = this.changedBy({}, { object, entries }, first, time);
    }
    const applied = this.applied({ object, entries }, config, manager, force);
    if (!("managers" in applied)) return fail(conflictError(applied));
    const self = this.entry(manager, "Apply").identifier;
    const managers = new Map(applied.managers);
    const own = managers.get(self);
    if (own !== undefined) {
      const set = difference(own.set, stripped);
      if (isEmptySet(set)) managers.delete(self);
      else managers.set(self, own.withSet(set).withHead({ apiVersion, ...this.timeOf(applied, entries, self, time) }));
    }
    const result = applied.object ?? object;
    return succeed({
      object: manager === "kubectl" ? followLastApplied(result, config) : result,
      entries: [...managers.values()],
    });
  }

  /** The time of an applier changes with the object, not with what it says alone. */
  private timeOf(applied: Applied, before: readonly ManagedEntry[], self: string, time: string): { readonly time?: string } {
    if (applied.object !== undefined) return { time };
    const known = before.find(({ identifier }) => identifier === self)?.head.time;
    return known === undefined ? {} : { time: known };
  }

  private applied(live: Managed, config: JsonObject, manager: string, force: boolean): Applied | readonly Conflict[] {
    const { versions, apiVersion } = this.kind;
    const objects = { live: live.object, config };
    const managers = byIdentifier(live.entries);
    const apply = (forced: boolean) =>
      applyConfiguration(versions, apiVersion, objects, managers, { entry: this.entry(manager, "Apply"), force: forced });
    const outcome = apply(force);
    if ("managers" in outcome || manager !== "kubectl") return outcome;
    const allowed = allowedByLastApplied(versions.atom(apiVersion)!, apiVersion, live.object);
    const left = allowed === undefined ? outcome : conflictsBeyond(outcome, allowed);
    return left.length > 0 ? left : apply(true);
  }
}
