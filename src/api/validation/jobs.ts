import { readJson, writeJson } from "../../json/text.js";
import {
  at,
  child,
  duplicate,
  type FieldError,
  invalidValue,
  notSupported,
  required,
  tooLong,
  tooMany,
} from "../field-errors.js";
import type {
  Job,
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
  PodTemplateSpec,
  SuccessPolicyRule,
} from "../generated/types.js";
import { GoSyntax, goLabelSelector, quote } from "../go-format.js";
import { semanticEqual } from "../json-value.js";
import { byteLength, dns1123Label, qualifiedName } from "../names.js";
import { compileLabelSelector } from "../selectors/label-selector.js";
import { immutable, nonNegative, oneOf } from "./common.js";
import { invalidWhole, parseIndexes } from "./indexes.js";
import { podTemplateErrors } from "./pod-spec.js";
import { domainPrefixedPathErrors } from "./prefixed-path.js";
import { requiredSelectorErrors } from "./templates.js";

/** Jobs. Source: "Jobs" of the Kubernetes documentation. */

const maxFailureRules = 20;
const maxExitCodes = 255;
const maxConditions = 20;
const maxSuccessRules = 20;
const maxIndexesLength = 64 * 1024;
const maxManagedByLength = 63;
const maxIndexedParallelism = 100_000;
const maxFailedIndexes = 100_000;
const manyCompletions = 100_000;
const maxOfMany = 10_000;

const actions = ["Count", "FailIndex", "FailJob", "Ignore"];
const exitOperators = ["In", "NotIn"];
const conditionStates = ["False", "True", "Unknown"];

/** A word that must be one of a few; the words are told as a list of Go's if there is none. */
const wordErrors = (word: string | undefined, words: readonly string[], path: string): FieldError[] =>
  word ? oneOf(word, words, path) : [required(path, `valid values: [${words.map(quote).join(" ")}]`)];

const exitCodeErrors = (
  of: PodFailurePolicyOnExitCodesRequirement,
  path: string,
  template: PodTemplateSpec | undefined,
): FieldError[] => {
  const { containerName, operator, values = [] } = of;
  const errors = wordErrors(operator, exitOperators, child(path, "operator"));
  const names = [...(template?.spec?.containers ?? []), ...(template?.spec?.initContainers ?? [])].map(({ name }) => name);
  if (containerName !== undefined && !names.includes(containerName)) {
    const detail = "must be one of the container or initContainer names in the pod template";
    errors.push(invalidValue(child(path, "containerName"), containerName, detail));
  }
  const valuesPath = child(path, "values");
  const shown = new GoSyntax(of.values === undefined ? "[]int32(nil)" : `[]int32{${values.join(", ")}}`);
  if (values.length === 0) errors.push(invalidValue(valuesPath, shown, "at least one value is required"));
  else if (values.length > maxExitCodes) errors.push(tooMany(valuesPath, values.length, maxExitCodes));
  for (const [index, value] of values.entries()) {
    if (operator === "In" && value === 0)
      errors.push(invalidValue(at(valuesPath, index), value, "must not be 0 for the In operator"));
    if (values.indexOf(value) < index) errors.push(duplicate(at(valuesPath, index), value));
  }
  if (values.some((value, index) => index > 0 && values[index - 1]! > value))
    errors.push(invalidValue(valuesPath, shown, "must be ordered"));
  return errors;
};

const conditionErrors = (patterns: NonNullable<PodFailurePolicyRule["onPodConditions"]>, path: string): FieldError[] => {
  const errors = patterns.length > maxConditions ? [tooMany(path, patterns.length, maxConditions)] : [];
  for (const [index, { status, type = "" }] of patterns.entries()) {
    const typePath = child(at(path, index), "type");
    errors.push(...qualifiedName(type).map((message) => invalidValue(typePath, type, message)));
    errors.push(...wordErrors(status, conditionStates, child(at(path, index), "status")));
  }
  return errors;
};

