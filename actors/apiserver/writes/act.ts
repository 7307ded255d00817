import type { UntypedObject } from "../../../src/api/types.js";
import type { Admission } from "./admit.js";
import { halted, type Plan, type Planner, type Situation } from "./plan.js";

/** A create on a subresource is an act on the object: it is admitted by what was sent, and then does what it does. */
export class ActPlanner implements Planner {
  readonly begins = "cached";
  private readonly unadmitted: Planner;

  constructor(
    private readonly admission: Admission,
    private readonly act: UntypedObject,
    private readonly plannerOf: (act: UntypedObject) => Planner,
  ) {
    this.unadmitted = plannerOf(act);
  }

  key(): string {
    return this.unadmitted.key();
  }

  plan(situation: Situation): Plan {
    const admitted = this.admission.admitAct(this.act, situation);
    if (!admitted.ok) return halted(admitted);
    const planner = admitted.value === this.act ? this.unadmitted : this.plannerOf(admitted.value);
    return planner.plan(situation);
  }
}
