/** Conditions as newer kinds have them in their status: metav1.Condition in the Kubernetes API reference. */
import { at, child, duplicate, type FieldError, invalidValue, notSupported, required, tooLong } from "../field-errors.js";
import type { Condition } from "../generated/types.js";
import { byteLength, patternMessage, qualifiedName } from "../names.js";
import { followsRule } from "./common.js";

const statuses = ["False", "True", "Unknown"];
const reasonBytesMost = 1_024;
const messageBytesMost = 32 * 1_024;

const reasonPattern = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";
const wholeReason = new RegExp(`^${reasonPattern}$`);
const reasonRule = patternMessage(
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
  reasonPattern,
  "my_name",
  "MY_NAME",
  "MyName",
  "ReasonA,ReasonB",
  "ReasonA:ReasonB",
);

export const conditionErrors = (conditions: readonly Condition[] | undefined, path: string): FieldError[] =>
  (conditions ?? []).flatMap((condition, index, all) => [
    ...(all.findIndex(({ type }) => type === condition.type) < index
      ? [duplicate(child(at(path, index), "type"), condition.type)]
      : []),
    ...oneErrors(condition, at(path, index)),
  ]);

const oneErrors = (condition: Condition, path: string): FieldError[] => {
  const { type, status, observedGeneration = 0, lastTransitionTime, reason = "", message = "" } = condition;
  const of = (name: string): string => child(path, name);
  const errors = followsRule(qualifiedName, type, of("type"));
  if (!statuses.includes(status)) errors.push(notSupported(of("status"), status, statuses));
  if (observedGeneration < 0)
    errors.push(invalidValue(of("observedGeneration"), observedGeneration, "must be greater than or equal to zero"));
  if (!lastTransitionTime) errors.push(required(of("lastTransitionTime"), "must be set"));
  if (reason === "") errors.push(required(of("reason"), "must be set"));
  else if (!wholeReason.test(reason)) errors.push(invalidValue(of("reason"), reason, reasonRule));
  if (byteLength(reason) > reasonBytesMost) errors.push(tooLong(of("reason"), reasonBytesMost));
  if (byteLength(message) > messageBytesMost) errors.push(tooLong(of("message"), messageBytesMost));
  return errors;
};
