/** What controllers ask of pods. */
import type { ObjectMeta, Pod, PodCondition, PodTemplateSpec } from "../../../src/api/types.js";

export const conditionOf = (pod: Pod, type: string): PodCondition | undefined =>
  pod.status?.conditions?.find((condition) => condition.type === type);

export const isFinished = (pod: Pod): boolean => pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";

/** Neither finished nor on its way out. */
export const isActive = (pod: Pod): boolean => !isFinished(pod) && pod.metadata.deletionTimestamp === undefined;

export const isReady = (pod: Pod): boolean => conditionOf(pod, "Ready")?.status === "True";

/** When an RFC 3339 time was, in milliseconds; undefined for none or an unreadable one. */
export function timeMs(time: string | undefined): number | undefined {
  if (time === undefined) return undefined;
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? undefined : ms;
}

/** When a ready pod will have been ready for long enough; undefined when it is not ready. */
export function availableAtMs(pod: Pod, minReadySeconds: number): number | undefined {
  if (!isReady(pod)) return undefined;
  if (minReadySeconds === 0) return Number.NEGATIVE_INFINITY;
  const sinceMs = timeMs(conditionOf(pod, "Ready")?.lastTransitionTime);
  return sinceMs === undefined ? undefined : sinceMs + minReadySeconds * 1000;
}

/** A pod as a template describes it. `metadata` says whose it is and how it is named. */
export function podFromTemplate(template: PodTemplateSpec | undefined, metadata: ObjectMeta): Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...metadata,
      ...(labels === undefined ? {} : { labels: { ...labels, ...metadata.labels } }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
    },
    ...(template?.spec === undefined ? {} : { spec: template.spec }),
  };
}
