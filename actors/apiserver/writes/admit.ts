/**
 * Admission of one write: the built-in plugins that have a say in it, and what they see of the request and of the
 * cluster, which they read from the watch cache.
 */
import type { AccessView } from "../../../src/api/admission/access-view.js";
import { AdmissionChain } from "../../../src/api/admission/pipeline.js";
import {
  type AdmissionOperation,
  type AdmissionRequest,
  type AdmissionTarget,
  admissionRequest,
  type ClusterView,
} from "../../../src/api/admission/plugin.js";
import type { Resource } from "../../../src/api/kinds.js";
import { storageKey, storagePrefix } from "../../../src/api/paths.js";
import { type Result, succeed } from "../../../src/api/status.js";
import type { KubernetesObject, UntypedObject } from "../../../src/api/types.js";
import { type Attributes, operationOptionsOf } from "../admission/attributes.js";
import type { Backing } from "../backing.js";
import type { Step } from "../consult/question.js";
import type { ApiUser, RequestPath } from "../request.js";
import { expectedAt, type Served } from "../served.js";
import { type Charges, chargeQuotasOf, noCharges } from "./charges.js";
import type { Situation } from "./plan.js";

/** Objects of the cluster that admission asks for, by what they are. */
class Neighbours implements ClusterView {
  private drawn: string | undefined;

  constructor(private readonly backing: Backing) {}

  get<T extends KubernetesObject>(group: string, plural: string, namespace: string, name: string): T | undefined {
    const resource = this.backing.catalog.resources.preferred(group, plural);
    if (resource === undefined) return undefined;
    return this.backing.cache.get(storageKey(resource, namespace, name))?.object as T | undefined;
  }

  list<T extends KubernetesObject>(group: string, plural: string, namespace = ""): T[] {
    const resource = this.backing.catalog.resources.preferred(group, plural);
    if (resource === undefined) return [];
    const prefix = storagePrefix(resource, namespace);
    return Array.from(this.backing.cache.store(storagePrefix(resource)).from(prefix), (stored) => stored.object as unknown as T);
  }

  get access(): AccessView {
    return this.backing.authorizer;
  }

  /** The same for one write however often it is planned: what is asked of a webhook must not change by chance. */
  suffix(length: number): string {
    this.drawn ??= this.backing.host.ids.suffix(length);
    return this.drawn;
  }
}

/** Whose write it is, and of what. */
export interface Asking {
  readonly path: RequestPath;
  readonly user: ApiUser;
  readonly fieldManager?: string;
  readonly options: { readonly dryRun?: boolean };
  readonly bootstrap?: true;
}

const chains = new WeakMap<Resource, Map<string, AdmissionChain>>();

function chainOf(served: Served, path: RequestPath, operation: AdmissionOperation): AdmissionChain {
  const { resource } = served;
  const ofResource = chains.get(resource) ?? new Map<string, AdmissionChain>();
  chains.set(resource, ofResource);
  const { subresource = "" } = path;
  const form = `${operation} ${subresource}`;
  const known = ofResource.get(form);
  if (known !== undefined) return known;
  const { group, version, plural, namespaced } = resource;
  const { kind } = expectedAt(served, path);
  const target: AdmissionTarget = { operation, group, version, resource: plural, subresource, kind, namespaced };
  const made = new AdmissionChain(target);
  ofResource.set(form, made);
  return made;
}

/**
 * Admission of one write: first what is built in, then who is registered. What they have to say besides goes into the
 * remarks of the situation.
 */
export class Admission {
  private readonly chain: AdmissionChain;
  private readonly cluster: ClusterView;

  constructor(
    private readonly backing: Backing,
    private readonly served: Served,
    private readonly asking: Asking,
    operation: AdmissionOperation,
  ) {
    this.chain = chainOf(served, asking.path, operation);
    this.cluster = new Neighbours(backing);
  }

