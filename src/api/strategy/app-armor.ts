/** What annotations say of AppArmor goes into the fields of a new pod, for kubelets that read nothing else. */
import { annotatedProfile, hasAppArmorAnnotations, isOfPod } from "../app-armor.js";
import type { Container, Pod, PodSpec } from "../generated/types.js";

/** The spec with what the annotations say; undefined where there is nothing to add. */
export const withAppArmor = (pod: Pod): PodSpec | undefined => {
  const { spec } = pod;
  if (spec === undefined || !hasAppArmorAnnotations(pod)) return undefined;
  const said = (container: Container): Container => {
    const profile = annotatedProfile(pod, container)?.profile;
    if (profile === undefined || isOfPod(profile, pod)) return container;
    return { ...container, securityContext: { ...container.securityContext, appArmorProfile: profile } };
  };
  return {
    ...spec,
    containers: (spec.containers ?? []).map(said),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(said) }),
  };
};