const failureRuleErrors = (rule: PodFailurePolicyRule, path: string, spec: JobSpec): FieldError[] => {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  const actionPath = child(path, "action");
  const errors: FieldError[] = [];
  if (action !== "FailIndex") errors.push(...wordErrors(action, actions, actionPath));
  else if (spec.backoffLimitPerIndex === undefined)
    errors.push(invalidValue(actionPath, action, "requires the backoffLimitPerIndex to be set"));
  if (onExitCodes !== undefined) errors.push(...exitCodeErrors(onExitCodes, child(path, "onExitCodes"), spec.template));
  if (onPodConditions.length > 0) errors.push(...conditionErrors(onPodConditions, child(path, "onPodConditions")));
  if (onExitCodes !== undefined && onPodConditions.length > 0)
    errors.push(invalidWhole(path, "specifying both OnExitCodes and OnPodConditions is not supported"));
  if (onExitCodes === undefined && onPodConditions.length === 0)
    errors.push(invalidWhole(path, "specifying one of OnExitCodes and OnPodConditions is required"));
  return errors;
};

const failurePolicyErrors = (spec: JobSpec, path: string): FieldError[] => {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const errors = rules.length > maxFailureRules ? [tooMany(path, rules.length, maxFailureRules)] : [];
  return [...errors, ...rules.flatMap((rule, index) => failureRuleErrors(rule, at(path, index), spec))];
};

const successRuleErrors = (rule: SuccessPolicyRule, path: string, completions: number): FieldError[] => {
  const { succeededCount, succeededIndexes } = rule;
  const errors: FieldError[] = [];
  if (succeededCount === undefined && succeededIndexes === undefined)
    errors.push(required(path, "at least one of succeededCount or succeededIndexes must be specified"));
  let total = 0;
  if (succeededIndexes !== undefined) {
    const indexesPath = child(path, "succeededIndexes");
    if (byteLength(succeededIndexes) > maxIndexesLength) errors.push(tooLong(indexesPath, maxIndexesLength));
    const parsed = parseIndexes(succeededIndexes, completions);
    if (typeof parsed === "string")
      errors.push(invalidValue(indexesPath, succeededIndexes, `error parsing succeededIndexes: ${parsed}`));
    else total = parsed.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  }
  if (succeededCount === undefined) return errors;
  const countPath = child(path, "succeededCount");
  const most = (limit: number, of: string): FieldError =>
    invalidValue(countPath, succeededCount, `must be less than or equal to ${limit} (the number of ${of})`);
  errors.push(...nonNegative(succeededCount, countPath));
  if (succeededCount > completions) errors.push(most(completions, "specified completions"));
  if (succeededIndexes !== undefined && succeededCount > total)
    errors.push(most(total, "indexes in the specified succeededIndexes field"));
  return errors;
};

const successPolicyErrors = (spec: JobSpec, path: string): FieldError[] => {
  if (spec.successPolicy === undefined) return [];
  if (spec.completionMode !== "Indexed") return [invalidValue(path, spec.successPolicy, "requires indexed completion mode")];
  const rules = spec.successPolicy.rules ?? [];
  const rulesPath = child(path, "rules");
  const errors: FieldError[] = [];
  if (rules.length === 0)
    errors.push(required(rulesPath, "at least one rules must be specified when the successPolicy is specified"));
  if (rules.length > maxSuccessRules) errors.push(tooMany(rulesPath, rules.length, maxSuccessRules));
  return [...errors, ...rules.flatMap((rule, index) => successRuleErrors(rule, at(rulesPath, index), spec.completions ?? 0))];
};