  /** The object as admission leaves it, before it is completed and validated. `old` is absent for a new one. */
  mutate(object: UntypedObject, old: UntypedObject | undefined, situation: Situation): Step<UntypedObject> {
    const changed = this.change(object, old, situation);
    return changed.ok ? succeed(changed.value ?? object) : changed;
  }

  /** Whether what is complete and valid may be written. */
  validate(object: UntypedObject | undefined, old: UntypedObject | undefined, situation: Situation): Step<undefined> {
    const remarks = this.chain.validate(this.requestOf(object, old), this.cluster);
    if (!remarks.ok) return remarks;
    situation.remarks.take(remarks.value);
    const { dynamicAdmission } = this.backing;
    if (this.asking.bootstrap === true || !dynamicAdmission.validates(this.chain.target, this.served)) return succeed(undefined);
    return dynamicAdmission.validate(this.form, this.attributesOf(object, old), this.cluster, situation);
  }

  /** What it costs of the namespace's quotas, to be written together with it. The last that may refuse it. */
  charge(object: UntypedObject, nowMs: number, old?: UntypedObject): Result<Charges> {
    if (!this.chain.mayCost) return succeed(noCharges);
    return chargeQuotasOf(this.backing, this.requestOf(object, old), nowMs);
  }

  /** An act on an object, if it may take place: it is judged by what was sent, not by what comes of it. */
  admitAct(act: UntypedObject, situation: Situation): Step<UntypedObject> {
    const mutated = this.mutate(act, undefined, situation);
    if (!mutated.ok) return mutated;
    const valid = this.validate(mutated.value, undefined, situation);
    return valid.ok ? mutated : valid;
  }

  /** Whether what is built in lets an act take place of which nothing is stored: the issue of a token. */
  permit(act: UntypedObject): Result<unknown> {
    const request = this.requestOf(act, undefined);
    const mutated = this.chain.mutate(request, this.cluster);
    return mutated.ok ? this.chain.validate(request, this.cluster) : mutated;
  }

  /** Whether an object may be deleted. */
  admitDelete(old: UntypedObject, situation: Situation): Step<undefined> {
    const admitted = this.change(undefined, old, situation);
    return admitted.ok ? this.validate(undefined, old, situation) : admitted;
  }

  private get form() {
    return { target: this.chain.target, served: this.served };
  }

  private change(
    object: UntypedObject | undefined,
    old: UntypedObject | undefined,
    situation: Situation,
  ): Step<UntypedObject | undefined> {
    const build = (each: UntypedObject | undefined) => this.chain.mutate(this.requestOf(each, old), this.cluster);
    const built = build(object);
    const { dynamicAdmission } = this.backing;
    if (!built.ok || this.asking.bootstrap === true) return built;
    if (!dynamicAdmission.mutates(this.chain.target, this.served)) return built;
    const mutating = { attributesOf: (each: UntypedObject | undefined) => this.attributesOf(each, old), rebuild: build };
    return dynamicAdmission.mutate(this.form, built.value, mutating, this.cluster, situation);
  }

  private requestOf(object: UntypedObject | undefined, old: UntypedObject | undefined): AdmissionRequest {
    const { path, user, options } = this.asking;
    const { namespace = "", name = object?.metadata.name ?? "" } = path;
    return admissionRequest(this.chain.target, { namespace, name, object, old, user, dryRun: options.dryRun === true });
  }

  /** Those who are registered see a namespace as in itself. */
  private attributesOf(object: UntypedObject | undefined, old: UntypedObject | undefined): Attributes {
    const { path, user, options } = this.asking;
    const request = this.requestOf(object, old);
    const { group, resource, operation } = request;
    const isNamespace = group === "" && resource === "namespaces";
    const operationOptions = operationOptionsOf(operation, options);
    return {
      ...request,
      ...(isNamespace ? { namespace: request.name } : {}),
      user,
      served: this.served,
      objectKind: expectedAt(this.served, path),
      operationOptions,
      authorizer: this.backing.authorizer,
    };
  }
}
