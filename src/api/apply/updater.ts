/**
 * Who owns what after a change, and what an object becomes when it is applied to.
 * Source: sigs.k8s.io/structured-merge-diff/v4, merge; https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
import { deepEqual, type JsonObject } from "../json-value.js";
import type { Atom } from "./atom.js";
import { type Comparison, compare } from "./compare.js";
import { type Conflict, conflictsWith } from "./conflicts.js";
import { type FieldMask, within } from "./field-mask.js";
import { difference, type FieldSet, intersection, isEmptySet, recursiveDifference, union } from "./field-set.js";
import type { ManagedEntry } from "./managed-fields.js";
import { merge } from "./merge.js";
import { withNamedFields } from "./named-fields.js";
import { ownedFields } from "./owned-fields.js";
import { compareTexts } from "./path-element.js";
import { removeFields } from "./remove.js";

/** Entries by their identifier. */
export type Managers = ReadonlyMap<string, ManagedEntry>;

/** The versions of a kind, as far as they are served. */
export interface Versions {
  /** The type of a version; undefined for one that is not served. */
  atom(apiVersion: string): Atom | undefined;
  /** The object in the words of another version. */
  convert(object: JsonObject, from: string, to: string): JsonObject | undefined;
  /** What a write of this version cannot change, and nobody can own by it. */
  ignored(apiVersion: string): FieldSet;
  /** The only fields that it can change; absent: all but those. */
  readonly ownable?: FieldMask;
}

export interface Settled {
  readonly managers: Map<string, ManagedEntry>;
  readonly comparison: Comparison;
}

/** A change of an object from one state to another, compared in each version that somebody owns fields in. */
class ChangeOf {
  private readonly comparisons = new Map<string, Comparison | undefined>();

  constructor(
    private readonly versions: Versions,
    private readonly version: string,
    private readonly before: JsonObject,
    private readonly after: JsonObject,
  ) {}

  in(apiVersion: string): Comparison | undefined {
    if (!this.comparisons.has(apiVersion)) this.comparisons.set(apiVersion, this.compare(apiVersion));
    return this.comparisons.get(apiVersion);
  }

  private compare(apiVersion: string): Comparison | undefined {
    const { versions, version } = this;
    const atom = versions.atom(apiVersion);
    const before = apiVersion === version ? this.before : versions.convert(this.before, version, apiVersion);
    const after = apiVersion === version ? this.after : versions.convert(this.after, version, apiVersion);
    if (atom === undefined || before === undefined || after === undefined) return undefined;
    const comparison = compare(atom, before, after, versions.ignored(apiVersion));
    const { ownable } = versions;
    if (ownable === undefined) return comparison;
    return { changed: within(comparison.changed, ownable), removed: within(comparison.removed, ownable) };
  }
}

/** Takes from all managers but the one that makes the change what it changes; without `force` it must change nothing of theirs. */
function settle(
  change: ChangeOf,
  version: string,
  managers: Managers,
  self: string,
  force: boolean,
): Settled | readonly Conflict[] {
  const settled = new Map<string, ManagedEntry>();
  const taken: Array<[ManagedEntry, FieldSet]> = [];
  for (const [identifier, entry] of managers) {
    if (identifier === self) {
      settled.set(identifier, entry);
      continue;
    }
    const comparison = change.in(entry.head.apiVersion);
    // Fields of a version that is no longer served belong to nobody.
    if (comparison === undefined) continue;
    const { changed, removed } = comparison;
    let kept = entry;
    if (!isEmptySet(changed) && entry.mayOwnOf(changed)) {
      const conflicting = intersection(entry.set, changed);
      if (!isEmptySet(conflicting)) taken.push([entry, conflicting]);
      kept = kept.withSet(difference(kept.set, conflicting));
    }
    if (!isEmptySet(removed) && entry.mayOwnOf(removed)) kept = kept.withSet(difference(kept.set, removed));
    if (kept === entry || !isEmptySet(kept.set)) settled.set(identifier, kept);
  }
  if (!force && taken.length > 0) return conflictsWith(taken);
  return { managers: settled, comparison: change.in(version)! };
}

/**
 * The managers after an object was changed by a create, update or patch. `self` is the entry of who changed it, as it was
 * (an empty one for a new manager): it is among the managers of the answer if it owns anything then.
 */
