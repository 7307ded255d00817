/** A bound on how many updaters are told apart. https://kubernetes.io/docs/reference/using-api/server-side-apply/#manager */
import { union } from "./field-set.js";
import { ManagedEntry } from "./managed-fields.js";
import { compareTexts } from "./path-element.js";

const updateManagersMost = 10;

/** Whoever owned what the oldest updates wrote. */
const ancientChanges = "ancient-changes";

/** The entries with the oldest updaters put together, version by version, until there are no more than ten. */
export function capUpdateManagers(entries: ManagedEntry[]): ManagedEntry[] {
  const updaters = entries.filter(({ applied }) => !applied);
  if (updaters.length <= updateManagersMost) return entries;
  updaters.sort(
    (one, other) => compareTexts(one.head.time ?? "", other.head.time ?? "") || compareTexts(one.identifier, other.identifier),
  );
  const kept = new Map(entries.map((entry) => [entry.identifier, entry]));
  const firstOfVersion = new Map<string, string>();
  let count = updaters.length;
  for (const updater of updaters) {
    if (count <= updateManagersMost) break;
    const { apiVersion, time } = updater.head;
    const first = firstOfVersion.get(apiVersion);
    if (first === undefined) {
      firstOfVersion.set(apiVersion, updater.identifier);
      continue;
    }
    const bucket = ManagedEntry.of({ manager: ancientChanges, operation: "Update", apiVersion }, updater.set);
    const before = kept.get(bucket.identifier) ?? kept.get(first)!;
    if (!kept.has(bucket.identifier)) kept.delete(first);
    kept.delete(updater.identifier);
    const together = bucket.withSet(union(before.set, updater.set));
    kept.set(bucket.identifier, time === undefined ? together : together.withHead({ time }));
    count -= 1;
  }
  return [...kept.values()];
}
