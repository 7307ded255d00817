import { parseSchedule } from "../cron.js";
import { child, type FieldError, invalidValue, required } from "../field-errors.js";
import type { CronJob, HorizontalPodAutoscaler, PodDisruptionBudget, ReplicationController } from "../generated/types.js";
import { GoSyntax, goStringMap } from "../go-format.js";
import { compileLabelMap, labelSelectorErrors } from "../selectors/label-selector.js";
import { atMost100Percent, countOrPercent, nonNegative, requiredOneOf } from "./common.js";
import { podTemplateErrors } from "./pod-spec.js";
import { jobTemplateErrors } from "./workloads.js";

/** Kinds that run or guard pods by a rule: cron jobs, autoscalers, disruption budgets, the oldest controllers. */

const scheduleErrors = (schedule: string | undefined): FieldError[] => {
  const path = "spec.schedule";
  if (!schedule) return [required(path)];
  if (schedule.includes("TZ"))
    return [invalidValue(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")];
  const parsed = parseSchedule(schedule);
  return parsed.ok ? [] : [invalidValue(path, schedule, parsed.message)];
};

export const cronJobErrors = (cronJob: CronJob): FieldError[] => {
  const spec = cronJob.spec;
  if (spec === undefined) return [required("spec.schedule"), required("spec.jobTemplate")];
  return [
    ...scheduleErrors(spec.schedule),
    ...nonNegative(spec.startingDeadlineSeconds, "spec.startingDeadlineSeconds"),
    ...requiredOneOf(spec.concurrencyPolicy, ["Allow", "Forbid", "Replace"], "spec.concurrencyPolicy"),
    ...jobTemplateErrors(spec.jobTemplate?.spec, "spec.jobTemplate.spec"),
    ...nonNegative(spec.successfulJobsHistoryLimit, "spec.successfulJobsHistoryLimit"),
    ...nonNegative(spec.failedJobsHistoryLimit, "spec.failedJobsHistoryLimit"),
  ];
};

export const horizontalPodAutoscalerErrors = (autoscaler: HorizontalPodAutoscaler): FieldError[] => {
  const spec = autoscaler.spec;
  if (spec === undefined) return [required("spec.scaleTargetRef")];
  const { minReplicas, maxReplicas, scaleTargetRef } = spec;
  const errors: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < 1)
    errors.push(invalidValue("spec.minReplicas", minReplicas, "must be greater than or equal to 1"));
  if (!(maxReplicas >= 1)) errors.push(invalidValue("spec.maxReplicas", maxReplicas ?? 0, "must be greater than 0"));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalidValue("spec.maxReplicas", maxReplicas, "must be greater than or equal to `minReplicas`"));
  }
  for (const field of ["kind", "name"] as const)
    if (!scaleTargetRef?.[field]) errors.push(required(child("spec.scaleTargetRef", field)));
  return errors;
};

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
  return [...errors, ...labelSelectorErrors(spec.selector, "spec.selector")];
};

export const replicationControllerErrors = (controller: ReplicationController): FieldError[] => {
  const spec = controller.spec ?? {};
  const errors = [...nonNegative(spec.replicas, "spec.replicas"), ...nonNegative(spec.minReadySeconds, "spec.minReadySeconds")];
  if (Object.keys(spec.selector ?? {}).length === 0) errors.push(required("spec.selector"));
  if (spec.template === undefined) return [...errors, required("spec.template")];
  const labels = spec.template.metadata?.labels;
  if (!compileLabelMap(spec.selector)(labels)) {
    errors.push(
      invalidValue(
        "spec.template.metadata.labels",
        new GoSyntax(goStringMap(labels)),
        "`selector` does not match template `labels`",
      ),
    );
  }
  return [...errors, ...podTemplateErrors(spec.template, "spec.template")];
};
