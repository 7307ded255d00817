/** The phase of a pod. Source: "Pod Lifecycle", pod phase. */
import type { ContainerRecord } from "../container/record.js";
import { restartsAfter } from "../container/restart.js";
import type { PodPicture } from "./status.js";

const exitCodeOf = ({ state }: ContainerRecord): number | undefined => (state.kind === "terminated" ? state.exitCode : undefined);

/** True when an init container has done what the next ones wait for. */
export const initDone = (record: ContainerRecord): boolean =>
  record.role === "sidecar" ? record.started : exitCodeOf(record) === 0;

const wasEverStarted = (record: ContainerRecord): boolean => record.state.kind !== "waiting" || record.last !== undefined;

/** Pending, Running, Succeeded or Failed. */
export function phaseOf({ pod, records, verdict, finished }: PodPicture): string {
  if (verdict !== undefined) return "Failed";
  const policy = pod.spec?.restartPolicy ?? "Always";
  const init = records.filter(({ role }) => role === "init");
  const sidecars = records.filter(({ role }) => role === "sidecar");
  const mains = records.filter(({ role }) => role === "main");
  if (finished) {
    const failed = [...init, ...mains].some((record) => (exitCodeOf(record) ?? 137) !== 0);
    return failed ? "Failed" : "Succeeded";
  }
  const mainsBegan = mains.some(wasEverStarted);
  if (!mainsBegan) {
    const initFailed = init.some((record) => {
      const exitCode = exitCodeOf(record);
      return exitCode !== undefined && exitCode !== 0 && !restartsAfter(policy, "init", exitCode);
    });
    if (initFailed) return "Failed";
    if (init.some((record) => !initDone(record)) || sidecars.some((record) => !wasEverStarted(record))) return "Pending";
  }
  // A container that never ran keeps the whole pod pending, however far the others are.
  if (mains.some((record) => !wasEverStarted(record))) return "Pending";
  return "Running";
}
