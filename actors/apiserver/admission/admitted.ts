/**
 * Acts that write nothing themselves, or not at once: reviews, tokens, connections. They are admitted as writes are; only when
 * somebody outside must be asked does that take a chart, which is a write's.
 */
import type { AdmissionOperation } from "../../../src/api/admission/plugin.js";
import { internalError } from "../../../src/api/status.js";
import type { UntypedObject } from "../../../src/api/types.js";
import { encodeJson } from "../../../src/wire/json.js";
import { defaultDeadlineMs } from "../reads/read.js";
import type { ApiError, ApiOutcome } from "../request.js";
import type { Served } from "../served.js";
import { Admission, type Asking } from "../writes/admit.js";
import { Draws } from "../writes/draws.js";
import { answerWith, halted, type Plan, type Planner, refuseForCertain, type Situation } from "../writes/plan.js";
import { RemarkBook } from "../writes/remarks.js";
import { startPlanned, type WriteBacking } from "../writes/start.js";
import { Measures } from "./measures.js";

export interface ActOf {
  readonly served: Served;
  readonly asking: Asking & { readonly deadlineMs?: number };
  readonly operation: AdmissionOperation;
  /** What was sent; of a connection, its options. */
  readonly act: UntypedObject;
}

export interface Told {
  /** `noted` puts what admission had to say besides on the outcome. */
  admitted(act: UntypedObject, noted: (outcome: ApiOutcome) => ApiOutcome): void;
  refused(error: ApiError, noted: (outcome: ApiOutcome) => ApiOutcome): void;
}

/** Tells at once where nobody outside is asked; else later, by a chart named `id`. */
export function whenAdmitted(backing: WriteBacking, id: string, of: ActOf, told: Told): void {
  const admission = new Admission(backing, of.served, of.asking, of.operation);
  const remarks = new RemarkBook();
  const noted = (outcome: ApiOutcome): ApiOutcome => remarks.on(outcome);
  const situation = situationOf(backing, remarks);
  const step = admission.admitAct(of.act, situation);
  if (step.ok) {
    told.admitted(step.value, noted);
    return;
  }
  if (!("consult" in step)) {
    told.refused(step.error, noted);
    return;
  }
  const planner = new ActAdmission(admission, of.act);
  const { asking } = of;
  const { measures } = situation;
  const how = { measures, dryRun: asking.options.dryRun === true, deadlineMs: asking.deadlineMs ?? defaultDeadlineMs };
  startPlanned(backing, id, planner, how, (outcome) => {
    const said =
      ({ warnings, annotations }: ApiOutcome) =>
      (later: ApiOutcome): ApiOutcome => ({
        ...later,
        ...(warnings === undefined ? {} : { warnings: [...(later.warnings ?? []), ...warnings] }),
        ...(annotations === undefined ? {} : { annotations }),
      });
    if (!outcome.ok) told.refused(outcome.error, said(outcome));
    else if (planner.admitted === undefined)
      told.refused(internalError("the request was answered before it was decided"), said(outcome));
    else told.admitted(planner.admitted, said(outcome));
  });
}

const situationOf = (backing: WriteBacking, remarks: RemarkBook): Situation => ({
  origin: undefined,
  taken: new Set(),
  conflicts: 0,
  answers: new Map(),
  draws: new Draws(backing.host),
  remarks,
  measures: new Measures(backing),
});

/** Admits, and writes nothing. */
class ActAdmission implements Planner {
  readonly begins = "absent";
  admitted: UntypedObject | undefined;

  constructor(
    private readonly admission: Admission,
    private readonly act: UntypedObject,
  ) {}

  key(): string {
    return "";
  }

  plan(situation: Situation): Plan {
    const step = this.admission.admitAct(this.act, situation);
    if (!step.ok) return "consult" in step ? halted(step) : refuseForCertain(step.error);
    this.admitted = step.value;
    return { what: "answer", outcome: answerWith(encodeJson(step.value)), certain: true };
  }
}
