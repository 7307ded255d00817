/**
 * Claims that ask for more than they have. Directories of the built-in provisioner have no size of their own, so they grow
 * at once; whoever has made another volume lets it grow.
 * Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims
 */
import { compareQuantities, quantityOf } from "../../../../src/api/quantity.js";
import type { KubernetesObject, PersistentVolume, PersistentVolumeClaim } from "../../../../src/api/types.js";
import { localPathProvisioner, provisionedByAnnotation } from "../../../../src/api/volumes/names.js";
import { claims as claimsResource } from "../../controllers/workload/resources.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { nothingToDo, type Plan } from "../../engine/plan.js";
import { statusUpdate } from "../../engine/status-update.js";
import { updateOf } from "../binding/bind.js";
import { claimKind, claimOf, eventsAbout, volumeKind, volumes as volumesResource } from "../resources.js";

const event = eventsAbout(claimKind, "volume_expand");
const grown = eventsAbout(claimKind, localPathProvisioner);

const isMore = (one: string | undefined, other: string | undefined): boolean =>
  compareQuantities(quantityOf(one), quantityOf(other)) > 0;

export function reconcileExpansion(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined): Plan {
  const wanted = claim.spec?.resources?.requests?.storage;
  const had = claim.status?.capacity?.storage;
  const isBound = claim.status?.phase === "Bound" && volume?.spec?.claimRef?.uid === claim.metadata.uid;
  if (volume === undefined || !isBound || wanted === undefined || !isMore(wanted, had)) return nothingToDo;
  if (volume.metadata.annotations?.[provisionedByAnnotation] !== localPathProvisioner) {
    const why = "didn't find a plugin capable of expanding the volume; waiting for an external controller to process this PVC";
    const type = volume.spec?.csi === undefined ? "Warning" : "Normal";
    return { events: [event(claim, type, "ExternalExpanding", `Ignoring the PVC: ${why}.`)] };
  }
  const capacity = { ...volume.spec?.capacity, storage: wanted };
  if (isMore(wanted, volume.spec?.capacity?.storage))
    return { writes: [updateOf(volumeKind, { ...volume, spec: { ...volume.spec, capacity } })] };
  const writes = statusUpdate(claimKind, claim, { ...claim.status, capacity: { ...claim.status?.capacity, storage: wanted } });
  const onSuccess = () => grown(claim, "Normal", "VolumeResizeSuccessful", "Resize volume succeeded");
  return { writes: writes.map((write) => ({ ...write, onSuccess })) };
}

export function expansionController(informers: Informers): ControllerDefinition {
  const claims = informers.of(claimsResource);
  const volumes = informers.of(volumesResource);
  return {
    name: "volume-expand",
    serviceAccount: "expand-controller",
    workers: 5,
    needs: [claims, volumes] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key) => {
      const claim = claims.store.get(key);
      return claim === undefined ? nothingToDo : reconcileExpansion(claim, volumes.store.get(claim.spec?.volumeName ?? ""));
    },
    follow: (enqueue) => {
      claims.subscribe(({ object }) => enqueue(keyOf(object)));
      volumes.subscribe(({ object }) => {
        const claim = claimOf(object);
        if (claim !== undefined) enqueue(claim);
      });
    },
  };
}
