import { at, child, type FieldError, forbiddenField, invalidValue } from "../field-errors.js";
import type { Container, Pod, PodSpec, ResourceRequirements } from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { compareQuantities, quantityOf } from "../quantity.js";
import { qosClassOf } from "../strategy/pod.js";
import { differenceText } from "./differences.js";
import { podAnnotationUpdateErrors } from "./pod-annotations.js";
import { anyPodErrors } from "./pod-spec.js";

/**
 * What may be written to a pod's ephemeral containers and, while it runs, to the resources of its containers.
 * Sources: "Ephemeral Containers" and "Resize CPU and Memory Resources assigned to Containers" (KEP-1287).
 */

const isMirror = ({ metadata }: Pod): boolean => metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined;

/** Ephemeral containers come and stay: one that is there is neither changed nor taken away. */
export const ephemeralContainersUpdateErrors = (pod: Pod, old: Pod): FieldError[] => {
  const spec = pod.spec ?? { containers: [] };
  const path = "spec.ephemeralContainers";
  if (isMirror(old)) return [forbiddenField("[]", "static pods do not support ephemeral containers")];
  const errors = [...anyPodErrors(pod), ...podAnnotationUpdateErrors(pod, old)];
  for (const before of old.spec?.ephemeralContainers ?? []) {
    const now = spec.ephemeralContainers?.find(({ name }) => name === before.name);
    if (now === undefined) {
      errors.push(forbiddenField(path, `existing ephemeral containers "${before.name}" may not be removed\n`));
    } else if (!semanticEqual(now, before)) {
      const changes = differenceText(before, now, "");
      errors.push(forbiddenField(path, `existing ephemeral containers "${before.name}" may not be changed\n${changes}`));
    }
  }
  return errors;
};

type Amounts = { [name: string]: string } | undefined;

const lacks = (now: Amounts, before: Amounts): boolean =>
  Object.keys(before ?? {}).some((name) => !Object.hasOwn(now ?? {}, name));

/** How one container's resources may change: nothing is taken away, and memory shrinks only in a container that starts anew. */
const resourceChangeErrors = (container: Container, old: Container, path: string): FieldError[] => {
  const now: ResourceRequirements = container.resources ?? {};
  const before: ResourceRequirements = old.resources ?? {};
  const errors: FieldError[] = [];
  if (lacks(now.requests, before.requests))
    errors.push(forbiddenField(child(path, "requests"), "resource requests cannot be removed"));
  if (lacks(now.limits, before.limits)) errors.push(forbiddenField(child(path, "limits"), "resource limits cannot be removed"));
  const [limit, limitBefore] = [now.limits?.memory, before.limits?.memory];
  const memoryPath = at(child(path, "limits"), "memory");
  const restarts = container.resizePolicy?.some(
    ({ resourceName, restartPolicy }) => resourceName === "memory" && restartPolicy === "RestartContainer",
  );
  const shrinks =
    limit !== undefined && limitBefore !== undefined && compareQuantities(quantityOf(limit), quantityOf(limitBefore)) < 0;
  if (shrinks && restarts !== true) {
    const why = "memory limits cannot be decreased unless resizePolicy is RestartContainer";
    errors.push(forbiddenField(memoryPath, why));
  }
  if (limit !== undefined && limitBefore === undefined && restarts !== true)
    errors.push(forbiddenField(memoryPath, "memory limits cannot be added unless resizePolicy is RestartContainer"));
  return errors;
};

const resizable = new Set(["cpu", "memory"]);

/** A container with the resources put back that a resize may change. */
const withResizablePutBack = (container: Container, old: Container): Container => {
  const putBack = (now: Amounts, before: Amounts): { [name: string]: string } => {
    const kept = Object.entries(now ?? {}).filter(([name]) => !resizable.has(name));
    return Object.fromEntries([...kept, ...Object.entries(before ?? {}).filter(([name]) => resizable.has(name))]);
  };
  const resources = {
    ...container.resources,
    limits: putBack(container.resources?.limits, old.resources?.limits),
    requests: putBack(container.resources?.requests, old.resources?.requests),
  };
  return { ...container, resources };
};

const orderErrors = (spec: PodSpec, old: PodSpec): FieldError[] =>
  (["containers", "initContainers"] as const).flatMap((list) => {
    const names = (of: PodSpec): string[] => (of[list] ?? []).map(({ name }) => name);
    if (names(spec).length !== names(old).length)
      return [forbiddenField(child("spec", list), `${list} may not be added or removed on resize`)];
    return names(spec).flatMap((name, index) =>
      name === names(old)[index]
        ? []
        : [forbiddenField(child(at(child("spec", list), index), "name"), `${list} may not be renamed or reordered on resize`)],
    );
  });

const asksForPod = ({ resources }: PodSpec): boolean => Object.keys({ ...resources?.limits, ...resources?.requests }).length > 0;

/** Nodes that can resize tell of the resources that running containers have. */
const nodeMayResize = ({ status }: Pod): boolean => {
  const running = status?.containerStatuses?.find(({ state }) => state?.running !== undefined);
  return running === undefined || running.resources !== undefined;
};

export const resizeErrors = (pod: Pod, old: Pod): FieldError[] => {
  const spec = pod.spec ?? { containers: [] };
  const before = old.spec ?? { containers: [] };
  const never = (detail: string): FieldError[] => [forbiddenField("[]", detail)];
  if (asksForPod(spec) || asksForPod(before)) return never("pods with pod-level resources cannot be resized");
  if (isMirror(old)) return never("static pods cannot be resized");
  if (before.os?.name === "windows") return never("windows pods cannot be resized");
  const errors = anyPodErrors(pod);
  const order = orderErrors(spec, before);
  if (order.length > 0) return [...errors, ...order];
  const quality = old.status?.qosClass ?? qosClassOf(before);
  if (qosClassOf(spec) !== quality)
    errors.push(invalidValue("spec", quality, "Pod QOS Class may not change as a result of resizing"));
  if (!nodeMayResize(old)) errors.push(forbiddenField("spec", "Pod running on node without support for resize"));
  const inits = spec.initContainers ?? [];
  const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === "Always";
  for (const [index, was] of (before.initContainers ?? []).entries()) {
    if (isSidecar(was))
      errors.push(...resourceChangeErrors(inits[index]!, was, child(at("spec.initContainers", index), "resources")));
  }
  for (const [index, container] of spec.containers.entries()) {
    const path = child(at("spec.containers", index), "resources");
    errors.push(...resourceChangeErrors(container, before.containers[index]!, path));
  }
  const told = (detail: string): number => errors.push(forbiddenField("spec", detail));
  const only = "only cpu and memory resources are mutable";
  for (const [index, container] of spec.containers.entries()) {
    const was = before.containers[index]!;
    if (!semanticEqual(withResizablePutBack(container, was), was)) told(only);
  }
  for (const [index, container] of inits.entries()) {
    const was = before.initContainers![index]!;
    if (isSidecar(container)) {
      if (!semanticEqual(withResizablePutBack(container, was), was))
        told("only cpu and memory resources for sidecar containers are mutable");
    } else if (!semanticEqual(container, was)) told("resources for non-sidecar init containers are immutable");
  }
  if (errors.length > 0) return errors;
  const others = ({ containers: _, initContainers: __, ...rest }: PodSpec): object => rest;
  return semanticEqual(others(spec), others(before)) ? [] : [forbiddenField("spec", only)];
};
