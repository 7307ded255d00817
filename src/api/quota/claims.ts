/** What a claim costs of a quota: itself and its storage, and both again for its storage class. */
import type { PersistentVolumeClaim } from "../generated/types.js";
import { compareQuantities, type ParsedQuantity, quantityOf, quantityValue } from "../quantity.js";
import type { UntypedObject } from "../types.js";
import { storageClassOf } from "../volumes/storage-class.js";
import { type Evaluator, one } from "./usage.js";

const ofClass = ".storageclass.storage.k8s.io/";
const names = new Set(["persistentvolumeclaims", "requests.storage", "count/persistentvolumeclaims"]);

const counts = (name: string): boolean =>
  names.has(name) || name.endsWith(`${ofClass}requests.storage`) || name.endsWith(`${ofClass}persistentvolumeclaims`);

/** Whole bytes, rounded up. */
const inBytes = (quantity: ParsedQuantity): ParsedQuantity => ({ ...quantity, nano: quantityValue(quantity) * 1_000_000_000n });

/** What was asked for, or more where more has been set aside already. */
function storageOf({ spec, status }: PersistentVolumeClaim): ParsedQuantity | undefined {
  const requested = spec?.resources?.requests?.storage;
  if (requested === undefined) return undefined;
  const asked = inBytes(quantityOf(requested));
  const allocated = status?.allocatedResources?.storage;
  const setAside = allocated === undefined ? asked : inBytes(quantityOf(allocated));
  return compareQuantities(setAside, asked) > 0 ? setAside : asked;
}

function usage(object: UntypedObject): Map<string, ParsedQuantity> {
  const claim = object as PersistentVolumeClaim;
  const amounts = new Map<string, ParsedQuantity>([
    ["count/persistentvolumeclaims", one],
    ["persistentvolumeclaims", one],
  ]);
  const storage = storageOf(claim);
  if (storage !== undefined) amounts.set("requests.storage", storage);
  const storageClass = storageClassOf(claim);
  if (storageClass === "") return amounts;
  amounts.set(`${storageClass}${ofClass}persistentvolumeclaims`, one);
  if (storage !== undefined) amounts.set(`${storageClass}${ofClass}requests.storage`, storage);
  return amounts;
}

export const claimEvaluator: Evaluator = { counts, usage, chargesUpdates: true };
