/**
 * An API server for tests of what talks to one: it stores, lists, watches, patches and deletes, without validation,
 * defaults or etcd. Requests can be made to fail.
 */
import { setup } from "xstate";
import { apiserverMessages, type ResourcePath } from "../../actors/apiserver/messages.js";
import { type ComponentInput, defineActor, type StopEvent } from "../../src/actor/define.js";
import { type Host, rfc3339 } from "../../src/actor/host.js";
import type { JsonObject, JsonValue } from "../../src/api/json-value.js";
import { applyPatch } from "../../src/api/patch/patch.js";
import type { FieldMerge, MergeType } from "../../src/api/patch/strategic-merge-patch.js";
import { compileSelector } from "../../src/api/selectors.js";
import { type ApiError, alreadyExists, conflict, notFound, success } from "../../src/api/status.js";
import type { UntypedObject } from "../../src/api/types.js";
import type { CastMember } from "../../src/sim/simulation.js";
import type { Incoming } from "../../src/wire/declare.js";
import { type Outcome, type WireError, wireError } from "../../src/wire/errors.js";
import { decodeJson, encodeJson } from "../../src/wire/json.js";
import type { LinkEvent } from "../../src/wire/link.js";
import type { OutgoingStream } from "../../src/wire/streams.js";

type Verb = "get" | "list" | "create" | "update" | "patch" | "delete" | "deleteCollection";
export interface StubRequest {
  readonly verb: Verb;
  readonly path: ResourcePath & { readonly name?: string; readonly subresource?: string };
  readonly body?: UntypedObject;
}
/** `lost`: it is done, but the answer never comes. */
export type Fault = WireError | "lost" | "ignored" | undefined;

const mergeKeys = new Map([
  ["conditions", "type"],
  ["ownerReferences", "uid"],
  ["taints", "key"],
]);
const mergeField = (name: string): FieldMerge => ({
  mergesLists: mergeKeys.has(name) || name === "finalizers",
  mergeKey: mergeKeys.get(name) ?? "",
  replacesObject: false,
  type: mergeType,
});
const mergeType: MergeType = { name: "stub", field: mergeField };

const collection = (path: ResourcePath): string => `${path.group}/${path.resource}`;

export class StubApi {
  revision = 1;
  readonly requests: StubRequest[] = [];
  readonly objects = new Map<string, Map<string, UntypedObject>>();
  /** Asked about every request: what to answer instead. */
  fault: (request: StubRequest) => Fault = () => undefined;
  /** Watches tell nothing any more. */
  muted = false;
  /** Pods that are bound go away only when the kubelet says so. */
  gracefulPods = false;
  /** What watches that resume from a revision are told first. */
  private readonly announced: Array<{ of: string; type: "ADDED" | "MODIFIED" | "DELETED"; object: UntypedObject }> = [];
  private readonly watchers = new Set<{
    of: string;
    tell(type: "ADDED" | "MODIFIED" | "DELETED", object: UntypedObject): void;
  }>();
  private host: Host | undefined;

  started(host: Host): void {
    this.host = host;
    this.watchers.clear();
  }

  of(resource: string, group = ""): UntypedObject[] {
    return [...(this.objects.get(`${group}/${resource}`)?.values() ?? [])];
  }

  get(resource: string, key: string, group = ""): UntypedObject | undefined {
    return this.objects.get(`${group}/${resource}`)?.get(key);
  }

  /** Stores an object as a user's request would. */
  put(resource: string, object: object, group = ""): UntypedObject {
    const typed = structuredClone(object) as UntypedObject;
    const known = this.get(resource, keyOf(typed), group);
    const outcome =
      known === undefined
        ? this.create({ group, version: "v1", resource }, typed)
        : this.store(`${group}/${resource}`, { ...typed, metadata: { ...known.metadata, ...typed.metadata } });
    if ("code" in outcome && "status" in outcome) throw new Error(String(outcome.code));
    return outcome as UntypedObject;
  }

