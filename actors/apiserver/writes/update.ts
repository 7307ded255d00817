import type { Remarks } from "../../../src/api/admission/plugin.js";
import { defaulterFor } from "../../../src/api/defaults/defaults.js";
import { deepEqual } from "../../../src/api/json-value.js";
import { notFound, type Result, succeed } from "../../../src/api/status.js";
import { createsOnUpdate, prepareForUpdate } from "../../../src/api/strategy/strategy.js";
import type { KubernetesObject, UntypedObject } from "../../../src/api/types.js";
import type { Json } from "../../../src/wire/json.js";
import type { Backing } from "../backing.js";
import type { ApiOutcome } from "../request.js";
import { keyOf, lifetimeOf, type Served } from "../served.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import { storedText, withoutResourceVersion, withResourceVersion } from "../watch-cache/stored-text.js";
import { Admission, type Asking, remarked } from "./admit.js";
import { type Charges, noCharges } from "./charges.js";
import { claimForUpdate, claimsOf } from "./claims.js";
import { CreatePlanner } from "./create.js";
import type { Draws } from "./draws.js";
import { checkUpdate, goesWithUpdate, inNamespaceOf } from "./metadata.js";
import { answerWith, type Plan, type Planner, refuse, refuseForCertain, type Situation } from "./plan.js";
import { validateUpdate } from "./validate.js";

/** What an object is to become, in the words of the version that was asked for. */
export type Change = (stored: StoredObject, situation: Situation) => Result<UntypedObject>;

export interface ChangeHow {
  /** The server itself makes the change, because of this body: nothing is defaulted, kept back or validated. */
  readonly act?: UntypedObject;
  /** What is answered; absent: the object as it now is. */
  readonly show?: (json: Json<KubernetesObject>) => ApiOutcome;
}

interface Ready {
  readonly object: UntypedObject;
  readonly remarks: Remarks;
  readonly charges: Charges;
}

/** Writes a changed object back. How it changes is what tells an update from a patch or a binding. */
export class ChangePlanner implements Planner {
  readonly begins = "cached";
  private readonly admission: Admission;

  constructor(
    protected readonly backing: Backing,
    protected readonly served: Served,
    protected readonly asking: Asking,
    private readonly change: Change,
    private readonly how: ChangeHow = {},
  ) {
    this.admission = new Admission(backing, served, asking, how.act === undefined ? "UPDATE" : "CREATE");
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
    if (!changed.ok) return refuse(changed.error);
    const placed = inNamespaceOf(path, served, changed.value);
    if (!placed.ok) return refuseForCertain(placed.error);
    const checked = checkUpdate(path, served, placed.value, origin);
    if (!checked.ok) return refuse(checked.error);
    const ready = this.complete(checked.value, origin, situation.draws);
    if (!ready.ok) return refuse(ready.error);
    return this.commit(ready.value, origin, situation);
  }

  protected planAbsent(_situation: Situation): Plan {
    return refuse(notFound(this.served.groupResource, this.asking.path.name ?? ""));
  }

  private show(json: Json<KubernetesObject>): ApiOutcome {
    return this.how.show?.(json) ?? answerWith(this.served.presentation.show(json));
  }

  /** The object as it is to be written, with what admission has to say of it. */
  private complete(object: UntypedObject, origin: StoredObject, draws: Draws): Result<Ready> {
    if (this.how.act !== undefined) {
      const remarks = this.admission.admitAct(this.how.act);
      return remarks.ok ? succeed({ object, remarks: remarks.value, charges: noCharges }) : remarks;
    }
    const { resource, view } = this.served;
    const old = view === undefined ? origin.object : view(origin.object);
    const { subresource } = this.asking.path;
    // Of a write to the status nothing else is taken, so there is nothing to default.
    const ofStatus = subresource === "status";
    const defaulted = ofStatus ? object : defaulterFor(resource.group, resource.version, resource.kind)(object);
    const mutated = this.admission.mutate(defaulted, old);
    if (!mutated.ok) return mutated;
    const prepared = prepareForUpdate(resource, subresource, mutated.value, old);
    const valid = validateUpdate(this.backing.io, this.served, prepared, old, subresource);
    if (!valid.ok) return valid;
    const remarks = this.admission.validate(valid.value, old);
    if (!remarks.ok) return remarks;
    const charged = this.admission.charge(valid.value, draws.nowMs, old);
    return charged.ok ? succeed({ object: valid.value, remarks: remarks.value, charges: charged.value }) : charged;
  }

  private commit({ object, remarks, charges }: Ready, origin: StoredObject, { taken }: Situation): Plan {
    const { served } = this;
    const key = origin.key;
    const stored = served.store(object);
    const show = (json: Json<KubernetesObject>): ApiOutcome => remarked(this.show(json), remarks);
    if (goesWithUpdate(origin.object.metadata, stored)) {
      const answer = (revision: bigint) => show(withResourceVersion(storedText(stored), revision));
      return { what: "remove", key, releases: claimsOf(this.backing, served, origin.object), answer };
    }
    const claimed = claimForUpdate(this.backing, served, stored, origin, taken);
    if (!claimed.ok) return refuse(claimed.error);
    const text = storedText(claimed.value.object);
    const before = withoutResourceVersion(origin.json);
    if (sameObject(text, before)) {
      return { what: "answer", outcome: show(origin.json) };
    }
    return { what: "put", key, ...claimed.value, ...charges, ...lifetimeOf(served), answer: show };
  }
}

/** Texts of one object differ at most in the order of their fields, which leaves their length. */
const sameObject = (text: string, before: string): boolean =>
  text === before || (text.length === before.length && deepEqual(JSON.parse(text), JSON.parse(before)));

/** PUT of a whole object, or of a subresource that is written as the object is: status, finalize. */
export class UpdatePlanner extends ChangePlanner {
  constructor(
    backing: Backing,
    served: Served,
    asking: Asking,
    private readonly body: UntypedObject,
  ) {
    super(backing, served, asking, () => ({ ok: true, value: body }));
  }

  protected override planAbsent(situation: Situation): Plan {
    const { backing, served, asking, body } = this;
    const { path } = asking;
    if (path.subresource !== undefined || !createsOnUpdate(served.resource)) return super.planAbsent(situation);
    const metadata = { ...body.metadata, name: path.name ?? "" };
    const planner = new CreatePlanner(backing, served, { ...asking, body: { ...body, metadata } });
    return planner.plan({ ...situation, origin: undefined });
  }
}
