/** The conditions of a pod that its kubelet owns. Source: "Pod Lifecycle", pod conditions. */
import type { PodCondition } from "../../../src/api/types.js";
import type { ContainerRecord } from "../container/record.js";
import { initDone } from "./phase.js";
import type { PodPicture } from "./status.js";

const yes = (type: string, reason?: string): PodCondition => ({
  type,
  status: "True",
  ...(reason === undefined ? {} : { reason }),
});
const no = (type: string, reason: string, message?: string): PodCondition => ({
  type,
  status: "False",
  reason,
  ...(message === undefined ? {} : { message }),
});

/** Go's print of a list of names: `[a b]`. */
const nameList = (records: readonly ContainerRecord[]): string => `[${records.map(({ name }) => name).join(" ")}]`;

function initialized({ records }: PodPicture, phase: string): PodCondition {
  const init = records.filter(({ role }) => role === "init" || role === "sidecar");
  if (phase === "Succeeded") return yes("Initialized", init.length === 0 ? undefined : "PodCompleted");
  const incomplete = init.filter((record) => !initDone(record) && !mainsBegan(records));
  if (incomplete.length === 0) return yes("Initialized");
  return no("Initialized", "ContainersNotInitialized", `containers with incomplete status: ${nameList(incomplete)}`);
}

const mainsBegan = (records: readonly ContainerRecord[]): boolean =>
  records.some((record) => record.role === "main" && (record.state.kind !== "waiting" || record.last !== undefined));

function containersReady({ records }: PodPicture, phase: string): PodCondition {
  const type = "ContainersReady";
  if (phase === "Succeeded") return no(type, "PodCompleted");
  if (phase === "Failed") return no(type, "PodFailed");
  const counted = records.filter(({ role }) => role === "main" || role === "sidecar");
  const unready = counted.filter(({ ready }) => !ready);
  return unready.length === 0
    ? yes(type)
    : no(type, "ContainersNotReady", `containers with unready status: ${nameList(unready)}`);
}

function ready(picture: PodPicture, containers: PodCondition): PodCondition {
  if (containers.status !== "True") return { ...containers, type: "Ready" };
  const gates = (picture.pod.spec?.readinessGates ?? []).filter(
    ({ conditionType }) => picture.pod.status?.conditions?.find(({ type }) => type === conditionType)?.status !== "True",
  );
  if (gates.length === 0) return yes("Ready");
  const messages = gates.map(({ conditionType }) => {
    const found = picture.pod.status?.conditions?.some(({ type }) => type === conditionType);
    return found
      ? `the status of pod readiness gate "${conditionType}" is not "True", but False`
      : `corresponding condition of pod readiness gate "${conditionType}" does not exist.`;
  });
  return no("Ready", "ReadinessGatesNotReady", messages.join(", "));
}

/** PodReadyToStartContainers, Initialized, Ready, ContainersReady and PodScheduled, without their times. */
export function conditionsOf(picture: PodPicture, phase: string): PodCondition[] {
  const containers = containersReady(picture, phase);
  const startable: PodCondition = { type: "PodReadyToStartContainers", status: picture.sandboxReady ? "True" : "False" };
  const lasting = [startable, initialized(picture, phase), ready(picture, containers), containers, yes("PodScheduled")];
  return [...lasting, ...picture.resizeConditions];
}
