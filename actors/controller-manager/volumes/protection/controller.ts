/** Keeps claims and volumes that are in use from going. */
import type { KubernetesObject } from "../../../../src/api/types.js";
import { claimsUsed } from "../../../../src/api/volumes/pod-claims.js";
import { claims as claimsResource } from "../../controllers/workload/resources.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { nothingToDo } from "../../engine/plan.js";
import { pods as podsResource } from "../../engine/resources.js";
import { volumes as volumesResource } from "../resources.js";
import { protectClaim, protectVolume } from "./reconcile.js";

export function claimProtectionController(informers: Informers): ControllerDefinition {
  const claims = informers.of(claimsResource);
  const pods = informers.of(podsResource);
  return {
    name: "pvc-protection",
    serviceAccount: "pvc-protection-controller",
    workers: 5,
    needs: [claims, pods] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, circumstances) => {
      const claim = claims.store.get(key);
      return claim === undefined ? nothingToDo : protectClaim(claim, pods.store.by("claim", key), circumstances);
    },
    follow: (enqueue) => {
      claims.subscribe(({ object }) => enqueue(keyOf(object)));
      pods.subscribe(({ type, object }) => {
        if (type !== "deleted" && object.metadata.deletionTimestamp === undefined) return;
        for (const { name } of claimsUsed(object)) enqueue(`${object.metadata.namespace}/${name}`);
      });
    },
  };
}

export function volumeProtectionController(informers: Informers): ControllerDefinition {
  const volumes = informers.of(volumesResource);
  return {
    name: "pv-protection",
    serviceAccount: "pv-protection-controller",
    workers: 1,
    needs: [volumes] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key) => {
      const volume = volumes.store.get(key);
      return volume === undefined ? nothingToDo : protectVolume(volume);
    },
    follow: (enqueue) => volumes.subscribe(({ object }) => enqueue(keyOf(object))),
  };
}
