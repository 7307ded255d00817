/**
 * Which volume fulfils a claim. The controller manager asks for claims that are bound at once, the scheduler for claims
 * that are bound to a volume which the pod's node reaches.
 * Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding
 */
import { nodeSelectorMatches } from "../node-affinity.js";
import { compareQuantities, quantityOf } from "../quantity.js";
import { compileLabelSelector } from "../selectors.js";
import type { Node, PersistentVolume, PersistentVolumeClaim } from "../types.js";
import { classOfVolume, storageClassOf } from "./storage-class.js";

const capacityOf = ({ spec }: PersistentVolume) => quantityOf(spec?.capacity?.storage);
const requestOf = ({ spec }: PersistentVolumeClaim) => quantityOf(spec?.resources?.requests?.storage);
const modeOf = (mode: string | undefined): string => mode ?? "Filesystem";
const attributesOf = ({ spec }: PersistentVolume | PersistentVolumeClaim): string => spec?.volumeAttributesClassName ?? "";

const isLargeEnough = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  compareQuantities(capacityOf(volume), requestOf(claim)) >= 0;

export const hasModeOf = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  modeOf(volume.spec?.volumeMode) === modeOf(claim.spec?.volumeMode);

const allowsAccessOf = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (claim.spec?.accessModes ?? []).every((mode) => volume.spec?.accessModes?.includes(mode) ?? false);

/** The volume refers to the claim, by name alone or by name and uid. */
export function isBoundTo({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const { name, namespace, uid } = spec?.claimRef ?? {};
  return name === metadata.name && namespace === metadata.namespace && (!uid || uid === metadata.uid);
}

/** Whether pods on the node can use the volume. */
export function isReachedFrom(volume: PersistentVolume, node: Node): boolean {
  const required = volume.spec?.nodeAffinity?.required;
  return required === undefined || nodeSelectorMatches(required, node);
}

/** Why a volume that a claim asks for by name does not fulfil it, in Kubernetes' words; undefined when it does. */
export function mismatchOf(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (!isLargeEnough(volume, claim)) return "requested PV is too small";
  if (classOfVolume(volume) !== storageClassOf(claim)) return "storageClassName does not match";
  if (attributesOf(volume) !== attributesOf(claim)) return "volumeAttributesClassName does not match";
  if (!hasModeOf(volume, claim)) return "incompatible volumeMode";
  return allowsAccessOf(volume, claim) ? undefined : "incompatible accessMode";
}

export interface Search {
  /** Only volumes that pods on this node can use. */
  readonly node?: Node;
  /** Names of volumes that somebody else was just promised. */
  readonly promised?: ReadonlySet<string>;
  /** Only a volume that was set aside for the claim: which other one it gets is decided with its first pod. */
  readonly onlyOwn?: boolean;
}

/** The smallest volume that fulfils the claim, or the one that was set aside for it. */
function smallest(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  { node, promised, onlyOwn = false }: Search,
): PersistentVolume | undefined {
  const selector = claim.spec?.selector;
  const isSelected = selector === undefined ? () => true : compileLabelSelector(selector);
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (promised?.has(volume.metadata.name ?? "")) continue;
    const isOwn = isBoundTo(volume, claim);
    if (volume.spec?.claimRef !== undefined && !isOwn) continue;
    const fits = isLargeEnough(volume, claim) && hasModeOf(volume, claim) && attributesOf(volume) === attributesOf(claim);
    if (!fits || volume.metadata.deletionTimestamp !== undefined) continue;
    const isReached = node === undefined || isReachedFrom(volume, node);
    if (isOwn) return isReached ? volume : undefined;
    if (onlyOwn || volume.status?.phase !== "Available" || !isReached) continue;
    if (!isSelected(volume.metadata.labels) || classOfVolume(volume) !== storageClassOf(claim)) continue;
    if (best === undefined || compareQuantities(capacityOf(volume), capacityOf(best)) < 0) best = volume;
  }
  return best;
}

/** The volume for a claim: of those that allow no more kinds of access than needed, the smallest. */
export function volumeFor(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  search: Search = {},
): PersistentVolume | undefined {
  const byModes = new Map<string, PersistentVolume[]>();
  for (const volume of volumes) {
    if (!allowsAccessOf(volume, claim)) continue;
    const modes = [...(volume.spec?.accessModes ?? [])].sort();
    const key = `${String(modes.length).padStart(2, "0")} ${modes.join()}`;
    byModes.set(key, [...(byModes.get(key) ?? []), volume]);
  }
  for (const key of [...byModes.keys()].sort()) {
    const found = smallest(claim, byModes.get(key) ?? [], search);
    if (found !== undefined) return found;
  }
  return undefined;
}
