import { at, child, type FieldError, forbiddenField, invalidValue } from "../field-errors.js";
import type { Container, ContainerStatus, Pod, PodSpec, Toleration } from "../generated/types.js";
import { isJsonObject, semanticEqual } from "../json-value.js";
import { dns1123Subdomain } from "../names.js";
import { followsRule, immutable } from "./common.js";
import { tolerationsErrors } from "./pod-spec.js";

/** What may change in a pod. Source: "Pod update and replacement" of the Kubernetes documentation. */

const updatable = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
].join(",");

const deadlineErrors = (now: number | undefined, before: number | undefined): FieldError[] => {
  const path = "spec.activeDeadlineSeconds";
  if (now !== undefined) {
    if (now < 0 || now > 2147483647) return [invalidValue(path, now, "must be between 0 and 2147483647, inclusive")];
    return before !== undefined && before < now ? [invalidValue(path, now, "must be less than or equal to previous value")] : [];
  }
  return before === undefined ? [] : [invalidValue(path, now, "must not update from a positive integer to nil value")];
};

const withoutSeconds = ({ tolerationSeconds: _, ...rest }: Toleration): Omit<Toleration, "tolerationSeconds"> => rest;

const tolerationChangeErrors = (
  now: readonly Toleration[] | undefined,
  before: readonly Toleration[] | undefined,
): FieldError[] => {
  const kept = (before ?? []).every((old) =>
    (now ?? []).some((toleration) => semanticEqual(withoutSeconds(toleration), withoutSeconds(old))),
  );
  if (!kept) return [forbiddenField("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")];
  return tolerationsErrors(now, "spec.tolerations");
};

const withImages = (
  containers: readonly Container[] | undefined,
  from: readonly Container[] | undefined,
): Container[] | undefined => containers?.map((container, index) => ({ ...container, image: from?.[index]?.image ?? "" }));

/** The new spec with every field that may change put back, so that what still differs may not. */
const withChangeablesPutBack = (spec: PodSpec, old: PodSpec): PodSpec => {
  const restored: PodSpec = { ...spec, containers: withImages(spec.containers, old.containers) ?? [] };
  if (spec.initContainers !== undefined) restored.initContainers = withImages(spec.initContainers, old.initContainers)!;
  const putBack = (field: "activeDeadlineSeconds" | "tolerations" | "schedulingGates"): void => {
    if (old[field] === undefined) delete restored[field];
    else Object.assign(restored, { [field]: old[field] });
  };
  putBack("activeDeadlineSeconds");
  putBack("tolerations");
  if ((spec.schedulingGates ?? []).every((gate) => old.schedulingGates?.some((before) => before.name === gate.name)))
    putBack("schedulingGates");
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1) {
    restored.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds!;
  }
  return restored;
};

/** The places where two values differ, a line for what was and one for what is wanted. */
const differences = (old: unknown, now: unknown, path: string): string[] => {
  if (semanticEqual(old, now)) return [];
  if (isJsonObject(old) && isJsonObject(now)) {
    const fields = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
    return fields.flatMap((field) => differences(old[field], now[field], child(path, field)));
  }
  if (Array.isArray(old) && Array.isArray(now) && old.length === now.length) {
    return old.flatMap((item, index) => differences(item, now[index], at(path, index)));
  }
  const line = (sign: string, value: unknown): string[] =>
    value === undefined ? [] : [`${sign} ${path}: ${JSON.stringify(value)}`];
  return [...line("-", old), ...line("+", now)];
};

export const differenceText = (old: unknown, now: unknown, path: string): string => differences(old, now, path).join("\n");

export const podUpdateErrors = (pod: Pod, old: Pod): FieldError[] => {
  const spec = pod.spec ?? { containers: [] };
  const before = old.spec ?? { containers: [] };
  for (const list of ["containers", "initContainers"] as const) {
    if ((spec[list]?.length ?? 0) !== (before[list]?.length ?? 0)) {
      return [forbiddenField(`spec.${list}`, "pod updates may not add or remove containers")];
    }
  }
  const errors: FieldError[] = [];
  for (const list of ["containers", "initContainers"] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) {
      if (!container.image)
        errors.push({ type: "FieldValueRequired", field: child(at(`spec.${list}`, index), "image"), body: "Required value" });
    }
  }
  errors.push(...deadlineErrors(spec.activeDeadlineSeconds, before.activeDeadlineSeconds));
  errors.push(...tolerationChangeErrors(spec.tolerations, before.tolerations));
  if (errors.length > 0) return errors;
  const changes = differences(before, withChangeablesPutBack(spec, before), "spec");
  if (changes.length === 0) return [];
  return [forbiddenField("spec", `pod updates may not change fields other than ${updatable}\n${changes.join("\n")}\n`)];
};

/** A container that has ended stays ended, unless its restart policy starts it again. */
const transitionErrors = (
  now: readonly ContainerStatus[] | undefined,
  before: readonly ContainerStatus[] | undefined,
  path: string,
  spec: PodSpec,
  containers: readonly Container[],
): FieldError[] => {
  const errors: FieldError[] = [];
  for (const [index, status] of (before ?? []).entries()) {
    const ended = status.state?.terminated;
    const policy = containers.find((container) => container.name === status.name)?.restartPolicy ?? spec.restartPolicy;
    if (ended === undefined || policy === "Always" || (policy === "OnFailure" && ended.exitCode !== 0)) continue;
    const current = now?.find((candidate) => candidate.name === status.name);
    if (current !== undefined && current.state?.terminated === undefined) {
      errors.push(forbiddenField(child(at(path, index), "state"), "may not be transitioned to non-terminated state"));
    }
  }
  return errors;
};

export const podStatusErrors = (pod: Pod, old: Pod): FieldError[] => {
  const spec = pod.spec ?? { containers: [] };
  const errors: FieldError[] = [];
  if (pod.status?.nominatedNodeName)
    errors.push(...followsRule(dns1123Subdomain, pod.status.nominatedNodeName, "status.nominatedNodeName"));
  errors.push(
    ...transitionErrors(pod.status?.containerStatuses, old.status?.containerStatuses, "status.containerStatuses", spec, []),
  );
  const inits = spec.initContainers ?? [];
  errors.push(
    ...transitionErrors(
      pod.status?.initContainerStatuses,
      old.status?.initContainerStatuses,
      "status.initContainerStatuses",
      spec,
      inits,
    ),
  );
  if (old.status?.qosClass) errors.push(...immutable(pod.status?.qosClass, old.status.qosClass, "status.qosClass"));
  return errors;
};
