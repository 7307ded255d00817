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
import type { Phase } from "../metrics/admission-metrics.js";
import type { ApiUser, RequestPath } from "../request.js";
import { expectedAt, type Served } from "../served.js";
import { type Charges, chargeQuotasOf, noCharges } from "./charges.js";
import { type Owned, parted, unowned, whole } from "./owned.js";
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
  readonly typed?: boolean;
  readonly ofCollection?: true;
}

/** The cluster's own components take no warnings. */
export const isTold = ({ typed = false }: Asking): boolean => !typed;

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

  /** What admission leaves, before it is completed and validated. `before` is absent for a new object. */
  mutate(now: Owned, before: Owned | undefined, situation: Situation): Step<Owned> {
    return this.phase("admit", situation, () => this.changed(now, before, situation));
  }

  /** Whether what is complete and valid may be written. */
  validate(now: Owned | undefined, before: Owned | undefined, situation: Situation): Step<undefined> {
    return this.phase("validate", situation, () => this.judged(now, before, situation));
  }

  /** What it costs of the namespace's quotas, to be written together with it. The last that may refuse it. */
  charge(object: UntypedObject, { draws, measures }: Situation, old?: UntypedObject): Result<Charges> {
    if (!this.chain.mayCost) return succeed(noCharges);
    return measures.plugin("ResourceQuota", "validate", this.operation, () =>
      chargeQuotasOf(this.backing, this.requestOf(object, old), draws.nowMs),
    );
  }

  /** An act on an object, if it may take place: it is judged by what was sent, not by what comes of it. */
  admitAct(act: UntypedObject, situation: Situation): Step<UntypedObject> {
    const mutated = this.mutate(unowned(act), undefined, situation);
    if (!mutated.ok) return mutated;
    const valid = this.validate(mutated.value, undefined, situation);
    return valid.ok ? succeed(mutated.value.object) : valid;
  }

  /** Whether what is built in lets an act take place of which nothing is stored: the issue of a token. */
  permit(act: UntypedObject): Result<unknown> {
    const request = this.requestOf(act, undefined);
    const mutated = this.chain.mutate(request, this.cluster);
    return mutated.ok ? this.chain.validate(request, this.cluster) : mutated;
  }

  /** Whether an object may be deleted. */
  admitDelete(before: Owned, situation: Situation): Step<undefined> {
    const admitted = this.phase("admit", situation, () => this.change(undefined, before, situation));
    return admitted.ok ? this.validate(undefined, before, situation) : admitted;
  }

  private get operation(): AdmissionOperation {
    return this.chain.target.operation;
  }

  private phase<T>(phase: Phase, { measures }: Situation, take: () => Step<T>): Step<T> {
    measures.began(phase);
    const step = take();
    if (step.ok || !("consult" in step)) measures.ended(phase, this.operation, step.ok);
    return step;
  }

  private get form() {
    return { target: this.chain.target, served: this.served };
  }

  private changed(now: Owned, before: Owned | undefined, situation: Situation): Step<Owned> {
    const changed = this.change(now, before, situation);
    if (!changed.ok) return changed;
    const { value: object = now.object } = changed;
    if (object === now.object) return succeed(now);
    if (!this.isChangedByOthers) return succeed({ object, managedFields: now.managedFields });
    return succeed(parted(object, now, (text) => situation.remarks.warn(text)));
  }

  /** Whether anybody who is registered may change such requests. */
  private get isChangedByOthers(): boolean {
    return this.asking.bootstrap !== true && this.backing.dynamicAdmission.mutates(this.chain.target, this.served);
  }

  /** The object, with its managedFields where others may change it. */
  private change(now: Owned | undefined, before: Owned | undefined, situation: Situation): Step<UntypedObject | undefined> {
    const watch = situation.measures.watch("admit", this.operation);
    const built = this.chain.mutate(this.requestOf(now?.object, before?.object), this.cluster, watch);
    if (!built.ok || !this.isChangedByOthers) return built;
    const old = before && whole(before);
    const object = built.value && whole({ object: built.value, managedFields: now?.managedFields ?? "" });
    const mutating = {
      attributesOf: (each: UntypedObject | undefined) => this.attributesOf(each, old),
      rebuild: (each: UntypedObject | undefined) => this.chain.mutate(this.requestOf(each, old), this.cluster),
    };
    return this.backing.dynamicAdmission.mutate(this.form, object, mutating, this.cluster, situation);
  }

  private judged(now: Owned | undefined, before: Owned | undefined, situation: Situation): Step<undefined> {
    const watch = situation.measures.watch("validate", this.operation);
    const remarks = this.chain.validate(this.requestOf(now?.object, before?.object), this.cluster, watch);
    if (!remarks.ok) return remarks;
    situation.remarks.take(remarks.value);
    const { dynamicAdmission } = this.backing;
    if (this.asking.bootstrap === true || !dynamicAdmission.validates(this.chain.target, this.served)) return succeed(undefined);
    const attributes = this.attributesOf(now && whole(now), before && whole(before));
    return dynamicAdmission.validate(this.form, attributes, this.cluster, situation);
  }

  private requestOf(object: UntypedObject | undefined, old: UntypedObject | undefined): AdmissionRequest {
    const { path, user, options, ofCollection } = this.asking;
    const { namespace = "", name: named = object?.metadata.name ?? "" } = path;
    // Who deletes a collection names none of its objects; what each is called is in the object.
    const name = ofCollection === true ? "" : named;
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
