import { at, child, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { qualifiedName } from "../names.js";
import { followsRule, immutable, oneOf, quantityErrors, requiredOneOf } from "./common.js";

/** Storage. Source: "Persistent Volumes" and "Storage Classes" of the Kubernetes documentation. */
const accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const volumeModes = ["Block", "Filesystem"];

const accessModeErrors = (modes: readonly string[] | undefined): FieldError[] => {
  const path = "spec.accessModes";
  if ((modes?.length ?? 0) === 0) return [required(path, "at least 1 access mode is required")];
  const errors = modes!.flatMap((mode) => oneOf(mode, accessModes, path));
  if (modes!.includes("ReadWriteOncePod") && modes!.length > 1) {
    errors.push(forbiddenField(path, "may not use ReadWriteOncePod with other access modes"));
  }
  return errors;
};

export const persistentVolumeClaimErrors = (claim: PersistentVolumeClaim): FieldError[] => {
  const spec = claim.spec ?? {};
  const errors = accessModeErrors(spec.accessModes);
  const storage = spec.resources?.requests?.storage;
  const storagePath = at("spec.resources", "storage");
  if (storage === undefined) errors.push(required(storagePath));
  else {
    const faults = quantityErrors(storage, storagePath);
    errors.push(
      ...(faults.length === 0 && storage === "0" ? [invalidValue(storagePath, storage, "must be greater than zero")] : faults),
    );
  }
  if (spec.volumeMode !== undefined) errors.push(...oneOf(spec.volumeMode, volumeModes, "spec.volumeMode"));
  return errors;
};

/** A bound claim may grow; a claim that is not bound may be bound, by name; nothing else changes. */
export const persistentVolumeClaimUpdateErrors = (claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] => {
  const fixed = (of: PersistentVolumeClaim): object => {
    const { resources: _, volumeAttributesClassName: __, volumeName, storageClassName, ...rest } = of.spec ?? {};
    const named = old.spec?.volumeName ? { volumeName } : {};
    const classed = old.spec?.storageClassName === undefined ? {} : { storageClassName };
    return { ...rest, ...named, ...classed };
  };
  const errors = persistentVolumeClaimErrors(claim);
  if (!semanticEqual(fixed(claim), fixed(old))) {
    const detail = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    errors.push(forbiddenField("spec", detail));
  }
  return errors;
};

/** Fields of a PersistentVolume's spec that are no kind of volume. */
const plainVolumeFields = new Set([
  "accessModes",
  "capacity",
  "claimRef",
  "mountOptions",
  "nodeAffinity",
  "persistentVolumeReclaimPolicy",
  "storageClassName",
  "volumeAttributesClassName",
  "volumeMode",
]);

export const persistentVolumeErrors = (volume: PersistentVolume): FieldError[] => {
  const spec = volume.spec ?? {};
  const errors = accessModeErrors(spec.accessModes);
  const capacity = Object.keys(spec.capacity ?? {});
  if (capacity.length === 0) errors.push(required("spec.capacity"));
  else if (capacity.length > 1 || capacity[0] !== "storage")
    errors.push(notSupported("spec.capacity", spec.capacity, ["storage"]));
  for (const name of capacity) errors.push(...quantityErrors(spec.capacity![name]!, at("spec.capacity", name)));
  const [first, ...more] = Object.keys(spec).filter((field) => !plainVolumeFields.has(field));
  if (first === undefined) errors.push(required("spec", "must specify a volume type"));
  for (const kind of more) errors.push(forbiddenField(child("spec", kind), "may not specify more than 1 volume type"));
  errors.push(
    ...oneOf(spec.persistentVolumeReclaimPolicy, ["Delete", "Recycle", "Retain"], "spec.persistentVolumeReclaimPolicy"),
  );
  if (spec.volumeMode !== undefined) errors.push(...oneOf(spec.volumeMode, volumeModes, "spec.volumeMode"));
  return errors;
};

export const storageClassErrors = (storageClass: StorageClass): FieldError[] => [
  ...(storageClass.provisioner
    ? followsRule(qualifiedName, storageClass.provisioner.toLowerCase(), "provisioner")
    : [required("provisioner")]),
  ...oneOf(storageClass.reclaimPolicy, ["Delete", "Retain"], "reclaimPolicy"),
  ...requiredOneOf(storageClass.volumeBindingMode, ["Immediate", "WaitForFirstConsumer"], "volumeBindingMode"),
];

export const storageClassUpdateErrors = (storageClass: StorageClass, old: StorageClass): FieldError[] => {
  const errors: FieldError[] = [];
  for (const field of ["parameters", "provisioner", "reclaimPolicy"] as const) {
    if (!semanticEqual(storageClass[field], old[field])) errors.push(forbiddenField(field, `updates to ${field} are forbidden.`));
  }
  return [...errors, ...immutable(storageClass.volumeBindingMode, old.volumeBindingMode, "volumeBindingMode")];
};
