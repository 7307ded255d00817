import type {
  ControllerRevision,
  CronJob,
  DaemonSet,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  MetricSpec,
  MetricStatus,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from "../generated/types.js";
import { humanDuration, since, timeMs } from "./duration.js";
import { age, containerCells, labelsText, none, orNone, printer, selectorText } from "./printer.js";

/** The kinds that make pods, and those that watch over them. */

export const deploymentPrinter = printer<Deployment>(
  "Name, Ready, Up-to-date:integer, Available:integer, Age | Containers, Images, Selector",
  (deployment, nowMs) => [
    deployment.metadata.name,
    `${deployment.status?.readyReplicas ?? 0}/${deployment.spec?.replicas ?? 0}`,
    deployment.status?.updatedReplicas ?? 0,
    deployment.status?.availableReplicas ?? 0,
    age(deployment, nowMs),
    ...containerCells(deployment.spec?.template),
    selectorText(deployment.spec?.selector),
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
  return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find(is) ?? "Running";
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

const resourceTarget = (metric: MetricSpec, status: MetricStatus | undefined): string => {
  const { name = "", target } = metric.resource ?? {};
  if (target?.averageUtilization !== undefined) {
    const current = status?.resource?.current?.averageUtilization;
    return `${name}: ${current === undefined ? "<unknown>" : `${current}%`}/${target.averageUtilization}%`;
  }
  return `${name}: ${status?.resource?.current?.averageValue ?? "<unknown>"}/${target?.averageValue ?? "<auto>"}`;
};

const targets = (autoscaler: HorizontalPodAutoscaler): string => {
  const metrics = autoscaler.spec?.metrics ?? [];
  if (metrics.length === 0) return none;
  const texts = metrics.map((metric, index) =>
    metric.type === "Resource" && metric.resource !== undefined
      ? resourceTarget(metric, autoscaler.status?.currentMetrics?.[index])
      : "<unknown>",
  );
  const shown = texts.slice(0, 2).join(", ");
  return texts.length > 2 ? `${shown} + ${texts.length - 2} more...` : shown;
};

export const horizontalPodAutoscalerPrinter = printer<HorizontalPodAutoscaler>(
  "Name, Reference, Targets, MinPods, MaxPods, Replicas, Age",
  (autoscaler, nowMs) => [
    autoscaler.metadata.name,
    `${autoscaler.spec?.scaleTargetRef?.kind ?? ""}/${autoscaler.spec?.scaleTargetRef?.name ?? ""}`,
    targets(autoscaler),
    String(autoscaler.spec?.minReplicas ?? "<unset>"),
    autoscaler.spec?.maxReplicas ?? 0,
    autoscaler.status?.currentReplicas ?? 0,
    age(autoscaler, nowMs),
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

export const controllerRevisionPrinter = printer<ControllerRevision>(
  "Name, Controller, Revision:integer, Age",
  (revision, nowMs) => {
    const owner = revision.metadata.ownerReferences?.find((reference) => reference.controller === true);
    const group = owner?.apiVersion?.includes("/") ? `.${owner.apiVersion.split("/")[0]}` : "";
    return [
      revision.metadata.name,
      owner === undefined ? none : `${owner.kind?.toLowerCase()}${group}/${owner.name}`,
      revision.revision,
      age(revision, nowMs),
    ];
  },
);