const indexedErrors = (spec: JobSpec, path: string): FieldError[] => {
  const { backoffLimitPerIndex, completions, maxFailedIndexes: failed, parallelism } = spec;
  const errors: FieldError[] = [];
  const most = (field: string, value: number, limit: number, when = ""): number =>
    errors.push(invalidValue(child(path, field), value, `must be less than or equal to ${limit}${when}`));
  if (completions === undefined) errors.push(required(child(path, "completions"), "when completion mode is Indexed"));
  if (parallelism !== undefined && parallelism > maxIndexedParallelism)
    most("parallelism", parallelism, maxIndexedParallelism, " when completion mode is Indexed");
  if (completions !== undefined && failed !== undefined && failed > completions)
    errors.push(invalidValue(child(path, "maxFailedIndexes"), failed, "must be less than or equal to completions"));
  if (failed !== undefined && failed > maxFailedIndexes) most("maxFailedIndexes", failed, maxFailedIndexes);
  if (completions === undefined || completions <= manyCompletions || backoffLimitPerIndex === undefined) return errors;
  const when = ` when completions are above ${manyCompletions} and used with backoff limit per index`;
  if (failed === undefined) {
    const detail = `must be specified when completions is above ${manyCompletions}`;
    errors.push(required(child(path, "maxFailedIndexes"), detail));
  }
  if (parallelism !== undefined && parallelism > maxOfMany) most("parallelism", parallelism, maxOfMany, when);
  if (failed !== undefined && failed > maxOfMany) most("maxFailedIndexes", failed, maxOfMany, when);
  return errors;
};

const modeErrors = (spec: JobSpec, path: string): FieldError[] => {
  const mode = spec.completionMode;
  const modePath = child(path, "completionMode");
  if (mode === "Indexed") return indexedErrors(spec, path);
  if (mode !== undefined && mode !== "NonIndexed") return oneOf(mode, ["NonIndexed", "Indexed"], modePath);
  return (["backoffLimitPerIndex", "maxFailedIndexes"] as const).flatMap((field) =>
    spec[field] === undefined ? [] : [invalidValue(child(path, field), spec[field], "requires indexed completion mode")],
  );
};

const restartErrors = (spec: JobSpec, path: string): FieldError[] => {
  const policy = spec.template?.spec?.restartPolicy;
  if (!policy || policy === "Always") return [required(path, 'valid values: "OnFailure", "Never"')];
  if (policy !== "OnFailure" && policy !== "Never") return [notSupported(path, policy, ["OnFailure", "Never"])];
  if (spec.podFailurePolicy === undefined || policy === "Never") return [];
  return [invalidValue(path, policy, 'only "Never" is supported when podFailurePolicy is specified')];
};

/** What a Job's spec must be, without its selector. */
const jobSpecErrors = (spec: JobSpec, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  for (const field of [
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
  ] as const)
    errors.push(...nonNegative(spec[field], child(path, field)));
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.push(required(child(path, "backoffLimitPerIndex"), "when maxFailedIndexes is specified"));
  if (spec.managedBy !== undefined) {
    const managerPath = child(path, "managedBy");
    errors.push(...domainPrefixedPathErrors(spec.managedBy, managerPath));
    if (byteLength(spec.managedBy) > maxManagedByLength) errors.push(tooLong(managerPath, maxManagedByLength));
  }
  errors.push(...modeErrors(spec, path));
  if (spec.podFailurePolicy !== undefined) errors.push(...failurePolicyErrors(spec, child(path, "podFailurePolicy.rules")));
  errors.push(...successPolicyErrors(spec, child(path, "successPolicy")));
  if (spec.podReplacementPolicy !== undefined) {
    const known = spec.podFailurePolicy === undefined ? ["Failed", "TerminatingOrFailed"] : ["Failed"];
    errors.push(...oneOf(spec.podReplacementPolicy, known, child(path, "podReplacementPolicy")));
  }
  return [
    ...errors,
    ...podTemplateErrors(spec.template ?? {}, child(path, "template")),
    ...restartErrors(spec, child(path, "template.spec.restartPolicy")),
  ];
};

/** The Jobs that a CronJob makes choose their pods themselves. */
export const jobTemplateErrors = (spec: JobSpec | undefined, path: string): FieldError[] => {
  if (spec === undefined) return [required(child(path, "template"))];
  const errors = jobSpecErrors(spec, path);
  if (spec.selector !== undefined)
    errors.push(invalidValue(child(path, "selector"), goLabelSelector(spec.selector), "`selector` will be auto-generated"));
  if (spec.manualSelector === true) errors.push(notSupported(child(path, "manualSelector"), true, ["nil", "false"]));
  return errors;
};

