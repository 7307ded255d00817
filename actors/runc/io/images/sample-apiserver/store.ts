/** The objects of wardle.example.com/v1alpha1 that the stand-in for the sample API server keeps, in memory and in the order of their writes. */
import { parseAnyJson } from "../../../../../src/api/body.js";
import { type FieldError, invalidValue, required } from "../../../../../src/api/field-errors.js";
import { dns1123Subdomain, generatedName } from "../../../../../src/api/names.js";
import type { ObjectPredicate } from "../../../../../src/api/selectors.js";
import {
  alreadyExists,
  badRequest,
  conflict,
  fail,
  forbidden,
  type GroupResource,
  invalid,
  nameMismatch,
  namespaceMismatch,
  notFound,
  type Result,
  succeed,
} from "../../../../../src/api/status.js";
import type { UntypedObject } from "../../../../../src/api/types.js";

export const group = "wardle.example.com";
export const apiVersion = `${group}/v1alpha1`;

export interface WardleResource {
  readonly plural: "flunders" | "fischers";
  readonly kind: "Flunder" | "Fischer";
  readonly namespaced: boolean;
}

export const resources: readonly WardleResource[] = [
  { plural: "fischers", kind: "Fischer", namespaced: false },
  { plural: "flunders", kind: "Flunder", namespaced: true },
];

/** Which object, or which objects, of a resource. */
export interface Place {
  readonly of: WardleResource;
  readonly namespace: string;
}

export interface WardleEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: UntypedObject;
}

type Listener = (event: WardleEvent, place: Place) => void;

/** Events that a watch can still begin before. */
const historyMost = 1_000;

export class WardleStore {
  private readonly objects = new Map<string, UntypedObject>();
  private readonly history: Array<WardleEvent & { readonly place: Place; readonly revision: number }> = [];
  private readonly listeners = new Set<Listener>();
  private revision = 1;

  constructor(private readonly chance: { uid(): string; suffix(): string; now(): string }) {}

  get resourceVersion(): string {
    return String(this.revision);
  }

  list({ of, namespace }: Place, selects: ObjectPredicate | undefined): UntypedObject[] {
    const prefix = `${of.plural}/${namespace === "" ? "" : `${namespace}/`}`;
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.map((key) => this.objects.get(key) as UntypedObject).filter((object) => selects?.(object) ?? true);
  }

  get(place: Place, name: string): Result<UntypedObject> {
    const found = this.objects.get(keyOf(place, name));
    return found === undefined ? fail(notFound(groupResource(place), name)) : succeed(found);
  }

  create(place: Place, sent: UntypedObject, dryRun: boolean): Result<UntypedObject> {
    const checked = this.checked(place, sent);
    if (!checked.ok) return checked;
    const { metadata } = checked.value;
    const name = metadata.name ?? generatedName(metadata.generateName ?? "", this.chance.suffix());
    const errors = nameErrors(name, metadata.name === undefined && metadata.generateName === undefined);
    if (errors.length > 0) return fail(invalid({ group, kind: place.of.kind }, name, errors));
    if (this.objects.has(keyOf(place, name))) return fail(alreadyExists(groupResource(place), name));
    if (place.of.kind === "Flunder" && this.isBanned(name)) {
      return fail(forbidden(groupResource(place), name, "this name may not be used, please change the resource name"));
    }
    const object: UntypedObject = {
      ...checked.value,
      metadata: { ...metadata, name, uid: this.chance.uid(), creationTimestamp: this.chance.now() },
    };
    return succeed(dryRun ? object : this.write(place, "ADDED", object));
  }

  update(place: Place, name: string, sent: UntypedObject, dryRun: boolean): Result<UntypedObject> {
    const old = this.get(place, name);
    if (!old.ok) return old;
    const checked = this.checked(place, sent);
    if (!checked.ok) return checked;
    const { metadata } = checked.value;
    if (metadata.name !== undefined && metadata.name !== name) return fail(nameMismatch(metadata.name, name));
    if (metadata.resourceVersion !== old.value.metadata.resourceVersion) return fail(conflict(groupResource(place), name));
    const { uid, creationTimestamp } = old.value.metadata;
    const kept = {
      name,
      ...(uid === undefined ? {} : { uid }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    };
    const object: UntypedObject = { ...checked.value, metadata: { ...metadata, ...kept } };
    return succeed(dryRun ? object : this.write(place, "MODIFIED", object));
  }

  delete(place: Place, name: string, dryRun: boolean): Result<UntypedObject> {
    const old = this.get(place, name);
    if (!old.ok || dryRun) return old;
    return succeed(this.write(place, "DELETED", old.value));
  }

  /** Tells of what is written from now on, and first of what was since `since`; undefined when that is no longer known. */
  follow(since: number, listener: Listener): (() => void) | undefined {
    const oldest = this.history[0]?.revision ?? this.revision + 1;
    if (since < this.revision && since + 1 < oldest && this.history.length === historyMost) return undefined;
    for (const { place, revision, ...event } of this.history) if (revision > since) listener(event, place);
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private write(place: Place, type: WardleEvent["type"], object: UntypedObject): UntypedObject {
    this.revision += 1;
    const written: UntypedObject = { ...object, metadata: { ...object.metadata, resourceVersion: this.resourceVersion } };
    const key = keyOf(place, written.metadata.name ?? "");
    if (type === "DELETED") this.objects.delete(key);
    else this.objects.set(key, written);
    this.history.push({ type, object: written, place, revision: this.revision });
    if (this.history.length > historyMost) this.history.shift();
    for (const listener of this.listeners) listener({ type, object: written }, place);
    return written;
  }

  private checked({ of, namespace }: Place, sent: UntypedObject): Result<UntypedObject> {
    if (sent.kind !== of.kind || sent.apiVersion !== apiVersion) {
      return fail(badRequest(`no kind "${sent.kind}" is registered for version "${sent.apiVersion}" here`));
    }
    const { namespace: said, ...metadata } = sent.metadata ?? {};
    if (said !== undefined && said !== namespace) return fail(namespaceMismatch());
    return succeed({ ...sent, metadata: of.namespaced ? { ...metadata, namespace } : metadata });
  }

  /** Fischers say which flunders there may not be. */
  private isBanned(name: string): boolean {
    const fischers = resources.find(({ kind }) => kind === "Fischer") as WardleResource;
    return this.list({ of: fischers, namespace: "" }, undefined).some((fischer) => {
      const { disallowedFlunders } = fischer as { disallowedFlunders?: readonly string[] };
      return disallowedFlunders?.includes(name) ?? false;
    });
  }
}

const keyOf = ({ of, namespace }: Place, name: string): string =>
  of.namespaced ? `${of.plural}/${namespace}/${name}` : `${of.plural}/${name}`;

const groupResource = ({ of }: Place): GroupResource => ({ group, resource: of.plural });

function nameErrors(name: string, isMissing: boolean): FieldError[] {
  if (isMissing) return [required("metadata.name", "name or generateName is required")];
  return dns1123Subdomain(name).map((detail) => invalidValue("metadata.name", name, detail));
}

/** An object as a body has it. */
export function objectIn(body: string): Result<UntypedObject> {
  const parsed = parseAnyJson(body);
  if (!parsed.ok) return fail(badRequest(parsed.message));
  const { value } = parsed;
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? succeed(value as UntypedObject)
    : fail(badRequest("the body is not an object"));
}
