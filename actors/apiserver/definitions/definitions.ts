/**
 * What is to be done about the CustomResourceDefinitions in the watch cache: an API server says which names they have and that they are
 * served, and when one is deleted it deletes all that it defines first.
 */
import {
  cleanupFinalizer,
  deletionCompleted,
  deletionInProgress,
  instancesKept,
  isEstablished,
  neverEstablished,
  settledStatus,
  withCondition,
} from "../../../src/api/custom/conditions.js";
import type { Resource } from "../../../src/api/kinds.js";
import { storagePrefix } from "../../../src/api/paths.js";
import type { CustomResourceDefinition, UntypedObject } from "../../../src/api/types.js";
import { ownUser } from "../access/users.js";
import { definitionsPrefix, overlapsBuiltIn } from "../catalog/custom-resources.js";
import type { Keeper, Next } from "../keeping/keeper.js";
import { whenCached } from "../keeping/when-cached.js";
import { defaultDeadlineMs } from "../reads/read.js";
import type { Server } from "../server.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import { DeletePlanner } from "../writes/delete.js";
import { startPlanned } from "../writes/start.js";

export type Task =
  | { readonly what: "nothing" }
  | { readonly what: "write"; readonly definition: CustomResourceDefinition }
  | { readonly what: "sweep"; readonly resource: Resource; readonly instances: readonly StoredObject[] }
  | { readonly what: "confirm" }
  /** Instances have been deleted and are not gone yet. */
  | { readonly what: "wait" };

const path = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" };

/** Deletes that run at a time, and in one sweep. */
const parallelDeletes = 16;
const sweepMost = 500;
/** What is on its way out is looked for again after. */
const instancePatienceMs = 200;
const sweepPatienceMs = 120_000;
const confirmationPatienceMs = 10_000;

export class Definitions implements Keeper {
  private task: Task;
  /** The cache had all that was committed when it was at this revision, as a question to etcd showed. */
  private confirmedAt = -1n;
  private giveUp: () => void = () => undefined;
  private sweeps = 0;
  /** Instances were deleted since the last look, and are given a moment to be gone. */
  private swept = false;

  constructor(private readonly server: Server) {
    // The chart asks what there is to do before its first action runs.
    this.task = this.nextTask();
  }

  /** Calls back at every change of a definition, also after the cache was listed anew. */
  follow(onChanged: () => void): void {
    this.store.listeners.push(() => this.server.endStaleWatches(), onChanged);
  }

  look(): void {
    this.task = this.nextTask();
    this.swept = false;
  }

  get next(): Next {
    const { what } = this.task;
    if (what === "wait") return { type: "wait", forMs: instancePatienceMs };
    if (what === "sweep") return { type: "work", patienceMs: sweepPatienceMs };
    return what === "confirm" ? { type: "work", patienceMs: confirmationPatienceMs } : { type: what };
  }

  /** Writes the status of a definition, with its finalizers; what somebody else has changed meanwhile is looked at again. */
  write(onEnded: (type: "written" | "failed") => void): void {
    if (this.task.what !== "write") return;
    const { definition } = this.task;
    const at = { ...path, name: definition.metadata.name ?? "", subresource: "status" };
    const body = definition as unknown as UntypedObject;
    this.server.run({ verb: "update", path: at, user: ownUser, body, options: {} }, whenCached(this.server, onEnded));
  }

  work(onDone: () => void): void {
    if (this.task.what === "sweep") this.sweep(this.task, onDone);
    else this.confirm(onDone);
  }

  leave(): void {
    this.giveUp();
    this.giveUp = () => undefined;
  }

  /** What is left is looked at again. */
  tookTooLong(): void {}

  private sweep({ resource, instances }: Extract<Task, { what: "sweep" }>, onSwept: () => void): void {
    const waiting = instances.slice(0, sweepMost);
    this.swept = true;
    this.giveUp = () => {
      waiting.length = 0;
    };
    let running = 0;
    const next = (): void => {
      for (let stored = waiting.shift(); stored !== undefined; stored = waiting.shift()) {
        running += 1;
        this.deleteOne(resource, stored, () => {
          running -= 1;
          next();
        });
        if (running >= parallelDeletes) return;
      }
      if (running === 0) onSwept();
    };
    next();
  }

