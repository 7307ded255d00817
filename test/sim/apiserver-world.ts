/** A simulated world of etcd, one or more API servers and whoever speaks to them. */
import { apiserverDefinition } from "../../actors/apiserver/definition.js";
import type { ApiServerConfig, HttpFront } from "../../actors/apiserver/io/io.js";
import { simulatedApiServerIo } from "../../actors/apiserver/io/simulated.js";
import { SimulatedWebhooks } from "../../actors/apiserver/io/simulated-webhooks.js";
import {
  apiserverMessages,
  type Impersonated,
  type ListOptions,
  type PatchRequest,
  type PatchType,
  type ResourcePath,
  statusOf,
  type UpdateRequest,
  type WatchEvent,
  type WatchRequest,
} from "../../actors/apiserver/messages.js";
import type { Server } from "../../actors/apiserver/server.js";
import { etcdDefinition } from "../../actors/etcd/definition.js";
import { etcdMessages } from "../../actors/etcd/messages.js";
import type { ActorDefinition } from "../../src/actor/define.js";
import type { TraceRecord } from "../../src/actor/trace.js";
import type { Status, UntypedObject } from "../../src/api/types.js";
import { SimulatedDisk } from "../../src/sim/disk.js";
import { type CastMember, Simulation } from "../../src/sim/simulation.js";
import { address } from "../../src/wire/address.js";
import type { Outcome, WireError } from "../../src/wire/errors.js";
import { decodeJson, encodeJson, type Json } from "../../src/wire/json.js";

export interface ApiServerWorldOptions {
  readonly seed?: string;
  readonly apiservers?: number;
  readonly config?: Partial<ApiServerConfig>;
  readonly http?: HttpFront;
  readonly more?: readonly CastMember[];
  readonly trace?: (record: TraceRecord) => void;
}

export interface Told {
  readonly events: WatchEvent[];
  ended: boolean;
  error: WireError | undefined;
  cancel(): void;
}

export const configMaps: ResourcePath = { group: "", version: "v1", resource: "configmaps", namespace: "default" };
export const podsPath: ResourcePath = { group: "", version: "v1", resource: "pods", namespace: "default" };
export const servicesPath: ResourcePath = { group: "", version: "v1", resource: "services", namespace: "default" };
export const namespacesPath: ResourcePath = { group: "", version: "v1", resource: "namespaces" };

export class ApiServerWorld {
  readonly simulation: Simulation;
  /** What the API servers can reach outside. */
  readonly webhooks = new SimulatedWebhooks();
  private speaker: { as?: Impersonated } = {};

  constructor({ seed = "apiserver", apiservers = 1, config = {}, http, more = [], trace }: ApiServerWorldOptions = {}) {
    this.simulation = new Simulation({
      seed,
      ...(trace === undefined ? {} : { trace }),
      cast: [
        {
          address: "etcd/0",
          definition: etcdDefinition as ActorDefinition<unknown>,
          surroundings: (world) => {
            const disk = new SimulatedDisk(world.queue, world.random("disk"));
            return { io: () => ({ disk: disk.mount() }), crashed: () => disk.crash() };
          },
        },
        ...Array.from(
          { length: apiservers },
          (_, index): CastMember => ({
            address: address("apiserver", index),
            definition: apiserverDefinition as ActorDefinition<unknown>,
            surroundings: () => ({
              io: (host) => ({
                ...simulatedApiServerIo(
                  { advertiseAddress: `10.0.0.${index + 1}`, ...config },
                  (delayMs, callback) => host.clock.after(delayMs, callback),
                  this.webhooks,
                ),
                ...(http === undefined ? {} : { http }),
              }),
            }),
          }),
        ),
        ...more,
      ],
    });
    this.simulation.start();
  }

  /** From now on the administrator asks as somebody else; without a name for himself again. */
  as(user?: string, ...groups: string[]): this {
    this.speaker = user === undefined ? {} : { as: { user, ...(groups.length === 0 ? {} : { groups }) } };
    return this;
  }

  state(apiserver = 0): string {
    const charts = this.simulation.component(address("apiserver", apiserver))?.inspect().charts ?? [];
    return charts.find(({ id }) => id === "apiserver")?.state ?? "gone";
  }

