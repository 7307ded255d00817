/**
 * A claim that is deleted stays while pods use it, a volume while it is bound: each has a finalizer that is taken off when
 * nobody needs it any more.
 * Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection
 */
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../../../src/api/types.js";
import { claimsUsed, notMadeFor } from "../../../../src/api/volumes/pod-claims.js";
import { type Circumstances, nothingToDo, type Plan } from "../../engine/plan.js";
import { pods as podsResource } from "../../engine/resources.js";
import { updateOf } from "../binding/bind.js";
import { claimKind, volumeKind, withFinalizers } from "../resources.js";

const claimFinalizer = "kubernetes.io/pvc-protection";
const volumeFinalizer = "kubernetes.io/pv-protection";

type Protected = PersistentVolume | PersistentVolumeClaim;

/** What must be done about the finalizer; `isFree` is asked only of what is on its way out. */
function protect(object: Protected, kind: typeof claimKind, finalizer: string, freed: () => Plan | "free"): Plan {
  const { finalizers = [], deletionTimestamp } = object.metadata;
  const has = finalizers.includes(finalizer);
  if (deletionTimestamp === undefined)
    return has ? nothingToDo : { writes: [updateOf(kind, withFinalizers(object, [...finalizers, finalizer]))] };
  if (!has) return nothingToDo;
  const how = freed();
  const others = finalizers.filter((each) => each !== finalizer);
  return how === "free" ? { writes: [updateOf(kind, withFinalizers(object, others))] } : how;
}

/** The kubelet is done with it, or it was deleted by force. */
const isShutDown = ({ metadata }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0;

/** A pod uses its claims from when it has a node until it is gone. */
const uses = (pod: Pod, claim: PersistentVolumeClaim): boolean =>
  Boolean(pod.spec?.nodeName) &&
  claimsUsed(pod).some(
    ({ name, ephemeral }) =>
      name === claim.metadata.name && (!ephemeral || (!isShutDown(pod) && notMadeFor(claim, pod) === undefined)),
  );

/** `pods` are those that name the claim, as far as the cache knows. */
export function protectClaim(claim: PersistentVolumeClaim, pods: readonly Pod[], { answers }: Circumstances): Plan {
  return protect(claim, claimKind, claimFinalizer, () => {
    if (pods.some((pod) => uses(pod, claim))) return nothingToDo;
    // A pod that is not in the cache yet may use it: the API server has the word.
    const live = answers.get("pods");
    const path = { ...podsResource.path, namespace: claim.metadata.namespace ?? "" };
    if (live === undefined) return { reads: [{ name: "pods", request: { verb: "list", path } }] };
    const all = live === "absent" ? [] : (live.items ?? []);
    return all.some((pod) => uses(pod as Pod, claim)) ? nothingToDo : "free";
  });
}

export const protectVolume = (volume: PersistentVolume): Plan =>
  protect(volume, volumeKind, volumeFinalizer, () => (volume.status?.phase === "Bound" ? nothingToDo : "free"));
