/** Binds claims and volumes: one controller follows the claims, another the volumes. */
import type { KubernetesObject } from "../../../../src/api/types.js";
import { defaultStorageClassOf } from "../../../../src/api/volumes/storage-class.js";
import { claims as claimsResource } from "../../controllers/workload/resources.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { nothingToDo } from "../../engine/plan.js";
import { pods as podsResource } from "../../engine/resources.js";
import type { VolumeDisk } from "../../io/io.js";
import { claimOf, storageClasses, volumes as volumesResource } from "../resources.js";
import { isBindCompleted, reconcileClaim } from "./claim.js";
import { reconcileVolume } from "./volume.js";

const serviceAccount = "persistent-volume-binder";
const workers = 5;

export function claimBindingController(informers: Informers): ControllerDefinition {
  const claims = informers.of(claimsResource);
  const volumes = informers.of(volumesResource);
  const classes = informers.of(storageClasses);
  const pods = informers.of(podsResource);
  return {
    name: "claim-binder",
    serviceAccount,
    workers,
    needs: [claims, volumes, classes, pods] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key) => {
      const claim = claims.store.get(key);
      if (claim === undefined) return nothingToDo;
      return reconcileClaim({
        claim,
        volumes: () => volumes.store.list(),
        volumeNamed: (name) => volumes.store.get(name),
        classNamed: (name) => classes.store.get(name),
        defaultClass: () => defaultStorageClassOf(classes.store.list()),
        pods: () => pods.store.by("claim", key),
      });
    },
    follow: (enqueue) => {
      const enqueueWaiting = (): void => {
        for (const claim of claims.store.list()) if (!isBindCompleted(claim)) enqueue(keyOf(claim));
      };
      claims.subscribe(({ object }) => enqueue(keyOf(object)));
      volumes.subscribe(({ object }) => {
        const claim = claimOf(object);
        if (claim === undefined) enqueueWaiting();
        else enqueue(claim);
      });
      classes.subscribe(enqueueWaiting);
    },
  };
}

export function volumeBindingController(informers: Informers, disk: VolumeDisk): ControllerDefinition {
  const claims = informers.of(claimsResource);
  const volumes = informers.of(volumesResource);
  return {
    name: "volume-binder",
    serviceAccount,
    workers,
    needs: [claims, volumes] as ReadonlyArray<Informed<KubernetesObject>>,
    work: (work, onEnd) => disk.work(work, onEnd),
    reconcile: (key, circumstances) => {
      const volume = volumes.store.get(key);
      if (volume === undefined) return nothingToDo;
      return reconcileVolume({ volume, claim: claims.store.get(claimOf(volume) ?? "") }, circumstances);
    },
    follow: (enqueue) => {
      volumes.subscribe(({ object }) => enqueue(keyOf(object)));
      claims.subscribe(({ object }) => {
        for (const volume of volumes.store.by("claim", keyOf(object))) enqueue(keyOf(volume));
      });
    },
  };
}