  untilServing(): this {
    const all = this.simulation.addresses().filter((each) => each.startsWith("apiserver/"));
    const serving = this.simulation.runUntil(() => all.every((_, index) => this.state(index) === "serving"), 20_000);
    if (!serving) throw new Error(`the API servers do not serve: ${all.map((_, index) => this.state(index)).join(", ")}`);
    return this;
  }

  get(path: ResourcePath, name: string, options: { resourceVersion?: string; apiserver?: number; subresource?: string } = {}) {
    const { apiserver = 0, resourceVersion, subresource } = options;
    const at = { path: { ...path, name, ...(subresource === undefined ? {} : { subresource }) }, ...this.speaker };
    const request = resourceVersion === undefined ? at : { ...at, resourceVersion };
    return this.object(this.simulation.user.call(apiserverMessages.get, request, { apiserver }));
  }

  list(path: ResourcePath, options: ListOptions = {}, apiserver = 0) {
    const outcome = this.simulation.user.call(apiserverMessages.list, { path, options, ...this.speaker }, { apiserver });
    if (!outcome.ok) return { error: refusal(outcome.error), items: [] as UntypedObject[], resourceVersion: "" };
    const { items, ...rest } = outcome.reply;
    return { error: undefined, items: items.map((item) => decodeJson(item as Json<UntypedObject>)), ...rest };
  }

  create(
    path: ResourcePath & { name?: string; subresource?: string },
    object: object,
    apiserver = 0,
    dryRun = false,
    by?: string,
  ) {
    const options = { dryRun, ...(by === undefined ? {} : { fieldManager: by }) };
    const request = { path, object: encodeJson(object as UntypedObject), options, ...this.speaker };
    return this.object(this.simulation.user.call(apiserverMessages.create, request, { apiserver }));
  }

  /** Creates without waiting for the answer. */
  createUnheard(path: ResourcePath, object: object, apiserver = 0): void {
    const request = { path, object: encodeJson(object as UntypedObject) };
    const { wire } = this.simulation.user.component.host;
    wire.call(address("apiserver", apiserver), apiserverMessages.create, request, { onOutcome: () => undefined });
  }

  update(
    path: ResourcePath,
    object: UntypedObject,
    more: { apiserver?: number; subresource?: string; name?: string } & UpdateRequest["options"] = {},
  ) {
    const { apiserver = 0, subresource, name = object.metadata.name ?? "", ...options } = more;
    const at = { ...path, name, ...(subresource === undefined ? {} : { subresource }) };
    return this.object(
      this.simulation.user.call(
        apiserverMessages.update,
        { path: at, object: encodeJson(object), options, ...this.speaker },
        { apiserver },
      ),
    );
  }

  patch(
    path: ResourcePath,
    name: string,
    patch: unknown,
    type: PatchType = "application/merge-patch+json",
    subresource?: string,
    options: PatchRequest["options"] = {},
  ) {
    const at = { ...path, name, ...(subresource === undefined ? {} : { subresource }) };
    const request = { path: at, patchType: type, patch: encodeJson(patch), options, ...this.speaker };
    return this.object(this.simulation.user.call(apiserverMessages.patch, request, {}));
  }

  /** Server-side apply by a manager. */
  apply(
    path: ResourcePath,
    config: object,
    fieldManager: string,
    more: { readonly force?: boolean; readonly dryRun?: boolean; readonly subresource?: string } = {},
  ) {
    const { subresource, ...options } = more;
    const name = (config as UntypedObject).metadata.name ?? "";
    return this.patch(path, name, config, "application/apply-patch+yaml", subresource, { fieldManager, ...options });
  }

  delete(path: ResourcePath, name: string, options: object = {}, apiserver = 0) {
    const request = { path: { ...path, name }, options, ...this.speaker };
    return this.object(this.simulation.user.call(apiserverMessages.delete, request, { apiserver }));
  }

  deleteCollection(path: ResourcePath, selection: { labelSelector?: string; fieldSelector?: string }) {
    const request = { path, selection, options: {}, ...this.speaker };
    const outcome = this.simulation.user.call(apiserverMessages.deleteCollection, request, {});
    return { error: outcome.ok ? undefined : refusal(outcome.error) };
  }

