/** The story of one pod under a fault: from its manifest to its running container, and what must hold at the end. */
import type { ContainerRecord } from "../../actors/runc/io/driver.js";
import type { UntypedObject } from "../api/types.js";
import { writeJson } from "../json/text.js";
import { SimulatedCluster } from "../sim/cluster.js";
import { onePod } from "../sim/one-pod.js";
import { type Delivery, type Fault, inject } from "./fault.js";

export interface Verdict {
  /** What does not hold, in words; empty when all is well. */
  readonly problems: readonly string[];
  /** Every delivery from the manifest on until the pod ran. */
  readonly deliveries: readonly Delivery[];
}

/** How long the cluster has to heal: longer than a lost heartbeat, a leader's lease and every backoff on the way. */
const healWithinMs = 120_000;
/** How long it is watched after that: what has healed must stay so. */
const watchedMs = 15_000;

const podPath = { group: "", version: "v1", resource: "pods", namespace: "default", name: "web" };

interface PodLike extends UntypedObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: ReadonlyArray<{ readonly type: string; readonly status: string }>;
    readonly containerStatuses?: ReadonlyArray<{
      readonly containerID?: string;
      readonly restartCount?: number;
      readonly ready?: boolean;
    }>;
  };
}

export function playPod(seed: string, fault?: Fault): Verdict {
  const cluster = SimulatedCluster.started({ seed, nodes: 1 });
  const problems: string[] = [];
  let ranFirst: string | undefined;
  const deliveries = inject(cluster.simulation, fault);
  const read = () => cluster.get(podPath) as PodLike | undefined;
  try {
    const [created] = cluster.apply(onePod);
    cluster.waitUntil(
      "the pod is ready",
      () => {
        ranFirst ??= running(cluster)[0]?.spec.id;
        return isReady(read());
      },
      healWithinMs,
    );
    const until = deliveries.length;
    cluster.simulation.run(watchedMs);
    const pod = read();
    check(problems, created, pod, cluster, ranFirst);
    return { problems, deliveries: deliveries.slice(0, until) };
  } catch (error) {
    return { problems: [...problems, error instanceof Error ? error.message : String(error)], deliveries };
  }
}

const isReady = (pod: PodLike | undefined): boolean =>
  pod?.status?.phase === "Running" &&
  (pod.status.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True");

function running(cluster: SimulatedCluster): ContainerRecord[] {
  const found: ContainerRecord[] = [];
  for (const runtime of cluster.cast.runtimes.values()) {
    runtime.list((outcome) => {
      if (outcome.ok) found.push(...outcome.value.filter(({ state }) => state === "running"));
    });
  }
  return found;
}

/** The invariants: nothing acknowledged is lost, no container that ran is replaced, nobody is given up, nothing is left over. */
function check(
  problems: string[],
  created: UntypedObject | undefined,
  pod: PodLike | undefined,
  cluster: SimulatedCluster,
  ranFirst: string | undefined,
): void {
  if (pod?.metadata.uid !== created?.metadata.uid)
    problems.push(`the pod that was acknowledged (${created?.metadata.uid}) is not there: ${pod?.metadata.uid}`);
  if (!isReady(pod)) problems.push(`the pod was ready and is no longer: ${writeJson(pod?.status)}`);
  const containers = running(cluster);
  if (containers.length !== 1) problems.push(`${containers.length} containers run, not 1`);
  const reported = pod?.status?.containerStatuses?.[0];
  if (reported?.containerID !== `runc://${containers[0]?.spec.id}`)
    problems.push(`the pod reports ${reported?.containerID}, and ${containers[0]?.spec.id} runs`);
  if (ranFirst !== undefined && containers[0]?.spec.id !== ranFirst)
    problems.push(`container ${ranFirst} ran and was replaced by ${containers[0]?.spec.id}`);
  if (reported?.restartCount !== 0) problems.push(`the container was restarted ${reported?.restartCount} times`);
  for (const { error } of cluster.simulation.givenUp) problems.push(error);
}
