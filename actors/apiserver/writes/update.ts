import { defaulterFor } from "../../../src/api/defaults/defaults.js";
import { deepEqual } from "../../../src/api/json-value.js";
import { notFound, type Result, succeed } from "../../../src/api/status.js";
import { createsOnUpdate, prepareForUpdate } from "../../../src/api/strategy/strategy.js";
import type { KubernetesObject, UntypedObject } from "../../../src/api/types.js";
import type { Json } from "../../../src/wire/json.js";
import type { Backing } from "../backing.js";
import type { ApiOutcome, RequestPath } from "../request.js";
import { keyOf, lifetimeOf, type Served } from "../served.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import { storedText, withoutResourceVersion, withResourceVersion } from "../watch-cache/stored-text.js";
import { claimForUpdate, claimsOf } from "./claims.js";
import { CreatePlanner } from "./create.js";
import { checkUpdate, goesWithUpdate, inNamespaceOf } from "./metadata.js";
import { answerWith, type Plan, type Planner, refuse, refuseForCertain, type Situation } from "./plan.js";
import { validateUpdate } from "./validate.js";

/** What an object is to become, in the words of the version that was asked for. */
export type Change = (stored: StoredObject, situation: Situation) => Result<UntypedObject>;

export interface ChangeHow {
  /** The server itself made the change: nothing is defaulted, kept back or validated. */
  readonly asIs?: boolean;
  /** What is answered; absent: the object as it now is. */
  readonly show?: (json: Json<KubernetesObject>) => ApiOutcome;
}

/** Writes a changed object back. How it changes is what tells an update from a patch or a binding. */
export class ChangePlanner implements Planner {
  readonly begins = "cached";

  constructor(
    protected readonly backing: Backing,
    protected readonly served: Served,
    protected readonly path: RequestPath,
    private readonly change: Change,
    private readonly how: ChangeHow = {},
  ) {}

  key(): string {
    return keyOf(this.served, this.path);
  }

  plan(situation: Situation): Plan {
    const { origin } = situation;
    const { served, path } = this;
    if (origin === undefined) return this.planAbsent();
    const changed = this.change(origin, situation);
    if (!changed.ok) return refuse(changed.error);
    const placed = inNamespaceOf(path, served, changed.value);
    if (!placed.ok) return refuseForCertain(placed.error);
    const checked = checkUpdate(path, served, placed.value, origin);
    if (!checked.ok) return refuse(checked.error);
    const ready = this.complete(checked.value, origin);
    if (!ready.ok) return refuse(ready.error);
    return this.commit(served.store(ready.value), origin, situation);
  }

  protected planAbsent(): Plan {
    return refuse(notFound(this.served.groupResource, this.path.name ?? ""));
  }

  private show(json: Json<KubernetesObject>): ApiOutcome {
    return this.how.show?.(json) ?? answerWith(this.served.presentation.show(json));
  }

  private complete(object: UntypedObject, origin: StoredObject): Result<UntypedObject> {
    if (this.how.asIs === true) return succeed(object);
    const { resource, view } = this.served;
    const old = view === undefined ? origin.object : view(origin.object);
    const { subresource } = this.path;
    // Of a write to the status nothing else is taken, so there is nothing to default.
    const ofStatus = subresource === "status";
    const defaulted = ofStatus ? object : defaulterFor(resource.group, resource.version, resource.kind)(object);
    const prepared = prepareForUpdate(resource, subresource, defaulted, old);
    return validateUpdate(this.backing.io, this.served, prepared, old, subresource);
  }

  private commit(stored: UntypedObject, origin: StoredObject, { taken }: Situation): Plan {
    const { served } = this;
    const key = origin.key;
    if (goesWithUpdate(origin.object.metadata, stored)) {
      const answer = (revision: bigint) => this.show(withResourceVersion(storedText(stored), revision));
      return { what: "remove", key, releases: claimsOf(this.backing, served, origin.object), answer };
    }
    const claimed = claimForUpdate(this.backing, served, stored, origin, taken);
    if (!claimed.ok) return refuse(claimed.error);
    const text = storedText(claimed.value.object);
    const before = withoutResourceVersion(origin.json);
    if (sameObject(text, before)) {
      return { what: "answer", outcome: this.show(origin.json) };
    }
    return { what: "put", key, ...claimed.value, ...lifetimeOf(served), answer: (json) => this.show(json) };
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
    path: RequestPath,
    private readonly body: UntypedObject,
  ) {
    super(backing, served, path, () => ({ ok: true, value: body }));
  }

  protected override planAbsent(): Plan {
    const { backing, served, path, body } = this;
    if (path.subresource !== undefined || !createsOnUpdate(served.resource)) return super.planAbsent();
    const metadata = { ...body.metadata, name: path.name ?? "" };
    const planner = new CreatePlanner(backing, served, { path, body: { ...body, metadata } });
    return planner.plan({ origin: undefined, taken: new Set(), conflicts: 0 });
  }
}
