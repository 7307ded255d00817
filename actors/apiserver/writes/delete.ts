/**
 * Deletes: at once, after a grace, or when the last finalizer has gone.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/ and .../architecture/garbage-collection/
 */
import { cleanupFinalizer, deletionPending, withCondition } from "../../../src/api/custom/conditions.js";
import { secondsInMs } from "../../../src/api/go-duration.js";
import {
  notFound,
  type Result,
  resourceVersionPreconditionFailed,
  succeed,
  success,
  uidPreconditionFailed,
} from "../../../src/api/status.js";
import { showsDeleted } from "../../../src/api/strategy/deleted-shown.js";
import { deletionGraceSeconds } from "../../../src/api/strategy/pod.js";
import { formatTime, parseTime } from "../../../src/api/time.js";
import type {
  CustomResourceDefinition,
  KubernetesObject,
  Namespace,
  ObjectMeta,
  Pod,
  UntypedObject,
} from "../../../src/api/types.js";
import type { Integer } from "../../../src/json/integer.js";
import { writeJson } from "../../../src/json/text.js";
import type { Json } from "../../../src/wire/json.js";
import type { Backing } from "../backing.js";
import type { DeleteOptions } from "../messages.js";
import type { ApiOutcome } from "../request.js";
import { keyOf, type Served } from "../served.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import { atRevision } from "../watch-cache/stored-text.js";
import { Admission, type Asking } from "./admit.js";
import { claimsOf } from "./claims.js";
import { OwnedBefore } from "./owned.js";
import { type Alongside, answerWith, halted, type Plan, type Planner, refuse, type Situation } from "./plan.js";

const orphan = "orphan";
const foreground = "foregroundDeletion";

/** The finalizers that a propagation policy leaves an object with; undefined when they stay as they are. */
export function finalizersFor(finalizers: readonly string[], policy: DeleteOptions["propagationPolicy"]): string[] | undefined {
  if (policy === undefined) return undefined;
  const others = finalizers.filter((finalizer) => finalizer !== orphan && finalizer !== foreground);
  const wanted = policy === "Orphan" ? [...others, orphan] : policy === "Foreground" ? [...others, foreground] : others;
  const same = wanted.length === finalizers.length && wanted.every((finalizer) => finalizers.includes(finalizer));
  return same ? undefined : wanted;
}

/** Kinds that were deleted alone before there was a garbage collector, and still are when a request does not say otherwise. */
const orphaning: ReadonlySet<string> = new Set(["v1/replicationcontrollers", "batch/v1/jobs"]);

/** What becomes of an object's dependents: what the request says, else what its finalizers say already, else what its kind is used to. */
function propagationOf(
  { resource }: Served,
  { finalizers = [] }: ObjectMeta,
  asked: DeleteOptions,
): DeleteOptions["propagationPolicy"] {
  const isSaid = finalizers.includes(orphan) || finalizers.includes(foreground);
  const usual = !isSaid && orphaning.has(`${resource.apiVersion}/${resource.plural}`) ? "Orphan" : undefined;
  return asked.propagationPolicy ?? usual;
}

/** How a pod's deletion goes on: `now` when there is nothing to wait for, undefined when it goes on as it was. */
type Grace = { readonly what: "now" } | { readonly what: "begin"; readonly metadata: ObjectMeta } | { readonly what: "pending" };

export function graceOf(pod: Pod, options: DeleteOptions, nowMs: number): Grace {
  const { metadata } = pod;
  const asked = options.gracePeriodSeconds;
  if (metadata.deletionTimestamp !== undefined) {
    const left = metadata.deletionGracePeriodSeconds ?? 0;
    if (left === 0) return { what: "now" };
    if (asked === undefined || asked >= left) return { what: "pending" };
    const until = parseTime(metadata.deletionTimestamp);
    const deletionTimestamp = formatTime((until.ok ? until.ms : nowMs) - secondsInMs(left) + secondsInMs(asked));
    if (asked === 0) return { what: "now" };
    return { what: "begin", metadata: { ...metadata, deletionTimestamp, deletionGracePeriodSeconds: asked } };
  }
  const seconds = deletionGraceSeconds(pod, asked);
  if (seconds === 0) return { what: "now" };
  return { what: "begin", metadata: beginToGo(metadata, seconds, nowMs) };
}

