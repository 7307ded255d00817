import { at, child, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type {
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  TypedLocalObjectReference,
  TypedObjectReference,
} from "../generated/types.js";
import { GoSyntax } from "../go-format.js";
import { semanticEqual } from "../json-value.js";
import { dns1123Label, dns1123Subdomain, qualifiedName } from "../names.js";
import { compareQuantities, isWholeQuantity, quantityOf } from "../quantity.js";
import { labelSelectorErrors } from "../selectors/label-selector.js";
import { followsRule, immutable, oneOf, quantityErrors } from "./common.js";
import { differenceText } from "./differences.js";

/** PersistentVolumeClaims. Source: "Persistent Volumes" of the Kubernetes documentation. */

const accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
export const volumeModes = ["Block", "Filesystem"];

export const accessModeErrors = (modes: readonly string[] | undefined, path: string, ifNone: string): FieldError[] => {
  if (modes === undefined || modes.length === 0) return [required(path, ifNone)];
  const errors = modes.flatMap((mode) => oneOf(mode, accessModes, path));
  const others = modes.some((mode) => mode !== "ReadWriteOncePod" && accessModes.includes(mode));
  if (others && modes.includes("ReadWriteOncePod"))
    errors.push(forbiddenField(path, "may not use ReadWriteOncePod with other access modes"));
  return errors;
};

/** An amount of something that there must be some of. */
export const positiveQuantityErrors = (value: string, path: string): FieldError[] => {
  const faults = quantityErrors(value, path);
  if (faults.length === 0 && quantityOf(value).nano > 0n) return [];
  const unreadable = faults.some(({ body }) => !body.endsWith("must be greater than or equal to 0"));
  return unreadable ? faults : [invalidValue(path, value, "must be greater than zero")];
};

const sourceErrors = (source: TypedLocalObjectReference | TypedObjectReference, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  const { apiGroup, kind, name } = source;
  if (!name) errors.push(required(child(path, "name")));
  if (!kind) errors.push(required(child(path, "kind")));
  if (apiGroup) errors.push(...followsRule(dns1123Subdomain, apiGroup, child(path, "apiGroup")));
  else if (kind !== "PersistentVolumeClaim") {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    errors.push(invalidValue(path, kind ?? "", detail));
  }
  return errors;
};

const sourcesErrors = (spec: PersistentVolumeClaimSpec, path: string): FieldError[] => {
  const { dataSource, dataSourceRef } = spec;
  const errors: FieldError[] = [];
  if (dataSource !== undefined) errors.push(...sourceErrors(dataSource, child(path, "dataSource")));
  if (dataSourceRef === undefined) return errors;
  const refPath = child(path, "dataSourceRef");
  errors.push(...sourceErrors(dataSourceRef, refPath));
  const { namespace } = dataSourceRef;
  if (namespace) errors.push(...followsRule(dns1123Label, namespace, child(refPath, "namespace")));
  if (dataSource === undefined) return errors;
  const shown = new GoSyntax(child(path, "dataSource"));
  if (namespace) errors.push(invalidValue(path, shown, "may not be specified when dataSourceRef.namespace is specified"));
  else if (
    dataSource.apiGroup !== dataSourceRef.apiGroup ||
    dataSource.kind !== dataSourceRef.kind ||
    dataSource.name !== dataSourceRef.name
  )
    errors.push(invalidValue(path, shown, "must match dataSourceRef"));
  return errors;
};

export const claimSpecErrors = (spec: PersistentVolumeClaimSpec, path: string): FieldError[] => {
  const errors = [
    ...accessModeErrors(spec.accessModes, child(path, "accessModes"), "at least 1 access mode is required"),
    ...labelSelectorErrors(spec.selector, child(path, "selector")),
  ];
  const storage = spec.resources?.requests?.storage;
  const storagePath = at(child(path, "resources"), "storage");
  if (storage === undefined) errors.push(required(storagePath));
  else {
    const faults = positiveQuantityErrors(storage, storagePath);
    errors.push(...faults);
    if (faults.length === 0 && !isWholeQuantity(quantityOf(storage)))
      errors.push(invalidValue(storagePath, storage, "must be an integer"));
  }
  if (spec.storageClassName)
    errors.push(...followsRule(dns1123Subdomain, spec.storageClassName, child(path, "storageClassName")));
  if (spec.volumeMode !== undefined) errors.push(...oneOf(spec.volumeMode, volumeModes, child(path, "volumeMode")));
  errors.push(...sourcesErrors(spec, path));
  if (spec.volumeAttributesClassName) {
    const classPath = child(path, "volumeAttributesClassName");
    errors.push(...followsRule(dns1123Subdomain, spec.volumeAttributesClassName, classPath));
  }
  return errors;
};

export const persistentVolumeClaimErrors = (claim: PersistentVolumeClaim): FieldError[] =>
  claimSpecErrors(claim.spec ?? {}, "spec");

const classAnnotation = "volume.beta.kubernetes.io/storage-class";

/** The class may be named later, where it was not named before, or where the old annotation named it. */
const mayNameClass = (claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean => {
  const named = claim.spec?.storageClassName;
  const annotated = old.metadata.annotations?.[classAnnotation];
  return named !== undefined && old.spec?.storageClassName === undefined && (annotated ?? named) === named;
};

/** The spec with everything put back that may change. */
const withChangeablesPutBack = (claim: PersistentVolumeClaim, old: PersistentVolumeClaim): PersistentVolumeClaimSpec => {
  const before = old.spec ?? {};
  const spec = { ...claim.spec };
  const putBack = (field: "volumeName" | "storageClassName" | "volumeAttributesClassName"): void => {
    if (before[field] === undefined) delete spec[field];
    else spec[field] = before[field];
  };
  if (!before.volumeName) putBack("volumeName");
  if (mayNameClass(claim, old)) putBack("storageClassName");
  if (claim.status?.phase !== "Bound") return spec;
  if (spec.resources?.requests !== undefined) {
    const { storage: _, ...others } = spec.resources.requests;
    const storage = before.resources?.requests?.storage;
    spec.resources = { ...spec.resources, requests: storage === undefined ? others : { ...others, storage } };
  }
  if (spec.volumeAttributesClassName !== undefined) putBack("volumeAttributesClassName");
  return spec;
};

const sizeErrors = (claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] => {
  const size = (of: { storage?: string } | undefined) => quantityOf(of?.storage ?? "0");
  const now = size(claim.spec?.resources?.requests);
  if (compareQuantities(now, size(old.spec?.resources?.requests)) >= 0) return [];
  if (compareQuantities(now, size(old.status?.capacity)) > 0) return [];
  return [forbiddenField("spec.resources.requests.storage", "field can not be less than status.capacity")];
};

/** A bound claim may grow; a claim that is not bound may be bound, by name; nothing else changes. */
export const persistentVolumeClaimUpdateErrors = (claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] => {
  const errors = persistentVolumeClaimErrors(claim);
  const [annotated, annotatedBefore] = [claim, old].map((of) => of.metadata.annotations?.[classAnnotation]);
  if (annotated !== annotatedBefore && !(annotated === undefined && mayNameClass(claim, old))) {
    const path = `metadata.annotations.${classAnnotation}`;
    errors.push(invalidValue(path, annotated ?? "", "field is immutable"));
  }
  const restored = withChangeablesPutBack(claim, old);
  if (!semanticEqual(restored, old.spec)) {
    const detail = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    errors.push(forbiddenField("spec", `${detail}\n${differenceText(old.spec, restored, "spec")}\n`));
  }
  errors.push(...sizeErrors(claim, old), ...immutable(claim.spec?.volumeMode, old.spec?.volumeMode, "volumeMode"));
  const [named, before] = [claim.spec?.volumeAttributesClassName, old.spec?.volumeAttributesClassName];
  const classPath = "spec.volumeAttributesClassName";
  if (before !== undefined && named === undefined)
    errors.push(forbiddenField(classPath, "update from non-nil value to nil is forbidden"));
  else if (before !== undefined && before !== "" && named === "")
    errors.push(forbiddenField(classPath, "update from non-nil value to an empty string is forbidden"));
  return errors;
};

const resizeStates = [
  "ControllerResizeInProgress",
  "ControllerResizeInfeasible",
  "NodeResizeInProgress",
  "NodeResizeInfeasible",
  "NodeResizePending",
].sort();

const resourceKeyErrors = (key: string, path: string): FieldError[] => {
  const errors = followsRule(qualifiedName, key, path);
  if (errors.length > 0) return errors;
  const native = !key.includes("/") || key.includes("kubernetes.io/");
  return native && key !== "storage" ? [notSupported(path, key, ["storage"])] : [];
};

export const persistentVolumeClaimStatusErrors = (claim: PersistentVolumeClaim): FieldError[] => {
  const { allocatedResources, allocatedResourceStatuses, capacity } = claim.status ?? {};
  const errors = (claim.spec?.accessModes?.length ?? 0) === 0 ? [required("Spec.accessModes")] : [];
  const path = (field: string, key: string): string => at(child("status", field), key);
  for (const [name, amount] of Object.entries(capacity ?? {})) errors.push(...quantityErrors(amount, path("capacity", name)));
  for (const [name, state] of Object.entries(allocatedResourceStatuses ?? {})) {
    const statesPath = "status.allocatedResourceStatus";
    errors.push(...resourceKeyErrors(name, statesPath));
    if (!resizeStates.includes(state)) errors.push(notSupported(statesPath, name, resizeStates));
  }
  for (const [name, amount] of Object.entries(allocatedResources ?? {})) {
    const faults = resourceKeyErrors(name, "status.allocatedResources");
    errors.push(...(faults.length > 0 ? faults : quantityErrors(amount, path("allocatedResources", name))));
  }
  return errors;
};
