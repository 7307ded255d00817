import { at, child, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingPolicy,
  HPAScalingRules,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from "../generated/types.js";
import { dns1123Label, pathSegment } from "../names.js";
import { parseQuantity } from "../quantity.js";
import { followsRule, nonNegative, oneOf } from "./common.js";
import { resourceNameErrors } from "./pod-resources.js";

/** Autoscalers. Source: "Horizontal Pod Autoscaling" of the Kubernetes documentation. */

const maxPeriodSeconds = 1800;
const maxWindowSeconds = 3600;

const segmentErrors = (value: string | undefined, path: string, ifNone = ""): FieldError[] =>
  value ? followsRule(pathSegment, value, path) : [required(path, ifNone)];

const referenceErrors = (of: CrossVersionObjectReference | undefined, path: string): FieldError[] => [
  ...segmentErrors(of?.kind, child(path, "kind")),
  ...segmentErrors(of?.name, child(path, "name")),
];

const isPositive = (amount: string): boolean => {
  const parsed = parseQuantity(amount);
  return parsed.ok && parsed.value.nano > 0n;
};

const targetErrors = (target: MetricTarget | undefined, path: string): FieldError[] => {
  const typePath = child(path, "type");
  const { averageUtilization, type = "" }: Partial<MetricTarget> = target ?? {};
  const errors = type === "" ? [required(typePath, "must specify a metric target type")] : [];
  if (!["Utilization", "Value", "AverageValue"].includes(type))
    errors.push(invalidValue(typePath, type, "must be either Utilization, Value, or AverageValue"));
  for (const field of ["value", "averageValue"] as const) {
    const amount = target?.[field];
    if (amount !== undefined && !isPositive(amount)) errors.push(invalidValue(child(path, field), amount, "must be positive"));
  }
  if (averageUtilization !== undefined && averageUtilization < 1)
    errors.push(invalidValue(child(path, "averageUtilization"), averageUtilization, "must be greater than 0"));
  return errors;
};

const metricErrors = (metric: MetricIdentifier | undefined, path: string): FieldError[] =>
  segmentErrors(metric?.name, child(path, "name"), "must specify a metric name");

/** Some metrics have targets for all pods together, others for each, others for what of its request each uses. */
const usageErrors = (target: MetricTarget | undefined, path: string): FieldError[] => {
  const errors = targetErrors(target, path);
  const { averageUtilization, averageValue }: Partial<MetricTarget> = target ?? {};
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = "must set either a target raw value or a target utilization";
    errors.push(required(child(path, "averageUtilization"), detail));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = "may not set both a target raw value and a target utilization";
    errors.push(forbiddenField(child(path, "averageValue"), detail));
  }
  return errors;
};

type Sources = Omit<MetricSpec, "type">;
type SourceRules = { readonly [K in keyof Sources]-?: (source: NonNullable<Sources[K]>, path: string) => FieldError[] };

const sourceRules: SourceRules = {
  object: ({ describedObject, metric, target }, path) => [
    ...referenceErrors(describedObject, child(path, "describedObject")),
    ...metricErrors(metric, child(path, "metric")),
    ...targetErrors(target, child(path, "target")),
    ...(target?.value === undefined && target?.averageValue === undefined
      ? [required(child(path, "target.averageValue"), "must set either a target value or averageValue")]
      : []),
  ],
  external: ({ metric, target }, path) => {
    const errors = [...metricErrors(metric, child(path, "metric")), ...targetErrors(target, child(path, "target"))];
    const [value, average] = [target?.value, target?.averageValue];
    if (value === undefined && average === undefined) {
      const detail = "must set either a target value for metric or a per-pod target";
      errors.push(required(child(path, "target.averageValue"), detail));
    }
    if (value !== undefined && average !== undefined) {
      const detail = "may not set both a target value for metric and a per-pod target";
      errors.push(forbiddenField(child(path, "target.value"), detail));
    }
    return errors;
  },
  pods: ({ metric, target }, path) => [
    ...metricErrors(metric, child(path, "metric")),
    ...targetErrors(target, child(path, "target")),
    ...(target?.averageValue === undefined
      ? [required(child(path, "target.averageValue"), "must specify a positive target averageValue")]
      : []),
  ],
  resource: ({ name, target }, path) => [
    ...(name ? [] : [required(child(path, "name"), "must specify a resource name")]),
    ...usageErrors(target, child(path, "target")),
  ],
  containerResource: ({ container, name, target }, path) => [
    ...(name ? resourceNameErrors(name, child(path, "name")) : [required(child(path, "name"), "must specify a resource name")]),
    ...(container
      ? followsRule(dns1123Label, container, child(path, "container"))
      : [required(child(path, "container"), "must specify a container")]),
    ...usageErrors(target, child(path, "target")),
  ],
};

const sourceOf: { readonly [type: string]: keyof Sources } = {
  ContainerResource: "containerResource",
  External: "external",
  Object: "object",
  Pods: "pods",
  Resource: "resource",
};
const sourceTypes = Object.keys(sourceOf);

