import { child, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type {
  DaemonSet,
  Deployment,
  DeploymentStrategy,
  Job,
  JobSpec,
  LabelSelector,
  PodTemplateSpec,
  ReplicaSet,
  StatefulSet,
} from "../generated/types.js";
import { GoSyntax, goLabelSelector, goStringMap } from "../go-format.js";
import { semanticEqual } from "../json-value.js";
import { compileLabelSelector, labelSelectorErrors } from "../selectors/label-selector.js";
import { atMost100Percent, countOrPercent, immutable, nonNegative, oneOf } from "./common.js";
import { podTemplateErrors } from "./pod-spec.js";

/** The kinds that make pods from a template. Source: the apps/v1 and batch/v1 kinds in the Kubernetes API reference. */

const isEmpty = (selector: LabelSelector): boolean =>
  Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions?.length ?? 0) === 0;

const selectorErrors = (selector: LabelSelector | undefined, emptyMessage: string): FieldError[] => {
  if (selector === undefined) return [required("spec.selector")];
  const errors = labelSelectorErrors(selector, "spec.selector");
  if (isEmpty(selector)) errors.push(invalidValue("spec.selector", goLabelSelector(selector), emptyMessage));
  return errors;
};

const selectorStays = (selector: LabelSelector | undefined, old: LabelSelector | undefined): FieldError[] =>
  semanticEqual(selector, old) ? [] : [invalidValue("spec.selector", goLabelSelector(selector), "field is immutable")];

/** A selector that does not find the pods it is to make would make them without end. */
const templateErrors = (
  template: PodTemplateSpec | undefined,
  selector: LabelSelector | undefined,
  path = "spec.template",
): FieldError[] => {
  if (template === undefined) return [required(path)];
  const errors: FieldError[] = [];
  const labels = template.metadata?.labels;
  if (selector !== undefined && !isEmpty(selector) && !compileLabelSelector(selector)(labels)) {
    errors.push(
      invalidValue(
        child(path, "metadata.labels"),
        new GoSyntax(goStringMap(labels)),
        "`selector` does not match template `labels`",
      ),
    );
  }
  errors.push(...podTemplateErrors(template, path));
  return errors;
};

const runsForever = (template: PodTemplateSpec | undefined, owner: string): FieldError[] => {
  const spec = template?.spec;
  if (spec === undefined) return [];
  const errors: FieldError[] = [];
  if (spec.restartPolicy !== "Always")
    errors.push(notSupported("spec.template.spec.restartPolicy", spec.restartPolicy ?? "", ["Always"]));
  if (spec.activeDeadlineSeconds !== undefined) {
    errors.push(forbiddenField("spec.template.spec.activeDeadlineSeconds", `activeDeadlineSeconds in ${owner} is not Supported`));
  }
  return errors;
};

/** A count of zero, as a number or a percentage. */
const isZero = (value: number | string | undefined): boolean => Number.parseInt(String(value ?? 0), 10) === 0;

