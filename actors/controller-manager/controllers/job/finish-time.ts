import type { ContainerStatus, Pod } from "../../../../src/api/types.js";
import { timeMs } from "../../engine/pods.js";

const endedAtMs = ({ state }: ContainerStatus): number => timeMs(state?.terminated?.finishedAt) ?? 0;

/** When a pod ended: when the last of its containers did. */
export function finishedAtMs({ status, metadata }: Pod): number {
  const atMs = Math.max(0, ...(status?.containerStatuses ?? []).map(endedAtMs));
  return atMs || (timeMs(metadata.deletionTimestamp) ?? timeMs(metadata.creationTimestamp) ?? 0);
}