function beginToGo(metadata: ObjectMeta, graceSeconds: Integer, nowMs: number): ObjectMeta {
  if (metadata.deletionTimestamp !== undefined) return metadata;
  const { generation } = metadata;
  return {
    ...metadata,
    ...(generation === undefined ? {} : { generation: Number(generation) + 1 }),
    deletionTimestamp: formatTime(nowMs + secondsInMs(graceSeconds)),
    deletionGracePeriodSeconds: graceSeconds,
  };
}

export interface DeleteOf {
  readonly backing: Backing;
  readonly served: Served;
  readonly asking: Asking;
  readonly options: DeleteOptions;
}

/** What an eviction adds to a delete, which was admitted in place of it. */
export interface DeleteExtras {
  /** What must be written together with it, or why the object may not go now. */
  together(stored: StoredObject): Result<readonly Alongside[]>;
  /** The object as it is kept until it has gone; the same one when there is nothing to add to it. */
  marked(object: UntypedObject): UntypedObject;
  /** What is answered in place of the object. */
  answer(): ApiOutcome;
}

export class DeletePlanner implements Planner {
  readonly begins = "cached";
  private readonly admission: Admission;

  constructor(
    private readonly of: DeleteOf,
    private readonly extras?: DeleteExtras,
  ) {
    this.admission = new Admission(of.backing, of.served, of.asking, "DELETE");
  }

  key(): string {
    return keyOf(this.of.served, this.of.asking.path);
  }

  plan(situation: Situation): Plan {
    const { origin } = situation;
    const { served, asking, options, backing } = this.of;
    const { name = "" } = asking.path;
    if (origin === undefined) return refuse(notFound(served.groupResource, name));
    const { metadata } = origin.object;
    const { uid, resourceVersion } = options.preconditions ?? {};
    if (uid !== undefined && uid !== metadata.uid)
      return refuse(uidPreconditionFailed(served.groupKind, name, uid, metadata.uid ?? ""));
    if (resourceVersion !== undefined && resourceVersion !== String(origin.revision))
      return refuse(resourceVersionPreconditionFailed(served.groupKind, name, resourceVersion, String(origin.revision)));
    const nowMs = backing.host.clock.nowMs();
    const grace: Grace = isKind(served, "Pod") ? graceOf(origin.object as unknown as Pod, options, nowMs) : { what: "now" };
    if (grace.what === "pending") return this.answerGoing(origin);
    if (this.extras === undefined) {
      const admitted = this.admission.admitDelete(new OwnedBefore(viewOf(served, origin), origin), situation);
      if (!admitted.ok) return halted(admitted);
    }
    return this.planAdmitted(origin, grace, nowMs);
  }

  private planAdmitted(origin: StoredObject, grace: Exclude<Grace, { what: "pending" }>, nowMs: number): Plan {
    const { served, options } = this.of;
    const { metadata } = origin.object;
    if (isKind(served, "Namespace")) return this.planNamespace(origin, nowMs);
    if (isDefinition(served)) return this.planDefinition(origin, nowMs);
    const together = this.extras?.together(origin) ?? succeed([]);
    if (!together.ok) return refuse(together.error);
    const finalizers = finalizersFor(metadata.finalizers ?? [], propagationOf(served, metadata, options));
    const left = finalizers ?? metadata.finalizers ?? [];
    if (grace.what === "now" && left.length === 0) return this.remove(origin, together.value);
    const isGoing = metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0;
    if (grace.what === "now" && isGoing && finalizers === undefined) return this.answerStill(origin);
    const going = grace.what === "begin" ? grace.metadata : beginToGo(metadata, 0, nowMs);
    const ended = grace.what === "now" ? { ...going, deletionGracePeriodSeconds: 0 } : going;
    return this.put(origin, { ...origin.copy(), metadata: withFinalizers(ended, left) }, together.value);
  }

