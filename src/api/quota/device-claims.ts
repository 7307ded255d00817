/**
 * What a claim of devices costs of a quota: itself, and for each class the devices that it may come to hold at most.
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/#compute-resource-quota
 */
import { isNumeric } from "../../json/integer.js";
import { isJsonObject, type JsonValue } from "../json-value.js";
import { addQuantities, compareQuantities, type ParsedQuantity, quantityOf } from "../quantity.js";
import type { UntypedObject } from "../types.js";
import { type Evaluator, one } from "./usage.js";

const countName = "count/resourceclaims.resource.k8s.io";
const ofClass = ".deviceclass.resource.k8s.io/devices";

/** Who asks for all devices of a class gets no more than a claim can hold. */
const devicesMost = 32;

type Asked = { readonly [field: string]: JsonValue };

const textOf = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");
const entriesOf = (value: JsonValue | undefined): Asked[] =>
  Array.isArray(value) ? (value as JsonValue[]).filter(isJsonObject) : [];

/** Devices of one request. A mode of a later release costs nothing. */
function devicesOf({ allocationMode = "ExactCount", count = 1 }: Asked): ParsedQuantity {
  if (allocationMode === "All") return quantityOf(String(devicesMost));
  return quantityOf(allocationMode === "ExactCount" && isNumeric(count) ? String(count) : "0");
}

/** By class. Of the alternatives of a request, those count that are the most for their class. */
function devicesByClass(request: Asked): Map<string, ParsedQuantity> {
  const exactly = isJsonObject(request.exactly) ? request.exactly : request;
  const alternatives = entriesOf(request.firstAvailable);
  const most = new Map<string, ParsedQuantity>();
  for (const each of alternatives.length > 0 ? alternatives : [exactly]) {
    const name = `${textOf(each.deviceClassName)}${ofClass}`;
    const devices = devicesOf(each);
    const known = most.get(name);
    if (known === undefined || compareQuantities(devices, known) > 0) most.set(name, devices);
  }
  return most;
}

/** Claims of every version: v1beta2 has what is asked for in `exactly`, earlier ones have it in the request itself. */
function usage({ spec }: UntypedObject): Map<string, ParsedQuantity> {
  const amounts = new Map<string, ParsedQuantity>([[countName, one]]);
  const devices = isJsonObject(spec) && isJsonObject(spec.devices) ? spec.devices : {};
  for (const request of entriesOf(devices.requests))
    for (const [name, amount] of devicesByClass(request)) {
      const before = amounts.get(name);
      amounts.set(name, before === undefined ? amount : addQuantities(before, amount));
    }
  return amounts;
}

export const deviceClaimEvaluator: Evaluator = {
  counts: (name) => name === countName || name.endsWith(ofClass),
  usage,
  chargesUpdates: true,
};