  /** Before a definition goes, nothing may be left of it anywhere: the cache must not be behind. */
  private confirm(onFresh: () => void): void {
    this.giveUp = this.server.freshness.confirm(() => {
      this.confirmedAt = this.server.cache.revision;
      onFresh();
    });
  }

  private get store() {
    return this.server.cache.store(definitionsPrefix());
  }

  private all(): CustomResourceDefinition[] {
    return Array.from(this.store.from(definitionsPrefix()), ({ object }) => object as unknown as CustomResourceDefinition);
  }

  private nextTask(): Task {
    const definitions = this.all();
    const nowMs = this.server.host.clock.nowMs();
    for (const definition of definitions) {
      if (definition.metadata.deletionTimestamp !== undefined) continue;
      const status = settledStatus(definition, definitions, nowMs);
      if (status !== undefined) return { what: "write", definition: { ...definition, status } };
    }
    let waits = false;
    for (const definition of definitions) {
      if (!(definition.metadata.finalizers ?? []).includes(cleanupFinalizer)) continue;
      if (definition.metadata.deletionTimestamp === undefined) continue;
      const task = this.cleanup(definition, nowMs);
      if (task.what !== "wait") return task;
      waits = true;
    }
    return { what: waits ? "wait" : "nothing" };
  }

  private cleanup(definition: CustomResourceDefinition, nowMs: number): Task {
    if (overlapsBuiltIn(definition)) return finalized(definition, instancesKept, nowMs);
    if (!isEstablished(definition)) return finalized(definition, neverEstablished, nowMs);
    const resource = this.server.catalog.custom.of(definition.metadata.name ?? "")?.stored;
    const prefix = resource === undefined ? undefined : storagePrefix(resource);
    const instances = prefix === undefined ? [] : [...this.server.cache.store(prefix).from(prefix)];
    if (instances.length === 0) {
      if (this.confirmedAt < this.store.changedAt) return { what: "confirm" };
      return finalized(definition, deletionCompleted, nowMs);
    }
    const condition = definition.status?.conditions?.find(({ type }) => type === "Terminating");
    if (condition?.reason !== deletionInProgress.reason) {
      const conditions = withCondition(definition.status?.conditions ?? [], deletionInProgress, nowMs);
      return { what: "write", definition: { ...definition, status: { ...definition.status, conditions } } };
    }
    const living = instances.filter(({ object }) => object.metadata.deletionTimestamp === undefined);
    if (living.length === 0 || resource === undefined || this.swept) return { what: "wait" };
    return { what: "sweep", resource, instances: living };
  }

  private deleteOne(resource: Resource, { namespace, name }: StoredObject, onDeleted: () => void): void {
    const { group, version, plural } = resource;
    const at = { group, version, resource: plural, name, ...(namespace === "" ? {} : { namespace }) };
    const served = this.server.catalog.of(resource);
    const planner = new DeletePlanner({
      backing: this.server,
      served,
      asking: { path: at, user: ownUser, options: {} },
      options: {},
    });
    this.sweeps += 1;
    const of = { dryRun: false, deadlineMs: defaultDeadlineMs };
    // What could not be deleted is still there at the next look.
    startPlanned(this.server, `sweep ${this.sweeps}`, planner, of, () => onDeleted());
  }
}

/** The last write: without the finalizer, the definition goes. */
function finalized(definition: CustomResourceDefinition, condition: Parameters<typeof withCondition>[1], nowMs: number): Task {
  const finalizers = (definition.metadata.finalizers ?? []).filter((finalizer) => finalizer !== cleanupFinalizer);
  const conditions = withCondition(definition.status?.conditions ?? [], condition, nowMs);
  const metadata = { ...definition.metadata, finalizers };
  return { what: "write", definition: { ...definition, metadata, status: { ...definition.status, conditions } } };
}
