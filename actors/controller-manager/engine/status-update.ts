/** Writes a status: as an update, which is what the roles of controllers allow, of the very revision that was read. */
import { semanticEqual } from "../../../src/api/json-value.js";
import type { KubernetesObject } from "../../../src/api/types.js";
import { pathTo } from "./ownership.js";
import type { PlannedWrite } from "./plan.js";

/** Where objects of one kind live, and what they call themselves. */
export interface StatusKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly path: { readonly group: string; readonly version: string; readonly resource: string };
}

type WithStatus = KubernetesObject & { readonly status?: object };

/**
 * The write that gives `object` its new status, and these annotations beside those that it has; none when it has both already, a zero
 * and nothing being the same. Of an update of a status only the status and the metadata count, so nothing else is sent.
 */
export function statusUpdate(
  { apiVersion, kind, path }: StatusKind,
  object: WithStatus,
  status: object,
  annotations: Readonly<Record<string, string>> = {},
): PlannedWrite[] {
  const { managedFields: _, ...before } = object.metadata;
  const added = Object.entries(annotations).filter(([key, value]) => before.annotations?.[key] !== value);
  if (added.length === 0 && semanticEqual(object.status, status)) return [];
  const metadata =
    added.length === 0 ? before : { ...before, annotations: { ...before.annotations, ...Object.fromEntries(added) } };
  const updated: WithStatus = { apiVersion, kind, metadata, status };
  return [{ request: { verb: "update", path: pathTo(path, object, "status"), object: updated } }];
}
