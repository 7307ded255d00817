import type { CSIDriver, PersistentVolume, PersistentVolumeClaim, StorageClass } from "../generated/types.js";
import { canonicaliseQuantities } from "./container.js";

/** Defaults of the storage kinds, in place. Source: "Persistent Volumes" and "Storage Classes" of the Kubernetes documentation. */

export const defaultPersistentVolumeClaim = (claim: PersistentVolumeClaim): void => {
  claim.status ??= {};
  claim.status.phase ||= "Pending";
  const spec = claim.spec;
  if (spec === undefined) return;
  spec.volumeMode ??= "Filesystem";
  spec.resources ??= {};
  canonicaliseQuantities(spec.resources.requests);
  canonicaliseQuantities(spec.resources.limits);
};

export const defaultPersistentVolume = (volume: PersistentVolume): void => {
  volume.status ??= {};
  volume.status.phase ||= "Pending";
  const spec = volume.spec;
  if (spec === undefined) return;
  spec.persistentVolumeReclaimPolicy ||= "Retain";
  spec.volumeMode ??= "Filesystem";
  canonicaliseQuantities(spec.capacity);
  if (spec.hostPath !== undefined) spec.hostPath.type ??= "";
};

export const defaultStorageClass = (storageClass: StorageClass): void => {
  storageClass.reclaimPolicy ??= "Delete";
  storageClass.volumeBindingMode ??= "Immediate";
};

export const defaultCsiDriver = (driver: CSIDriver): void => {
  const spec = driver.spec;
  if (spec === undefined) return;
  spec.attachRequired ??= true;
  spec.podInfoOnMount ??= false;
  spec.storageCapacity ??= false;
  spec.fsGroupPolicy ??= "ReadWriteOnceWithFSType";
  if ((spec.volumeLifecycleModes?.length ?? 0) === 0) spec.volumeLifecycleModes = ["Persistent"];
  spec.requiresRepublish ??= false;
  spec.seLinuxMount ??= false;
};