const metricSpecErrors = (spec: MetricSpec, path: string): FieldError[] => {
  const typePath = child(path, "type");
  const type = spec.type ?? "";
  const errors = type === "" ? [required(typePath, "must specify a metric source type")] : [];
  const known = sourceTypes.includes(type);
  if (!known) errors.push(notSupported(typePath, type, sourceTypes));
  const given = (Object.keys(sourceRules) as Array<keyof Sources>).filter((field) => spec[field] !== undefined);
  const first = given[0];
  if (first !== undefined) errors.push(...sourceRules[first](spec[first] as never, child(path, first)));
  const expected = known ? sourceOf[type] : undefined;
  if (expected === undefined) errors.push(notSupported(typePath, type, sourceTypes));
  else if (spec[expected] === undefined)
    errors.push(required(child(path, expected), "must populate information for the given metric source"));
  if (given.length === 1) return errors;
  const others = given.filter((field) => field !== expected);
  return [...errors, ...others.map((field) => forbiddenField(child(path, field), "must populate the given metric source only"))];
};

const policyErrors = ({ periodSeconds, type, value }: HPAScalingPolicy, path: string): FieldError[] => {
  const errors = oneOf(type, ["Percent", "Pods"], child(path, "type"));
  const more = (field: string, amount: number): number =>
    errors.push(invalidValue(child(path, field), amount, "must be greater than zero"));
  if (!(value > 0)) more("value", value ?? 0);
  if (!(periodSeconds > 0)) more("periodSeconds", periodSeconds ?? 0);
  if (periodSeconds > maxPeriodSeconds) {
    const detail = `must be less than or equal to ${maxPeriodSeconds}`;
    errors.push(invalidValue(child(path, "periodSeconds"), periodSeconds, detail));
  }
  return errors;
};

const rulesErrors = (rules: HPAScalingRules | undefined, path: string): FieldError[] => {
  if (rules === undefined) return [];
  const errors: FieldError[] = [];
  const seconds = rules.stabilizationWindowSeconds;
  const window = (detail: string): number =>
    errors.push(invalidValue(child(path, "stabilizationWindowSeconds"), seconds, detail));
  if (seconds !== undefined && seconds < 0) window("must be greater than or equal to zero");
  if (seconds !== undefined && seconds > maxWindowSeconds) window(`must be less than or equal to ${maxWindowSeconds}`);
  if (rules.selectPolicy !== undefined)
    errors.push(...oneOf(rules.selectPolicy, ["Disabled", "Max", "Min"], child(path, "selectPolicy")));
  const policies = rules.policies ?? [];
  const policiesPath = child(path, "policies");
  if (policies.length === 0) errors.push(required(policiesPath, "must specify at least one Policy"));
  return [...errors, ...policies.flatMap((policy, index) => policyErrors(policy, at(policiesPath, index)))];
};

const specErrors = (spec: HorizontalPodAutoscalerSpec | undefined, fewest: number): FieldError[] => {
  if (spec === undefined) return [required("spec.scaleTargetRef")];
  const { behavior, maxReplicas, metrics = [], minReplicas, scaleTargetRef } = spec;
  const errors: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < fewest)
    errors.push(invalidValue("spec.minReplicas", minReplicas, `must be greater than or equal to ${fewest}`));
  if (!(maxReplicas >= 1)) errors.push(invalidValue("spec.maxReplicas", maxReplicas ?? 0, "must be greater than 0"));
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.push(invalidValue("spec.maxReplicas", maxReplicas, "must be greater than or equal to `minReplicas`"));
  errors.push(...referenceErrors(scaleTargetRef, "spec.scaleTargetRef"));
  for (const [index, metric] of metrics.entries()) errors.push(...metricSpecErrors(metric, at("spec.metrics", index)));
  if (minReplicas === 0 && !metrics.some(({ type }) => type === "Object" || type === "External")) {
    const detail = "must specify at least one Object or External metric to support scaling to zero replicas";
    errors.push(forbiddenField("spec.metrics", detail));
  }
  return [
    ...errors,
    ...rulesErrors(behavior?.scaleUp, "spec.behavior.scaleUp"),
    ...rulesErrors(behavior?.scaleDown, "spec.behavior.scaleDown"),
  ];
};

export const autoscalerErrors = (autoscaler: HorizontalPodAutoscaler): FieldError[] => specErrors(autoscaler.spec, 1);

export const autoscalerUpdateErrors = (autoscaler: HorizontalPodAutoscaler, old: HorizontalPodAutoscaler): FieldError[] =>
  specErrors(autoscaler.spec, old.spec?.minReplicas === 0 ? 0 : 1);

export const autoscalerStatusErrors = ({ status }: HorizontalPodAutoscaler): FieldError[] => [
  ...nonNegative(status?.currentReplicas, "status.currentReplicas"),
  ...nonNegative(status?.desiredReplicas, "status.desiredReplicas"),
];
