/** Reports what happened to an object as a Kubernetes Event, as `kubectl describe` and `kubectl get events` show it. */
import type { KubernetesObject, ObjectReference } from "../api/types.js";
import type { EventToRecord } from "./events/correlator.js";
import { eventsMachine } from "./events/machine.js";
import { EventRecorder } from "./events/recorder.js";
import type { Host } from "./host.js";

export type { EventToRecord } from "./events/correlator.js";

const chartId = "events";

/**
 * Records an event and returns at once; it is written when its turn comes. Repeats of the same event raise the count of
 * one Event object. At most 1,000 wait; a source that reports too much about one object is silenced for a while.
 */
export function recordEvent(host: Host, event: EventToRecord): void {
  const chart =
    host.charts.get(chartId) ?? host.charts.start(eventsMachine, { id: chartId, input: { recorder: new EventRecorder(host) } });
  chart.send({ type: "record", event });
}

/** The reference by which an event names its object. Objects in lists may lack kind and apiVersion, so they are given. */
export function referenceTo(object: KubernetesObject, kind: string, apiVersion: string): ObjectReference {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  return {
    kind,
    apiVersion,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}
