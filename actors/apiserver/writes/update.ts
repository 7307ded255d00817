import { defaulterFor, statusDefaulterFor } from "../../../src/api/defaults/defaults.js";
import { deepEqual } from "../../../src/api/json-value.js";
import { forbidden, notFound, succeed } from "../../../src/api/status.js";
import { createsOnUpdate, prepareForUpdate } from "../../../src/api/strategy/strategy.js";
import { formatTime } from "../../../src/api/time.js";
import type { KubernetesObject, UntypedObject } from "../../../src/api/types.js";
import { finalizerWarnings } from "../../../src/api/validation/metadata.js";
import { updateWarnings } from "../../../src/api/warnings/warnings.js";
import { readJson } from "../../../src/json/text.js";
import type { Json } from "../../../src/wire/json.js";
import { resourceAttributes } from "../access/attributes.js";
import type { Backing } from "../backing.js";
import type { Step } from "../consult/question.js";
import type { ApiError, ApiOutcome } from "../request.js";
import { keyOf, lifetimeOf, type Served } from "../served.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import { storedText, withoutManagedFields, withoutResourceVersion, withResourceVersion } from "../watch-cache/stored-text.js";
import { Admission, type Asking, isTold } from "./admit.js";
import { type Charges, noCharges } from "./charges.js";
import { type Claimed, claimForUpdate, claimsOf } from "./claims.js";
import { CreatePlanner } from "./create.js";
import { checkUpdate, goesWithUpdate, inNamespaceOf } from "./metadata.js";
import { type Owned, OwnedBefore } from "./owned.js";
import { afterAdmission, withOwnersOnce } from "./owner-references.js";
import { managersWrong, Ownership, type Written } from "./ownership.js";
import { answerWith, halted, type Plan, type Planner, refuse, refuseForCertain, type Situation } from "./plan.js";
import { validateUpdate } from "./validate.js";

/** What an object is to become, in the words of the version that was asked for. */
export interface Changed {
  readonly object: UntypedObject;
  /** Who owns what then, as text, where the change itself says it. */
  readonly managedFields?: string;
}

export type Change = (stored: StoredObject, situation: Situation) => Step<Changed>;

export interface ChangeHow {
  /** The server itself makes the change, because of an act that was admitted: nothing is defaulted, kept back or validated. */
  readonly asIs?: boolean;
  /** The change was admitted by other words than the object's own, such as a Scale. */
  readonly admitted?: boolean;
  /** The change is a whole object, whose UID must be that of the one that is stored. */
  readonly uidIsPrecondition?: boolean;
  /** What is answered; absent: the object as it now is. */
  readonly show?: (json: Json<KubernetesObject>) => ApiOutcome;
}

/** Writes a changed object back. How it changes is what tells an update from a patch or a binding. */
export class ChangePlanner implements Planner {
  readonly begins = "cached";
  private readonly admission: Admission;
  protected readonly ownership: Ownership;

  constructor(
    protected readonly backing: Backing,
    protected readonly served: Served,
    protected readonly asking: Asking,
    private readonly change: Change,
    private readonly how: ChangeHow = {},
  ) {
    this.admission = new Admission(backing, served, asking, "UPDATE");
    this.ownership = new Ownership(backing.catalog, served, asking);
  }

  key(): string {
    return keyOf(this.served, this.asking.path);
  }

  plan(situation: Situation): Plan {
    const { origin } = situation;
    const { served } = this;
    const { path } = this.asking;
    if (origin === undefined) return this.planAbsent(situation);
    const changed = this.change(origin, situation);
    if (!changed.ok) return halted(changed);
    const placed = inNamespaceOf(path, served, changed.value.object);
    if (!placed.ok) return refuseForCertain(placed.error);
    const checked = checkUpdate(path, served, placed.value, origin, this.how);
    if (!checked.ok) return refuse(checked.error);
    const object = withOwnersOnce(checked.value, (text) => situation.remarks.warn(text));
    return this.planChecked({ ...changed.value, object }, origin, situation);
  }

  protected planAbsent(_situation: Situation): Plan {
    return refuse(notFound(this.served.groupResource, this.asking.path.name ?? ""));
  }

  /** Who may change what is there may not for that alone make what is not. */
  protected refusalToCreate(): ApiError | undefined {
    const { path, user } = this.asking;
    const asked = resourceAttributes("create", path);
    const decision = this.backing.authorizer.authorize(user, asked);
    return decision.allowed ? undefined : forbidden(this.served.groupResource, path.name ?? "", decision.reason);
  }

  private show(json: Json<KubernetesObject>): ApiOutcome {
    return this.how.show?.(json) ?? answerWith(this.served.presentation.show(json));
  }

