import { at, child, duplicate, type FieldError, invalidValue, required } from "../field-errors.js";
import type { Job } from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { nonNegative } from "./common.js";
import { invalidWhole, overlapOf, parseIndexes } from "./indexes.js";

/**
 * What may be told of a Job: other controllers than Kubernetes' own may tell of it, and its readers count on how
 * Jobs end. What does not change is not checked. Source: KEP-4368, "Job managed-by mechanism".
 */

type Condition = "Complete" | "Failed" | "FailureTarget" | "SuccessCriteriaMet";

const has = (job: Job, type: Condition): boolean =>
  (job.status?.conditions ?? []).some((condition) => condition.type === type && condition.status === "True");
const isFinished = (job: Job): boolean => has(job, "Complete") || has(job, "Failed");

const path = (field: string): string => child("status", field);

const countErrors = ({ status = {} }: Job): FieldError[] => {
  const errors = (["active", "succeeded", "failed", "ready", "terminating"] as const).flatMap((field) =>
    nonNegative(status[field], path(field)),
  );
  const seen = new Set<string>();
  for (const list of ["succeeded", "failed"] as const) {
    for (const [index, uid] of (status.uncountedTerminatedPods?.[list] ?? []).entries()) {
      const itemPath = at(child(path("uncountedTerminatedPods"), list), index);
      if (uid === "") errors.push(invalidValue(itemPath, uid, "must not be empty"));
      else if (seen.has(uid)) errors.push(duplicate(itemPath, uid));
      seen.add(uid);
    }
  }
  return errors;
};

/** Tells which of some fields and conditions are other than they were. */
const changesOf = (job: Job, old: Job) => ({
  fields: (...names: Array<keyof NonNullable<Job["status"]>>): boolean =>
    names.some((name) => !semanticEqual(job.status?.[name], old.status?.[name])),
  conditions: (...types: Condition[]): boolean => types.some((type) => has(job, type) !== has(old, type)),
  finished: isFinished(job) !== isFinished(old),
});

type Changes = ReturnType<typeof changesOf>;

const conditionErrors = (job: Job, changed: Changes): FieldError[] => {
  const errors: FieldError[] = [];
  const told = (detail: string): number => errors.push(invalidWhole(path("conditions"), detail));
  const [complete, failed] = [has(job, "Complete"), has(job, "Failed")];
  if (complete && failed && changed.conditions("Complete", "Failed")) told("cannot set Complete=True and Failed=true conditions");
  if (complete && has(job, "FailureTarget") && changed.conditions("Complete", "FailureTarget"))
    told("cannot set Complete=True and FailureTarget=true conditions");
  return errors;
};

const timeErrors = (job: Job, changed: Changes): FieldError[] => {
  const { completionTime, startTime } = job.status ?? {};
  const errors: FieldError[] = [];
  const timePath = path("completionTime");
  const complete = has(job, "Complete");
  if (changed.conditions("Complete") || changed.fields("completionTime")) {
    if (completionTime !== undefined && !complete) {
      const detail = "cannot set completionTime when there is no Complete=True condition";
      errors.push(invalidValue(timePath, completionTime, detail));
    }
    if (completionTime === undefined && complete) errors.push(required(timePath, "completionTime is required for Complete jobs"));
  }
  const both = startTime !== undefined && completionTime !== undefined;
  if (both && changed.fields("startTime", "completionTime") && Date.parse(completionTime) < Date.parse(startTime))
    errors.push(invalidValue(timePath, completionTime, "completionTime cannot be set before startTime"));
  return errors;
};

const endErrors = (job: Job, changed: Changes): FieldError[] => {
  const { active = 0, startTime, terminating = 0, uncountedTerminatedPods } = job.status ?? {};
  const errors: FieldError[] = [];
  const conditions = path("conditions");
  if (has(job, "Failed") && !has(job, "FailureTarget") && changed.conditions("Failed", "FailureTarget"))
    errors.push(invalidWhole(conditions, "cannot set Failed=True condition without the FailureTarget=true condition"));
  if (has(job, "Complete") && !has(job, "SuccessCriteriaMet") && changed.conditions("Complete", "SuccessCriteriaMet"))
    errors.push(invalidWhole(conditions, "cannot set Complete=True condition without the SuccessCriteriaMet=true condition"));
  if (!isFinished(job)) return errors;
  const { finished } = changed;
  if (active > 0 && (finished || changed.fields("active")))
    errors.push(invalidValue(path("active"), active, "active>0 is invalid for finished job"));
  const neverBegan = job.spec?.suspend === true && job.spec.completions === 0;
  if (startTime === undefined && (finished || changed.fields("startTime")) && !neverBegan)
    errors.push(required(path("startTime"), "startTime is required for finished job"));
  const uncounted = (uncountedTerminatedPods?.failed?.length ?? 0) + (uncountedTerminatedPods?.succeeded?.length ?? 0);
  if (uncounted > 0 && (finished || changed.fields("uncountedTerminatedPods"))) {
    const detail = "uncountedTerminatedPods needs to be empty for finished job";
    errors.push(invalidValue(path("uncountedTerminatedPods"), uncountedTerminatedPods, detail));
  }
  if (terminating > 0 && (finished || changed.fields("terminating")))
    errors.push(invalidValue(path("terminating"), terminating, "terminating>0 is invalid for finished job"));
  return errors;
};