  /** Follows a resource; events gather while time passes. */
  watch(path: ResourcePath, options: WatchRequest["options"] = {}, apiserver = 0): Told {
    const events: WatchEvent[] = [];
    const told: Told = { events, ended: false, error: undefined, cancel: () => stream.cancel() };
    const stream = this.simulation.user.component.host.wire.open(
      address("apiserver", apiserver),
      apiserverMessages.watch,
      { path, options, ...this.speaker },
      {
        onChunk: (chunk) => events.push(...chunk.events),
        onEnd: (error) => {
          told.ended = true;
          told.error = error;
        },
      },
    );
    return told;
  }

  /** Has etcd forget everything but the newest. */
  compact(): void {
    const { wire } = this.simulation.component("apiserver/0")!.host;
    let told = false;
    const onOutcome = (outcome: Outcome<{ revision: bigint }>): void => {
      if (!outcome.ok) throw new Error(outcome.error.message);
      const { revision } = outcome.reply;
      wire.call("etcd/0", etcdMessages.compact, { revision }, { onOutcome: () => (told = true) });
    };
    wire.call("etcd/0", etcdMessages.currentRevision, {}, { onOutcome });
    if (!this.simulation.runUntil(() => told, 5_000)) throw new Error("etcd did not compact");
  }

  /** Puts an object into etcd as it is, as an API server of another version may have left it there. */
  keep(key: string, object: object): void {
    const { wire } = this.simulation.component("apiserver/0")!.host;
    let told = false;
    wire.call("etcd/0", etcdMessages.put, { key, value: JSON.stringify(object) }, { onOutcome: () => (told = true) });
    if (!this.simulation.runUntil(() => told, 5_000)) throw new Error(`etcd did not keep ${key}`);
    this.simulation.run(100);
  }

  run(forMs: number): void {
    this.simulation.run(forMs);
  }

  /** The API server as its fronts see it. */
  server(apiserver = 0): Server {
    const chart = this.simulation.component(address("apiserver", apiserver))?.host.charts.get("apiserver");
    if (chart === undefined) throw new Error("the API server is gone");
    return (chart.getSnapshot() as unknown as { context: { server: Server } }).context.server;
  }

  /** A namespace with the account that its pods run as. */
  account(namespace = "default"): void {
    const path = { group: "", version: "v1", resource: "serviceaccounts", namespace };
    this.create(path, { metadata: { name: "default" } });
  }

  private object(outcome: Outcome<{ object: Json<unknown> }>): { object: UntypedObject; error: Status | undefined } {
    if (outcome.ok) return { object: decodeJson(outcome.reply.object as Json<UntypedObject>), error: undefined };
    return { object: { metadata: {} }, error: refusal(outcome.error) };
  }
}

function refusal(error: WireError): Status {
  return statusOf(error) ?? ({ code: 0, reason: error.code, message: error.message } as Status);
}

/** `ADDED a`, `DELETED b`: what a watch told, in short. */
export const brief = (events: readonly WatchEvent[]): string[] =>
  events.map(({ type, object }) => `${type} ${decodeJson(object).metadata.name ?? ""}`.trim());

export const configMap = (name: string, data: Record<string, string> = {}, labels?: Record<string, string>) => ({
  kind: "ConfigMap",
  apiVersion: "v1",
  metadata: { name, ...(labels === undefined ? {} : { labels }) },
  data,
});

export const podOf = (name: string, more: object = {}) => ({
  kind: "Pod",
  apiVersion: "v1",
  metadata: { name },
  spec: { containers: [{ name: "main", image: "nginx" }], ...more },
});

/** API servers that have started. */
export const serving = (options: ConstructorParameters<typeof ApiServerWorld>[0] = {}) =>
  new ApiServerWorld(options).untilServing();

export const deployments: ResourcePath = { group: "apps", version: "v1", resource: "deployments", namespace: "default" };

export const deployment = (name: string, replicas = 1) => ({
  kind: "Deployment",
  apiVersion: "apps/v1",
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: podOf("x").spec },
  },
});
