/**
 * Makes the claims of generic ephemeral volumes. They belong to their pods and go with them.
 * Source: https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#generic-ephemeral-volumes
 */
import type { KubernetesObject, PersistentVolumeClaim, Pod } from "../../../../src/api/types.js";
import { claimsUsed, notMadeFor } from "../../../../src/api/volumes/pod-claims.js";
import { claims as claimsResource } from "../../controllers/workload/resources.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { controllerReference, keyOf } from "../../engine/ownership.js";
import { nothingToDo, type Plan, type PlannedWrite } from "../../engine/plan.js";
import { pods as podsResource } from "../../engine/resources.js";
import { eventsAbout } from "../resources.js";

const event = eventsAbout({ apiVersion: "v1", kind: "Pod", path: podsResource.path }, "ephemeral_volume");

const ownClaims = (pod: Pod) => claimsUsed(pod).filter(({ ephemeral }) => ephemeral);

export function reconcileEphemeral(pod: Pod, claimNamed: (name: string) => PersistentVolumeClaim | undefined): Plan {
  if (pod.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const { namespace = "" } = pod.metadata;
  const failed = (volume: string, message: string) =>
    event(pod, "Warning", "FailedBinding", `ephemeral volume ${volume}: ${message}`);
  const writes: PlannedWrite[] = [];
  for (const { volume, name } of ownClaims(pod)) {
    const there = claimNamed(name);
    const problem = there === undefined ? undefined : notMadeFor(there, pod);
    if (problem !== undefined) return { writes, events: [failed(volume, problem)] };
    if (there !== undefined) continue;
    const template = pod.spec?.volumes?.find((each) => each.name === volume)?.ephemeral?.volumeClaimTemplate;
    const { labels, annotations } = template?.metadata ?? {};
    const object: PersistentVolumeClaim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        name,
        namespace,
        ownerReferences: [controllerReference(pod, "v1", "Pod")],
        ...(labels === undefined ? {} : { labels }),
        ...(annotations === undefined ? {} : { annotations }),
      },
      ...(template?.spec === undefined ? {} : { spec: template.spec }),
    };
    const path = { ...claimsResource.path, namespace };
    const onFailure = ({ message }: { message: string }) => failed(volume, `create PVC ${name}: ${message}`);
    writes.push({ request: { verb: "create", path, object }, onFailure });
  }
  return { writes };
}

export function ephemeralVolumeController(informers: Informers): ControllerDefinition {
  const pods = informers.of(podsResource);
  const claims = informers.of(claimsResource);
  return {
    name: "ephemeral-volume",
    serviceAccount: "ephemeral-volume-controller",
    workers: 5,
    needs: [pods, claims] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key) => {
      const pod = pods.store.get(key);
      if (pod === undefined) return nothingToDo;
      return reconcileEphemeral(pod, (name) => claims.store.get(`${pod.metadata.namespace}/${name}`));
    },
    follow: (enqueue) => {
      pods.subscribe(({ type, object }) => {
        if (type === "added" && ownClaims(object).length > 0) enqueue(keyOf(object));
      });
      claims.subscribe(({ type, object }) => {
        if (type !== "deleted") return;
        for (const pod of pods.store.by("claim", keyOf(object))) enqueue(keyOf(pod));
      });
    },
  };
}
