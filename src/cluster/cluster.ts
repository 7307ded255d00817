/**
 * A cluster on this machine: starts every actor on a thread of its own, waits until it serves, and is the handle by which
 * a program drives it.
 */
import { bindingRules, lowPortsMappedTo, reachableAt } from "../../actors/runc/io/ports.js";
import { pathOf } from "../api/paths.js";
import type { UntypedObject } from "../api/types.js";
import type { ImageProgram } from "../thread/containers.js";
import type { ActorStatus } from "../thread/threads.js";
import { nodeOf, parseAddress } from "../wire/address.js";
import { type ApiClient, KubernetesError } from "./api-client.js";
import { applyObject } from "./apply.js";
import type { Manifests } from "./manifests.js";
import { type ClusterOptions, settle } from "./options.js";
import type { OwnComponents } from "./own-components.js";
import { servedResourceNamed } from "./resources.js";
import { type ClusterParts, startCluster, stopCluster } from "./start.js";
import { type Expectation, locate, type ObjectReference, type WaitOptions, waitForObject } from "./wait.js";

const defaultWaitMs = 60_000;

export class Cluster {
  /** YAML, as text, for the user kubernetes-admin. */
  readonly kubeconfig: string;
  /** Where the same is as a file. */
  readonly kubeconfigPath: string;
  /** For the scheduler or controller manager that this cluster was started without: where their kubeconfigs and the keys are. */
  readonly ownComponents: OwnComponents;
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** Of every API server. */
  readonly urls: readonly string[];
  private readonly client: ApiClient;
  private stopped: Promise<void> | undefined;

  private constructor(private readonly parts: ClusterParts) {
    this.kubeconfig = parts.kubeconfig;
    this.kubeconfigPath = parts.kubeconfigPath;
    this.ownComponents = parts.ownComponents;
    this.urls = parts.urls;
    this.url = parts.urls[0] as string;
    this.client = parts.client;
  }

  /**
   * Starts a cluster and waits until its API server answers and its nodes are ready. Throws a ClusterError that says what
   * to do when it cannot; nothing is left running then.
   */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    return new Cluster(await startCluster(settle(options)));
  }

  /** The actors of this cluster, as `kubelet/node-1`. */
  get actors(): readonly string[] {
    return this.parts.threads.actors();
  }

  /** A bearer token of the administrator, for clients that use no certificates. */
  get token(): string {
    return this.parts.adminToken;
  }

  /** The range of Services' addresses. */
  get serviceCidr(): string {
    return this.parts.ranges.serviceCidr;
  }

  /** What is added to ports below 1024 where this user may not bind them; undefined where that is allowed. */
  get lowPortsMovedBy(): number | undefined {
    return reachableAt(bindingRules(), this.parts.ranges.kubernetesAddress, 80).port === 80 ? undefined : lowPortsMappedTo;
  }

  /** Each node: its address, the range of its pods, and its actors. */
  get nodes(): ReadonlyArray<{ name: string; address: string; podCidr: string; actors: string[] }> {
    const names = [...new Set(this.parts.threads.actors().map(nodeOf))].filter((name) => name !== undefined);
    return names.map((name, index) => ({
      name,
      address: this.parts.ranges.nodeAddress(index + 1),
      podCidr: this.parts.ranges.nodePodCidr(index + 1),
      actors: this.parts.threads.actors().filter((actor) => nodeOf(actor) === name),
    }));
  }

  /** Creates what is in the manifests, or changes what is there to it, as `kubectl apply` does. Gives the objects back. */
  async apply(manifests: Manifests): Promise<UntypedObject[]> {
    // Loaded when it is needed: reading YAML would cost every start 30 ms.
    const { readManifests } = await import("./manifests.js");
    const applied: UntypedObject[] = [];
    for (const object of readManifests(manifests)) applied.push(await applyObject(this.client, object));
    return applied;
  }

  /** Waits until an object is as expected: `waitFor("pod/web", "Ready")`. The error tells how it was instead. */
  async waitFor(
    object: ObjectReference,
    expectation: Expectation = "Ready",
    options: WaitOptions = {},
  ): Promise<UntypedObject | undefined> {
    const located = await locate((name) => servedResourceNamed(this.client, name), object, options.namespace);
    return waitForObject(this.client, located, expectation, options.timeoutMs ?? defaultWaitMs);
  }

  /** Undefined where there is no such object. */
  async get(object: ObjectReference, options: { namespace?: string } = {}): Promise<UntypedObject | undefined> {
    try {
      return await this.client.json({ path: await pathOfObject(this.client, object, options.namespace) });
    } catch (error) {
      if (error instanceof KubernetesError && error.reason === "NotFound") return undefined;
      throw error;
    }
  }

  /** The objects of a kind, of one namespace or of all. */
  async list(
    kind: string,
    options: { namespace?: string; labelSelector?: string; fieldSelector?: string } = {},
  ): Promise<UntypedObject[]> {
    const { namespace, ...query } = options;
    const resource = await servedResourceNamed(this.client, kind);
    const path = pathOf(resource, namespace === undefined ? {} : { namespace });
    const list = await this.client.json<{ items: UntypedObject[] }>({ path, query });
    return list.items.map((item) => ({ ...item, apiVersion: resource.apiVersion, kind: resource.kind }));
  }

  /** Deletes an object, or begins to; `waitFor(object, "deleted")` tells when it is gone. */
  async delete(object: ObjectReference, options: { namespace?: string; gracePeriodSeconds?: number } = {}): Promise<void> {
    const { namespace, gracePeriodSeconds } = options;
    const body = { apiVersion: "v1", kind: "DeleteOptions", ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }) };
    await this.client.text({ method: "DELETE", path: await pathOfObject(this.client, object, namespace), body });
  }

  /** What a container has written so far. */
  async logs(
    pod: string,
    options: { namespace?: string; container?: string; previous?: boolean; tailLines?: number } = {},
  ): Promise<string> {
    const { namespace, ...query } = options;
    return this.client.text({ path: `${await pathOfObject(this.client, `pod/${pod}`, namespace)}/log`, query });
  }

  /** A request to the Kubernetes API as the administrator; gives the answer's text. */
  request(
    path: string,
    options: { method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"; body?: unknown; contentType?: string } = {},
  ): Promise<string> {
    return this.client.text({ path, ...options });
  }

  /** Makes an image known to this cluster; settles once it can be pulled. */
  registerImage(name: string, program: ImageProgram["program"]): Promise<void> {
    return this.parts.containers.register({ name, program });
  }

  /** Kills the thread of an actor, as `kubelet/node-1`; its supervisor restarts it. */
  async kill(actor: string): Promise<void> {
    this.parts.threads.kill(parseAddress(actor));
  }

  /** Each actor: how its supervision stands, and which charts, calls and links it has now. */
  inspect(): Promise<ActorStatus[]> {
    return this.parts.threads.inspect();
  }

  /** Actors that crashed too often and were given up; `kill` starts one again. */
  failures(): Array<{ actor: string; error: string }> {
    return this.parts.threads.failures();
  }

  /** Stops everything in order, within 5 s. */
  stop(onGroup?: (roles: readonly string[]) => void): Promise<void> {
    this.stopped ??= stopCluster(this.parts, onGroup);
    return this.stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

async function pathOfObject(client: ApiClient, object: ObjectReference, ofNamespace: string | undefined): Promise<string> {
  const { resource, namespace, name } = await locate((kind) => servedResourceNamed(client, kind), object, ofNamespace);
  return pathOf(resource, { ...(resource.namespaced ? { namespace } : {}), name });
}