const strategyErrors = (strategy: DeploymentStrategy | undefined): FieldError[] => {
  const path = "spec.strategy";
  const rolling = strategy?.rollingUpdate;
  const rollingPath = child(path, "rollingUpdate");
  if (strategy?.type === "Recreate") {
    return rolling === undefined ? [] : [forbiddenField(rollingPath, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (strategy?.type !== "RollingUpdate") return oneOf(strategy?.type, ["Recreate", "RollingUpdate"], path);
  if (rolling === undefined) return [required(rollingPath, "this should be defaulted and never be nil")];
  const unavailablePath = child(rollingPath, "maxUnavailable");
  const errors = [
    ...countOrPercent(rolling.maxUnavailable ?? 0, unavailablePath),
    ...countOrPercent(rolling.maxSurge ?? 0, child(rollingPath, "maxSurge")),
    ...atMost100Percent(rolling.maxUnavailable, unavailablePath),
  ];
  if (errors.length === 0 && isZero(rolling.maxUnavailable) && isZero(rolling.maxSurge)) {
    errors.push(invalidValue(unavailablePath, rolling.maxUnavailable ?? 0, "may not be 0 when `maxSurge` is 0"));
  }
  return errors;
};

const emptySelector = "empty selector is invalid for deployment";

export const deploymentErrors = (deployment: Deployment): FieldError[] => {
  const spec = deployment.spec;
  if (spec === undefined) return [required("spec.selector"), required("spec.template")];
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
  readonly updatedReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly observedGeneration?: number;
}

/** The counts of a status: none negative, no part larger than the whole. */
export const replicaStatusErrors = (status: ReplicaCounts | undefined): FieldError[] => {
  if (status === undefined) return [];
  const counts = [
    "replicas",
    "fullyLabeledReplicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
    "unavailableReplicas",
    "observedGeneration",
  ] as const;
  const errors = counts.flatMap((field) => nonNegative(status[field], child("status", field)));
  const whole = status.replicas ?? 0;
  for (const field of ["fullyLabeledReplicas", "updatedReplicas", "readyReplicas", "availableReplicas"] as const) {
    if ((status[field] ?? 0) > whole)
      errors.push(invalidValue(child("status", field), status[field], "cannot be greater than status.replicas"));
  }
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0)) {
    errors.push(invalidValue("status.availableReplicas", status.availableReplicas, "cannot be greater than readyReplicas"));
  }
  return errors;
};

export const replicaSetErrors = (replicaSet: ReplicaSet): FieldError[] => {
  const spec = replicaSet.spec;
  if (spec === undefined) return [required("spec.selector"), required("spec.template")];
  return [
    ...nonNegative(spec.replicas, "spec.replicas"),
    ...nonNegative(spec.minReadySeconds, "spec.minReadySeconds"),
    ...selectorErrors(spec.selector, emptySelector),
    ...templateErrors(spec.template, spec.selector),
    ...runsForever(spec.template, "ReplicaSet"),
  ];
};

export const replicaSetUpdateErrors = (replicaSet: ReplicaSet, old: ReplicaSet): FieldError[] => [
  ...replicaSetErrors(replicaSet),
  ...selectorStays(replicaSet.spec?.selector, old.spec?.selector),
];

export const daemonSetErrors = (daemonSet: DaemonSet): FieldError[] => {
  const spec = daemonSet.spec;
  if (spec === undefined) return [required("spec.selector"), required("spec.template")];
  return [
    ...selectorErrors(spec.selector, "empty selector is invalid for daemonset"),
    ...templateErrors(spec.template, spec.selector),
    ...runsForever(spec.template, "DaemonSet"),
    ...nonNegative(spec.minReadySeconds, "spec.minReadySeconds"),
    ...oneOf(spec.updateStrategy?.type, ["OnDelete", "RollingUpdate"], "spec.updateStrategy.type"),
    ...nonNegative(spec.revisionHistoryLimit, "spec.revisionHistoryLimit"),
  ];
};

export const daemonSetUpdateErrors = (daemonSet: DaemonSet, old: DaemonSet): FieldError[] => [
  ...daemonSetErrors(daemonSet),
  ...selectorStays(daemonSet.spec?.selector, old.spec?.selector),
];

export const statefulSetErrors = (statefulSet: StatefulSet): FieldError[] => {
  const spec = statefulSet.spec;
  if (spec === undefined) return [required("spec.selector"), required("spec.template")];
  return [
    ...oneOf(spec.podManagementPolicy, ["OrderedReady", "Parallel"], "spec.podManagementPolicy"),
    ...oneOf(spec.updateStrategy?.type, ["OnDelete", "RollingUpdate"], "spec.updateStrategy"),
    ...nonNegative(spec.replicas, "spec.replicas"),
    ...nonNegative(spec.minReadySeconds, "spec.minReadySeconds"),
    ...selectorErrors(spec.selector, "empty selector is invalid for statefulset"),
    ...templateErrors(spec.template, spec.selector),
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

/** The spec of a Job, its own or a CronJob's template. */
export const jobTemplateErrors = (spec: JobSpec | undefined, path: string): FieldError[] => {
  if (spec === undefined) return [required(child(path, "template"))];
  const errors: FieldError[] = [];
  for (const field of [
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
  ] as const) {
    errors.push(...nonNegative(spec[field], child(path, field)));
  }
  const templatePath = child(path, "template");
  errors.push(...templateErrors(spec.template, spec.selector, templatePath));
  const policy = spec.template?.spec?.restartPolicy;
  if (policy !== "OnFailure" && policy !== "Never") {
    errors.push({
      type: "FieldValueRequired",
      field: child(templatePath, "spec.restartPolicy"),
      body: 'Required value: valid values: "OnFailure", "Never"',
    });
  }
  return errors;
};

export const jobErrors = (job: Job): FieldError[] => jobTemplateErrors(job.spec, "spec");

export const jobUpdateErrors = (job: Job, old: Job): FieldError[] => {
  const fields = ["completions", "selector", "template", "completionMode"] as const;
  return [...jobErrors(job), ...fields.flatMap((field) => immutable(job.spec?.[field], old.spec?.[field], child("spec", field)))];
};
