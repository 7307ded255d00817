/** A whole cluster in the simulation, and what a user does with one: apply, get, wait, kill. */
import {
  apiserverMessages,
  type DeleteOptions,
  type ObjectPath,
  type PatchType,
  type ResourcePath,
  statusOf,
} from "../../actors/apiserver/messages.js";
import type { SimulatedRule } from "../../actors/runc/io/simulated-rules.js";
import type { TraceSink } from "../actor/trace.js";
import { isEstablished } from "../api/custom/conditions.js";
import type { CustomResourceDefinition, UntypedObject } from "../api/types.js";
import { type Manifests, readManifests } from "../cluster/manifests.js";
import { resourceOf } from "../cluster/resources.js";
import type { Address } from "../wire/address.js";
import type { Outcome, WireError } from "../wire/errors.js";
import { decodeJson, encodeJson } from "../wire/json.js";
import { type Cast, castOf } from "./cast.js";
import { Simulation } from "./simulation.js";

export interface SimulatedClusterOptions {
  readonly seed: string;
  /** Worker nodes: 3. */
  readonly nodes?: number;
  /** API servers: 1. */
  readonly apiservers?: number;
  /** How simulated containers behave; the first rule that matches. */
  readonly rules?: readonly SimulatedRule[];
  readonly unknownImages?: "simulate" | "fail";
  readonly trace?: TraceSink;
}

/** An error that the API answered, or that kept it from answering. */
export class SimulatedApiError extends Error {
  override readonly name = "SimulatedApiError";

  constructor(readonly error: WireError) {
    super(statusOf(error)?.message ?? error.message);
  }

  /** HTTP status, where the API answered. */
  get code(): number | undefined {
    return statusOf(this.error)?.code;
  }
}

/** How long a user's request may take, and how long it waits before it asks again while the cluster cannot answer. */
const patienceMs = 30_000;
const retryMs = 100;

/** How long a cluster has to come up. */
const startMostMs = 30_000;

interface NodeStatus {
  readonly conditions?: ReadonlyArray<{ readonly type: string; readonly status: string }>;
}

