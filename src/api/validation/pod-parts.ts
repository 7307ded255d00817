import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, notFoundValue } from "../field-errors.js";
import type { Container, EphemeralContainer, Pod, PodSpec, ResourceRequirements } from "../generated/types.js";
import { isEmptyValue, semanticEqual } from "../json-value.js";
import { compareQuantities, quantityOf } from "../quantity.js";
import { qosClassOf } from "../strategy/pod.js";
import { containerErrors } from "./pod-containers.js";
import { podSpecErrors } from "./pod-spec.js";
import { differenceText } from "./pod-update.js";

/**
 * What may be written to a pod's ephemeral containers and, while it runs, to the resources of its containers.
 * Sources: "Ephemeral Containers" and "Resize CPU and Memory Resources assigned to Containers" (KEP-1287).
 */

const isMirror = ({ metadata }: Pod): boolean => metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined;

/** An ephemeral container is for looking, not for serving. */
const notForEphemeral = [
  "ports",
  "resources",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
  "resizePolicy",
  "restartPolicy",
] as const satisfies ReadonlyArray<keyof EphemeralContainer>;

const cannotBeSet = "cannot be set for an Ephemeral Container";

const ephemeralErrors = (spec: PodSpec): FieldError[] => {
  const lasting = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name);
  const names = new Set(lasting);
  const volumes = new Set((spec.volumes ?? []).map(({ name }) => name));
  return (spec.ephemeralContainers ?? []).flatMap((container, index) => {
    const path = at("spec.ephemeralContainers", index);
    const errors = containerErrors(container, path, spec, volumes);
    if (names.has(container.name)) errors.push(duplicate(child(path, "name"), container.name));
    names.add(container.name);
    const target = container.targetContainerName ?? "";
    if (target !== "" && !lasting.includes(target)) errors.push(notFoundValue(child(path, "targetContainerName"), target));
    for (const field of notForEphemeral) {
      if (!isEmptyValue(container[field])) errors.push(forbiddenField(child(path, field), cannotBeSet));
    }
    for (const [place, mount] of (container.volumeMounts ?? []).entries()) {
      const mountPath = at(child(path, "volumeMounts"), place);
      if (mount.subPath) errors.push(forbiddenField(child(mountPath, "subPath"), cannotBeSet));
      if (mount.subPathExpr) errors.push(forbiddenField(child(mountPath, "subPathExpr"), cannotBeSet));
    }
    return errors;
  });
};

/** Ephemeral containers come and stay: one that is there is neither changed nor taken away. */
export const ephemeralContainersErrors = (pod: Pod, old: Pod): FieldError[] => {
  const spec = pod.spec ?? { containers: [] };
  const path = "spec.ephemeralContainers";
  const errors = [...podSpecErrors(spec, "spec"), ...ephemeralErrors(spec)];
  if (isMirror(old)) errors.push(forbiddenField("", "static pods do not support ephemeral containers"));
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
  if (lacks(now.limits, before.limits)) errors.push(forbiddenField(child(path, "limits"), "resource limits cannot be removed"));
  if (lacks(now.requests, before.requests))
    errors.push(forbiddenField(child(path, "requests"), "resource requests cannot be removed"));
  const [limit, limitBefore] = [now.limits?.memory, before.limits?.memory];
  const restarts = container.resizePolicy?.some(
    ({ resourceName, restartPolicy }) => resourceName === "memory" && restartPolicy === "RestartContainer",
  );
  const shrinks =
    limit !== undefined && limitBefore !== undefined && compareQuantities(quantityOf(limit), quantityOf(limitBefore)) < 0;
  if (shrinks && restarts !== true) {
    const why = "memory limits cannot be decreased unless resizePolicy is RestartContainer";
    errors.push(forbiddenField(at(child(path, "limits"), "memory"), why));
  }
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

const initContainerErrors = (spec: PodSpec, old: PodSpec): FieldError[] =>
  (spec.initContainers ?? []).flatMap((container, index) => {
    const before = old.initContainers![index]!;
    const path = at("spec.initContainers", index);
    if (container.restartPolicy === "Always") return resourceChangeErrors(container, before, child(path, "resources"));
    return semanticEqual(container.resources, before.resources)
      ? []
      : [forbiddenField(child(path, "resources"), "cannot resize non-restartable init container")];
  });

export const resizeErrors = (pod: Pod, old: Pod): FieldError[] => {
  const spec = pod.spec ?? { containers: [] };
  const before = old.spec ?? { containers: [] };
  const errors = podSpecErrors(spec, "spec");
  if (before.resources !== undefined) errors.push(forbiddenField("", "pods with pod-level resources cannot be resized"));
  if (isMirror(old)) errors.push(forbiddenField("", "static pods cannot be resized"));
  if (before.os?.name === "windows") errors.push(forbiddenField("", "windows pods cannot be resized"));
  const order = orderErrors(spec, before);
  if (order.length > 0) return [...errors, ...order];
  const quality = old.status?.qosClass ?? qosClassOf(before);
  if (qosClassOf(spec) !== quality) {
    errors.push(invalidValue("spec", quality, "Pod QOS Class may not change as a result of resizing"));
  }
  for (const [index, container] of spec.containers.entries()) {
    const path = child(at("spec.containers", index), "resources");
    errors.push(...resourceChangeErrors(container, before.containers[index]!, path));
  }
  errors.push(...initContainerErrors(spec, before));
  const restored: PodSpec = {
    ...spec,
    containers: spec.containers.map((container, index) => withResizablePutBack(container, before.containers[index]!)),
  };
  if (spec.initContainers !== undefined) {
    restored.initContainers = spec.initContainers.map((container, index) =>
      withResizablePutBack(container, before.initContainers![index]!),
    );
  }
  if (!semanticEqual(restored, before)) {
    errors.push(
      forbiddenField("spec", `only cpu and memory resources are mutable\n${differenceText(before, restored, "spec")}\n`),
    );
  }
  return errors;
};
