import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ContainerRecord, type ContainerRole } from "../../actors/kubelet/container/record.js";
import { restartsAfter } from "../../actors/kubelet/container/restart.js";
import { type PodPicture, podStatusOf } from "../../actors/kubelet/pod/status.js";
import type { Pod } from "../../src/api/types.js";

const test = suite("kubelet: pod status");

const nowMs = Date.parse("2025-03-01T12:00:00Z");

type Shown = "waiting" | "running" | "unready" | number;

function record(name: string, role: ContainerRole, shown: Shown): ContainerRecord {
  const made = new ContainerRecord({ name, image: `${name}:1` }, role, "ContainerCreating");
  if (shown === "running" || shown === "unready") {
    made.containerId = `id-${name}`;
    made.runs(nowMs);
    made.started = true;
    made.ready = shown === "running";
  } else if (typeof shown === "number") {
    made.terminates({
      exitCode: shown,
      reason: shown === 0 ? "Completed" : "Error",
      startedAtMs: nowMs,
      finishedAtMs: nowMs,
      containerId: `id-${name}`,
    });
  }
  return made;
}

const picture = (
  records: ContainerRecord[],
  more: Partial<PodPicture> = {},
  policy = "Always",
  pod: Partial<Pod> = {},
): PodPicture => ({
  pod: {
    metadata: { name: "web", namespace: "default", uid: "u" },
    ...pod,
    spec: { containers: [], restartPolicy: policy, ...pod.spec },
  },
  records,
  resizeConditions: [],
  podIp: "10.1.0.2",
  hostIp: "10.0.0.1",
  sandboxReady: true,
  startedAtMs: nowMs,
  nowMs,
  finished: false,
  ...more,
});

const main = (shown: Shown, name = "main") => record(name, "main", shown);
const init = (shown: Shown, name = "init") => record(name, "init", shown);
const sidecar = (shown: Shown) => record("side", "sidecar", shown);

/** Phase, then reason of Initialized, Ready and ContainersReady, "" when true. */
const cases: ReadonlyArray<readonly [string, PodPicture, readonly string[]]> = [
  ["nothing began", picture([main("waiting")]), ["Pending", "", "ContainersNotReady", "ContainersNotReady"]],
  ["it runs", picture([main("running")]), ["Running", "", "", ""]],
  ["it runs and is not ready", picture([main("unready")]), ["Running", "", "ContainersNotReady", "ContainersNotReady"]],
  [
    "one of two runs",
    picture([main("running"), main("waiting", "b")]),
    ["Pending", "", "ContainersNotReady", "ContainersNotReady"],
  ],
  [
    "an init container runs",
    picture([init("running"), main("waiting")]),
    ["Pending", "ContainersNotInitialized", "ContainersNotReady", "ContainersNotReady"],
  ],
  [
    "an init container failed and is tried again",
    picture([init(1), main("waiting")], {}, "OnFailure"),
    ["Pending", "ContainersNotInitialized", "ContainersNotReady", "ContainersNotReady"],
  ],
  [
    "an init container failed for good",
    picture([init(1), main("waiting")], {}, "Never"),
    ["Failed", "ContainersNotInitialized", "PodFailed", "PodFailed"],
  ],
  ["init is done", picture([init(0), main("running")]), ["Running", "", "", ""]],
  [
    "a sidecar that is not ready counts",
    picture([sidecar("unready"), main("running")]),
    ["Running", "", "ContainersNotReady", "ContainersNotReady"],
  ],
  ["ended and to be started again", picture([main(1)]), ["Running", "", "ContainersNotReady", "ContainersNotReady"]],
  ["finished well", picture([main(0)], { finished: true }, "OnFailure"), ["Succeeded", "", "PodCompleted", "PodCompleted"]],
  [
    "finished well, with an init container",
    picture([init(0), main(0)], { finished: true }, "Never"),
    ["Succeeded", "PodCompleted", "PodCompleted", "PodCompleted"],
  ],
  ["finished badly", picture([main(0), main(2, "b")], { finished: true }, "Never"), ["Failed", "", "PodFailed", "PodFailed"]],
  [
    "a sidecar's exit code does not count",
    picture([sidecar(137), main(0)], { finished: true }, "Never"),
    ["Succeeded", "PodCompleted", "PodCompleted", "PodCompleted"],
  ],
  [
    "past its deadline",
    picture([main(137)], { finished: true, verdict: { reason: "DeadlineExceeded", message: "m" } }),
    ["Failed", "", "PodFailed", "PodFailed"],
  ],
];

