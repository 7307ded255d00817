/** What makes pods of templates. */
import { at } from "../field-errors.js";
import type { CronJob, Job, JobSpec, PodTemplateSpec, StatefulSet } from "../generated/types.js";
import { claimSpecWarnings } from "./claims.js";
import { nameWarnings, templateWarnings } from "./pod.js";

interface Workload {
  readonly metadata: { readonly name?: string };
  readonly spec?: { readonly template?: PodTemplateSpec };
}

const podNames = "Pod names and hostnames";

export const workloadWarnings = ({ spec }: Workload): string[] => templateWarnings("spec.template", spec?.template);

/** One that gives its pods names of its own. */
export const namingWorkloadWarnings = (workload: Workload): string[] => [
  ...nameWarnings(workload.metadata.name, podNames),
  ...workloadWarnings(workload),
];

/** An Indexed Job of more completions, and more of them at a time, may grow out of its status. */
const completionsMost = 100_000;
const parallelismMost = 10_000;

const jobSpecWarnings = (path: string, spec: JobSpec | undefined): string[] => {
  const { completionMode, completions = 0, parallelism = 0, template } = spec ?? {};
  const isLarge = completionMode === "Indexed" && completions > completionsMost && parallelism > parallelismMost;
  const large = `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`;
  return [...(isLarge ? [large] : []), ...templateWarnings(`${path}.template`, template)];
};

export const newJobWarnings = (job: Job): string[] => [...nameWarnings(job.metadata.name, podNames), ...jobWarnings(job)];

export const jobWarnings = ({ spec }: Job): string[] => jobSpecWarnings("spec", spec);

export const newCronJobWarnings = (cronJob: CronJob): string[] => [
  ...nameWarnings(cronJob.metadata.name, podNames),
  ...cronJobWarnings(cronJob),
];

export const cronJobWarnings = ({ spec }: CronJob): string[] => jobSpecWarnings("spec.jobTemplate.spec", spec?.jobTemplate?.spec);

/** Told at every change. */
export const scheduleWarnings = ({ spec }: CronJob): string[] =>
  spec?.schedule?.includes("TZ")
    ? [
        "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details",
      ]
    : [];

const claimTemplateWarnings = ({ spec }: StatefulSet, within: string): string[] =>
  (spec?.volumeClaimTemplates ?? []).flatMap((claim, index) =>
    claimSpecWarnings(`${at("spec.volumeClaimTemplates", index)}${within}`, claim.spec ?? {}),
  );

const revisionWarnings = ({ spec }: StatefulSet): string[] =>
  (spec?.revisionHistoryLimit ?? 0) < 0
    ? ["spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"]
    : [];

export const newStatefulSetWarnings = (set: StatefulSet): string[] => [
  ...workloadWarnings(set),
  ...claimTemplateWarnings(set, ""),
  ...revisionWarnings(set),
];

/** Told at every change. Kubernetes calls the claims by another path then. */
export const changedStatefulSetWarnings = (set: StatefulSet): string[] => [
  ...claimTemplateWarnings(set, ".Spec"),
  ...revisionWarnings(set),
];
