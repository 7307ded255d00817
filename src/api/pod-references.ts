/** What a pod refers to: objects that its node may read for its sake. */
import type { Container, Pod, Volume } from "./types.js";

/** Kinds of objects that pods refer to in their own namespace. */
export type Referred = "secrets" | "configmaps" | "persistentvolumeclaims" | "serviceaccounts" | "resourceclaims";

/** `secrets db-password` */
export const referenceTo = (resource: Referred, name: string): string => `${resource} ${name}`;

const mirrorAnnotation = "kubernetes.io/config.mirror";

/** A pod that only mirrors what a node runs of its own accord refers to nothing. */
export function referencesOf(pod: Pod): Set<string> {
  const found = new Set<string>();
  if (pod.metadata.annotations?.[mirrorAnnotation] !== undefined) return found;
  const add = (resource: Referred, name: string | undefined): void => {
    if (name !== undefined && name !== "") found.add(referenceTo(resource, name));
  };
  const { spec, status } = pod;
  add("serviceaccounts", spec?.serviceAccountName);
  for (const { name } of spec?.imagePullSecrets ?? []) add("secrets", name);
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])];
  for (const container of containers) addOfContainer(container as Container, add);
  for (const volume of spec?.volumes ?? []) addOfVolume(volume, pod.metadata.name ?? "", add);
  for (const claim of spec?.resourceClaims ?? []) {
    add("resourceclaims", claim.resourceClaimName);
    add("resourceclaims", status?.resourceClaimStatuses?.find(({ name }) => name === claim.name)?.resourceClaimName);
  }
  return found;
}

type Add = (resource: Referred, name: string | undefined) => void;

function addOfContainer({ env, envFrom }: Container, add: Add): void {
  for (const { secretRef, configMapRef } of envFrom ?? []) {
    add("secrets", secretRef?.name);
    add("configmaps", configMapRef?.name);
  }
  for (const { valueFrom } of env ?? []) {
    add("secrets", valueFrom?.secretKeyRef?.name);
    add("configmaps", valueFrom?.configMapKeyRef?.name);
  }
}

function addOfVolume(volume: Volume, pod: string, add: Add): void {
  add("secrets", volume.secret?.secretName);
  add("configmaps", volume.configMap?.name);
  add("persistentvolumeclaims", volume.persistentVolumeClaim?.claimName);
  // The claim of an ephemeral volume is made for the pod, by this name.
  if (volume.ephemeral !== undefined) add("persistentvolumeclaims", `${pod}-${volume.name}`);
  for (const { secret, configMap } of volume.projected?.sources ?? []) {
    add("secrets", secret?.name);
    add("configmaps", configMap?.name);
  }
  const { csi, cephfs, rbd, iscsi, flexVolume, scaleIO, storageos } = volume;
  add("secrets", csi?.nodePublishSecretRef?.name);
  for (const { secretRef } of [cephfs, rbd, iscsi, flexVolume, scaleIO, storageos].filter((each) => each !== undefined))
    add("secrets", secretRef?.name);
  add("secrets", volume.azureFile?.secretName);
}
