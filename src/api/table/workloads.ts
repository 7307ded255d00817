import type {
  ControllerRevision,
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from "../generated/types.js";
import { labelSelectorText } from "../selectors/label-selector.js";
import { humanDuration, since, timeMs } from "./duration.js";
import { age, containerCells, labelsText, none, orNone, printer, selectorText } from "./printer.js";

/** The kinds that make pods, and those that watch over them. */

export const deploymentPrinter = printer<Deployment>(
  "Name, Ready, Up-to-date, Available, Age | Containers, Images, Selector",
  (deployment, nowMs) => [
    deployment.metadata.name,
    `${deployment.status?.readyReplicas ?? 0}/${deployment.spec?.replicas ?? 0}`,
    deployment.status?.updatedReplicas ?? 0,
    deployment.status?.availableReplicas ?? 0,
    age(deployment, nowMs),
    ...containerCells(deployment.spec?.template),
    labelSelectorText(deployment.spec?.selector),
  ],
);

const replicaColumns = "Name, Desired:integer, Current:integer, Ready:integer, Age | Containers, Images, Selector";

export const replicaSetPrinter = printer<ReplicaSet>(replicaColumns, (replicaSet, nowMs) => [
  replicaSet.metadata.name,
  replicaSet.spec?.replicas ?? 0,
  replicaSet.status?.replicas ?? 0,
  replicaSet.status?.readyReplicas ?? 0,
  age(replicaSet, nowMs),
  ...containerCells(replicaSet.spec?.template),
  selectorText(replicaSet.spec?.selector),
]);

export const replicationControllerPrinter = printer<ReplicationController>(replicaColumns, (controller, nowMs) => [
  controller.metadata.name,
  controller.spec?.replicas ?? 0,
  controller.status?.replicas ?? 0,
  controller.status?.readyReplicas ?? 0,
  age(controller, nowMs),
  ...containerCells(controller.spec?.template),
  labelsText(controller.spec?.selector),
]);

export const daemonSetPrinter = printer<DaemonSet>(
  "Name, Desired:integer, Current:integer, Ready:integer, Up-to-date:integer, Available:integer, Node Selector, Age | Containers, Images, Selector",
  (daemonSet, nowMs) => [
    daemonSet.metadata.name,
    daemonSet.status?.desiredNumberScheduled ?? 0,
    daemonSet.status?.currentNumberScheduled ?? 0,
    daemonSet.status?.numberReady ?? 0,
    daemonSet.status?.updatedNumberScheduled ?? 0,
    daemonSet.status?.numberAvailable ?? 0,
    labelsText(daemonSet.spec?.template?.spec?.nodeSelector),
    age(daemonSet, nowMs),
    ...containerCells(daemonSet.spec?.template),
    selectorText(daemonSet.spec?.selector),
  ],
);

export const statefulSetPrinter = printer<StatefulSet>("Name, Ready, Age | Containers, Images", (statefulSet, nowMs) => [
  statefulSet.metadata.name,
  `${statefulSet.status?.readyReplicas ?? 0}/${statefulSet.spec?.replicas ?? 0}`,
  age(statefulSet, nowMs),
  ...containerCells(statefulSet.spec?.template),
]);

const jobStatus = (job: Job): string => {
  const is = (type: string): boolean =>
    job.status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;
  if (is("Complete")) return "Complete";
  if (is("Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  return ["Suspended", "FailureTarget"].find(is) ?? "Running";
};

const completions = (job: Job): string => {
  const succeeded = job.status?.succeeded ?? 0;
  if (job.spec?.completions !== undefined) return `${succeeded}/${job.spec.completions}`;
  const parallelism = job.spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
};

const duration = (job: Job, nowMs: number): string => {
  const start = timeMs(job.status?.startTime);
  return start === undefined ? "" : humanDuration((timeMs(job.status?.completionTime) ?? nowMs) - start);
};

export const jobPrinter = printer<Job>(
  "Name, Status, Completions, Duration, Age | Containers, Images, Selector",
  (job, nowMs) => [
    job.metadata.name,
    jobStatus(job),
    completions(job),
    duration(job, nowMs),
    age(job, nowMs),
    ...containerCells(job.spec?.template),
    selectorText(job.spec?.selector),
  ],
);

export const cronJobPrinter = printer<CronJob>(
  "Name, Schedule, Timezone, Suspend:boolean, Active:integer, Last Schedule, Age | Containers, Images, Selector",
  (cronJob, nowMs) => [
    cronJob.metadata.name,
    cronJob.spec?.schedule ?? "",
    orNone(cronJob.spec?.timeZone),
    cronJob.spec?.suspend === true ? "True" : "False",
    cronJob.status?.active?.length ?? 0,
    cronJob.status?.lastScheduleTime === undefined ? none : since(cronJob.status.lastScheduleTime, nowMs),
    age(cronJob, nowMs),
    ...containerCells(cronJob.spec?.jobTemplate?.spec?.template),
    selectorText(cronJob.spec?.jobTemplate?.spec?.selector),
  ],
);

export const podDisruptionBudgetPrinter = printer<PodDisruptionBudget>(
  "Name, Min Available, Max Unavailable, Allowed Disruptions:integer, Age",
  (budget, nowMs) => [
    budget.metadata.name,
    String(budget.spec?.minAvailable ?? "N/A"),
    String(budget.spec?.maxUnavailable ?? "N/A"),
    budget.status?.disruptionsAllowed ?? 0,
    age(budget, nowMs),
  ],
);

export const controllerRevisionPrinter = printer<ControllerRevision>("Name, Controller, Revision, Age", (revision, nowMs) => {
  const owner = revision.metadata.ownerReferences?.find((reference) => reference.controller === true);
  const group = owner?.apiVersion?.includes("/") ? `.${owner.apiVersion.split("/")[0]}` : "";
  return [
    revision.metadata.name,
    owner === undefined ? none : `${owner.kind?.toLowerCase()}${group}/${owner.name}`,
    revision.revision,
    age(revision, nowMs),
  ];
});
