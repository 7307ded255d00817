/** Waits until an object is as it should be, and tells how it was when it never came to be. */

import { pathOf } from "../api/paths.js";
import type { UntypedObject } from "../api/types.js";
import { writeJson } from "../json/text.js";
import { type ApiClient, KubernetesError, type WatchedEvent } from "./api-client.js";
import { ClusterError } from "./options.js";
import type { ServedResource } from "./resources.js";

/**
 * - a condition's type: `Ready`, `Available` (or `condition=Ready`): true in `status.conditions`
 * - a phase: `Running`, `Succeeded`, `Failed`, `Pending`, `Active`, `Bound`, `Terminating`
 * - `exists`, `deleted`
 * - a predicate of the object
 */
// biome-ignore lint/suspicious/noExplicitAny: a predicate may look at any field of any kind
export type Expectation = string | ((object: any) => boolean);

/** `pod/web`, or the same in parts. The namespace is `default` unless it says otherwise. */
export type ObjectReference = string | { readonly kind: string; readonly name: string; readonly namespace?: string };

export interface WaitOptions {
  readonly namespace?: string;
  /** Default 60,000. */
  readonly timeoutMs?: number;
}

export interface Located {
  readonly resource: ServedResource;
  readonly namespace: string;
  readonly name: string;
}

/** `find` names the resource: it may have to ask the API server. */
export async function locate(
  find: (name: string) => Promise<ServedResource>,
  reference: ObjectReference,
  namespace = "default",
): Promise<Located> {
  if (typeof reference !== "string") {
    return {
      resource: await find(reference.kind),
      name: reference.name,
      namespace: reference.namespace ?? namespace,
    };
  }
  const [kind = "", name = "", ...more] = reference.split("/");
  if (name === "" || more.length > 0) throw new ClusterError(`"${reference}" names no object: write <kind>/<name>, as pod/web`);
  return { resource: await find(kind), name, namespace };
}

const phases = new Set(["Running", "Succeeded", "Failed", "Pending", "Active", "Bound", "Terminating"]);
const retryMs = 20;
const listWithinMs = 10_000;

/** Returns the object as it then was; undefined when `deleted` was waited for. `patience`: for so many milliseconds, or until that is aborted. */
export async function waitForObject(
  client: ApiClient,
  { resource, namespace, name }: Located,
  expectation: Expectation,
  patience: number | AbortSignal,
): Promise<UntypedObject | undefined> {
  const path = pathOf(resource, resource.namespaced ? { namespace } : {});
  const fieldSelector = `metadata.name=${name}`;
  const deadline = typeof patience === "number" ? AbortSignal.timeout(patience) : patience;
  let last: UntypedObject | undefined;
  let trouble = "";
  while (!deadline.aborted) {
    try {
      const list = await client.json<{ items: UntypedObject[]; metadata: { resourceVersion?: string } }>({
        path,
        query: { fieldSelector },
        timeoutMs: typeof patience === "number" ? Math.min(patience, listWithinMs) : listWithinMs,
      });
      last = list.items[0];
      if (meets(last, expectation)) return last;
      const query = { fieldSelector, watch: true, resourceVersion: list.metadata.resourceVersion };
      const outcome = await client.watch({ path, query }, deadline, (event) => {
        if (event.type === "ERROR" || event.type === "BOOKMARK") return false;
        last = event.type === "DELETED" ? undefined : withKind(event, resource);
        return meets(last, expectation);
      });
      if (outcome === "found") return last;
    } catch (error) {
      if (deadline.aborted) break;
      if (error instanceof KubernetesError && error.code < 500 && error.code !== 410 && error.code !== 429) throw error;
      // An API server that is away comes back: list again.
      trouble = error instanceof Error ? error.message : String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
  const what = typeof expectation === "string" ? expectation : "as the predicate asks";
  const suffix = trouble === "" ? "" : `; the API server last failed with: ${trouble}`;
  throw new ClusterError(
    `${resource.singular} ${resource.namespaced ? `${namespace}/` : ""}${name} was not ${what}${typeof patience === "number" ? ` within ${patience} ms` : " before nobody waited any more"}; it ${describe(last)}${suffix}`,
  );
}

const withKind = ({ object }: WatchedEvent, { apiVersion, kind }: ServedResource): UntypedObject => ({
  apiVersion,
  kind,
  ...object,
});

interface StatusLike {
  readonly phase?: string;
  readonly conditions?: ReadonlyArray<{
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
    readonly message?: string;
  }>;
  readonly containerStatuses?: ReadonlyArray<{ readonly name: string; readonly state?: unknown }>;
}

const statusOf = (object: UntypedObject): StatusLike => (object.status as StatusLike | undefined) ?? {};

function meets(object: UntypedObject | undefined, expectation: Expectation): boolean {
  if (expectation === "deleted") return object === undefined;
  if (object === undefined) return false;
  if (typeof expectation === "function") return expectation(object);
  if (expectation === "exists") return true;
  if (phases.has(expectation)) return statusOf(object).phase === expectation;
  const [type, value = "true"] = expectation.replace(/^condition=/, "").split("=");
  const observed = (object.status as { observedGeneration?: number } | undefined)?.observedGeneration;
  if (observed !== undefined && observed < (object.metadata.generation ?? 0)) return false;
  return (
    statusOf(object).conditions?.some((each) => each.type === type && each.status.toLowerCase() === value.toLowerCase()) ?? false
  );
}

/** The last state, shortly: what somebody who waits in vain wants to know. */
function describe(object: UntypedObject | undefined): string {
  if (object === undefined) return "does not exist";
  const { phase, conditions, containerStatuses, ...rest } = statusOf(object);
  const parts = [
    phase === undefined ? undefined : `is ${phase}`,
    ...(conditions ?? []).map(
      ({ type, status, reason, message }) =>
        `${type}=${status}${[reason, message].filter(Boolean).length > 0 ? ` (${[reason, message].filter(Boolean).join(": ")})` : ""}`,
    ),
    ...(containerStatuses ?? []).map(({ name, state }) => `container ${name}: ${writeJson(state ?? {})}`),
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(", ") : `has the status ${writeJson(rest).slice(0, 300)}`;
}
