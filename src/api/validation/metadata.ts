import type { CustomVersion } from "../custom/version.js";
import { at, child, type FieldError, forbiddenField, invalidValue, required, tooLong } from "../field-errors.js";
import type { ObjectMeta, OwnerReference } from "../generated/types.js";
import { goStrings } from "../go-format.js";
import { byteLength, dns1123Label, labelValue, qualifiedName } from "../names.js";
import { followsRule, immutable } from "./common.js";
import { nameRuleOf, prefixRuleOf } from "./name-rules.js";

/** Metadata, the same for all kinds. Source: ObjectMeta in the Kubernetes API reference. */
export interface ValidatedKind {
  readonly group: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Present for custom resources. */
  readonly custom?: CustomVersion;
}

export const annotationBytesMost = 256 * 1024;
const standardFinalizers = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

type Strings = { [key: string]: string } | undefined;

export const labelErrors = (labels: Strings, path: string): FieldError[] =>
  Object.keys(labels ?? {}).flatMap((key) => [
    ...followsRule(qualifiedName, key, path),
    ...followsRule(labelValue, labels![key]!, path),
  ]);

export const annotationErrors = (annotations: Strings, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  for (const key of Object.keys(annotations ?? {})) {
    errors.push(...qualifiedName(key.toLowerCase()).map((message) => invalidValue(path, key, message)));
  }
  if (annotationsSize(annotations) > annotationBytesMost) errors.push(tooLong(path, annotationBytesMost));
  return errors;
};

/** How many bytes the keys and values of annotations take together. */
export const annotationsSize = (annotations: Strings): number =>
  Object.entries(annotations ?? {}).reduce((bytes, [key, value]) => bytes + byteLength(key) + byteLength(value), 0);

const ownerErrors = (owners: readonly OwnerReference[] | undefined, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  let controller: OwnerReference | undefined;
  for (const owner of owners ?? []) {
    const version = (owner.apiVersion ?? "").split("/").at(-1);
    if (!version) errors.push(invalidValue(child(path, "apiVersion"), owner.apiVersion ?? "", "version must not be empty"));
    for (const field of ["kind", "name", "uid"] as const) {
      if (!owner[field]) errors.push(invalidValue(child(path, field), owner[field] ?? "", "must not be empty"));
    }
    if (owner.apiVersion === "v1" && owner.kind === "Event") {
      errors.push(invalidValue(path, owner, "/v1, Kind=Event is disallowed from being an owner"));
    }
    if (owner.controller !== true) continue;
    if (controller !== undefined) {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller.kind}/${controller.name} and ${owner.kind}/${owner.name}`;
      errors.push(invalidValue(path, owners, detail));
    }
    controller = owner;
  }
  return errors;
};

/** Finalizers of these need not be of a domain: they are checked by the extensions' own servers. */
const isExtension = ({ group, custom }: Pick<ValidatedKind, "group" | "custom">): boolean =>
  custom !== undefined || group === "apiextensions.k8s.io" || group === "apiregistration.k8s.io";

/** What is to be said of finalizers that an object of a custom kind did not have before. */
export const finalizerWarnings = (finalizers: readonly string[] = [], before: readonly string[] = []): string[] =>
  finalizers
    .filter((each) => !before.includes(each) && !each.includes("/") && !standardFinalizers.has(each))
    .map(
      (each) =>
        `metadata.finalizers: ${JSON.stringify(each)}: prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers`,
    );

export const finalizerErrors = (finalizers: readonly string[] | undefined, path: string, anyName = false): FieldError[] => {
  const list = finalizers ?? [];
  const errors = list.flatMap((finalizer, index) => {
    const faults = followsRule(qualifiedName, finalizer, path);
    if (!anyName && !finalizer.includes("/") && !standardFinalizers.has(finalizer)) {
      const detail = "name is neither a standard finalizer name nor is it fully qualified";
      faults.push(invalidValue(at(path, index), finalizer, detail));
    }
    return faults;
  });
  if (list.includes("orphan") && list.includes("foregroundDeletion")) {
    errors.push(invalidValue(path, list, "finalizer orphan and foregroundDeletion cannot be both set"));
  }
  return errors;
};

/** Faults in the metadata of a new object. */
export const metadataErrors = (kind: ValidatedKind, metadata: ObjectMeta, path = "metadata"): FieldError[] => {
  const errors: FieldError[] = [];
  if (metadata.generateName)
    errors.push(...followsRule(prefixRuleOf(kind.group, kind.kind), metadata.generateName, child(path, "generateName")));
  if (!metadata.name) errors.push(required(child(path, "name"), "name or generateName is required"));
  else errors.push(...followsRule(nameRuleOf(kind.group, kind.kind), metadata.name, child(path, "name")));
  if (kind.namespaced) {
    if (!metadata.namespace) errors.push(required(child(path, "namespace")));
    else errors.push(...followsRule(dns1123Label, metadata.namespace, child(path, "namespace")));
  } else if (metadata.namespace) {
    errors.push(forbiddenField(child(path, "namespace"), "not allowed on this type"));
  }
  errors.push(
    ...labelErrors(metadata.labels, child(path, "labels")),
    ...annotationErrors(metadata.annotations, child(path, "annotations")),
    ...ownerErrors(metadata.ownerReferences, child(path, "ownerReferences")),
    ...finalizerErrors(metadata.finalizers, child(path, "finalizers"), isExtension(kind)),
  );
  return errors;
};

const immutableFields = [
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
] as const;

/** Faults in the metadata of an update. */
export const metadataUpdateErrors = (
  kind: Pick<ValidatedKind, "group" | "custom">,
  metadata: ObjectMeta,
  old: ObjectMeta,
  path = "metadata",
): FieldError[] => {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter((finalizer) => !old.finalizers?.includes(finalizer)).sort();
    if (added.length > 0) {
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings(added)}`;
      errors.push(forbiddenField(child(path, "finalizers"), detail));
    }
  }
  if ((metadata.generation ?? 0) < (old.generation ?? 0)) {
    errors.push(invalidValue(child(path, "generation"), metadata.generation ?? 0, "must not be decremented"));
  }
  for (const field of immutableFields) errors.push(...immutable(metadata[field], old[field], child(path, field)));
  errors.push(
    ...labelErrors(metadata.labels, child(path, "labels")),
    ...annotationErrors(metadata.annotations, child(path, "annotations")),
    ...ownerErrors(metadata.ownerReferences, child(path, "ownerReferences")),
    ...finalizerErrors(metadata.finalizers, child(path, "finalizers"), isExtension(kind)),
  );
  return errors;
};