  remove(resource: string, key: string, group = ""): void {
    const held = this.objects.get(`${group}/${resource}`);
    const object = held?.get(key);
    if (object === undefined) return;
    held!.delete(key);
    this.announce(`${group}/${resource}`, "DELETED", this.stamped(object));
  }

  answer(
    request: StubRequest & {
      options?: { labelSelector?: string; fieldSelector?: string; limit?: number; preconditions?: { uid?: string } };
      patchType?: string;
      patch?: unknown;
    },
  ): Outcome<unknown> | undefined {
    this.requests.push(request);
    const fault = this.fault(request);
    if (fault === "ignored") return undefined;
    if (fault !== undefined && fault !== "lost") return { ok: false, error: fault };
    const result = this.carryOut(request);
    if (fault === "lost") return undefined;
    return isError(result)
      ? { ok: false, error: wireError("rejected", result.status.message ?? "", result.status) }
      : { ok: true, reply: result };
  }

  watch(
    path: ResourcePath,
    selection: { labelSelector?: string; fieldSelector?: string; resourceVersion?: string },
    stream: OutgoingStream<unknown, never>,
  ): void {
    const matches = this.matcher(path, selection);
    const seen = new Set(this.list(path, selection).map(keyOf));
    const missed = this.announced.filter(
      ({ of, object }) =>
        of === collection(path) && Number(object.metadata.resourceVersion) > Number(selection.resourceVersion ?? this.revision),
    );
    for (const { type, object } of [...missed].reverse()) {
      if (type === "ADDED") seen.delete(keyOf(object));
      else if (type === "DELETED" && matches(object)) seen.add(keyOf(object));
    }
    const watcher = {
      of: collection(path),
      tell: (type: "ADDED" | "MODIFIED" | "DELETED", object: UntypedObject) => {
        if (path.namespace !== undefined && object.metadata.namespace !== path.namespace) return;
        const key = keyOf(object);
        const matched = type !== "DELETED" && matches(object);
        if (!matched && !seen.has(key)) return;
        const told = matched ? (seen.has(key) ? "MODIFIED" : "ADDED") : "DELETED";
        if (matched) seen.add(key);
        else seen.delete(key);
        const resourceVersion = object.metadata.resourceVersion ?? "";
        stream.send({ events: [{ type: told, object: encodeJson(object), resourceVersion }] });
      },
    };
    for (const { type, object } of missed) watcher.tell(type, object);
    this.watchers.add(watcher);
    stream.listen({ onClosed: () => this.watchers.delete(watcher) });
  }

  private carryOut(request: Parameters<StubApi["answer"]>[0]): object {
    const { verb, path } = request;
    const of = collection(path);
    const name = path.name ?? "";
    const key = path.namespace ? `${path.namespace}/${name}` : name;
    const current = this.objects.get(of)?.get(key);
    const missing = notFound({ group: path.group, resource: path.resource }, name);
    switch (verb) {
      case "list": {
        const items = this.list(path, request.options ?? {});
        return {
          items: items.slice(0, request.options?.limit ?? items.length).map(encodeJson),
          resourceVersion: `${this.revision}`,
        };
      }
      case "get":
        return current === undefined ? missing : { object: encodeJson(current) };
      case "create": {
        if (path.subresource === "binding") return this.bind(of, key, request.body!) ?? missing;
        const created = this.create(path, request.body!);
        return isError(created) ? created : { object: encodeJson(created) };
      }
      case "update": {
        if (current === undefined) return missing;
        const wanted = request.body!.metadata.resourceVersion;
        if (wanted !== undefined && wanted !== current.metadata.resourceVersion)
          return conflict({ group: path.group, resource: path.resource }, name);
        const next =
          path.subresource === "status"
            ? { ...current, status: request.body!.status, metadata: request.body!.metadata }
            : { ...request.body!, metadata: { ...request.body!.metadata } };
        return { object: encodeJson(this.store(of, next as UntypedObject)) };
      }
      case "patch": {
        if (current === undefined) return missing;
        const patched = applyPatch(
          request.patchType as "application/merge-patch+json",
          mergeType,
          current as unknown as JsonObject,
          request.patch as JsonValue,
        );
        if (!patched.ok) return patched.error;
        const after = patched.value as unknown as UntypedObject;
        if (after.metadata.resourceVersion !== current.metadata.resourceVersion)
          return conflict({ group: path.group, resource: path.resource }, name);
        return { object: encodeJson(this.store(of, after)) };
      }
      case "delete": {
        if (current === undefined) return missing;
        const uid = request.options?.preconditions?.uid;
        if (uid !== undefined && uid !== current.metadata.uid)
          return conflict({ group: path.group, resource: path.resource }, name);
        return {
          object: encodeJson(
            this.delete(of, key, current, request.options as { propagationPolicy?: string; gracePeriodSeconds?: number }),
          ),
        };
      }
      case "deleteCollection": {
        const items = this.list(path, {});
        for (const item of items) this.delete(of, keyOf(item), item, {});
        return { items: items.map(encodeJson), resourceVersion: `${this.revision}` };
      }
    }
  }

