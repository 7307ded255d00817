/**
 * What a preemption writes: where the pod is to go, for each victim why it goes, and that it goes, and that room on the node
 * is no longer kept for less important pods.
 */
import type { ApiWrite } from "../../../src/actor/api-requests.js";
import type { PodInfo } from "../pod-info.js";
import type { Preemption } from "./victims.js";

const pathTo = ({ pod: { metadata } }: PodInfo, subresource?: string) => ({
  group: "",
  version: "v1",
  resource: "pods",
  namespace: metadata.namespace ?? "",
  name: metadata.name ?? "",
  ...(subresource === undefined ? {} : { subresource }),
});

const patchType = "application/strategic-merge-patch+json";

/** `null` takes the field away. */
const nominate = (pod: PodInfo, node: string | null): ApiWrite => ({
  verb: "patch",
  path: pathTo(pod, "status"),
  patchType,
  patch: { metadata: { uid: pod.uid }, status: { nominatedNodeName: node } },
});

export function preemptionWrites(
  pod: PodInfo,
  { node, victims }: Preemption,
  displaced: readonly PodInfo[],
  now: string,
): ApiWrite[] {
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "PreemptionByScheduler",
    message: "default-scheduler: preempting to accommodate a higher priority pod",
    lastTransitionTime: now,
  };
  return [
    nominate(pod, node),
    ...victims.flatMap((victim): ApiWrite[] => [
      {
        verb: "patch",
        path: pathTo(victim, "status"),
        patchType,
        patch: { metadata: { uid: victim.uid }, status: { conditions: [condition] } },
      },
      { verb: "delete", path: pathTo(victim), options: { preconditions: { uid: victim.uid } } },
    ]),
    ...displaced.map((each) => nominate(each, null)),
  ];
}
