/** The status of a ReplicaSet, from its pods. */
import { rfc3339 } from "../../../src/actor/host.js";
import type { Pod, ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from "../../../src/api/types.js";
import type { WireError } from "../../../src/wire/errors.js";
import { statusOf } from "../../apiserver/messages.js";
import { availableAtMs, isReady } from "../engine/pods.js";

export interface Counted {
  readonly status: ReplicaSetStatus;
  /** When the next pod will have been ready for minReadySeconds; undefined when none is waiting for that. */
  readonly nextAvailableAtMs: number | undefined;
}

/** `pods` are active and the set's own. A failure to create or delete pods shows as the condition ReplicaFailure. */
export function replicaSetStatus(
  replicaSet: ReplicaSet,
  pods: readonly Pod[],
  failure: WireError | undefined,
  nowMs: number,
): Counted {
  const { spec, metadata } = replicaSet;
  const minReadySeconds = spec?.minReadySeconds ?? 0;
  const templateLabels = Object.entries(spec?.template?.metadata?.labels ?? {});
  let fullyLabeled = 0;
  let ready = 0;
  let available = 0;
  let nextAvailableAtMs: number | undefined;
  for (const pod of pods) {
    if (templateLabels.every(([key, value]) => pod.metadata.labels?.[key] === value)) fullyLabeled += 1;
    if (!isReady(pod)) continue;
    ready += 1;
    const atMs = availableAtMs(pod, minReadySeconds);
    if (atMs !== undefined && atMs <= nowMs) available += 1;
    else if (atMs !== undefined) nextAvailableAtMs = Math.min(nextAvailableAtMs ?? atMs, atMs);
  }
  const conditions = conditionsWith(replicaSet, pods, failure, nowMs);
  const status: ReplicaSetStatus = {
    replicas: pods.length,
    ...(fullyLabeled === 0 ? {} : { fullyLabeledReplicas: fullyLabeled }),
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(available === 0 ? {} : { availableReplicas: available }),
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
  return { status, nextAvailableAtMs };
}

/** A conflict, something that is gone or a server that is too busy is no failure of the set: the next round knows more. */
const passing: ReadonlySet<number> = new Set([404, 409, 429]);

function isRefusal(failure: WireError): boolean {
  const code = statusOf(failure)?.code;
  return code !== undefined && code < 500 && !passing.has(code);
}

function conditionsWith({ spec, status }: ReplicaSet, pods: readonly Pod[], failure: WireError | undefined, nowMs: number) {
  const others = (status?.conditions ?? []).filter(({ type }) => type !== "ReplicaFailure");
  if (failure === undefined || !isRefusal(failure)) return others;
  const before = status?.conditions?.find(({ type }) => type === "ReplicaFailure");
  if (before !== undefined) return status?.conditions ?? [];
  const reason = pods.length < (spec?.replicas ?? 1) ? "FailedCreate" : "FailedDelete";
  const condition: ReplicaSetCondition = {
    type: "ReplicaFailure",
    status: "True",
    lastTransitionTime: rfc3339(nowMs),
    reason,
    message: failure.message,
  };
  return [...others, condition];
}
