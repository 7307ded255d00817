/** Which storage class claims and volumes are of. Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#class */
import type { KubernetesObject, PersistentVolume, PersistentVolumeClaim, StorageClass } from "../types.js";

const betaAnnotation = "volume.beta.kubernetes.io/storage-class";
const defaultAnnotations = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

/** Undefined where a claim leaves it to the cluster. */
export const classNamedBy = (claim: PersistentVolumeClaim): string | undefined =>
  claim.metadata.annotations?.[betaAnnotation] ?? claim.spec?.storageClassName;

export const storageClassOf = (claim: PersistentVolumeClaim): string => classNamedBy(claim) ?? "";

export const classOfVolume = ({ metadata, spec }: PersistentVolume): string =>
  metadata.annotations?.[betaAnnotation] ?? spec?.storageClassName ?? "";

const isMarked = ({ metadata }: KubernetesObject, annotations: readonly string[]): boolean =>
  annotations.some((annotation) => metadata.annotations?.[annotation] === "true");

/** The newest of those that carry one of the annotations; of those that are equally new, the first by name. */
export function newestDefault(classes: readonly KubernetesObject[], annotations: readonly string[]): string | undefined {
  const ranked = classes
    .filter((candidate) => isMarked(candidate, annotations))
    .map(({ metadata: { name = "", creationTimestamp = "" } }) => ({ name, made: creationTimestamp }))
    .sort((a, b) => (a.made === b.made ? (a.name < b.name ? -1 : 1) : a.made > b.made ? -1 : 1));
  return ranked[0]?.name;
}

export const defaultStorageClassOf = (classes: readonly StorageClass[]): string | undefined =>
  newestDefault(classes, defaultAnnotations);

/** Its claims are bound when a pod that uses them is scheduled. */
export const waitsForConsumer = (storageClass: StorageClass | undefined): boolean =>
  storageClass?.volumeBindingMode === "WaitForFirstConsumer";