  private planChecked(changed: Changed, origin: StoredObject, situation: Situation): Plan {
    const { view } = this.served;
    const old = view === undefined ? origin.object : view(origin.object);
    const before = new OwnedBefore(old, origin);
    const owned = this.owned(changed, origin, situation.draws.nowMs);
    const misnamed = managersWrong(this.served, owned);
    if (misnamed !== undefined) return refuse(misnamed);
    const ready = this.complete(owned, before, situation);
    if (!ready.ok) return halted(ready);
    const { object, managedFields } = ready.value;
    const goes = goesWithUpdate(origin.object.metadata, object);
    const claimed = goes
      ? succeed({ object })
      : claimForUpdate(this.backing, this.served, object, origin, situation.taken, situation.draws);
    if (!claimed.ok) return refuse(claimed.error);
    if (this.isAdmittedByItself) {
      const valid = this.admission.validate({ object: claimed.value.object, managedFields }, before, situation);
      if (!valid.ok) return halted(valid);
    }
    const charged = this.isAdmittedByItself ? this.admission.charge(claimed.value.object, situation, old) : succeed(noCharges);
    if (!charged.ok) return refuse(charged.error);
    return this.commit({ ...claimed.value, ...charged.value, managedFields }, goes, origin);
  }

  private get isAdmittedByItself(): boolean {
    return this.how.asIs !== true && this.how.admitted !== true;
  }

  /** The object with its defaults, and who owns what of it. What the server itself changes belongs to nobody. */
  private owned({ object, managedFields }: Changed, origin: StoredObject, nowMs: number): Written {
    if (this.how.asIs === true) return { object, managedFields: origin.managedFields };
    const { resource } = this.served;
    const ofPart = this.asking.path.subresource === "status" ? statusDefaulterFor : defaulterFor;
    const defaulted = ofPart(resource.group, resource.version, resource.kind)(object);
    return managedFields === undefined ? this.ownership.changed(defaulted, origin, nowMs) : { object: defaulted, managedFields };
  }

  /** The object as it is to be written. */
  private complete(owned: Owned, before: Owned, situation: Situation): Step<Owned> {
    if (this.how.asIs === true) return succeed(owned);
    const { object: old } = before;
    const { resource } = this.served;
    const { subresource } = this.asking.path;
    const mutated = this.isAdmittedByItself ? this.admission.mutate(owned, before, situation) : succeed(owned);
    if (!mutated.ok) return mutated;
    const { managedFields } = mutated.value;
    const warn = (text: string) => situation.remarks.warn(text);
    const object = withOwnersOnce(mutated.value.object, warn, afterAdmission);
    const prepared = prepareForUpdate(resource, subresource, object, old, formatTime(situation.draws.nowMs));
    if (resource.custom !== undefined)
      for (const text of finalizerWarnings(prepared.metadata.finalizers, old.metadata.finalizers)) warn(text);
    const valid = validateUpdate(this.backing.io, this.served, prepared, old, subresource, warn);
    if (!valid.ok) return valid;
    if (isTold(this.asking)) for (const text of updateWarnings(resource, valid.value, old, subresource)) warn(text);
    return succeed({ object: valid.value, managedFields });
  }

  private commit(ready: Owned & Partial<Claimed> & Charges, goes: boolean, origin: StoredObject): Plan {
    const { served } = this;
    const key = origin.key;
    const stored = served.store(ready.object);
    if (goes) {
      const text = storedText(stored, ready.managedFields);
      const answer = (revision: bigint) => this.show(withResourceVersion(text, revision));
      return { what: "remove", key, releases: claimsOf(this.backing, served, origin.object), answer };
    }
    const before = withoutResourceVersion(withoutManagedFields(origin.json));
    const sameOwners = timeless(ready.managedFields) === timeless(origin.managedFields);
    if (sameOwners && sameObject(storedText(stored), before)) return { what: "answer", outcome: this.show(origin.json) };
    return { what: "put", key, ...ready, object: stored, ...lifetimeOf(served), answer: (json) => this.show(json) };
  }
}

/** Texts of one object differ at most in the order of their fields, which leaves their length. */
const sameObject = (text: string, before: string): boolean =>
  text === before || (text.length === before.length && deepEqual(readJson(text), readJson(before)));

/** Who owns what, whenever they wrote it: a write that changes nothing does not make an object newer. */
const timeless = (managedFields: string): string => managedFields.replaceAll(/,"time":"[^"]*"/g, "");

/** PUT of a whole object, or of a subresource that is written as the object is: status, finalize. */
export class UpdatePlanner extends ChangePlanner {
  constructor(
    backing: Backing,
    served: Served,
    asking: Asking,
    private readonly body: UntypedObject,
  ) {
    super(backing, served, asking, () => succeed({ object: body }), { uidIsPrecondition: true });
  }

  protected override planAbsent(situation: Situation): Plan {
    const { backing, served, asking, body } = this;
    const { path } = asking;
    if (path.subresource !== undefined || !createsOnUpdate(served.resource)) return super.planAbsent(situation);
    const metadata = { ...body.metadata, name: path.name ?? "" };
    const creation = { ...asking, body: { ...body, metadata } };
    const planner = new CreatePlanner(backing, served, creation, undefined, () => this.refusalToCreate());
    return planner.plan({ ...situation, origin: undefined });
  }
}
