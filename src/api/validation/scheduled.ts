import { parseSchedule } from "../cron.js";
import { child, type FieldError, invalidValue, required } from "../field-errors.js";
import type { CronJob, PodDisruptionBudget, ReplicationController } from "../generated/types.js";
import { GoSyntax, goStringMap } from "../go-format.js";
import { byteLength } from "../names.js";
import { compileLabelMap, labelSelectorErrors } from "../selectors/label-selector.js";
import { timeZone } from "../time-zones/zone.js";
import { atMost100Percent, countOrPercent, nonNegative, oneOf, requiredOneOf } from "./common.js";
import { conditionErrors } from "./conditions.js";
import { jobTemplateErrors } from "./jobs.js";
import { podTemplateErrors } from "./pod-spec.js";
import { runsForever } from "./templates.js";

/** Kinds that run or guard pods by a rule: cron jobs, disruption budgets, the oldest controllers. */

const scheduleErrors = (schedule: string | undefined, was: string | undefined, zone: string | undefined): FieldError[] => {
  const path = "spec.schedule";
  if (!schedule) return [required(path)];
  const zoned = schedule.includes("TZ");
  const parsed = parseSchedule(schedule.replace(/^(?:CRON_)?TZ=\S+\s+/, ""));
  const errors = parsed.ok ? [] : [invalidValue(path, schedule, parsed.message)];
  if (!zoned) return errors;
  const mayStay = was?.includes("TZ") === true;
  if (!mayStay) errors.push(invalidValue(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
  else if (zone !== undefined)
    errors.push(invalidValue(path, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule"));
  return errors;
};

const zonePart = /^(?!\.{1,2}$)(?!-)[A-Za-z.\-_0-9+]{1,14}$/;

const zoneErrors = (zone: string | undefined): FieldError[] => {
  const path = "spec.timeZone";
  if (zone === undefined) return [];
  if (zone === "") return [invalidValue(path, zone, "timeZone must be nil or non-empty string")];
  const unknown = invalidValue(path, zone, `unknown time zone ${zone}`);
  if (!zone.split("/").every((part) => zonePart.test(part))) return [unknown];
  if (zone.toLowerCase() === "local") {
    const detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
    return [invalidValue(path, zone, detail), ...(zone === "Local" ? [] : [unknown])];
  }
  return timeZone(zone) === undefined ? [unknown] : [];
};

const cronJobSpecErrors = (cronJob: CronJob, old: CronJob | undefined): FieldError[] => {
  const spec = cronJob.spec;
  if (spec === undefined) return [required("spec.schedule"), required("spec.jobTemplate")];
  const zoneStays = old !== undefined && old.spec?.timeZone === spec.timeZone;
  return [
    ...scheduleErrors(spec.schedule, old?.spec?.schedule, spec.timeZone),
    ...nonNegative(spec.startingDeadlineSeconds, "spec.startingDeadlineSeconds"),
    ...(zoneStays ? [] : zoneErrors(spec.timeZone)),
    ...requiredOneOf(spec.concurrencyPolicy, ["Allow", "Forbid", "Replace"], "spec.concurrencyPolicy"),
    ...jobTemplateErrors(spec.jobTemplate?.spec, "spec.jobTemplate.spec"),
    ...nonNegative(spec.successfulJobsHistoryLimit, "spec.successfulJobsHistoryLimit"),
    ...nonNegative(spec.failedJobsHistoryLimit, "spec.failedJobsHistoryLimit"),
  ];
};

const maxCronJobName = 52;

/** The Jobs of a CronJob are called after it, with eleven characters more. */
export const cronJobErrors = (cronJob: CronJob): FieldError[] => {
  const errors = cronJobSpecErrors(cronJob, undefined);
  const name = cronJob.metadata.name ?? "";
  if (byteLength(name) <= maxCronJobName) return errors;
  return [...errors, invalidValue("metadata.name", name, `must be no more than ${maxCronJobName} characters`)];
};

export const cronJobUpdateErrors = (cronJob: CronJob, old: CronJob): FieldError[] => cronJobSpecErrors(cronJob, old);

export const podDisruptionBudgetErrors = (budget: PodDisruptionBudget): FieldError[] => {
  const spec = budget.spec ?? {};
  const errors: FieldError[] = [];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    errors.push(invalidValue("spec", spec, "minAvailable and maxUnavailable cannot be both set"));
  }
  for (const field of ["minAvailable", "maxUnavailable"] as const) {
    const value = spec[field];
    if (value === undefined) continue;
    errors.push(...countOrPercent(value, child("spec", field)), ...atMost100Percent(value, child("spec", field)));
  }
  errors.push(...labelSelectorErrors(spec.selector, "spec.selector"));
  const evicts = spec.unhealthyPodEvictionPolicy;
  if (evicts === undefined) return errors;
  return [...errors, ...oneOf(evicts, ["AlwaysAllow", "IfHealthyBudget"], "spec.unhealthyPodEvictionPolicy")];
};

export const replicationControllerErrors = (controller: ReplicationController): FieldError[] => {
  const spec = controller.spec ?? {};
  const errors = [...nonNegative(spec.replicas, "spec.replicas"), ...nonNegative(spec.minReadySeconds, "spec.minReadySeconds")];
  if (Object.keys(spec.selector ?? {}).length === 0) errors.push(required("spec.selector"));
  if (spec.template === undefined) return [...errors, required("spec.template")];
  const labels = spec.template.metadata?.labels;
  if (Object.keys(spec.selector ?? {}).length > 0 && !compileLabelMap(spec.selector)(labels)) {
    errors.push(
      invalidValue(
        "spec.template.metadata.labels",
        new GoSyntax(goStringMap(labels)),
        "`selector` does not match template `labels`",
      ),
    );
  }
  return [
    ...errors,
    ...podTemplateErrors(spec.template, "spec.template"),
    ...runsForever(spec.template, "ReplicationController"),
  ];
};

/** Counts of pods are no less than none. */
export const podDisruptionBudgetStatusErrors = ({ status }: PodDisruptionBudget): FieldError[] => [
  ...conditionErrors(status?.conditions, "status.conditions"),
  ...(["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"] as const).flatMap((field) =>
    nonNegative(status?.[field], child("status", field)),
  ),
];
