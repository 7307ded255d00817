import type { ContainerStateTerminated, ContainerStatus, Pod, PodTemplate } from "../generated/types.js";
import type { TableRowCondition } from "../types.js";
import { humanDuration, timeMs } from "./duration.js";
import { age, containerCells, labelsText, none, orNone, type Printer, printer } from "./printer.js";

/** Pods as `kubectl get pods` shows them: the status column is the most telling state of any container. */

const hasCondition = (pod: Pod, type: string): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;

const endedBecause = (ended: ContainerStateTerminated): string => {
  if (ended.reason) return ended.reason;
  return ended.signal ? `Signal:${ended.signal}` : `ExitCode:${ended.exitCode}`;
};

const lastEnd = (status: ContainerStatus): number => timeMs(status.lastState?.terminated?.finishedAt) ?? Number.NEGATIVE_INFINITY;

interface Restarts {
  count: number;
  lastMs: number;
}
const noRestarts = (): Restarts => ({ count: 0, lastMs: Number.NEGATIVE_INFINITY });
const addRestarts = (to: Restarts, status: ContainerStatus): void => {
  to.count += status.restartCount;
  to.lastMs = Math.max(to.lastMs, lastEnd(status));
};

interface Summary {
  reason: string;
  ready: number;
  restarts: Restarts;
}

const initialReason = (pod: Pod): string => {
  const gated =
    pod.status?.conditions?.some(({ type, reason }) => type === "PodScheduled" && reason === "SchedulingGated") ?? false;
  return gated ? "SchedulingGated" : pod.status?.reason || pod.status?.phase || "";
};

/** What the first init container that is not done is doing; undefined when it is done or, a sidecar, has started. */
const initReason = (status: ContainerStatus, sidecar: boolean, index: number, total: number): string | undefined => {
  const { terminated, waiting } = status.state ?? {};
  if (terminated !== undefined && terminated.exitCode === 0) return undefined;
  if (sidecar && status.started === true) return undefined;
  if (terminated !== undefined) return `Init:${endedBecause(terminated)}`;
  if (waiting?.reason && waiting.reason !== "PodInitializing") return `Init:${waiting.reason}`;
  return `Init:${index}/${total}`;
};

const summarise = (pod: Pod): Summary => {
  const inits = pod.spec?.initContainers ?? [];
  const sidecars = new Set(inits.filter((container) => container.restartPolicy === "Always").map((container) => container.name));
  const summary: Summary = { reason: initialReason(pod), ready: 0, restarts: noRestarts() };
  const ofSidecars = noRestarts();
  let initialising = false;
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const sidecar = sidecars.has(status.name);
    addRestarts(summary.restarts, status);
    if (sidecar) addRestarts(ofSidecars, status);
    const reason = initReason(status, sidecar, index, inits.length);
    if (reason === undefined) {
      if (sidecar && status.started === true && status.state?.terminated?.exitCode !== 0 && status.ready) summary.ready++;
      continue;
    }
    summary.reason = reason;
    initialising = true;
    break;
  }
  if (!initialising || hasCondition(pod, "Initialized")) {
    summary.restarts = ofSidecars;
    addMainContainers(pod, summary);
  }
  return summary;
};

const addMainContainers = (pod: Pod, summary: Summary): void => {
  let running = false;
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    addRestarts(summary.restarts, status);
    const { waiting, terminated } = status.state ?? {};
    if (waiting?.reason) summary.reason = waiting.reason;
    else if (terminated !== undefined) summary.reason = endedBecause(terminated);
    else if (status.ready && status.state?.running !== undefined) {
      running = true;
      summary.ready++;
    }
  }
  if (summary.reason === "Completed" && running) summary.reason = hasCondition(pod, "Ready") ? "Running" : "NotReady";
};

const statusOf = (pod: Pod, summary: Summary): string => {
  if (pod.metadata.deletionTimestamp === undefined) return summary.reason;
  if (pod.status?.reason === "NodeLost") return "Unknown";
  const phase = pod.status?.phase;
  return phase === "Failed" || phase === "Succeeded" ? summary.reason : "Terminating";
};

const readinessGates = (pod: Pod): string => {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return none;
  return `${gates.filter((gate) => hasCondition(pod, gate.conditionType)).length}/${gates.length}`;
};

const pods = printer<Pod>("Name, Ready, Status, Restarts, Age | IP, Node, Nominated Node, Readiness Gates", (pod, nowMs) => {
  const summary = summarise(pod);
  const sidecars = pod.spec?.initContainers?.filter((container) => container.restartPolicy === "Always").length ?? 0;
  const total = (pod.spec?.containers?.length ?? 0) + sidecars;
  const { count, lastMs } = summary.restarts;
  const restarts =
    count > 0 && lastMs > Number.NEGATIVE_INFINITY ? `${count} (${humanDuration(nowMs - lastMs)} ago)` : `${count}`;
  return [
    pod.metadata.name,
    `${summary.ready}/${total}`,
    statusOf(pod, summary),
    restarts,
    age(pod, nowMs),
    orNone(pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP),
    orNone(pod.spec?.nodeName),
    orNone(pod.status?.nominatedNodeName),
    readinessGates(pod),
  ];
});

const ended = new Map(
  [
    ["Succeeded", "The pod has completed successfully."],
    ["Failed", "The pod failed."],
  ].map(([reason = "", message = ""]) => [reason, [{ type: "Completed", status: "True", reason, message }]] as const),
);

export const podPrinter: Printer = {
  ...pods,
  conditions: ({ status }: Pod) => (ended.get(status?.phase ?? "") ?? []) as TableRowCondition[],
};

export const podTemplatePrinter = printer<PodTemplate>("Name, Containers, Images, Pod Labels", (object) => [
  object.metadata.name,
  ...containerCells(object.template),
  labelsText(object.template?.metadata?.labels),
]);
