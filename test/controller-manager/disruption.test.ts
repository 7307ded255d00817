import { test } from "uvu";
import * as assert from "uvu/assert";
import { reconcileBudget } from "../../actors/controller-manager/controllers/disruption/reconcile.js";
import type { Pod, PodDisruptionBudget, PodDisruptionBudgetSpec, PodDisruptionBudgetStatus } from "../../src/api/types.js";
import { aDeployment, controllerWorld } from "./world.js";

const now = Date.UTC(2025, 0, 1, 12);
const aBudget = (spec: PodDisruptionBudgetSpec, status?: Partial<PodDisruptionBudgetStatus>): PodDisruptionBudget => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "web", namespace: "default" },
  spec: { selector: { matchLabels: { app: "web" } }, ...spec },
  ...(status === undefined ? {} : { status: status as PodDisruptionBudgetStatus }),
});
const aPod = (name: string, ready = true, leaving = false): Pod => ({
  metadata: { name, labels: { app: "web" }, ...(leaving ? { deletionTimestamp: "2025-01-01T00:00:00Z" } : {}) },
  status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
});
const four = ["a", "b", "c", "d"].map((name) => aPod(name));
const statusOf = (budget: PodDisruptionBudget, pods: Pod[], replicas?: number) => {
  const scaleOf = () => (replicas === undefined ? ("unmanaged" as const) : { owner: "rs", replicas });
  const [write] = reconcileBudget({ budget, pods, scaleOf }, now).writes ?? [];
  return (write!.request as unknown as { object: PodDisruptionBudget }).object.status!;
};

const table: Array<[string, PodDisruptionBudgetSpec, Pod[], number | undefined, [number, number, number, number]]> = [
  ["a number must be available", { minAvailable: 3 }, four, 4, [4, 3, 4, 1]],
  ["a share must be available, rounded up", { minAvailable: "60%" }, four, 4, [4, 3, 4, 1]],
  ["a number may be unavailable", { maxUnavailable: 1 }, four, 4, [4, 3, 4, 1]],
  ["a share may be unavailable, rounded up", { maxUnavailable: "30%" }, four, 4, [4, 2, 4, 2]],
  ["the controller's number counts, not that of the pods there are", { maxUnavailable: 1 }, four, 6, [4, 5, 6, 0]],
  ["pods that are not ready do not count", { minAvailable: 3 }, [...four.slice(1), aPod("a", false)], 4, [3, 3, 4, 0]],
  ["pods on their way out do not count", { minAvailable: 3 }, [...four.slice(1), aPod("a", true, true)], 4, [3, 3, 4, 0]],
  ["pods without controller are expected by nobody", { maxUnavailable: 1 }, four, undefined, [4, 0, 0, 0]],
  ["pods without controller that are to be so many", { minAvailable: 3 }, four, undefined, [4, 3, 4, 1]],
  ["without pods nothing may go", { minAvailable: 0 }, [], undefined, [0, 0, 0, 0]],
];
for (const [what, spec, pods, replicas, expected] of table) {
  test(`${what}: ${expected[3]} may go`, () => {
    const { currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed } = statusOf(aBudget(spec), pods, replicas);
    assert.equal([currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed], expected);
  });
}

test("a pod that was granted an eviction counts as gone, for two minutes", () => {
  const disruptedPods = { a: "2025-01-01T11:59:30Z", b: "2025-01-01T11:50:00Z", gone: "2025-01-01T11:59:30Z" };
  const budget = aBudget({ minAvailable: 3 }, { disruptedPods });
  const status = statusOf(budget, four, 4);
  assert.equal(status.disruptedPods, { a: "2025-01-01T11:59:30Z" });
  assert.is(status.disruptionsAllowed, 0);
  assert.is(reconcileBudget({ budget, pods: four, scaleOf: () => "unmanaged" }, now).requeueAfterMs, 90_000);
});

test("pods without controller are told of, where their number matters", () => {
  const plan = reconcileBudget({ budget: aBudget({ maxUnavailable: 1 }), pods: four, scaleOf: () => "unmanaged" }, now);
  assert.is(plan.events?.[0]?.reason, "UnmanagedPods");
  assert.match(
    plan.events?.[0]?.message ?? "",
    "(selector: &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},})",
  );
});

test("as long as it is not known how many pods are expected, none may go", () => {
  const scaleOf = () => ({ problem: "jobs.batch does not implement the scale subresource" });
  const budget = aBudget({ maxUnavailable: 1 }, { disruptionsAllowed: 1, currentHealthy: 4, desiredHealthy: 3, expectedPods: 4 });
  const { writes: [write] = [], events } = reconcileBudget({ budget, pods: four, scaleOf }, now);
  const { status } = (write!.request as unknown as { object: PodDisruptionBudget }).object;
  assert.equal([status?.disruptionsAllowed, status?.expectedPods], [0, 4]);
  assert.equal(
    status?.conditions?.map(({ status: holds, reason, message }) => [holds, reason, message]),
    [["False", "SyncFailed", "jobs.batch does not implement the scale subresource"]],
  );
  assert.equal(
    events?.map(({ reason, message }) => [reason, message]),
    [
      [
        "CalculateExpectedPodCountFailed",
        "Failed to calculate the number of expected pods: jobs.batch does not implement the scale subresource",
      ],
    ],
  );
});

test("a budget says how many pods may go, as they come and go", () => {
  const { api, run } = controllerWorld();
  api.put("deployments", aDeployment("web"), "apps");
  api.put("poddisruptionbudgets", aBudget({ minAvailable: 2 }), "policy");
  const status = () => (api.get("poddisruptionbudgets", "default/web", "policy") as unknown as PodDisruptionBudget).status;
  run(3_000);
  assert.equal([status()!.disruptionsAllowed, status()!.expectedPods], [1, 3]);
  assert.equal(
    status()!.conditions!.map(({ type, status: holds, reason }) => [type, holds, reason]),
    [["DisruptionAllowed", "True", "SufficientPods"]],
  );
  const pod = api.of("pods")[0]!;
  api.put("pods", { ...pod, status: { phase: "Running", conditions: [{ type: "Ready", status: "False" }] } });
  run(300, () => true);
  assert.is(status()!.disruptionsAllowed, 0);
  assert.is(status()!.conditions![0]!.reason, "InsufficientPods");
});

test.run();
