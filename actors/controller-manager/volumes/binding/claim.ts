/**
 * A claim is bound to a volume that fulfils it, or waits: for a volume, for whoever provisions one, or for its first pod.
 * Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#lifecycle-of-a-volume-and-claim
 */
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from "../../../../src/api/types.js";
import { isBoundTo, mismatchOf, volumeFor } from "../../../../src/api/volumes/matching.js";
import {
  betaProvisionerAnnotation,
  bindCompletedAnnotation,
  provisionerAnnotation,
  selectedNodeAnnotation,
} from "../../../../src/api/volumes/names.js";
import { classNamedBy, storageClassOf, waitsForConsumer } from "../../../../src/api/volumes/storage-class.js";
import type { Plan } from "../../engine/plan.js";
import { isFinished } from "../../engine/pods.js";
import { annotated, claimKind, eventsAbout } from "../resources.js";
import { bind, claimStatus, updateOf } from "./bind.js";

export interface ClaimView {
  readonly claim: PersistentVolumeClaim;
  readonly volumes: () => readonly PersistentVolume[];
  readonly volumeNamed: (name: string) => PersistentVolume | undefined;
  readonly classNamed: (name: string) => StorageClass | undefined;
  /** The class of claims that name none. */
  readonly defaultClass: () => string | undefined;
  /** The pods that use the claim. */
  readonly pods: () => readonly Pod[];
}

/** A claim that waits is looked at, and told of, again this often. */
const lookAgainMs = 15_000;

const event = eventsAbout(claimKind, "persistentvolume-controller");

export const isBindCompleted = ({ metadata }: PersistentVolumeClaim): boolean =>
  metadata.annotations?.[bindCompletedAnnotation] !== undefined;

export function reconcileClaim(view: ClaimView): Plan {
  const { claim } = view;
  if (isBindCompleted(claim)) return reconcileBound(view);
  const named = claim.spec?.volumeName;
  return named ? reconcileNaming(view, view.volumeNamed(named)) : reconcileUnbound(view);
}

const wait = (claim: PersistentVolumeClaim, ...events: NonNullable<Plan["events"]>): Plan => ({
  writes: claimStatus(claim, "Pending"),
  events,
  requeueAfterMs: lookAgainMs,
});

/** Any volume will do that fulfils it. */
function reconcileUnbound(view: ClaimView): Plan {
  const { claim } = view;
  const storageClass = view.classNamed(storageClassOf(claim));
  const delayed = waitsForConsumer(storageClass) && claim.metadata.annotations?.[selectedNodeAnnotation] === undefined;
  const volume = volumeFor(claim, view.volumes(), { onlyOwn: waitsForConsumer(storageClass) });
  if (volume !== undefined) return bind(claim, volume);
  if (classNamedBy(claim) === undefined) {
    const storageClassName = view.defaultClass();
    if (storageClassName !== undefined)
      return { writes: [updateOf(claimKind, { ...claim, spec: { ...claim.spec, storageClassName } })] };
  }
  if (delayed) return wait(claim, waitingForConsumer(claim, view.pods()));
  if (storageClassOf(claim) !== "") return provision(claim, storageClass);
  const none = "no persistent volumes available for this claim and no storage class is set";
  return wait(claim, event(claim, "Normal", "FailedBinding", none));
}

function waitingForConsumer(claim: PersistentVolumeClaim, pods: readonly Pod[]) {
  const names = pods.filter((pod) => !pod.spec?.nodeName && !isFinished(pod)).map(({ metadata }) => metadata.name ?? "");
  if (names.length === 0)
    return event(claim, "Normal", "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
  const who = names.length === 1 ? `pod ${names[0]}` : `pods ${names.sort().join(",")}`;
  return event(claim, "Normal", "WaitForPodScheduled", `waiting for ${who} to be scheduled`);
}

/** Says who is to provision a volume. Whoever that is follows claims, and makes a volume that names this one. */
function provision(claim: PersistentVolumeClaim, storageClass: StorageClass | undefined): Plan {
  const failed = (message: string): Plan => wait(claim, event(claim, "Warning", "ProvisioningFailed", message));
  if (storageClass === undefined) return failed(`storageclass.storage.k8s.io "${storageClassOf(claim)}" not found`);
  const { provisioner } = storageClass;
  if (provisioner.startsWith("kubernetes.io/")) return failed(`no volume plugin matched name: ${provisioner}`);
  if (claim.metadata.annotations?.[provisionerAnnotation] !== provisioner) {
    const names = { [betaProvisionerAnnotation]: provisioner, [provisionerAnnotation]: provisioner };
    return { writes: [updateOf(claimKind, annotated(claim, names))] };
  }
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system ` +
    "administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.";
  return wait(claim, event(claim, "Normal", "ExternalProvisioning", message));
}

/** It asks for one volume by name. */
function reconcileNaming({ claim }: ClaimView, volume: PersistentVolume | undefined): Plan {
  if (volume === undefined) return wait(claim);
  if (volume.spec?.claimRef === undefined) {
    const problem = mismatchOf(volume, claim);
    if (problem === undefined) return bind(claim, volume);
    const message = `Cannot bind to requested volume "${volume.metadata.name}": ${problem}`;
    return wait(claim, event(claim, "Warning", "VolumeMismatch", message));
  }
  if (isBoundTo(volume, claim)) return bind(claim, volume);
  const message = `volume "${volume.metadata.name}" already bound to a different claim.`;
  return wait(claim, event(claim, "Warning", "FailedBinding", message));
}

/** It was bound; whether it still is shows in its volume. */
function reconcileBound({ claim, volumeNamed }: ClaimView): Plan {
  const lost = (reason: string, message: string): Plan =>
    claim.status?.phase === "Lost"
      ? { writes: claimStatus(claim, "Lost") }
      : { writes: claimStatus(claim, "Lost"), events: [event(claim, "Warning", reason, message)] };
  const name = claim.spec?.volumeName;
  if (!name) return lost("ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!");
  const volume = volumeNamed(name);
  if (volume === undefined) return lost("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
  const { claimRef } = volume.spec ?? {};
  if (claimRef === undefined || claimRef.uid === claim.metadata.uid) return bind(claim, volume);
  return lost("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
}
