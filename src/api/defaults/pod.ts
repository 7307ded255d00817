import type { Pod, PodSpec, PodTemplateSpec, Volume } from "../generated/types.js";
import { defaultPullPolicy } from "../images.js";
import { canonicalQuantity } from "../quantity.js";
import {
  canonicaliseQuantities,
  defaultContainer,
  defaultFieldRef,
  defaultResourceFieldRef,
  requestWhatIsLimited,
} from "./container.js";

/** Defaults of pods and pod templates, in place. Source: PodSpec v1 core in the Kubernetes API reference. */

const defaultFileMode = 0o644;
const defaultTokenSeconds = 3600;

const defaultVolume = (volume: Volume): void => {
  if (Object.keys(volume).every((field) => field === "name")) volume.emptyDir = {};
  if (volume.emptyDir?.sizeLimit !== undefined) volume.emptyDir.sizeLimit = canonicalQuantity(volume.emptyDir.sizeLimit);
  if (volume.configMap !== undefined) volume.configMap.defaultMode ??= defaultFileMode;
  if (volume.secret !== undefined) volume.secret.defaultMode ??= defaultFileMode;
  if (volume.hostPath !== undefined) volume.hostPath.type ??= "";
  if (volume.iscsi !== undefined) volume.iscsi.iscsiInterface ||= "default";
  if (volume.image?.reference !== undefined) volume.image.pullPolicy ||= defaultPullPolicy(volume.image.reference);
  const claim = volume.ephemeral?.volumeClaimTemplate?.spec;
  if (claim !== undefined) claim.volumeMode ??= "Filesystem";
  if (volume.downwardAPI !== undefined) {
    volume.downwardAPI.defaultMode ??= defaultFileMode;
    for (const item of volume.downwardAPI.items ?? []) {
      defaultFieldRef(item.fieldRef);
      defaultResourceFieldRef(item.resourceFieldRef);
    }
  }
  if (volume.projected !== undefined) {
    volume.projected.defaultMode ??= defaultFileMode;
    for (const source of volume.projected.sources ?? []) {
      if (source.serviceAccountToken !== undefined) source.serviceAccountToken.expirationSeconds ??= defaultTokenSeconds;
      for (const item of source.downwardAPI?.items ?? []) {
        defaultFieldRef(item.fieldRef);
        defaultResourceFieldRef(item.resourceFieldRef);
      }
    }
  }
};

export const defaultPodSpec = (spec: PodSpec): void => {
  spec.restartPolicy ||= "Always";
  spec.dnsPolicy ||= "ClusterFirst";
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= "default-scheduler";
  spec.securityContext ??= {};
  const account = spec.serviceAccountName || spec.serviceAccount;
  if (account) {
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
  }
  canonicaliseQuantities(spec.overhead);
  if (spec.resources !== undefined) {
    canonicaliseQuantities(spec.resources.limits);
    canonicaliseQuantities(spec.resources.requests);
  }
  for (const container of spec.initContainers ?? []) defaultContainer(container);
  for (const container of spec.containers ?? []) defaultContainer(container);
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
};

/** Pods are made by their defaults also where a template says nothing of them; who must have a template has an empty one. */
export const defaultPodTemplate = (template: PodTemplateSpec | undefined): void => {
  if (template === undefined) return;
  template.metadata ??= {};
  template.spec ??= { containers: [] };
  defaultPodSpec(template.spec);
};

export const defaultPod = (pod: Pod): void => {
  const spec = pod.spec;
  if (spec === undefined) return;
  // A pod without containers is refused, but only after admission, which may count on there being a list.
  spec.containers ??= [];
  defaultPodSpec(spec);
  spec.enableServiceLinks ??= true;
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  for (const container of containers) {
    requestWhatIsLimited(container);
    if (spec.hostNetwork === true) for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
  }
};