const isReady = (node: UntypedObject): boolean =>
  ((node.status as NodeStatus | undefined)?.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True");

export class SimulatedCluster {
  private readonly definitions: CustomResourceDefinition[] = [];
  readonly simulation: Simulation;
  readonly cast: Cast;

  constructor(readonly options: SimulatedClusterOptions) {
    this.cast = castOf(options);
    this.simulation = new Simulation({
      seed: options.seed,
      cast: this.cast.members,
      ...(options.trace === undefined ? {} : { trace: options.trace }),
    });
    this.simulation.start();
  }

  /** A cluster that has come up: its nodes are ready, and pods can be created. Throws when it does not come up. */
  static started(options: SimulatedClusterOptions): SimulatedCluster {
    const cluster = new SimulatedCluster(options);
    const { nodes = 3 } = options;
    cluster.waitUntil(`${nodes} nodes are ready`, () => cluster.readyNodes() === nodes, startMostMs);
    const account = { group: "", version: "v1", resource: "serviceaccounts", namespace: "default", name: "default" };
    cluster.waitUntil("pods have an account to run as", () => cluster.get(account) !== undefined, startMostMs);
    return cluster;
  }

  /** How many nodes say that they are ready. */
  readyNodes(): number {
    return this.list({ group: "", version: "v1", resource: "nodes" }).filter(isReady).length;
  }

  /** Creates what is not there and brings to the manifests what is; returns the objects as the API server has them. */
  apply(manifests: Manifests): UntypedObject[] {
    return readManifests(manifests).map((object) => this.applyObject(object));
  }

  create(object: UntypedObject): UntypedObject {
    const path = this.pathOf(object);
    return this.ask(apiserverMessages.create, { path, object: encodeJson(object) });
  }

  get(path: ObjectPath): UntypedObject | undefined {
    return this.unlessMissing(() => this.ask(apiserverMessages.get, { path }));
  }

  list(path: ResourcePath, labelSelector?: string): UntypedObject[] {
    const options = labelSelector === undefined ? {} : { labelSelector };
    return this.patiently(() => this.simulation.user.call(apiserverMessages.list, { path, options })).items.map(
      (item) => decodeJson(item) as UntypedObject,
    );
  }

  patch(path: ObjectPath, patch: unknown, patchType: PatchType = "application/strategic-merge-patch+json"): UntypedObject {
    return this.ask(apiserverMessages.patch, { path, patchType, patch: encodeJson(patch) });
  }

  /** Undefined when it was not there. */
  delete(path: ObjectPath, options: DeleteOptions = {}): UntypedObject | undefined {
    return this.unlessMissing(() => this.ask(apiserverMessages.delete, { path, options }));
  }

  /** Lets time pass until `holds`; throws when it does not come to hold. The user looks every 50 ms of virtual time. */
  waitUntil(what: string, holds: () => boolean, withinMs = 60_000): void {
    const untilMs = this.simulation.queue.nowMs + withinMs;
    while (!holds()) {
      if (this.simulation.queue.nowMs >= untilMs)
        throw new Error(`seed ${this.options.seed}: after ${withinMs} ms of virtual time it still does not hold that ${what}`);
      this.simulation.run(50);
    }
  }

  /** Virtual milliseconds since the simulation began. */
  get nowMs(): number {
    return this.simulation.queue.nowMs;
  }

  /** Lets virtual time pass. */
  run(forMs: number): void {
    this.simulation.run(forMs);
  }

  /** What a GET of an address of the cluster answers: a Service's or a pod's. Throws when nobody listens there. */
  request(address: string, port: number, path: string): string {
    const endpoint = this.cast.sockets.connect(address, port) ?? { ip: address, port };
    const response = this.cast.pods.request(endpoint.ip, endpoint.port, { method: "GET", path });
    if (response === undefined) throw new Error(`connect to ${address}:${port}: connection refused`);
    return response.body;
  }

  /** Kills an actor, if it runs; its supervisor starts it again. */
  kill(actor: Address): void {
    this.simulation.kill(actor);
  }

  private applyObject(object: UntypedObject): UntypedObject {
    const path = this.pathOf(object);
    try {
      const created = this.ask(apiserverMessages.create, { path, object: encodeJson(object) });
      if (object.kind === "CustomResourceDefinition") this.defined(object);
      return created;
    } catch (error) {
      if (!(error instanceof SimulatedApiError) || error.code !== 409) throw error;
      const isCustom = this.definitions.some(({ spec }) => spec.group === path.group);
      const patchType = `application/${isCustom ? "merge" : "strategic-merge"}-patch+json` as const;
      return this.patch({ ...path, name: object.metadata.name ?? "" }, object, patchType);
    }
  }

  /** What a manifest defines may come next in it. */
  private defined(definition: UntypedObject): void {
    const { name = "" } = definition.metadata;
    this.definitions.push(definition as unknown as CustomResourceDefinition);
    const path = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions", name };
    this.waitUntil(`the definition ${name} is established`, () =>
      isEstablished((this.get(path) ?? definition) as unknown as CustomResourceDefinition),
    );
  }

  private pathOf(object: UntypedObject): ResourcePath {
    const { group, version, plural, namespaced } = resourceOf(object, this.definitions);
    const path = { group, version, resource: plural };
    return namespaced ? { ...path, namespace: object.metadata.namespace ?? "default" } : path;
  }

  private ask<Request>(message: Parameters<Simulation["user"]["call"]>[0], request: Request): UntypedObject {
    const { object } = this.patiently(() => this.simulation.user.call(message, request) as Outcome<{ object: string }>);
    return decodeJson(object) as UntypedObject;
  }

  /** Asks again while nobody can answer, as a user with kubectl would; an answer of the API is final. */
  private patiently<Reply>(attempt: () => Outcome<Reply>): Reply {
    const untilMs = this.simulation.queue.nowMs + patienceMs;
    for (;;) {
      const outcome = attempt();
      if (outcome.ok) return outcome.reply;
      const status = statusOf(outcome.error);
      const final = status !== undefined && (status.code ?? 500) < 500;
      if (final || this.simulation.queue.nowMs >= untilMs) throw new SimulatedApiError(outcome.error);
      this.simulation.run(retryMs);
    }
  }

  private unlessMissing(read: () => UntypedObject): UntypedObject | undefined {
    try {
      return read();
    } catch (error) {
      if (error instanceof SimulatedApiError && error.code === 404) return undefined;
      throw error;
    }
  }
}
