import { type FieldError, forbiddenField, required } from "../field-errors.js";
import type { StorageClass } from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { qualifiedName } from "../names.js";
import { followsRule, immutable, oneOf, requiredOneOf } from "./common.js";

/** Classes of storage. Source: "Storage Classes" of the Kubernetes documentation. */

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
