import { at, child, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type { PersistentVolume, PersistentVolumeSpec } from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { dns1123Subdomain } from "../names.js";
import { accessModeErrors, positiveQuantityErrors, volumeModes } from "./claims.js";
import { followsRule, immutable, oneOf } from "./common.js";
import { differenceText } from "./differences.js";
import { nodeSelectorTermsErrors } from "./pod-placement.js";
import { moreThanOneVolume, sourceRules } from "./volume-sources.js";

/** PersistentVolumes. Source: "Persistent Volumes" of the Kubernetes documentation. */

/** The order in which sources are looked at: of several, the first is checked and the others are too many. */
const sourceOrder: ReadonlyArray<keyof PersistentVolumeSpec & keyof typeof sourceRules> = [
  "hostPath",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "glusterfs",
  "flocker",
  "nfs",
  "rbd",
  "quobyte",
  "cephfs",
  "iscsi",
  "cinder",
  "fc",
  "flexVolume",
  "azureFile",
  "vsphereVolume",
  "photonPersistentDisk",
  "portworxVolume",
  "azureDisk",
  "scaleIO",
  "local",
  "storageos",
  "csi",
];

const sourceErrors = (spec: PersistentVolumeSpec, path: string, name: string): FieldError[] => {
  const [first, ...more] = sourceOrder.filter((field) => spec[field] !== undefined);
  if (first === undefined) return [required(path, "must specify a volume type")];
  const rule = sourceRules[first];
  const errors = rule?.(spec[first] as never, child(path, first), { volume: name, persistent: true }) ?? [];
  if (first === "local" && spec.nodeAffinity === undefined)
    errors.push(required(child(path, "nodeAffinity"), "Local volume requires node affinity"));
  for (const field of more) errors.push(forbiddenField(child(path, field === "cephfs" ? "cephFS" : field), moreThanOneVolume));
  return errors;
};

const capacityErrors = (capacity: { [name: string]: string } | undefined, path: string): FieldError[] => {
  const names = Object.keys(capacity ?? {});
  const errors = names.length === 0 ? [required(path)] : [];
  if (names.length !== 1 || names[0] !== "storage") errors.push(notSupported(path, capacity ?? {}, ["storage"]));
  return [...errors, ...names.flatMap((name) => positiveQuantityErrors(capacity![name]!, at(path, name)))];
};

/** `/`, `//`, `/.` and the like. */
const isRoot = (path: string): boolean => {
  const depth = path.split("/").reduce((at, part) => {
    if (part === "" || part === ".") return at;
    return part === ".." ? Math.max(0, at - 1) : at + 1;
  }, 0);
  return path.startsWith("/") && depth === 0;
};

export const persistentVolumeErrors = (volume: PersistentVolume): FieldError[] => {
  const spec = volume.spec ?? {};
  const errors = [
    ...accessModeErrors(spec.accessModes, "spec.accessModes", ""),
    ...capacityErrors(spec.capacity, "spec.capacity"),
  ];
  const policyPath = "spec.persistentVolumeReclaimPolicy";
  if (spec.persistentVolumeReclaimPolicy)
    errors.push(...oneOf(spec.persistentVolumeReclaimPolicy, ["Delete", "Recycle", "Retain"], policyPath));
  if (spec.nodeAffinity !== undefined) {
    const requiredPath = "spec.nodeAffinity.required";
    errors.push(
      ...(spec.nodeAffinity.required === undefined
        ? [required(requiredPath, "must specify required node constraints")]
        : nodeSelectorTermsErrors(spec.nodeAffinity.required, requiredPath)),
    );
  }
  errors.push(...sourceErrors(spec, "spec", volume.metadata.name ?? ""));
  if (isRoot(spec.hostPath?.path ?? "") && spec.persistentVolumeReclaimPolicy === "Recycle")
    errors.push(forbiddenField(policyPath, "may not be 'recycle' for a hostPath mount of '/'"));
  if (spec.storageClassName) errors.push(...followsRule(dns1123Subdomain, spec.storageClassName, "spec.storageClassName"));
  if (spec.volumeMode !== undefined) errors.push(...oneOf(spec.volumeMode, volumeModes, "spec.volumeMode"));
  const attributes = spec.volumeAttributesClassName;
  if (attributes === undefined) return errors;
  const attributesPath = "spec.volumeAttributesClassName";
  if (attributes === "") errors.push(required(attributesPath, "an empty string is disallowed"));
  else errors.push(...followsRule(dns1123Subdomain, attributes, attributesPath));
  if (spec.csi === undefined) errors.push(required("spec.csi", "has to be specified when using volumeAttributesClassName"));
  return errors;
};

/** Where the data is; a secret for growing it may be named later. */
const sourceOf = (spec: PersistentVolumeSpec, old: PersistentVolumeSpec): object => {
  const of: { [field: string]: unknown } = {};
  for (const field of sourceOrder) if (spec[field] !== undefined) of[field] = spec[field];
  if (spec.csi !== undefined && old.csi !== undefined && old.csi.controllerExpandSecretRef === undefined) {
    const { controllerExpandSecretRef: _, ...csi } = spec.csi;
    of.csi = csi;
  }
  return of;
};

export const persistentVolumeUpdateErrors = (volume: PersistentVolume, old: PersistentVolume): FieldError[] => {
  const errors = persistentVolumeErrors(volume);
  const [spec, before] = [volume.spec ?? {}, old.spec ?? {}];
  const [source, sourceBefore] = [sourceOf(spec, before), sourceOf(before, before)];
  if (!semanticEqual(source, sourceBefore)) {
    const detail = "spec.persistentvolumesource is immutable after creation";
    errors.push(forbiddenField("spec.persistentvolumesource", `${detail}\n${differenceText(sourceBefore, source, "spec")}\n`));
  }
  errors.push(...immutable(spec.volumeMode, before.volumeMode, "volumeMode"));
  if (before.nodeAffinity !== undefined && !semanticEqual(spec.nodeAffinity, before.nodeAffinity)) {
    const detail = "field is immutable, except for updating from beta label to GA";
    errors.push(invalidValue("nodeAffinity", spec.nodeAffinity, detail));
  }
  if (before.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined)
    errors.push(forbiddenField("spec.volumeAttributesClassName", "update from non-nil value to nil is forbidden"));
  return errors;
};