const anyJobErrors = (job: Job): FieldError[] => {
  const spec = job.spec;
  if (spec === undefined) return [required("spec.template"), required("spec.selector")];
  return [...jobSpecErrors(spec, "spec"), ...requiredSelectorErrors(spec.selector, spec.template, "spec")];
};

/** A Job that does not choose its pods itself is not told how to. */
const generatedErrors = ({ metadata, spec }: Job): FieldError[] => {
  if (spec?.selector === undefined || spec.manualSelector === true) return [];
  const [uid, name] = [metadata.uid ?? "", metadata.name ?? ""];
  const expected = {
    "controller-uid": uid,
    "job-name": name,
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
  };
  if (compileLabelSelector(spec.selector)(expected)) return [];
  return [invalidValue("spec.selector", goLabelSelector(spec.selector), "`selector` not auto-generated")];
};

export const jobErrors = (job: Job): FieldError[] => {
  const errors = [...generatedErrors(job), ...anyJobErrors(job)];
  const { completionMode, completions = 0 } = job.spec ?? {};
  if (completionMode !== "Indexed" || completions <= 0) return errors;
  const last = `${job.metadata.name}-${completions - 1}`;
  if (dns1123Label(last).length === 0) return errors;
  const detail = `will not able to create pod with invalid DNS label: ${last}`;
  return [...errors, invalidValue("metadata.name", job.metadata.name, detail)];
};

/** While it waits, where a Job's pods are to run may still be said: until it began for the first time. */
const mayBePlaced = (old: Job): boolean => old.spec?.suspend === true && old.status?.startTime === undefined;

/** The new template with what may change put back. */
const withPlacementPutBack = (now: PodTemplateSpec, old: PodTemplateSpec): PodTemplateSpec => {
  const { affinity, nodeSelector: _, schedulingGates: __, tolerations: ___, ...spec } = now.spec ?? { containers: [] };
  const { affinity: was, nodeSelector, schedulingGates, tolerations } = old.spec ?? { containers: [] };
  const { annotations, labels, ...metadata } = now.metadata ?? {};
  const kept = { annotations: old.metadata?.annotations, labels: old.metadata?.labels };
  const { nodeAffinity: ____, ...others } = affinity ?? {};
  const merged = was?.nodeAffinity === undefined ? others : { ...others, nodeAffinity: was.nodeAffinity };
  const placed = { affinity: was === undefined && Object.keys(merged).length === 0 ? undefined : merged };
  const restored = { ...spec, ...placed, nodeSelector, schedulingGates, tolerations };
  return readJson(writeJson({ metadata: { ...metadata, ...kept }, spec: restored })) as PodTemplateSpec;
};

const templateChangeErrors = (job: Job, old: Job): FieldError[] => {
  const [now, was] = [job.spec?.template ?? {}, old.spec?.template ?? {}];
  const compared = mayBePlaced(old) ? withPlacementPutBack(now, was) : now;
  if (semanticEqual(compared, was)) return [];
  return [invalidValue("spec.template", now, "field is immutable")];
};

/** An indexed Job may be made wider and narrower, both counts as one. */
const completionErrors = (job: Job, old: Job): FieldError[] => {
  const [spec, was] = [job.spec, old.spec];
  const path = "spec.completions";
  if (spec?.completionMode !== "Indexed") return immutable(spec?.completions, was?.completions, path);
  if (spec.completions === was?.completions || spec.completions === undefined) return [];
  if (spec.completions === spec.parallelism) return [];
  return [invalidValue(path, spec.completions, "can only be modified in tandem with spec.parallelism")];
};

export const jobUpdateErrors = (job: Job, old: Job): FieldError[] => {
  const stays = ["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"] as const;
  return [
    ...anyJobErrors(job),
    ...completionErrors(job, old),
    ...immutable(job.spec?.selector, old.spec?.selector, "spec.selector"),
    ...templateChangeErrors(job, old),
    ...stays.flatMap((field) => immutable(job.spec?.[field], old.spec?.[field], child("spec", field))),
  ];
};
