import type { Container, Pod } from "../generated/types.js";

/**
 * Writes to a part of a pod change that part only: the ephemeral containers, or the resources of its containers.
 * Sources: "Ephemeral Containers" and "Resize CPU and Memory Resources assigned to Containers" (KEP-1287).
 */

/** What a write names the object by stays its own, so that it is checked against what is stored. */
const identified = (pod: Pod, old: Pod): Pod["metadata"] => {
  const { name, namespace, uid, resourceVersion, managedFields } = pod.metadata;
  const given = { name, namespace, uid, resourceVersion, managedFields };
  return { ...old.metadata, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
};

export const withEphemeralContainersOnly = (pod: Pod, old: Pod): Pod => {
  const { ephemeralContainers: _, ...spec } = old.spec ?? { containers: [] };
  const given = pod.spec?.ephemeralContainers;
  return { ...old, metadata: identified(pod, old), spec: given === undefined ? spec : { ...spec, ephemeralContainers: given } };
};

const resized = (containers: readonly Container[], old: readonly Container[]): Container[] =>
  containers.length !== old.length
    ? [...containers]
    : containers.map(({ name, resources, resizePolicy }, index) => {
        const { resources: _, resizePolicy: __, ...before } = old[index]!;
        return {
          ...before,
          name,
          ...(resources === undefined ? {} : { resources }),
          ...(resizePolicy === undefined ? {} : { resizePolicy }),
        };
      });

export const withResourcesOnly = (pod: Pod, old: Pod): Pod => {
  const spec = { ...(old.spec ?? { containers: [] }) };
  spec.containers = resized(pod.spec?.containers ?? [], old.spec?.containers ?? []);
  if (spec.initContainers !== undefined || pod.spec?.initContainers !== undefined) {
    spec.initContainers = resized(pod.spec?.initContainers ?? [], old.spec?.initContainers ?? []);
  }
  return { ...old, metadata: identified(pod, old), spec };
};
