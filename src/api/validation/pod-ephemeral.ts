import { at, child, duplicate, type FieldError, forbiddenField, notFoundValue } from "../field-errors.js";
import type { EphemeralContainer, PodSpec } from "../generated/types.js";
import { isEmptyValue } from "../json-value.js";
import { containerErrors, paddedImageErrors } from "./pod-containers.js";
import { usableVolumes } from "./pod-volumes.js";

/** Containers that join a pod while it runs. Source: "Ephemeral Containers" of the Kubernetes documentation. */

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

export const ephemeralContainersErrors = (spec: PodSpec, listPath: string): FieldError[] => {
  if (spec.ephemeralContainers === undefined || spec.ephemeralContainers.length === 0) return [];
  const lasting = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name);
  const names = new Set(lasting);
  const volumes = usableVolumes(spec);
  return spec.ephemeralContainers.flatMap((container, index) => {
    const path = at(listPath, index);
    const errors = [...containerErrors(container, path, spec, volumes), ...paddedImageErrors(container.image, path)];
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
