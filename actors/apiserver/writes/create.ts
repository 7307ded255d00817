import { defaulterFor } from "../../../src/api/defaults/defaults.js";
import { alreadyExists, generateNameConflict, type Result } from "../../../src/api/status.js";
import { prepareForCreate } from "../../../src/api/strategy/strategy.js";
import { formatTime } from "../../../src/api/time.js";
import type { UntypedObject } from "../../../src/api/types.js";
import { finalizerWarnings } from "../../../src/api/validation/metadata.js";
import { createWarnings } from "../../../src/api/warnings/warnings.js";
import type { Backing } from "../backing.js";
import type { ApiError, CreateRequest } from "../request.js";
import { keyOf, lifetimeOf, type Served } from "../served.js";
import { Admission, type Asking, isTold } from "./admit.js";
import { claimForNew } from "./claims.js";
import type { Draws } from "./draws.js";
import { inNamespaceOf, named } from "./metadata.js";
import { afterAdmission, withOwnersOnce } from "./owner-references.js";
import { managersWrong, Ownership } from "./ownership.js";
import { answerWith, halted, type Plan, type Planner, refuse, refuseForCertain, type Situation } from "./plan.js";
import { validateNew } from "./validate.js";

/** Attempts at a random suffix for generateName. */
const nameAttempts = 8;

export class CreatePlanner implements Planner {
  readonly begins = "absent";
  private readonly generated: boolean;
  private readonly admission: Admission;
  private readonly ownership: Ownership;
  private name: string;
  private names = 1;

  constructor(
    private readonly backing: Backing,
    private readonly served: Served,
    private readonly request: Asking & Pick<CreateRequest, "body">,
    /** Who owns what, where that is known already. */
    private readonly managedFields?: string,
    /** What speaks against it once the object has been found valid: whoever asked for something else may not be allowed to create. */
    private readonly refusal: () => ApiError | undefined = () => undefined,
  ) {
    const { name = "" } = request.body.metadata ?? {};
    this.generated = name === "" && (request.body.metadata?.generateName ?? "") !== "";
    this.name = name;
    this.admission = new Admission(backing, served, request, "CREATE");
    this.ownership = new Ownership(backing.catalog, served, request);
  }

  key(): string {
    return keyOf(this.served, { ...this.request.path, name: this.name });
  }

  plan(situation: Situation): Plan {
    const { origin, taken, draws } = situation;
    // Once another name has been drawn, what is stored under the one before is of no account.
    const exists = origin !== undefined && origin.name === this.name;
    if (exists && this.generated) {
      const { groupResource } = this.served;
      if (this.names >= nameAttempts) return refuse(generateNameConflict(groupResource, this.name));
      this.names += 1;
    }
    const { path, body } = this.request;
    const { served } = this;
    const placed = inNamespaceOf(path, served, body);
    if (!placed.ok) return refuseForCertain(placed.error);
    const { resource } = served;
    const warn = (text: string) => situation.remarks.warn(text);
    const defaulted = defaulterFor(resource.group, resource.version, resource.kind)(withOwnersOnce(placed.value, warn));
    const owned =
      this.managedFields === undefined
        ? this.ownership.created(defaulted, draws.nowMs)
        : { object: defaulted, managedFields: this.managedFields };
    const misnamed = managersWrong(served, owned);
    if (misnamed !== undefined) return refuseForCertain(misnamed);
    const admitted = this.admission.mutate(owned, undefined, situation);
    if (!admitted.ok) return halted(admitted);
    const { managedFields } = admitted.value;
    const admittedObject = withOwnersOnce(admitted.value.object, warn, afterAdmission);
    const object = named(served, admittedObject, (length) => draws.suffix(`name ${this.names}`, length));
    if (!object.ok) return refuseForCertain(object.error);
    this.name = object.value.metadata.name ?? "";
    if (resource.custom !== undefined)
      for (const text of finalizerWarnings(object.value.metadata.finalizers)) situation.remarks.warn(text);
    const ready = this.complete(object.value, draws);
    if (!ready.ok) return refuse(ready.error);
    if (isTold(this.request))
      for (const text of createWarnings(resource, ready.value, object.value)) situation.remarks.warn(text);
    // Whoever may not make it, or made it badly, hears of that first.
    if (exists && !this.generated) return refuse(alreadyExists(served.groupResource, this.name));
    const claimed = claimForNew(this.backing, served, ready.value, taken, draws);
    if (!claimed.ok) return refuse(claimed.error);
    const refusal = this.refusal();
    if (refusal !== undefined) return refuse(refusal);
    const valid = this.admission.validate({ object: claimed.value.object, managedFields }, undefined, situation);
    if (!valid.ok) return halted(valid);
    const charged = this.admission.charge(claimed.value.object, situation);
    if (!charged.ok) return refuse(charged.error);
    return {
      what: "put",
      key: this.key(),
      ...claimed.value,
      ...charged.value,
      object: served.store(claimed.value.object),
      managedFields,
      ...lifetimeOf(served),
      answer: (json) => answerWith(served.presentation.show(json), 201),
    };
  }

  /** What the server itself sets, and validation. */
  private complete(object: UntypedObject, draws: Draws): Result<UntypedObject> {
    const birth = { uid: draws.uuid("object"), creationTimestamp: formatTime(draws.nowMs), requester: this.request.user };
    return validateNew(this.backing.io, this.served, prepareForCreate(this.served.resource, object, birth));
  }
}
