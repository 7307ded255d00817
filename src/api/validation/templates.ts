import { child, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type { LabelSelector, PodTemplateSpec } from "../generated/types.js";
import { GoSyntax, goLabelSelector, goStringMap } from "../go-format.js";
import { semanticEqual } from "../json-value.js";
import { compileLabelSelector, labelSelectorErrors } from "../selectors/label-selector.js";
import { podTemplateErrors } from "./pod-spec.js";

/** The pods that controllers make, and the selectors by which they find them. */

const isEmpty = (selector: LabelSelector): boolean =>
  Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions?.length ?? 0) === 0;

export const selectorErrors = (selector: LabelSelector | undefined, emptyMessage: string): FieldError[] => {
  if (selector === undefined) return [required("spec.selector")];
  const errors = labelSelectorErrors(selector, "spec.selector");
  if (isEmpty(selector)) errors.push(invalidValue("spec.selector", goLabelSelector(selector), emptyMessage));
  return errors;
};

export const selectorStays = (selector: LabelSelector | undefined, old: LabelSelector | undefined): FieldError[] =>
  semanticEqual(selector, old) ? [] : [invalidValue("spec.selector", goLabelSelector(selector), "field is immutable")];

const notFound = (template: PodTemplateSpec, path: string): FieldError => {
  const shown = new GoSyntax(goStringMap(template.metadata?.labels));
  return invalidValue(child(path, "metadata.labels"), shown, "`selector` does not match template `labels`");
};

/** A selector that does not find the pods it is to make would make them without end; one that there is not finds none. */
export const templateErrors = (
  template: PodTemplateSpec,
  selector: LabelSelector | undefined,
  contentErrors = podTemplateErrors,
): FieldError[] => {
  const path = "spec.template";
  const errors = contentErrors(template, path);
  if (selector !== undefined && (isEmpty(selector) || compileLabelSelector(selector)(template.metadata?.labels))) return errors;
  return [notFound(template, path), ...errors];
};

/** What is wrong with a kind that makes pods and says nothing of how. */
export const withoutSpec = {
  selector: required("spec.selector"),
  labels: notFound({}, "spec.template"),
  containers: required("spec.template.spec.containers"),
};

export const runsForever = (template: PodTemplateSpec | undefined, owner: string): FieldError[] => {
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

/** A selector that there must be, and that finds what the template makes; everything is found by an empty one. */
export const requiredSelectorErrors = (
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
  path: string,
): FieldError[] => {
  const selectorPath = child(path, "selector");
  const errors = selector === undefined ? [required(selectorPath)] : labelSelectorErrors(selector, selectorPath);
  const labels = template?.metadata?.labels;
  if (selector !== undefined && errors.length === 0 && compileLabelSelector(selector)(labels)) return errors;
  if (selector !== undefined && errors.length > 0) return errors;
  return [...errors, notFound(template ?? {}, child(path, "template"))];
};