  private list(path: ResourcePath, selection: { labelSelector?: string; fieldSelector?: string }): UntypedObject[] {
    const matches = this.matcher(path, selection);
    return this.of(path.resource, path.group).filter(
      (object) => (path.namespace === undefined || object.metadata.namespace === path.namespace) && matches(object),
    );
  }

  private matcher(path: ResourcePath, selection: { labelSelector?: string; fieldSelector?: string }) {
    const kind = path.resource === "pods" ? "Pod" : path.resource === "nodes" ? "Node" : "";
    const selector = compileSelector(selection, path.group, kind);
    return (selector.ok ? selector.value : undefined) ?? (() => true);
  }

  private create(path: ResourcePath, object: UntypedObject): UntypedObject | ApiError {
    const host = this.host;
    const { generateName, name = `${generateName}${host?.ids.suffix(5)}`, namespace = path.namespace } = object.metadata;
    const metadata = {
      ...object.metadata,
      name,
      uid: object.metadata.uid ?? host?.ids.uuid() ?? name,
      creationTimestamp: object.metadata.creationTimestamp ?? rfc3339(host?.clock.nowMs() ?? 0),
      generation: object.metadata.generation ?? 1,
      ...(namespace === undefined ? {} : { namespace }),
    };
    const created = { ...object, metadata };
    if (this.get(path.resource, keyOf(created), path.group))
      return alreadyExists({ group: path.group, resource: path.resource }, name);
    return this.store(collection(path), created);
  }

  private delete(
    of: string,
    key: string,
    object: UntypedObject,
    options: { propagationPolicy?: string; gracePeriodSeconds?: number } = {},
  ): object {
    const finalizer = { Foreground: "foregroundDeletion", Orphan: "orphan" }[options.propagationPolicy ?? ""];
    const finalizers = [...(object.metadata.finalizers ?? []), ...(finalizer === undefined ? [] : [finalizer])];
    const spec = object.spec as { nodeName?: string } | undefined;
    const graceful = this.gracefulPods && of === "/pods" && spec?.nodeName !== undefined && options.gracePeriodSeconds !== 0;
    if (finalizers.length > 0 || graceful) {
      const deletionTimestamp = object.metadata.deletionTimestamp ?? rfc3339(this.host?.clock.nowMs() ?? 0);
      return this.store(of, { ...object, metadata: { ...object.metadata, finalizers, deletionTimestamp } });
    }
    this.objects.get(of)?.delete(key);
    this.announce(of, "DELETED", this.stamped(object));
    return success();
  }

