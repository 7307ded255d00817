/** Volumes, claims and their classes: how controllers find them, and how they speak of them. */
import { type EventToRecord, referenceTo } from "../../../src/actor/events.js";
import type { KubernetesObject, ObjectReference, PersistentVolume, StorageClass } from "../../../src/api/types.js";
import type { InformedResource } from "../engine/informers.js";
import type { StatusKind } from "../engine/status-update.js";

const core = (resource: string) => ({ group: "", version: "v1", resource });

/** The claim that a reference speaks of, as its key. */
const keyOfReference = ({ namespace = "", name = "" }: ObjectReference): string => `${namespace}/${name}`;

export const volumes: InformedResource<PersistentVolume> = {
  path: core("persistentvolumes"),
  indexers: { claim: ({ spec }) => (spec?.claimRef === undefined ? [] : [keyOfReference(spec.claimRef)]) },
};
export const storageClasses: InformedResource<StorageClass> = {
  path: { group: "storage.k8s.io", version: "v1", resource: "storageclasses" },
};

export const claimKind: StatusKind = { apiVersion: "v1", kind: "PersistentVolumeClaim", path: core("persistentvolumeclaims") };
export const volumeKind: StatusKind = { apiVersion: "v1", kind: "PersistentVolume", path: core("persistentvolumes") };

/** The key of the claim that a volume is bound to or set aside for. */
export const claimOf = ({ spec }: PersistentVolume): string | undefined =>
  spec?.claimRef === undefined ? undefined : keyOfReference(spec.claimRef);

/** Events of one kind of object from one source. */
export const eventsAbout =
  ({ kind, apiVersion }: StatusKind, component: string) =>
  (object: KubernetesObject, type: EventToRecord["type"], reason: string, message: string): EventToRecord => ({
    involvedObject: referenceTo(object, kind, apiVersion),
    type,
    reason,
    message,
    component,
  });

export const annotated = <T extends KubernetesObject>(object: T, annotations: Readonly<Record<string, string>>): T => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
});

/** The object with exactly these finalizers. */
export function withFinalizers<T extends KubernetesObject>(object: T, finalizers: readonly string[]): T {
  const { finalizers: _, ...metadata } = object.metadata;
  return { ...object, metadata: finalizers.length === 0 ? metadata : { ...metadata, finalizers: [...finalizers] } };
}