const indexErrors = (job: Job, changed: Changes): FieldError[] => {
  const { backoffLimitPerIndex, completionMode, completions } = job.spec ?? {};
  const { completedIndexes = "", failedIndexes } = job.status ?? {};
  const errors: FieldError[] = [];
  const [completedPath, failedPath] = [path("completedIndexes"), path("failedIndexes")];
  const completed = parseIndexes(completedIndexes, completions ?? 0);
  const failed = parseIndexes(failedIndexes ?? "", completions ?? 0);
  const [completedChanged, failedChanged] = [changed.fields("completedIndexes"), changed.fields("failedIndexes")];
  if (completedChanged && completions !== undefined && typeof completed === "string")
    errors.push(invalidValue(completedPath, completedIndexes, `error parsing completedIndexes: ${completed}`));
  if (failedChanged && completions !== undefined && backoffLimitPerIndex !== undefined && typeof failed === "string")
    errors.push(invalidValue(failedPath, failedIndexes, `error parsing failedIndexes: ${failed}`));
  if (completedChanged && completedIndexes !== "" && completionMode !== "Indexed") {
    const detail = "cannot set non-empty completedIndexes when non-indexed completion mode";
    errors.push(invalidValue(completedPath, completedIndexes, detail));
  }
  if (failedChanged && failedIndexes !== undefined && backoffLimitPerIndex === undefined) {
    const detail = "cannot set non-null failedIndexes when backoffLimitPerIndex is null";
    errors.push(invalidValue(failedPath, failedIndexes, detail));
  }
  if ((completedChanged || failedChanged) && completions !== undefined && Array.isArray(completed) && Array.isArray(failed)) {
    const both = overlapOf(completed, failed);
    if (both !== undefined)
      errors.push(invalidValue(failedPath, failedIndexes, `failedIndexes and completedIndexes overlap at index: ${both}`));
  }
  return errors;
};

const successErrors = (job: Job): FieldError[] => {
  const told = (detail: string): FieldError => invalidWhole(path("conditions"), detail);
  if (!has(job, "SuccessCriteriaMet")) {
    if (job.spec?.successPolicy === undefined || !has(job, "Complete")) return [];
    return [told("cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True")];
  }
  const errors: FieldError[] = [];
  if (has(job, "Failed")) errors.push(told("cannot set SuccessCriteriaMet=True and Failed=true conditions"));
  if (has(job, "FailureTarget")) errors.push(told("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions"));
  return errors;
};

/** What is over stays over, and what was counted stays counted. */
const backwardErrors = (job: Job, old: Job): FieldError[] => {
  const errors: FieldError[] = [];
  const told = (detail: string): number => errors.push(invalidWhole(path("conditions"), detail));
  for (const type of ["Failed", "Complete", "FailureTarget"] as const)
    if (has(old, type) && !has(job, type)) told(`cannot disable the terminal ${type}=True condition`);
  const [now, was] = [job.status ?? {}, old.status ?? {}];
  const mayShrink = job.spec?.completionMode === "Indexed" && job.spec.completions === job.spec.parallelism;
  if ((now.failed ?? 0) < (was.failed ?? 0))
    errors.push(invalidValue(path("failed"), now.failed ?? 0, "cannot decrease the failed counter"));
  if (!mayShrink && (now.succeeded ?? 0) < (was.succeeded ?? 0))
    errors.push(invalidValue(path("succeeded"), now.succeeded ?? 0, "cannot decrease the succeeded counter"));
  const moved = now.completionTime !== undefined && was.completionTime !== undefined;
  if (moved && now.completionTime !== was.completionTime)
    errors.push(invalidValue(path("completionTime"), now.completionTime, "completionTime cannot be mutated"));
  if (was.startTime !== undefined && now.startTime !== was.startTime && job.spec?.suspend !== true)
    errors.push(required(path("startTime"), "startTime cannot be removed for unsuspended job"));
  const [met, wasMet] = [has(job, "SuccessCriteriaMet"), has(old, "SuccessCriteriaMet")];
  if (wasMet && !met) told("cannot disable the SuccessCriteriaMet=True condition");
  if (has(old, "Complete") && !wasMet && met)
    told("cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions");
  return errors;
};

export const jobStatusErrors = (job: Job, old: Job): FieldError[] => {
  const changed = changesOf(job, old);
  const { active = 0, ready } = job.status ?? {};
  const errors = [
    ...countErrors(job),
    ...conditionErrors(job, changed),
    ...timeErrors(job, changed),
    ...endErrors(job, changed),
    ...indexErrors(job, changed),
  ];
  if (ready !== undefined && ready > active && changed.fields("ready", "active"))
    errors.push(invalidValue(path("ready"), ready, "cannot set more ready pods than active"));
  return [...errors, ...successErrors(job), ...backwardErrors(job, old)];
};
