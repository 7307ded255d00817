/**
 * Versions of one resource whose fields differ. The other versions of Kubernetes 1.33 differ from what is stored in their
 * apiVersion only. Event: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
 */
import { autoscalerFromV1, autoscalerToV1 } from "../../src/api/autoscaling/v1.js";
import { resourceClaimShapes } from "../../src/api/resource-claims.js";
import type { UntypedObject } from "../../src/api/types.js";

export interface Conversion {
  fromStored(object: UntypedObject): UntypedObject;
  toStored(object: UntypedObject): UntypedObject;
}

/** Field of the core Event, field of the events.k8s.io Event. */
const eventFields: ReadonlyArray<readonly [string, string]> = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["reportingComponent", "reportingController"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
];

function renamed(object: UntypedObject, names: ReadonlyMap<string, string>): UntypedObject {
  const entries = Object.entries(object).map(([field, value]) => [names.get(field) ?? field, value]);
  return Object.fromEntries(entries) as UntypedObject;
}

const toNewEvent = new Map(eventFields);
const toCoreEvent = new Map(eventFields.map(([core, other]) => [other, core]));

const events: Conversion = {
  fromStored: (object) => renamed(object, toNewEvent),
  toStored: (object) => renamed(object, toCoreEvent),
};

const autoscalers: Conversion = { fromStored: autoscalerToV1, toStored: autoscalerFromV1 };

export function conversionOf(group: string, version: string, plural: string): Conversion | undefined {
  if (group === "resource.k8s.io") return resourceClaimShapes(version, plural);
  if (group === "events.k8s.io" && plural === "events") return events;
  if (group === "autoscaling" && version === "v1" && plural === "horizontalpodautoscalers") return autoscalers;
  return undefined;
}
