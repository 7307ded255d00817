/**
 * The claims that a pod's volumes use. A generic ephemeral volume is a claim of the pod's own, by the pod's name and its own.
 * Source: https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#generic-ephemeral-volumes
 */
import type { PersistentVolumeClaim, Pod } from "../types.js";

export interface ClaimUsed {
  readonly volume: string;
  readonly name: string;
  /** It is made for this pod alone. */
  readonly ephemeral: boolean;
  readonly readOnly: boolean;
}

export function claimsUsed(pod: Pod): ClaimUsed[] {
  const used: ClaimUsed[] = [];
  for (const { name: volume, persistentVolumeClaim, ephemeral } of pod.spec?.volumes ?? []) {
    if (persistentVolumeClaim !== undefined) {
      const { claimName, readOnly = false } = persistentVolumeClaim;
      used.push({ volume, name: claimName, ephemeral: false, readOnly });
    } else if (ephemeral !== undefined) {
      used.push({ volume, name: `${pod.metadata.name}-${volume}`, ephemeral: true, readOnly: false });
    }
  }
  return used;
}

const isMadeFor = (claim: PersistentVolumeClaim, pod: Pod): boolean =>
  claim.metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === pod.metadata.uid) ?? false;

/** Why a claim by the name of a pod's ephemeral volume is not the pod's; undefined when it is. */
export function notMadeFor(claim: PersistentVolumeClaim, pod: Pod): string | undefined {
  if (isMadeFor(claim, pod)) return undefined;
  const { namespace, name } = pod.metadata;
  return `PVC ${namespace}/${claim.metadata.name} was not created for pod ${namespace}/${name} (pod is not owner)`;
}
