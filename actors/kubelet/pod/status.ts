/**
 * A pod's status as its kubelet reports it, from what it knows of the pod's sandbox and containers.
 * Source: "Pod Lifecycle": phase, conditions, container states.
 */
import { rfc3339 } from "../../../src/actor/host.js";
import type { ContainerState, ContainerStatus, Pod, PodCondition, PodStatus } from "../../../src/api/types.js";
import type { ContainerRecord, ContainerRole, RecordedState } from "../container/record.js";
import { conditionsOf } from "./conditions.js";
import { phaseOf } from "./phase.js";
import { qosClassOf } from "./resources.js";

export interface PodPicture {
  readonly pod: Pod;
  readonly records: readonly ContainerRecord[];
  /** "" without a sandbox that is ready. */
  readonly podIp: string;
  readonly hostIp: string;
  readonly sandboxReady: boolean;
  readonly startedAtMs: number;
  readonly nowMs: number;
  /** Set when the kubelet itself ended the pod: Evicted, DeadlineExceeded, OutOfcpu … */
  readonly verdict?: { readonly reason: string; readonly message: string };
  /** What is said of a resize under way. */
  readonly resizeConditions: readonly PodCondition[];
  /** All its containers are at their end and none will be started again. */
  readonly finished: boolean;
}

function stateOf(state: RecordedState): ContainerState {
  switch (state.kind) {
    case "waiting":
      return { waiting: { reason: state.reason, ...(state.message === undefined ? {} : { message: state.message }) } };
    case "running":
      return { running: { startedAt: rfc3339(state.startedAtMs) } };
    case "terminated": {
      const { exitCode, reason, message, startedAtMs, finishedAtMs, containerId } = state;
      return {
        terminated: {
          exitCode,
          reason,
          ...(message === undefined || message === "" ? {} : { message }),
          startedAt: startedAtMs === 0 ? null! : rfc3339(startedAtMs),
          finishedAt: finishedAtMs === 0 ? null! : rfc3339(finishedAtMs),
          ...(containerId === "" ? {} : { containerID: `runc://${containerId}` }),
        },
      };
    }
  }
}

function containerStatusOf(record: ContainerRecord): ContainerStatus {
  return {
    name: record.name,
    state: stateOf(record.state),
    lastState: record.last === undefined ? {} : stateOf(record.last),
    ready: record.ready,
    restartCount: record.restartCount,
    image: record.spec.image ?? "",
    imageID: record.imageId,
    ...(record.containerId === "" ? {} : { containerID: `runc://${record.containerId}` }),
    started: record.started,
    ...resourcesOf(record),
    ...mountsOf(record),
  };
}

/** What it has of its pod's volumes. A mount that is only read is so with all that is mounted in it (KEP-3857). */
function mountsOf({ containerId, spec }: ContainerRecord): Pick<ContainerStatus, "volumeMounts"> {
  const mounts = containerId === "" ? [] : (spec.volumeMounts ?? []);
  if (mounts.length === 0) return {};
  return {
    volumeMounts: mounts.map(({ name, mountPath, readOnly = false, recursiveReadOnly = "Disabled" }) => ({
      name,
      mountPath,
      ...(readOnly ? { readOnly, recursiveReadOnly: recursiveReadOnly === "Disabled" ? "Disabled" : "Enabled" } : {}),
    })),
  };
}

/** What was set aside for a container, and what it has. */
function resourcesOf({ allocated, applied }: ContainerRecord): Pick<ContainerStatus, "allocatedResources" | "resources"> {
  const requests = allocated.requests ?? {};
  return {
    ...(Object.keys(requests).length === 0 ? {} : { allocatedResources: requests }),
    ...(Object.keys(applied).length === 0 ? {} : { resources: applied }),
  };
}

const byName = (statuses: ContainerStatus[]): ContainerStatus[] =>
  statuses.sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));

/** The conditions with the moments at which they last changed. */
function timed(conditions: readonly PodCondition[], previous: readonly PodCondition[], nowMs: number): PodCondition[] {
  return conditions.map((condition) => {
    const before = previous.find(({ type }) => type === condition.type);
    const same = before !== undefined && before.status === condition.status && before.lastTransitionTime !== undefined;
    return { ...condition, lastProbeTime: null!, lastTransitionTime: same ? before.lastTransitionTime! : rfc3339(nowMs) };
  });
}

/** The whole status. Conditions of other writers are left out: a strategic merge keeps them. */
export function podStatusOf(picture: PodPicture, previous: PodStatus | undefined): PodStatus {
  const { pod, records, podIp, hostIp, verdict } = picture;
  const phase = phaseOf(picture);
  // A pod that was turned away has nothing to say but that.
  if (verdict !== undefined && records.every(({ state }) => state.kind === "waiting"))
    return { phase, ...verdict, startTime: rfc3339(picture.startedAtMs), qosClass: pod.status?.qosClass ?? qosClassOf(pod) };
  const conditions = timed(conditionsOf(picture, phase), previous?.conditions ?? pod.status?.conditions ?? [], picture.nowMs);
  const statuses = (...roles: ContainerRole[]): ContainerStatus[] =>
    records.filter(({ role }) => roles.includes(role)).map(containerStatusOf);
  const init = statuses("init", "sidecar");
  const ephemeral = statuses("ephemeral");
  return {
    phase,
    conditions,
    ...(verdict === undefined ? {} : { reason: verdict.reason, message: verdict.message }),
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...(podIp === "" ? {} : { podIP: podIp, podIPs: [{ ip: podIp }] }),
    startTime: rfc3339(picture.startedAtMs),
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    containerStatuses: byName(statuses("main")),
    ...(ephemeral.length === 0 ? {} : { ephemeralContainerStatuses: byName(ephemeral) }),
    qosClass: pod.status?.qosClass ?? qosClassOf(pod),
  };
}