export function updateManagers(
  versions: Versions,
  version: string,
  objects: { readonly before: JsonObject; readonly after: JsonObject },
  managers: Managers,
  self: { readonly entry: ManagedEntry; readonly stripped: FieldSet; readonly time: string },
): Settled {
  const change = new ChangeOf(versions, version, objects.before, objects.after);
  const identifier = self.entry.identifier;
  const settled = settle(change, version, managers, identifier, true) as Settled;
  const { changed, removed } = settled.comparison;
  const gained = difference(changed, self.stripped);
  const before = settled.managers.get(identifier) ?? self.entry;
  const kept = isEmptySet(removed) ? before.set : difference(before.set, removed);
  const owned = union(kept, gained);
  if (isEmptySet(owned)) settled.managers.delete(identifier);
  else if (!isEmptySet(gained)) settled.managers.set(identifier, before.withSet(owned).withHead({ time: self.time }));
  else if (settled.managers.has(identifier)) settled.managers.set(identifier, before.withSet(owned));
  return settled;
}

export interface Applied extends Settled {
  /** The object after the configuration; undefined when that changes nothing. */
  readonly object: JsonObject | undefined;
}

/** Applies a configuration that fits its type to a live object; conflicts when others own what it changes. */
export function applyConfiguration(
  versions: Versions,
  version: string,
  objects: { readonly live: JsonObject; readonly config: JsonObject },
  managers: Managers,
  self: { readonly entry: ManagedEntry; readonly force: boolean },
): Applied | readonly Conflict[] {
  const { live, config } = objects;
  const atom = versions.atom(version)!;
  const identifier = self.entry.identifier;
  const last = managers.get(identifier);
  const owned = within(recursiveDifference(ownedFields(atom, config), versions.ignored(version)), versions.ownable ?? "all");
  const entry = self.entry.withSet(owned);
  const now = new Map(managers).set(identifier, entry);
  const object = prune(versions, version, merge(atom, live, config), now, last);
  const settled = settle(new ChangeOf(versions, version, live, object), version, now, identifier, self.force);
  if (!("managers" in settled)) return settled;
  if (isEmptySet(owned)) settled.managers.delete(identifier);
  return { ...settled, object: deepEqual(live, object) ? undefined : object };
}

/** Removes what the applier owned before, no longer applies, and nobody else owns. */
function prune(
  versions: Versions,
  version: string,
  merged: JsonObject,
  managers: Managers,
  last: ManagedEntry | undefined,
): JsonObject {
  if (last === undefined || isEmptySet(last.set)) return merged;
  const lastVersion = last.head.apiVersion;
  const atom = versions.atom(lastVersion);
  const whole = convert(versions, merged, version, lastVersion);
  if (atom === undefined || whole === undefined) return merged;
  const pruned = removeFields(atom, whole, withNamedFields(atom, last.set));
  const withOwned = addBackOwned(versions, lastVersion, whole, pruned, managers);
  const withDangling = addBackDangling(atom, whole, withOwned, last.set);
  return convert(versions, withDangling, lastVersion, version) ?? merged;
}

const convert = (versions: Versions, object: JsonObject, from: string, to: string): JsonObject | undefined =>
  from === to ? object : versions.convert(object, from, to);

/** What somebody owns still, the applier by its new configuration included, comes back. */
function addBackOwned(
  versions: Versions,
  version: string,
  merged: JsonObject,
  pruned: JsonObject,
  managers: Managers,
): JsonObject {
  const owned = new Map<string, FieldSet>();
  for (const { head, set } of managers.values()) {
    const before = owned.get(head.apiVersion);
    owned.set(head.apiVersion, before === undefined ? set : union(before, set));
  }
  let result = pruned;
  // What was pruned may be needed to convert it: the version that it was pruned in comes first.
  const inOrder = [...owned].sort(
    ([one], [other]) => Number(other === version) - Number(one === version) || compareTexts(one, other),
  );
  for (const [apiVersion, set] of inOrder) {
    const atom = versions.atom(apiVersion);
    const whole = convert(versions, merged, version, apiVersion);
    const part = convert(versions, result, version, apiVersion);
    if (atom === undefined || whole === undefined || part === undefined) continue;
    const named = (each: FieldSet): FieldSet => withNamedFields(atom, each);
    const kept = union(named(ownedFields(atom, part)), named(set));
    const restored = removeFields(atom, whole, difference(named(ownedFields(atom, whole)), kept));
    result = convert(versions, restored, apiVersion, version) ?? result;
  }
  return result;
}

/** What nobody owned is not removed because something above it was. */
function addBackDangling(atom: Atom, merged: JsonObject, pruned: JsonObject, last: FieldSet): JsonObject {
  const named = (set: FieldSet): FieldSet => withNamedFields(atom, set);
  const removed = difference(named(ownedFields(atom, merged)), named(ownedFields(atom, pruned)));
  return removeFields(atom, merged, intersection(removed, named(last)));
}
