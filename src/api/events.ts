/**
 * Events have two forms that differ in the names of some fields: that of the core group, in which they are stored, and that of
 * events.k8s.io. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
 */

/** Field of the core Event, field of the events.k8s.io Event. */
const eventFields: ReadonlyArray<readonly [core: string, group: string]> = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["reportingComponent", "reportingController"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
];

const groupNames = new Map(eventFields);
const coreNames = new Map(eventFields.map(([core, group]) => [group, core]));

const renamed = (object: object, names: ReadonlyMap<string, string>): object =>
  Object.fromEntries(Object.entries(object).map(([field, value]) => [names.get(field) ?? field, value]));

/** An Event of events.k8s.io in the words of the core group. */
export const inCoreWords = <T extends object>(event: object): T => renamed(event, coreNames) as T;

/** An Event of the core group in the words of events.k8s.io. */
export const inGroupWords = <T extends object>(event: object): T => renamed(event, groupNames) as T;
