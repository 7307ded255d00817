/**
 * Fields that others own and that an applier would change. Source:
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
 */
import { quote } from "../go-format.js";
import { type ApiError, applyConflict } from "../status.js";
import { type FieldSet, hasPath, pathsOf, pathText } from "./field-set.js";
import type { ManagedEntry } from "./managed-fields.js";
import { compareTexts, type PathElement } from "./path-element.js";

export interface Conflict {
  readonly owner: ManagedEntry;
  readonly path: readonly PathElement[];
}

/** The conflicts with each owner of some fields; owners in the order of their identifiers. */
export const conflictsWith = (owned: ReadonlyArray<readonly [ManagedEntry, FieldSet]>): Conflict[] =>
  [...owned]
    .sort(([one], [other]) => compareTexts(one.identifier, other.identifier))
    .flatMap(([owner, fields]) => pathsOf(fields).map((path) => ({ owner, path })));

/** Those that are not among the fields of a set. */
export const conflictsBeyond = (conflicts: readonly Conflict[], set: FieldSet): Conflict[] =>
  conflicts.filter(({ path }) => !hasPath(set, path));

/** 409 with a cause for each field. */
export function conflictError(conflicts: readonly Conflict[]): ApiError {
  const causes = conflicts.map(({ owner, path }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${ownerText(owner)}`,
    field: pathText(path),
  }));
  return applyConflict(causes, `Apply failed with ${summary(conflicts)}`);
}

function summary(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1) return `1 conflict: conflict with ${ownerText(first!.owner)}: ${pathText(first!.path)}`;
  const paths = new Map<string, string[]>();
  for (const { owner, path } of conflicts) {
    const text = ownerText(owner);
    paths.set(text, [...(paths.get(text) ?? []), `- ${pathText(path)}`]);
  }
  const lines = [...paths].flatMap(([owner, of]) => [`conflicts with ${owner}:`, ...of]);
  return `${conflicts.length} conflicts: ${lines.join("\n")}`;
}

function ownerText({ head, applied }: ManagedEntry): string {
  const { manager, apiVersion, subresource = "" } = head;
  const of = subresource === "" ? "" : ` with subresource ${quote(subresource)}`;
  return `${quote(manager)}${of}${applied ? "" : ` using ${apiVersion}`}`;
}