  private bind(of: string, key: string, binding: UntypedObject): object | undefined {
    const pod = this.objects.get(of)?.get(key);
    if (pod === undefined) return undefined;
    const target = binding.target as { name: string };
    const spec = pod.spec as object;
    if ((spec as { nodeName?: string }).nodeName)
      return conflict({ group: "", resource: "pods/binding" }, pod.metadata.name ?? "");
    this.store(of, { ...pod, spec: { ...spec, nodeName: target.name } });
    return { object: encodeJson(success()) };
  }

  private stamped(object: UntypedObject): UntypedObject {
    this.revision += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: `${this.revision}` } };
  }

  private store(of: string, object: UntypedObject): UntypedObject {
    const before = this.objects.get(of)?.get(keyOf(object));
    if (
      object.metadata.deletionTimestamp !== undefined &&
      (object.metadata.finalizers ?? []).length === 0 &&
      before?.metadata.finalizers?.length
    ) {
      this.objects.get(of)?.delete(keyOf(object));
      this.announce(of, "DELETED", this.stamped(object));
      return object;
    }
    const specChanged = before !== undefined && JSON.stringify(before.spec) !== JSON.stringify(object.spec);
    const stored = this.stamped(
      specChanged
        ? { ...object, metadata: { ...object.metadata, generation: Number(before.metadata.generation ?? 0) + 1 } }
        : object,
    );
    const held = this.objects.get(of) ?? new Map<string, UntypedObject>();
    const known = held.has(keyOf(stored));
    held.set(keyOf(stored), stored);
    this.objects.set(of, held);
    this.announce(of, known ? "MODIFIED" : "ADDED", stored);
    return stored;
  }

  private announce(of: string, type: "ADDED" | "MODIFIED" | "DELETED", object: UntypedObject): void {
    this.announced.push({ of, type, object });
    if (this.announced.length > 10_000) this.announced.shift();
    if (this.muted) return;
    for (const watcher of [...this.watchers]) if (watcher.of === of) watcher.tell(type, object);
  }
}

const keyOf = (object: UntypedObject): string =>
  object.metadata.namespace ? `${object.metadata.namespace}/${object.metadata.name}` : (object.metadata.name ?? "");
const isError = (result: object): result is ApiError => "code" in result && "status" in result;

type Heard = Incoming<typeof apiserverMessages> | LinkEvent | StopEvent;

const machine = setup({
  types: { context: {} as ComponentInput<StubApi>, events: {} as Heard, input: {} as ComponentInput<StubApi> },
  actions: {
    open: ({ context }) => context.io.started(context.host),
    answer: ({ context, event }) => {
      if (!("respond" in event)) return;
      const { type: verb, request } = event;
      const { path } = request as StubRequest;
      const object = "object" in request ? { body: decodeJson(request.object) as UntypedObject } : {};
      const patch = "patch" in request ? { patch: decodeJson(request.patch), patchType: request.patchType } : {};
      const options = "options" in request ? { options: request.options as object } : {};
      const outcome = context.io.answer({ verb, path, ...object, ...patch, ...options } as StubRequest);
      if (outcome === undefined) return;
      if (outcome.ok) event.respond.ok(outcome.reply as never);
      else event.respond.error(outcome.error);
    },
    watch: ({ context, event }) => {
      if (event.type === "watch")
        context.io.watch(event.request.path, event.request.options ?? {}, event.stream as OutgoingStream<unknown, never>);
    },
  },
}).createMachine({
  id: "stub-apiserver",
  context: ({ input }) => input,
  initial: "serving",
  states: {
    serving: {
      entry: "open",
      on: { watch: { actions: "watch" }, stop: "stopped", "*": { actions: "answer" } },
    },
    stopped: { type: "final" },
  },
});

/** The stub as a member of a simulation's cast; it keeps what it has over a crash. */
export const stubApiserver = (api: StubApi): CastMember => ({
  address: "apiserver/0",
  definition: defineActor<StubApi>({ role: "apiserver", messages: apiserverMessages, machine }) as CastMember["definition"],
  surroundings: () => ({ io: () => api }),
});