  /** A namespace goes in two steps: it is marked, and removed when the controller has emptied it. */
  private planNamespace(origin: StoredObject, nowMs: number): Plan {
    const { options } = this.of;
    const namespace = origin.copy() as unknown as Namespace;
    const finalizers = finalizersFor(namespace.metadata.finalizers ?? [], options.propagationPolicy);
    const metadata = withFinalizers(beginToGo(namespace.metadata, 0, nowMs), finalizers ?? namespace.metadata.finalizers ?? []);
    const empty = (namespace.spec?.finalizers ?? []).length === 0 && (metadata.finalizers ?? []).length === 0;
    if (empty) return this.remove(origin);
    if (origin.object.metadata.deletionTimestamp !== undefined && finalizers === undefined) return this.answerStill(origin);
    return this.put(origin, {
      ...namespace,
      metadata,
      status: { ...namespace.status, phase: "Terminating" },
    } as unknown as UntypedObject);
  }

  /** A definition waits, with a finalizer of its own, until what it defines is gone: see definitions/. */
  private planDefinition(origin: StoredObject, nowMs: number): Plan {
    const { metadata } = origin.object;
    if (metadata.deletionTimestamp !== undefined) {
      return (metadata.finalizers ?? []).length === 0 ? this.remove(origin) : this.answerStill(origin);
    }
    const policy = finalizersFor(metadata.finalizers ?? [], this.of.options.propagationPolicy) ?? metadata.finalizers ?? [];
    const going = withFinalizers(beginToGo(metadata, 0, nowMs), [...new Set([...policy, cleanupFinalizer])]);
    const definition = origin.copy() as unknown as CustomResourceDefinition;
    const status = {
      ...definition.status,
      conditions: withCondition(definition.status?.conditions ?? [], deletionPending, nowMs),
    };
    return this.put(origin, { ...definition, metadata: going, status } as unknown as UntypedObject);
  }

  /** A pod that goes already may still be told why it is to go. */
  private answerGoing(origin: StoredObject): Plan {
    const marked = this.extras?.marked(origin.object) ?? origin.object;
    return marked === origin.object ? this.answerStill(origin) : this.put(origin, origin.copy());
  }

  private answerStill(origin: StoredObject): Plan {
    return { what: "answer", outcome: this.answerLeft(origin.json) };
  }

  /** The answer for an object that did not go at once. */
  private answerLeft(json: Json<KubernetesObject>): ApiOutcome {
    const { served, options } = this.of;
    return this.extras?.answer() ?? answerWith(served.presentation.show(json), options.acceptedIfLeft === true ? 202 : 200);
  }

  private put(origin: StoredObject, object: UntypedObject, alongside: readonly Alongside[] = []): Plan {
    const marked = this.extras?.marked(object) ?? object;
    return { what: "put", key: origin.key, object: marked, alongside, answer: (json) => this.answerLeft(json) };
  }

  private remove(origin: StoredObject, alongside: readonly Alongside[] = []): Plan {
    const { backing, served } = this.of;
    const answer = (revision: bigint) => this.extras?.answer() ?? answerRemoved(served, origin, revision);
    return { what: "remove", key: origin.key, releases: claimsOf(backing, served, origin.object), alongside, answer };
  }
}

const viewOf = ({ view }: Served, { object }: StoredObject): UntypedObject => (view === undefined ? object : view(object));

const isDefinition = ({ resource }: Served): boolean =>
  resource.group === "apiextensions.k8s.io" && resource.kind === "CustomResourceDefinition";

const isKind = ({ resource }: Served, kind: string): boolean => resource.group === "" && resource.kind === kind;

function withFinalizers({ finalizers: _before, ...metadata }: ObjectMeta, finalizers: readonly string[]): ObjectMeta {
  return finalizers.length === 0 ? metadata : { ...metadata, finalizers: [...finalizers] };
}

function answerRemoved(served: Served, origin: StoredObject, revision: bigint): ApiOutcome {
  const { resource, presentation } = served;
  if (showsDeleted(resource)) return answerWith(presentation.show(atRevision(origin.json, revision)));
  const { name = "", uid = "" } = origin.object.metadata;
  const group = resource.group === "" ? {} : { group: resource.group };
  return answerWith(writeJson(success({ name, ...group, kind: resource.plural, uid })) as Json<KubernetesObject>);
}
