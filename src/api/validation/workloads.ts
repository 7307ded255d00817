import { child, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type {
  DaemonSet,
  DaemonSetUpdateStrategy,
  Deployment,
  DeploymentStrategy,
  ReplicaSet,
  StatefulSet,
  StatefulSetSpec,
} from "../generated/types.js";
import { atMost100Percent, countOrPercent, immutable, nonNegative, oneOf } from "./common.js";
import { podTemplateMetadataErrors } from "./pod-spec.js";
import { runsForever, selectorErrors, selectorStays, templateErrors, withoutSpec } from "./templates.js";

/** The kinds that make pods from a template. Source: the apps/v1 and batch/v1 kinds in the Kubernetes API reference. */

/** A count of zero, as a number or a percentage. */
const isZero = (value: number | string | undefined): boolean => Number.parseInt(String(value ?? 0), 10) === 0;

const strategyErrors = (strategy: DeploymentStrategy | undefined): FieldError[] => {
  const path = "spec.strategy";
  const rolling = strategy?.rollingUpdate;
  const rollingPath = child(path, "rollingUpdate");
  if (strategy?.type === "Recreate") {
    return rolling === undefined ? [] : [forbiddenField(rollingPath, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (strategy?.type !== "RollingUpdate") return [notSupported(path, strategy ?? {}, ["Recreate", "RollingUpdate"])];
  if (rolling === undefined) return [required(rollingPath, "this should be defaulted and never be nil")];
  const unavailablePath = child(rollingPath, "maxUnavailable");
  const errors = [
    ...countOrPercent(rolling.maxUnavailable ?? 0, unavailablePath),
    ...countOrPercent(rolling.maxSurge ?? 0, child(rollingPath, "maxSurge")),
  ];
  if (isZero(rolling.maxUnavailable) && isZero(rolling.maxSurge)) {
    errors.push(invalidValue(unavailablePath, rolling.maxUnavailable ?? 0, "may not be 0 when `maxSurge` is 0"));
  }
  return [...errors, ...atMost100Percent(rolling.maxUnavailable, unavailablePath)];
};

const emptySelector = "empty selector is invalid for deployment";

export const deploymentErrors = (deployment: Deployment): FieldError[] => {
  const spec = deployment.spec;
  if (spec === undefined) return Object.values(withoutSpec);
  const errors = [
    ...nonNegative(spec.replicas, "spec.replicas"),
    ...selectorErrors(spec.selector, emptySelector),
    ...templateErrors(spec.template, spec.selector),
    ...runsForever(spec.template, "ReplicaSet"),
    ...strategyErrors(spec.strategy),
    ...nonNegative(spec.minReadySeconds, "spec.minReadySeconds"),
    ...nonNegative(spec.revisionHistoryLimit, "spec.revisionHistoryLimit"),
    ...nonNegative(spec.progressDeadlineSeconds, "spec.progressDeadlineSeconds"),
  ];
  if (spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0)) {
    errors.push(
      invalidValue("spec.progressDeadlineSeconds", spec.progressDeadlineSeconds, "must be greater than minReadySeconds"),
    );
  }
  return errors;
};

export const deploymentUpdateErrors = (deployment: Deployment, old: Deployment): FieldError[] => [
  ...deploymentErrors(deployment),
  ...selectorStays(deployment.spec?.selector, old.spec?.selector),
];

interface ReplicaCounts {
  readonly replicas?: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly currentReplicas?: number;
  readonly updatedReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly observedGeneration?: number;
}

/** The counts of a status: none negative, no part larger than the whole. */
const replicaStatusErrors = (status: ReplicaCounts | undefined): FieldError[] => {
  if (status === undefined) return [];
  const counts = [
    "replicas",
    "fullyLabeledReplicas",
    "currentReplicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
    "unavailableReplicas",
    "observedGeneration",
  ] as const;
  const errors = counts.flatMap((field) => nonNegative(status[field], child("status", field)));
  const whole = status.replicas ?? 0;
  for (const field of [
    "fullyLabeledReplicas",
    "currentReplicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
  ] as const) {
    if ((status[field] ?? 0) > whole)
      errors.push(invalidValue(child("status", field), status[field], "cannot be greater than status.replicas"));
  }
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0)) {
    errors.push(invalidValue("status.availableReplicas", status.availableReplicas, "cannot be greater than readyReplicas"));
  }
  return errors;
};

/** Names that were taken are counted, and never again fewer. */
const collisionErrors = (
  now: { collisionCount?: number } | undefined,
  old: { collisionCount?: number } | undefined,
): FieldError[] => {
  const [count, before] = [now?.collisionCount, old?.collisionCount];
  const path = "status.collisionCount";
  const errors = nonNegative(count, path);
  if (before !== undefined && (count ?? -1) < before) errors.push(invalidValue(path, count ?? 0, "cannot be decremented"));
  return errors;
};

export const countsStatusErrors = (
  object: { status?: ReplicaCounts & { collisionCount?: number } },
  old: { status?: { collisionCount?: number } },
): FieldError[] => [...replicaStatusErrors(object.status), ...collisionErrors(object.status, old.status)];

export const replicaSetErrors = (replicaSet: ReplicaSet): FieldError[] => {
  const spec = replicaSet.spec;
  if (spec === undefined) return Object.values(withoutSpec);
  return [
    ...nonNegative(spec.replicas, "spec.replicas"),
    ...nonNegative(spec.minReadySeconds, "spec.minReadySeconds"),
    ...selectorErrors(spec.selector, emptySelector),
    ...templateErrors(spec.template ?? {}, spec.selector),
    ...runsForever(spec.template, "ReplicaSet"),
  ];
};

export const replicaSetUpdateErrors = (replicaSet: ReplicaSet, old: ReplicaSet): FieldError[] => [
  ...replicaSetErrors(replicaSet),
  ...selectorStays(replicaSet.spec?.selector, old.spec?.selector),
];

/** Either the old pod of a node goes first, or the new one comes first. */
const daemonStrategyErrors = (strategy: DaemonSetUpdateStrategy | undefined, path: string): FieldError[] => {
  if (strategy?.type === "OnDelete") return [];
  if (strategy?.type !== "RollingUpdate") return [notSupported(path, strategy ?? {}, ["RollingUpdate", "OnDelete"])];
  const rolling = strategy.rollingUpdate;
  const rollingPath = child(path, "rollingUpdate");
  if (rolling === undefined) return [required(rollingPath)];
  const { maxSurge = 0, maxUnavailable = 0 } = rolling;
  const [surgePath, unavailablePath] = [child(rollingPath, "maxSurge"), child(rollingPath, "maxUnavailable")];
  const errors = [
    ...countOrPercent(maxUnavailable, unavailablePath),
    ...countOrPercent(maxSurge, surgePath),
    ...atMost100Percent(maxUnavailable, unavailablePath),
    ...atMost100Percent(maxSurge, surgePath),
  ];
  if (!isZero(maxUnavailable) && !isZero(maxSurge))
    errors.push(invalidValue(surgePath, maxSurge, "may not be set when maxUnavailable is non-zero"));
  if (isZero(maxUnavailable) && isZero(maxSurge)) errors.push(required(unavailablePath, "cannot be 0 when maxSurge is 0"));
  return errors;
};

export const daemonSetErrors = (daemonSet: DaemonSet): FieldError[] => {
  const spec = daemonSet.spec;
  if (spec === undefined) return [withoutSpec.labels, withoutSpec.containers];
  return [
    ...(spec.selector === undefined ? [] : selectorErrors(spec.selector, "empty selector is invalid for daemonset")),
    ...templateErrors(spec.template, spec.selector),
    ...runsForever(spec.template, "DaemonSet"),
    ...nonNegative(spec.minReadySeconds, "spec.minReadySeconds"),
    ...daemonStrategyErrors(spec.updateStrategy, "spec.updateStrategy"),
    ...nonNegative(spec.revisionHistoryLimit, "spec.revisionHistoryLimit"),
  ];
};

export const daemonSetStatusErrors = (daemonSet: DaemonSet, old: DaemonSet): FieldError[] => [
  ...(
    [
      "currentNumberScheduled",
      "numberMisscheduled",
      "desiredNumberScheduled",
      "numberReady",
      "observedGeneration",
      "updatedNumberScheduled",
      "numberAvailable",
      "numberUnavailable",
    ] as const
  ).flatMap((field) => nonNegative(daemonSet.status?.[field], child("status", field))),
  ...collisionErrors(daemonSet.status, old.status),
];

export const daemonSetUpdateErrors = (daemonSet: DaemonSet, old: DaemonSet): FieldError[] => [
  ...daemonSetErrors(daemonSet),
  ...selectorStays(daemonSet.spec?.selector, old.spec?.selector),
];

const statefulStrategyErrors = (spec: StatefulSetSpec, path: string): FieldError[] => {
  const strategy = spec.updateStrategy;
  const rolling = strategy?.rollingUpdate;
  const rollingPath = child(path, "rollingUpdate");
  if (!strategy?.type) return [required(path)];
  if (strategy.type === "OnDelete")
    return rolling === undefined ? [] : [invalidValue(rollingPath, rolling, "only allowed for updateStrategy 'RollingUpdate'")];
  if (strategy.type !== "RollingUpdate") return [invalidValue(path, strategy, "must be 'RollingUpdate' or 'OnDelete'")];
  const errors = nonNegative(rolling?.partition, child(rollingPath, "partition"));
  const unavailable = rolling?.maxUnavailable;
  if (unavailable === undefined) return errors;
  const unavailablePath = child(rollingPath, "maxUnavailable");
  errors.push(...countOrPercent(unavailable, unavailablePath));
  if (isZero(unavailable)) errors.push(invalidValue(unavailablePath, unavailable, "cannot be 0"));
  return [...errors, ...atMost100Percent(unavailable, unavailablePath)];
};

const retentionErrors = (spec: StatefulSetSpec, path: string): FieldError[] => {
  const policy = spec.persistentVolumeClaimRetentionPolicy;
  if (policy === undefined) return [];
  return (["whenDeleted", "whenScaled"] as const).flatMap((when) => oneOf(policy[when], ["Retain", "Delete"], child(path, when)));
};

/** Whether its pods could be made is found out when they are: of a StatefulSet's template only the metadata is checked. */
export const statefulSetErrors = (statefulSet: StatefulSet): FieldError[] => {
  const spec = statefulSet.spec;
  if (spec === undefined) return [withoutSpec.selector, withoutSpec.labels];
  const managed = spec.podManagementPolicy;
  const managedPath = "spec.podManagementPolicy";
  const errors: FieldError[] = [];
  if (!managed) errors.push(required(managedPath));
  else if (managed !== "OrderedReady" && managed !== "Parallel")
    errors.push(invalidValue(managedPath, managed, "must be 'OrderedReady' or 'Parallel'"));
  return [
    ...errors,
    ...statefulStrategyErrors(spec, "spec.updateStrategy"),
    ...retentionErrors(spec, "spec.persistentVolumeClaimRetentionPolicy"),
    ...nonNegative(spec.replicas, "spec.replicas"),
    ...nonNegative(spec.minReadySeconds, "spec.minReadySeconds"),
    ...nonNegative(spec.ordinals?.start, "spec.ordinals.start"),
    ...selectorErrors(spec.selector, "empty selector is invalid for statefulset"),
    ...templateErrors(spec.template, spec.selector, podTemplateMetadataErrors),
    ...runsForever(spec.template, "StatefulSet"),
  ];
};

const statefulChangeable = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
] as const;

export const statefulSetUpdateErrors = (statefulSet: StatefulSet, old: StatefulSet): FieldError[] => {
  const fixed = (of: StatefulSet): object =>
    Object.fromEntries(
      Object.entries(of.spec ?? {}).filter(([field]) => !(statefulChangeable as readonly string[]).includes(field)),
    );
  const changed = immutable(fixed(statefulSet), fixed(old), "spec").length > 0;
  const detail =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  return [...statefulSetErrors(statefulSet), ...(changed ? [forbiddenField("spec", detail)] : [])];
};
