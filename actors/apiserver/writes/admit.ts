/**
 * Admission of one write: the built-in plugins that have a say in it, and what they see of the request and of the
 * cluster, which they read from the watch cache.
 */
import { AdmissionChain } from "../../../src/api/admission/pipeline.js";
import {
  type AdmissionOperation,
  type AdmissionRequest,
  type AdmissionTarget,
  admissionRequest,
  type ClusterView,
  type Remarks,
} from "../../../src/api/admission/plugin.js";
import type { Resource } from "../../../src/api/kinds.js";
import { storageKey, storagePrefix } from "../../../src/api/paths.js";
import { type Result, succeed } from "../../../src/api/status.js";
import type { KubernetesObject, UntypedObject } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import type { ApiOutcome, ApiUser, RequestPath } from "../request.js";
import { expectedAt, type Served } from "../served.js";
import { type Charges, chargeQuotasOf, noCharges } from "./charges.js";

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
  readonly options: { readonly dryRun?: boolean };
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

export class Admission {
  private readonly chain: AdmissionChain;
  private readonly cluster: ClusterView;

  constructor(
    private readonly backing: Backing,
    served: Served,
    private readonly asking: Asking,
    operation: AdmissionOperation,
  ) {
    this.chain = chainOf(served, asking.path, operation);
    this.cluster = new Neighbours(backing);
  }

  /** The object as the plugins leave it, before it is completed and validated. `old` is absent for a new one. */
  mutate(object: UntypedObject, old?: UntypedObject): Result<UntypedObject> {
    const changed = this.chain.mutate(this.requestOf(object, old), this.cluster);
    return changed.ok ? succeed(changed.value ?? object) : changed;
  }

  /** Whether what is complete and valid may be written. */
  validate(object: UntypedObject, old?: UntypedObject): Result<Remarks> {
    return this.chain.validate(this.requestOf(object, old), this.cluster);
  }

  /** What it costs of the namespace's quotas, to be written together with it. The last that may refuse it. */
  charge(object: UntypedObject, nowMs: number, old?: UntypedObject): Result<Charges> {
    if (!this.chain.mayCost) return succeed(noCharges);
    return chargeQuotasOf(this.backing, this.requestOf(object, old), nowMs);
  }

  /** Whether an act on an object may take place: it is judged by what was sent, not by what comes of it. */
  admitAct(act: UntypedObject): Result<Remarks> {
    const mutated = this.mutate(act);
    return mutated.ok ? this.validate(mutated.value) : mutated;
  }

  /** Whether an object may be deleted. */
  admitDelete(old: UntypedObject): Result<Remarks> {
    const request = this.requestOf(undefined, old);
    const admitted = this.chain.mutate(request, this.cluster);
    return admitted.ok ? this.chain.validate(request, this.cluster) : admitted;
  }

  private requestOf(object: UntypedObject | undefined, old: UntypedObject | undefined): AdmissionRequest {
    const { path, user, options } = this.asking;
    const { namespace = "", name = object?.metadata.name ?? "" } = path;
    return admissionRequest(this.chain.target, { namespace, name, object, old, user, dryRun: options.dryRun === true });
  }
}

/** An outcome with what admission had to say of the request. */
export function remarked(outcome: ApiOutcome, { warnings = [] }: Remarks): ApiOutcome {
  return warnings.length === 0 ? outcome : { ...outcome, warnings: [...(outcome.warnings ?? []), ...warnings] };
}
