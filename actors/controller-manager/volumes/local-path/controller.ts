/** The built-in provisioner: one controller follows claims, another the volumes that it has made. */
import type { KubernetesObject } from "../../../../src/api/types.js";
import { storageClassOf } from "../../../../src/api/volumes/storage-class.js";
import { claims as claimsResource } from "../../controllers/workload/resources.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { nothingToDo } from "../../engine/plan.js";
import type { VolumeDisk } from "../../io/io.js";
import { storageClasses, volumes as volumesResource } from "../resources.js";
import { provision } from "./provision.js";
import { removeVolume } from "./remove.js";

/** It may do what the binder of volumes may. */
const serviceAccount = "persistent-volume-binder";
const workers = 5;

export function localPathProvisioningController(informers: Informers, disk: VolumeDisk): ControllerDefinition {
  const claims = informers.of(claimsResource);
  const volumes = informers.of(volumesResource);
  const classes = informers.of(storageClasses);
  return {
    name: "local-path-provisioner",
    serviceAccount,
    workers,
    needs: [claims, volumes, classes] as ReadonlyArray<Informed<KubernetesObject>>,
    work: (work, onEnd) => disk.work(work, onEnd),
    reconcile: (key, circumstances) => {
      const claim = claims.store.get(key);
      if (claim === undefined) return nothingToDo;
      const storageClass = classes.store.get(storageClassOf(claim));
      const volumeNamed = (name: string) => volumes.store.get(name);
      return provision({ claim, storageClass, volumeNamed, directory: disk.directory }, circumstances);
    },
    follow: (enqueue) => claims.subscribe(({ object }) => enqueue(keyOf(object))),
  };
}

export function localPathRemovingController(informers: Informers, disk: VolumeDisk): ControllerDefinition {
  const volumes = informers.of(volumesResource);
  return {
    name: "local-path-remover",
    serviceAccount,
    workers,
    needs: [volumes] as ReadonlyArray<Informed<KubernetesObject>>,
    work: (work, onEnd) => disk.work(work, onEnd),
    reconcile: (key, circumstances) => {
      const volume = volumes.store.get(key);
      return volume === undefined ? nothingToDo : removeVolume(volume, circumstances);
    },
    follow: (enqueue) => volumes.subscribe(({ object }) => enqueue(keyOf(object))),
  };
}
