/**
 * What kube-apiserver accepts over the wire: the verbs of the Kubernetes API. The same requests arrive as HTTP from the
 * outside; both become the same request inside. Errors of a verb are `rejected` with a Kubernetes Status as details.
 */
import type { TraceLine } from "../../src/actor/trace-line.js";
import type { KubernetesObject, Status } from "../../src/api/types.js";
import type { Integer } from "../../src/json/integer.js";
import type { Address } from "../../src/wire/address.js";
import { call, cast, declareMessages, stream } from "../../src/wire/declare.js";
import type { WireError } from "../../src/wire/errors.js";
import type { Json } from "../../src/wire/json.js";

/** A kind of object at one version, and where it lives: `{ group: "apps", version: "v1", resource: "deployments" }`. */
export interface ResourcePath {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace?: string;
}
export interface ObjectPath extends ResourcePath {
  readonly name: string;
  readonly subresource?: string;
}

/** Who a request is made for, where that is not the actor that says it: a controller acts as its service account. */
export interface Impersonated {
  readonly user: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: ReadonlyMap<string, readonly string[]>;
}
interface Spoken {
  readonly as?: Impersonated;
}

export interface ObjectReply {
  readonly object: Json<KubernetesObject>;
}

export interface GetRequest extends Spoken {
  readonly path: ObjectPath;
  /** Absent: the newest. "0": whatever the watch cache has. */
  readonly resourceVersion?: string;
  /** What an extension API server is asked beside the path: `labelSelector` of the objects that a metric is of. Others ignore it. */
  readonly query?: Readonly<Record<string, string>>;
}

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan";
  readonly limit?: number;
  readonly continue?: string;
}
export interface ListRequest extends Spoken {
  readonly path: ResourcePath;
  readonly options?: ListOptions;
}
export interface ListReply {
  readonly items: ReadonlyArray<Json<KubernetesObject>>;
  /** The revision that the list is of: where a watch goes on. */
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly fieldValidation?: "Ignore" | "Warn" | "Strict";
}
export interface CreateRequest extends Spoken {
  /** `name` and `subresource` are there for a create on a subresource: binding, eviction, token. */
  readonly path: ResourcePath & { readonly name?: string; readonly subresource?: string };
  readonly object: Json<KubernetesObject>;
  readonly options?: WriteOptions;
}
export interface UpdateRequest extends Spoken {
  readonly path: ObjectPath;
  readonly object: Json<KubernetesObject>;
  readonly options?: WriteOptions;
}
export type PatchType =
  | "application/json-patch+json"
  | "application/merge-patch+json"
  | "application/strategic-merge-patch+json"
  | "application/apply-patch+yaml";
export interface PatchRequest extends Spoken {
  readonly path: ObjectPath;
  readonly patchType: PatchType;
  /** The patch as JSON text. */
  readonly patch: Json<unknown>;
  readonly options?: WriteOptions & { readonly force?: boolean };
}
export interface DeleteOptions {
  readonly gracePeriodSeconds?: Integer;
  readonly propagationPolicy?: "Orphan" | "Background" | "Foreground";
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
  /** Answer 202 where the object does not go at once, as who says `orphanDependents=false` has always been answered. */
  readonly acceptedIfLeft?: boolean;
}
export interface DeleteRequest extends Spoken {
  readonly path: ObjectPath;
  readonly options?: DeleteOptions;
}
/** The object as it now is when it only began to go, or a Status when it is gone. */
export interface DeleteReply {
  readonly object: Json<KubernetesObject | Status>;
}
export interface DeleteCollectionRequest extends Spoken {
  readonly path: ResourcePath;
  readonly options?: DeleteOptions;
  readonly selection?: ListOptions;
}

export interface WatchRequest extends Spoken {
  readonly path: ResourcePath;
  readonly options?: Omit<ListOptions, "limit"> & {
    readonly allowWatchBookmarks?: boolean;
    readonly sendInitialEvents?: boolean;
    readonly timeoutSeconds?: number;
  };
}
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: Json<KubernetesObject>;
  readonly resourceVersion: string;
}
/** Events of one or more commits, in order. */
export interface WatchChunk {
  readonly events: readonly WatchEvent[];
}

/** Lines of an actor's trace, for the ring that `chartroom trace` reads. */
export interface TraceBatch {
  /** As lines of JSON; the API server's own are encoded once somebody reads them. */
  readonly records: ReadonlyArray<string | TraceLine>;
  /** Records that were thrown away since the last batch because the buffer was full. */
  readonly lost: number;
}

/** Which actors are linked to the API server that says this. */
export interface Attachments {
  readonly attached: readonly Address[];
}

export const apiserverMessages = declareMessages("apiserver", {
  get: call<GetRequest, ObjectReply>({ about: "Reads one object.", errors: ["rejected", "unavailable"] }),
  list: call<ListRequest, ListReply>({ about: "Reads the objects of a resource.", errors: ["rejected", "unavailable"] }),
  create: call<CreateRequest, ObjectReply>({
    about: "Creates an object, or acts on a subresource such as binding.",
    errors: ["rejected", "unavailable"],
  }),
  update: call<UpdateRequest, ObjectReply>({
    about: "Replaces an object, its status or another subresource.",
    errors: ["rejected", "unavailable"],
  }),
  patch: call<PatchRequest, ObjectReply>({ about: "Changes an object by a patch.", errors: ["rejected", "unavailable"] }),
  delete: call<DeleteRequest, DeleteReply>({ about: "Deletes an object, or begins to.", errors: ["rejected", "unavailable"] }),
  deleteCollection: call<DeleteCollectionRequest, ListReply>({
    about: "Deletes the selected objects of a resource.",
    errors: ["rejected", "unavailable"],
    deadlineMs: 60_000,
  }),
  watch: stream<WatchRequest, WatchChunk>({
    about: "Follows the changes of a resource from a revision on.",
    errors: ["rejected", "unavailable", "slowReader"],
  }),
  trace: cast<TraceBatch>({ about: "Hands in what an actor has traced." }),
  attachments: cast<Attachments>({ about: "Tells another API server which actors are reached through this one." }),
});

/** The Kubernetes Status inside an error of one of these verbs, if there is one. */
export function statusOf(error: WireError): Status | undefined {
  return error.code === "rejected" ? (error.details as Status) : undefined;
}