for (const [name, of, expected] of cases) {
  test(name, () => {
    const status = podStatusOf(of, undefined);
    const reason = (type: string) => {
      const condition = status.conditions?.find((each) => each.type === type);
      return condition?.status === "True" && type !== "Initialized" ? "" : (condition?.reason ?? "");
    };
    assert.equal([status.phase, reason("Initialized"), reason("Ready"), reason("ContainersReady")], expected);
  });
}

test("container statuses: state, last state, ids and restarts", () => {
  const one = main("running");
  one.terminates({
    exitCode: 1,
    reason: "Error",
    message: "boom",
    startedAtMs: nowMs,
    finishedAtMs: nowMs + 5_000,
    containerId: "id-1",
  });
  one.waits("CrashLoopBackOff", "back-off 10s");
  one.containerId = "id-1";
  one.imageId = "sha256:1";
  one.restartCount = 3;
  const [status] = podStatusOf(picture([one]), undefined).containerStatuses ?? [];
  assert.equal(status, {
    name: "main",
    state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } },
    lastState: {
      terminated: {
        exitCode: 1,
        reason: "Error",
        message: "boom",
        startedAt: "2025-03-01T12:00:00Z",
        finishedAt: "2025-03-01T12:00:05Z",
        containerID: "runc://id-1",
      },
    },
    ready: false,
    restartCount: 3,
    image: "main:1",
    imageID: "sha256:1",
    containerID: "runc://id-1",
    started: false,
  });
});

test("a condition keeps the moment at which it last changed", () => {
  const before = podStatusOf(picture([main("waiting")]), undefined);
  const after = podStatusOf(picture([main("running")], { nowMs: nowMs + 60_000 }), before);
  const since = (type: string) => after.conditions?.find((each) => each.type === type)?.lastTransitionTime;
  assert.is(since("PodScheduled"), "2025-03-01T12:00:00Z");
  assert.is(since("Ready"), "2025-03-01T12:01:00Z");
});

test("readiness gates hold a pod back until their conditions are true", () => {
  const gated = (status: string | undefined) =>
    podStatusOf(
      picture([main("running")], {}, "Always", {
        spec: { containers: [], readinessGates: [{ conditionType: "example.com/lb" }] },
        ...(status === undefined ? {} : { status: { conditions: [{ type: "example.com/lb", status }] } }),
      }),
      undefined,
    ).conditions?.find(({ type }) => type === "Ready");
  assert.is(gated("True")?.status, "True");
  assert.is(gated("False")?.reason, "ReadinessGatesNotReady");
  assert.is(gated(undefined)?.message, 'corresponding condition of pod readiness gate "example.com/lb" does not exist.');
});

test("a pod that was turned away says nothing but why", () => {
  const verdict = { reason: "OutOfcpu", message: "Pod was rejected: no" };
  const status = podStatusOf(picture([main("waiting")], { finished: true, verdict }), undefined);
  assert.equal(status, { phase: "Failed", ...verdict, startTime: "2025-03-01T12:00:00Z", qosClass: "BestEffort" });
});

const restarts: ReadonlyArray<readonly [string, ContainerRole, number, boolean]> = [
  ["Always", "main", 0, true],
  ["Always", "main", 1, true],
  ["OnFailure", "main", 0, false],
  ["OnFailure", "main", 1, true],
  ["Never", "main", 1, false],
  ["Always", "init", 0, false],
  ["Always", "init", 1, true],
  ["Never", "init", 1, false],
  ["Never", "sidecar", 0, true],
];
for (const [policy, role, exitCode, expected] of restarts) {
  test(`${policy}: ${role} container that exits with ${exitCode} is ${expected ? "" : "not "}started again`, () =>
    assert.is(restartsAfter(policy, role, exitCode), expected));
}

test.run();
