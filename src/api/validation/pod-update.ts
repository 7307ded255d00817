import type { Integer } from "../../json/integer.js";
import { at, child, type FieldError, forbiddenField, invalidValue } from "../field-errors.js";
import type {
  Container,
  NodeAffinity,
  NodeSelectorTerm,
  Pod,
  PodSchedulingGate,
  PodSpec,
  Toleration,
} from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { differences } from "./differences.js";
import { podAnnotationUpdateErrors } from "./pod-annotations.js";
import { anyPodErrors, tolerationsErrors } from "./pod-spec.js";

/** What may change in a pod. Source: "Pod update and replacement" of the Kubernetes documentation. */

type Labels = { [key: string]: string } | undefined;

const updatable = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
].join(",");

const deadlineErrors = (now: Integer | undefined, before: Integer | undefined): FieldError[] => {
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
  putBack("schedulingGates");
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1) {
    restored.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds!;
  }
  return restored;
};

/** A gate may be opened, not put up. */
const gateChangeErrors = (now: readonly PodSchedulingGate[], before: readonly PodSchedulingGate[]): FieldError[] => {
  const last = new Map(now.map(({ name }, index) => [name, index]));
  for (const { name } of before) last.delete(name);
  return [...last].map(([name, index]) => {
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return forbiddenField(child(at("spec.schedulingGates", index), "name"), detail);
  });
};

const selectorChangeErrors = (now: Labels, before: Labels, path: string): FieldError[] => {
  const kept = Object.entries(before ?? {}).every(([key, value]) => now?.[key] === value);
  const detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
  return kept ? [] : [invalidValue(path, now ?? {}, detail)];
};

const onlyAdds = (now: NodeSelectorTerm, before: NodeSelectorTerm): boolean => {
  const lists = ["matchExpressions", "matchFields"] as const;
  const isEmpty = (of: NodeSelectorTerm): boolean => lists.every((list) => (of[list]?.length ?? 0) === 0);
  if (isEmpty(before)) return isEmpty(now);
  return lists.every((list) => (before[list] ?? []).every((was, index) => semanticEqual(now[list]?.[index], was)));
};

/** Terms stay as many as they are, since any of them is enough; each may ask for more. */
const nodeAffinityChangeErrors = (
  now: NodeAffinity | undefined,
  before: NodeAffinity | undefined,
  path: string,
): FieldError[] => {
  const old = before?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const terms = now?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const termsPath = child(path, "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms");
  if (old.length === 0) return [];
  if (old.length !== terms.length)
    return [invalidValue(termsPath, terms, "no additions/deletions to non-empty NodeSelectorTerms list are allowed")];
  return old.flatMap((term, index) => {
    if (onlyAdds(terms[index]!, term)) return [];
    const detail = "only additions are allowed (no mutations or deletions)";
    return [invalidValue(at(termsPath, index), terms[index], detail)];
  });
};

/** Before it may be scheduled, where a pod may run can be narrowed. */
const gatedChangeErrors = (spec: PodSpec, before: PodSpec): FieldError[] => {
  const errors: FieldError[] = [];
  if (!semanticEqual(spec.nodeSelector, before.nodeSelector))
    errors.push(...selectorChangeErrors(spec.nodeSelector, before.nodeSelector, "spec.nodeSelector"));
  const [now, old] = [spec.affinity?.nodeAffinity, before.affinity?.nodeAffinity];
  if (!semanticEqual(now, old)) errors.push(...nodeAffinityChangeErrors(now, old, "spec.affinity.nodeAffinity"));
  return errors;
};

/** The spec with what a pod behind gates may change put back. */
const withPlacementPutBack = (spec: PodSpec, old: PodSpec): PodSpec => {
  const { affinity, nodeSelector: _, ...restored } = spec;
  if (old.nodeSelector !== undefined) Object.assign(restored, { nodeSelector: old.nodeSelector });
  const { nodeAffinity: __, ...others } = affinity ?? {};
  const nodeAffinity = old.affinity?.nodeAffinity;
  const merged = nodeAffinity === undefined ? others : { ...others, nodeAffinity };
  if (old.affinity !== undefined || Object.keys(merged).length > 0) Object.assign(restored, { affinity: merged });
  return restored;
};

export const podUpdateErrors = (pod: Pod, old: Pod): FieldError[] => {
  const spec = pod.spec ?? { containers: [] };
  const before = old.spec ?? { containers: [] };
  const errors = [...anyPodErrors(pod), ...podAnnotationUpdateErrors(pod, old)];
  for (const list of ["containers", "initContainers"] as const) {
    if ((spec[list]?.length ?? 0) !== (before[list]?.length ?? 0))
      return [...errors, forbiddenField(`spec.${list}`, "pod updates may not add or remove containers")];
  }
  const deadline = deadlineErrors(spec.activeDeadlineSeconds, before.activeDeadlineSeconds);
  errors.push(...deadline);
  if (deadline.length > 0 && spec.activeDeadlineSeconds !== undefined) return errors;
  errors.push(
    ...tolerationChangeErrors(spec.tolerations, before.tolerations),
    ...gateChangeErrors(spec.schedulingGates ?? [], before.schedulingGates ?? []),
  );
  let restored = withChangeablesPutBack(spec, before);
  if ((before.schedulingGates?.length ?? 0) > 0) {
    errors.push(...gatedChangeErrors(restored, before));
    restored = withPlacementPutBack(restored, before);
  }
  const changes = differences(before, restored, "spec");
  if (changes.length === 0) return errors;
  const detail = `pod updates may not change fields other than ${updatable}\n${changes.join("\n")}\n`;
  return [...errors, forbiddenField("spec", detail)];
};
