import { test } from "uvu";
import * as assert from "uvu/assert";
import { rowOf } from "../../../src/api/table/table.js";
import type { ContainerState, ContainerStatus, Pod, PodSpec, PodStatus, UntypedObject } from "../../../src/api/types.js";
import { ago, nowMs, resource } from "./shown.js";

const status = (name: string, state: ContainerState, more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  image: "",
  imageID: "",
  ready: false,
  restartCount: 0,
  state,
  ...more,
});
const running = { running: { startedAt: ago(60) } };
const up = (name: string): ContainerStatus => status(name, running, { ready: true });
const ended = (exitCode: number, reason?: string): ContainerState => ({
  terminated: { exitCode, ...(reason === undefined ? {} : { reason }) },
});
const waiting = (reason: string): ContainerState => ({ waiting: { reason } });
const c = { name: "c", image: "nginx" };
const ready = { type: "Ready", status: "True" };

const pods: Array<
  [
    title: string,
    spec: Partial<PodSpec>,
    status: PodStatus,
    cells: [ready: string, status: string, restarts: string],
    deleted?: true,
  ]
> = [
  ["is pending", {}, { phase: "Pending" }, ["0/1", "Pending", "0"]],
  ["runs", {}, { phase: "Running", conditions: [ready], containerStatuses: [up("c")] }, ["1/1", "Running", "0"]],
  [
    "is being made",
    {},
    { phase: "Pending", containerStatuses: [status("c", waiting("ContainerCreating"))] },
    ["0/1", "ContainerCreating", "0"],
  ],
  [
    "crashes again and again",
    {},
    {
      phase: "Running",
      containerStatuses: [
        status("c", waiting("CrashLoopBackOff"), {
          restartCount: 4,
          lastState: { terminated: { exitCode: 1, finishedAt: ago(25) } },
        }),
      ],
    },
    ["0/1", "CrashLoopBackOff", "4 (25s ago)"],
  ],
  ["is done", {}, { phase: "Succeeded", containerStatuses: [status("c", ended(0, "Completed"))] }, ["0/1", "Completed", "0"]],
  ["failed without a reason", {}, { phase: "Failed", containerStatuses: [status("c", ended(3))] }, ["0/1", "ExitCode:3", "0"]],
  [
    "was killed by a signal",
    {},
    { phase: "Failed", containerStatuses: [status("c", { terminated: { exitCode: 137, signal: 9 } })] },
    ["0/1", "Signal:9", "0"],
  ],
  [
    "is half done",
    { containers: [c, { ...c, name: "d" }] },
    { phase: "Running", conditions: [ready], containerStatuses: [status("c", ended(0, "Completed")), up("d")] },
    ["1/2", "Running", "0"],
  ],
  [
    "is half done and not ready",
    { containers: [c, { ...c, name: "d" }] },
    { phase: "Running", containerStatuses: [status("c", ended(0, "Completed")), up("d")] },
    ["1/2", "NotReady", "0"],
  ],
  ["is going", {}, { phase: "Running", containerStatuses: [up("c")] }, ["1/1", "Terminating", "0"], true],
  [
    "is going and done",
    {},
    { phase: "Succeeded", containerStatuses: [status("c", ended(0, "Completed"))] },
    ["0/1", "Completed", "0"],
    true,
  ],
  ["is going with its node", {}, { phase: "Running", reason: "NodeLost" }, ["0/1", "Unknown", "0"], true],
  [
    "initialises",
    {
      initContainers: [
        { ...c, name: "i" },
        { ...c, name: "j" },
      ],
    },
    { phase: "Pending", initContainerStatuses: [status("i", ended(0, "Completed")), status("j", running)] },
    ["0/1", "Init:1/2", "0"],
  ],
  [
    "fails to initialise",
    { initContainers: [{ ...c, name: "i" }] },
    { phase: "Pending", initContainerStatuses: [status("i", ended(1, "Error"), { restartCount: 2 })] },
    ["0/1", "Init:Error", "2"],
  ],
  [
    "waits to initialise again",
    { initContainers: [{ ...c, name: "i" }] },
    { phase: "Pending", initContainerStatuses: [status("i", waiting("CrashLoopBackOff"))] },
    ["0/1", "Init:CrashLoopBackOff", "0"],
  ],
  [
    "has a sidecar",
    { initContainers: [{ ...c, name: "s", restartPolicy: "Always" }] },
    {
      phase: "Running",
      conditions: [ready],
      initContainerStatuses: [status("s", running, { ready: true, started: true })],
      containerStatuses: [up("c")],
    },
    ["2/2", "Running", "0"],
  ],
  ["was evicted", {}, { phase: "Failed", reason: "Evicted" }, ["0/1", "Evicted", "0"]],
  [
    "waits at a gate",
    {},
    { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }] },
    ["0/1", "SchedulingGated", "0"],
  ],
];
for (const [title, spec, podStatus, cells, deleted] of pods) {
  test(`a pod that ${title}`, () => {
    const pod: Pod = {
      metadata: { name: "web", creationTimestamp: ago(300), ...(deleted === true ? { deletionTimestamp: ago(1) } : {}) },
      spec: { containers: [c], ...spec },
      status: podStatus,
    };
    const row = rowOf(resource("v1", "Pod"), pod as unknown as UntypedObject, { nowMs });
    assert.equal(row.cells, ["web", ...cells, "5m", "<none>", "<none>", "<none>", "<none>"]);
  });
}

test("the rows of pods that are over say so", () => {
  const conditions = (phase: string) => rowOf(resource("v1", "Pod"), { metadata: {}, status: { phase } }, { nowMs }).conditions;
  assert.equal(conditions("Succeeded"), [
    { type: "Completed", status: "True", reason: "Succeeded", message: "The pod has completed successfully." },
  ]);
  assert.equal(conditions("Failed"), [{ type: "Completed", status: "True", reason: "Failed", message: "The pod failed." }]);
  assert.is(conditions("Running"), undefined);
});

test.run();
