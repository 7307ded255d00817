/** Completion indexes, as an Indexed Job writes them down: `0-2,4`. Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode */
import type { Job, Pod } from "../../../../src/api/types.js";

export const indexKey = "batch.kubernetes.io/job-completion-index";

export const isIndexed = ({ spec }: Job): boolean => spec?.completionMode === "Indexed";

/** The index of a pod; undefined when it has none. */
export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[indexKey] ?? metadata.labels?.[indexKey];
  return text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : undefined;
}

/** Reads `0-2,4`; what does not belong below `completions` is left out. */
export function parseIndexes(text: string | undefined, completions: number): Set<number> {
  const indexes = new Set<number>();
  for (const part of (text ?? "").split(",")) {
    const match = /^([0-9]+)(?:-([0-9]+))?$/.exec(part);
    if (match === null) continue;
    const last = Math.min(Number(match[2] ?? match[1]), completions - 1);
    for (let index = Number(match[1]); index <= last; index++) indexes.add(index);
  }
  return indexes;
}

/** Neighbours become a range: two as `1,2`, more as `1-3`. */
export function indexesText(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((one, other) => one - other);
  const parts: string[] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (sorted[end + 1] === sorted[end]! + 1) end += 1;
    const separator = end === start + 1 ? "," : "-";
    parts.push(end === start ? `${sorted[start]}` : `${sorted[start]}${separator}${sorted[end]}`);
    start = end + 1;
  }
  return parts.join(",");
}

/** The lowest indexes that are neither done nor being worked on. */
export function pendingIndexes(count: number, completions: number, taken: ReadonlySet<number>): number[] {
  const pending: number[] = [];
  for (let index = 0; index < completions && pending.length < count; index++) if (!taken.has(index)) pending.push(index);
  return pending;
}
