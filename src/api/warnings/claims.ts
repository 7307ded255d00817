/** PersistentVolumes, their claims, and what chooses where they are. */
import { at, child } from "../field-errors.js";
import type {
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  StorageClass,
} from "../generated/types.js";
import { quote } from "../go-format.js";
import { canonicalQuantity, parseQuantity } from "../quantity.js";
import { nodeLabelDeprecation, nodeSelectorWarnings, nodeTermWarnings } from "./node-labels.js";

const nanoPerMilli = 1_000_000n;

/** Bytes are whole: a fraction of one, to the thousandth, is a mistake. */
export const fractionalWarnings = (path: string, quantity: string | number | undefined): string[] => {
  if (quantity === undefined) return [];
  const parsed = parseQuantity(quantity);
  if (!parsed.ok || (parsed.value.nano / nanoPerMilli) % 1_000n === 0n) return [];
  return [`${path}: fractional byte value ${quote(canonicalQuantity(quantity))} is invalid, must be an integer`];
};

export const claimSpecWarnings = (path: string, { resources }: PersistentVolumeClaimSpec): string[] => [
  ...fractionalWarnings(`${path}.resources.requests[storage]`, resources?.requests?.storage),
  ...fractionalWarnings(`${path}.resources.limits[storage]`, resources?.limits?.storage),
];

const classAnnotation = "volume.beta.kubernetes.io/storage-class";

const annotationWarnings = (annotations: { readonly [key: string]: string } | undefined): string[] =>
  annotations?.[classAnnotation] === undefined
    ? []
    : [`metadata.annotations[${classAnnotation}]: deprecated since v1.8; use "storageClassName" attribute instead`];

export const claimWarnings = ({ metadata, spec = {} }: PersistentVolumeClaim): string[] => [
  ...annotationWarnings(metadata.annotations),
  ...claimSpecWarnings("spec", spec),
];

/** Volumes of plugins that do nothing any more, as of 1.33, by their fields. */
export const removedVolumes = [
  ["photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["flocker", "deprecated in v1.22, non-functional in v1.25+"],
  ["storageOS", "deprecated in v1.22, non-functional in v1.25+", "storageos"],
  ["quobyte", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["rbd", "deprecated in v1.28, non-functional in v1.31+"],
] as const;

const ofPersistentVolumes = ["cephfs", "photonPersistentDisk", "scaleIO", "storageOS", "glusterfs", "rbd"];

/** The field of a volume's source is not always called as warnings call it. */
export const removedVolumeWarnings = (source: object, path: string): string[] =>
  removedVolumes.flatMap(([name, fate, field = name]) => (Object.hasOwn(source, field) ? [`${child(path, name)}: ${fate}`] : []));

export const persistentVolumeWarnings = ({ metadata, spec = {} }: PersistentVolume): string[] => {
  const warnings = annotationWarnings(metadata.annotations);
  if (spec.persistentVolumeReclaimPolicy === "Recycle")
    warnings.push(
      "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
    );
  const termsPath = "spec.nodeAffinity.required.nodeSelectorTerms";
  for (const [index, term] of (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).entries())
    warnings.push(...nodeTermWarnings(term, at(termsPath, index)));
  const removed = removedVolumeWarnings(spec, "spec");
  const isTold = (name: string) => (warning: string) => warning.startsWith(`spec.${name}:`);
  return [...warnings, ...ofPersistentVolumes.flatMap((name) => removed.filter(isTold(name)))];
};

export const storageClassWarnings = ({ allowedTopologies = [] }: StorageClass): string[] =>
  allowedTopologies.flatMap(({ matchLabelExpressions = [] }, index) =>
    matchLabelExpressions.flatMap(({ key }, place) => {
      const deprecation = nodeLabelDeprecation(key);
      const path = at(child(at("allowedTopologies", index), "matchLabelExpressions"), place);
      return deprecation === undefined ? [] : [`${child(path, "key")}: ${deprecation}`];
    }),
  );

export const storageCapacityWarnings = ({ nodeTopology }: CSIStorageCapacity): string[] =>
  nodeSelectorWarnings(nodeTopology, "nodeTopology");
