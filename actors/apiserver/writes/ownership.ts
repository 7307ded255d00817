/**
 * Who owns which fields after a write: metadata.managedFields, which goes beside an object as text from what is stored to what is
 * written, so that whoever only looks at the object need not read it.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */

import { type Atom, deduced } from "../../../src/api/apply/atom.js";
import { atomOfType } from "../../../src/api/apply/builtin-atoms.js";
import { atomOfCustom } from "../../../src/api/apply/custom-atoms.js";
import { FieldManager, type Managed } from "../../../src/api/apply/field-manager.js";
import {
  type ManagedEntry,
  managedFieldsErrors,
  managedFieldsText,
  parseManagedFields,
  readManagedFields,
  resetsManagedFields,
} from "../../../src/api/apply/managed-fields.js";
import { ownableFields, resetFields } from "../../../src/api/apply/reset-fields.js";
import type { Versions } from "../../../src/api/apply/updater.js";
import type { JsonObject } from "../../../src/api/json-value.js";
import { parseApiVersion } from "../../../src/api/kinds.js";
import { type ApiError, invalid, type Result, succeed } from "../../../src/api/status.js";
import { formatTime } from "../../../src/api/time.js";
import type { UntypedObject } from "../../../src/api/types.js";
import type { Catalog } from "../catalog/catalog.js";
import type { RequestPath } from "../request.js";
import type { Served } from "../served.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import type { Owned } from "./owned.js";

/** Whose write it is. */
export interface OwnershipAsking {
  readonly path: RequestPath;
  readonly fieldManager?: string;
}

/** What a write makes of an object. */
export interface Written extends Owned {
  /** The client sent some of its managedFields. */
  readonly sent?: true;
}

/** 422 where a client sent managers whose names are none; undefined where all is well, or nothing was sent. */
export function managersWrong({ groupKind }: Served, { object, managedFields, sent }: Written): ApiError | undefined {
  if (sent === undefined) return undefined;
  const errors = managedFieldsErrors(parseManagedFields(managedFields), "metadata.managedFields");
  return errors.length === 0 ? undefined : invalid(groupKind, object.metadata.name ?? "", errors);
}

const managers = new WeakMap<Served, Map<string, FieldManager>>();

function managerOf(catalog: Catalog, served: Served, subresource: string): FieldManager {
  const ofResource = managers.get(served) ?? new Map<string, FieldManager>();
  managers.set(served, ofResource);
  const known = ofResource.get(subresource);
  if (known !== undefined) return known;
  const { kind, apiVersion } = served.resource;
  const made = new FieldManager({ kind, apiVersion, subresource, versions: versionsOf(catalog, served, subresource) });
  ofResource.set(subresource, made);
  return made;
}

function versionsOf(catalog: Catalog, served: Served, subresource: string): Versions {
  const { group, kind, plural, storage, custom, subresources } = served.resource;
  const hasStatus = subresources.some(({ name }) => name === "status");
  const ofKind = { group, kind, custom: custom !== undefined, hasStatus };
  const ignored = resetFields(ofKind, subresource);
  const ownable = ownableFields(ofKind, subresource);
  const servedAs = (apiVersion: string): Served | undefined => {
    if (apiVersion === served.resource.apiVersion) return served;
    const parsed = parseApiVersion(apiVersion);
    const other = parsed && catalog.resources.byResource(parsed.group, parsed.version, plural);
    const same = other?.storage.group === storage.group && other.storage.kind === storage.kind;
    return other !== undefined && same ? catalog.of(other) : undefined;
  };
  return {
    atom(apiVersion) {
      const of = servedAs(apiVersion);
      return of === undefined ? undefined : atomOf(of);
    },
    convert(object, from, to) {
      const [one, other] = [servedAs(from), servedAs(to)];
      if (one === undefined || other === undefined) return undefined;
      const stored = one.store(object as unknown as UntypedObject);
      return (other.view?.(stored) ?? stored) as unknown as JsonObject;
    },
    ignored: () => ignored,
    ...(ownable === undefined ? {} : { ownable }),
  };
}

const atomOf = ({ resource: { custom, type } }: Served): Atom =>
  custom === undefined ? (atomOfType(type) ?? deduced) : atomOfCustom(custom.schema);

const plain = (object: UntypedObject): JsonObject => object as unknown as JsonObject;

export class Ownership {
  private readonly manager: FieldManager;

  constructor(
    catalog: Catalog,
    private readonly served: Served,
    private readonly asking: OwnershipAsking,
  ) {
    this.manager = managerOf(catalog, served, asking.path.subresource ?? "");
  }

  /** The owners of a new object, before admission adds to it. */
  created(object: UntypedObject, nowMs: number): Written {
    const { sent, rest } = apart(object);
    const entries = readManagedFields(sent) ?? [];
    return withSent(sent, this.updated(undefined, { object: plain(rest), entries }, nowMs));
  }

  /** The owners of an object after an update or patch, before admission adds to it. */
  changed(object: UntypedObject, origin: StoredObject, nowMs: number): Written {
    const { sent, rest } = apart(object);
    const entries = this.entriesAfter(sent, origin);
    return withSent(sent, this.updated(this.live(origin), { object: plain(rest), entries }, nowMs));
  }

  /** An object with a configuration applied to it; without an origin, a new one. */
  applied(config: JsonObject, origin: StoredObject | undefined, force: boolean, nowMs: number): Result<Owned> {
    const live = origin && { object: this.live(origin), entries: parseManagedFields(origin.managedFields) };
    const outcome = this.manager.apply(live, config, { ...this.writer(nowMs), force });
    if (!outcome.ok) return outcome;
    const { object, entries } = outcome.value;
    return succeed({ object: object as unknown as UntypedObject, managedFields: managedFieldsText(entries) });
  }

  private updated(live: JsonObject | undefined, changed: Managed, nowMs: number): Owned {
    const entries = this.manager.update(live, changed, this.writer(nowMs));
    return { object: changed.object as unknown as UntypedObject, managedFields: managedFieldsText(entries) };
  }

  private writer(nowMs: number) {
    return { manager: this.asking.fieldManager ?? "", time: formatTime(nowMs) };
  }

  private live({ object }: StoredObject): JsonObject {
    return plain(this.served.view?.(object) ?? object);
  }

  /** Clients that know nothing of managedFields send none, or what nobody can read: what was there stays. */
  private entriesAfter(sent: unknown, origin: StoredObject): readonly ManagedEntry[] {
    if (this.asking.path.subresource === undefined && sent !== undefined) {
      if (resetsManagedFields(sent)) return [];
      const entries = readManagedFields(sent);
      if (entries !== undefined && entries.length > 0) return entries;
    }
    return parseManagedFields(origin.managedFields);
  }
}

const withSent = (sent: unknown, owned: Owned): Written => (sent === undefined ? owned : { ...owned, sent: true });

/** The managedFields that a client sent, and the object without them. */
function apart(object: UntypedObject): { readonly sent: unknown; readonly rest: UntypedObject } {
  if (object.metadata.managedFields === undefined) return { sent: undefined, rest: object };
  const { managedFields: sent, ...metadata } = object.metadata;
  return { sent, rest: { ...object, metadata } };
}
