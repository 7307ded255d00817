import { test } from "uvu";
import * as assert from "uvu/assert";
import { claimed, electionTimes, isFree, released, sighted } from "../../src/actor/leader-election/lease.js";
import { standForElection } from "../../src/actor/leader-election/start.js";
import type { Lease } from "../../src/api/types.js";
import { wireError } from "../../src/wire/errors.js";
import { type ChartWorld, chartWorld } from "../support/chart-world.js";

const chart = "leader election kube-scheduler";
const key = "kube-system/kube-scheduler";
const group = "coordination.k8s.io";

function stand(world: ChartWorld) {
  const told: string[] = [];
  const candidacy = standForElection(world.host, {
    lease: "kube-scheduler",
    component: "default-scheduler",
    onWon: () => told.push("won"),
    onLost: () => told.push("lost"),
    onEnded: () => told.push("ended"),
  });
  return { told, candidacy, lease: () => world.api.get("leases", key, group) as unknown as Lease };
}

const lease = (holderIdentity: string, renewTime = "2025-01-01T00:00:00.000000Z"): Lease => ({
  ...claimed("kube-scheduler", undefined, holderIdentity, 0),
  spec: { holderIdentity, leaseDurationSeconds: 15, renewTime, leaseTransitions: 3 },
});

test("a lease is free when it is one's own, was given back, or was not seen to change for its duration", () => {
  const sighting = { lease: lease("other"), changedAtMs: 1_000 };
  assert.is(isFree(sighting, "me", 16_000), false);
  assert.is(isFree(sighting, "me", 16_001), true);
  assert.is(isFree(sighting, "other", 1_000), true);
  assert.is(isFree({ lease: released(lease("other"), 0), changedAtMs: 1_000 }, "me", 1_000), true);
});

test("only a change of the lease counts as its renewal", () => {
  const first = sighted(lease("other", "t1"), undefined, 100);
  assert.is(sighted(lease("other", "t1"), first, 900).changedAtMs, 100);
  assert.is(sighted(lease("other", "t2"), first, 900).changedAtMs, 900);
});

test("a change of hands is counted, a renewal is not", () => {
  assert.is(claimed("l", lease("other"), "me", 0).spec?.leaseTransitions, 4);
  assert.is(claimed("l", lease("me"), "me", 0).spec?.leaseTransitions, 3);
  assert.is(claimed("l", undefined, "me", 0).spec?.leaseTransitions, 0);
});

test("a free lease is taken at once, and renewed", () => {
  const world = chartWorld("scheduler");
  const { told, lease } = stand(world);
  world.simulation.run(5);
  assert.equal(told, ["won"]);
  assert.is(lease().spec?.holderIdentity, "scheduler/0");
  const first = lease().spec?.renewTime;
  world.simulation.run(electionTimes.retryMs + 10);
  assert.is.not(lease().spec?.renewTime, first);
  assert.ok(world.api.of("events").some((event) => event.message === "scheduler/0 became leader"));
});

test("one's own lease is taken up again after a restart", () => {
  const world = chartWorld("scheduler");
  world.api.put("leases", lease("scheduler/0"), group);
  const { told } = stand(world);
  world.simulation.run(10);
  assert.equal(told, ["won"]);
  assert.equal(world.statesOf(chart).slice(0, 3), ["reading", "claiming", "leading.holding"]);
});

test("another's lease is waited for until it runs out", () => {
  const world = chartWorld("scheduler");
  world.api.put("leases", lease("scheduler/1"), group);
  const { told, lease: now } = stand(world);
  world.simulation.run(14_000);
  assert.equal(told, []);
  world.simulation.run(4_000);
  assert.equal(told, ["won"]);
  assert.is(now().spec?.leaseTransitions, 4);
});

test("a lease that another took first is not taken", () => {
  const world = chartWorld("scheduler");
  world.api.put("leases", lease(""), group);
  let once = true;
  world.api.fault = ({ verb }) => {
    if (verb === "update" && once) {
      once = false;
      world.api.put("leases", lease("scheduler/1", "later"), group);
    }
    return undefined;
  };
  const { told } = stand(world);
  world.simulation.run(1_000);
  assert.equal(told, []);
  assert.is(world.statesOf(chart).at(-1), "following");
});

test("what hinders is overcome quickly", () => {
  const world = chartWorld("scheduler");
  world.api.fault = () => wireError("unavailable", "starting");
  const { told } = stand(world);
  world.simulation.run(1_000);
  assert.equal(told, []);
  world.api.fault = ({ verb }) => (verb === "update" ? wireError("unavailable", "starting") : undefined);
  world.simulation.run(200);
  assert.equal(told, ["won"], "the lease did not exist, so it was created after a look");
});

test("a claim that fails for another reason is tried again", () => {
  const world = chartWorld("scheduler");
  world.api.put("leases", lease(""), group);
  world.api.fault = ({ verb }) => (verb === "update" ? wireError("unavailable", "starting") : undefined);
  const { told } = stand(world);
  world.simulation.run(100);
  world.api.fault = () => undefined;
  world.simulation.run(300);
  assert.equal(told, ["won"]);
});

test("a leader that cannot renew stops leading before its lease is free, and goes on when it can", () => {
  const world = chartWorld("scheduler");
  const { told } = stand(world);
  world.simulation.run(10);
  world.api.fault = () => wireError("unavailable", "away");
  world.simulation.run(electionTimes.retryMs + electionTimes.renewDeadlineMs - 100);
  assert.equal(told, ["won"]);
  world.simulation.run(200);
  assert.equal(told, ["won", "lost"]);
  world.api.fault = () => undefined;
  world.simulation.run(200);
  assert.equal(told, ["won", "lost", "won"]);
});

test("a renewal that fails once is looked at and repeated", () => {
  const world = chartWorld("scheduler");
  const { told } = stand(world);
  world.simulation.run(10);
  let updates = 0;
  world.api.fault = ({ verb }) => (verb === "update" && updates++ === 0 ? wireError("unavailable", "away") : undefined);
  world.simulation.run(3_000);
  assert.equal(told, ["won"]);
  assert.is(updates, 2);
});

test("answers that never come are not waited for", () => {
  const world = chartWorld("scheduler");
  const { told } = stand(world);
  world.simulation.run(10);
  world.api.fault = () => "ignored";
  world.simulation.run(electionTimes.retryMs + electionTimes.answerMs + 50);
  assert.is(world.statesOf(chart).at(-1), "leading.renewing.rereading");
  world.simulation.run(electionTimes.answerMs + 10);
  assert.is(world.statesOf(chart).at(-1), "leading.renewing.pausing");
  world.simulation.run(electionTimes.renewDeadlineMs - 2 * electionTimes.answerMs);
  assert.equal(told, ["won", "lost"], "the deadline passed while nothing was answered");
});

test("a leader whose lease another has, or that is gone, leads no longer", () => {
  for (const take of [true, false]) {
    const world = chartWorld("scheduler");
    const { told } = stand(world);
    world.simulation.run(10);
    if (take)
      world.api.put("leases", { ...lease("scheduler/1"), metadata: { name: "kube-scheduler", namespace: "kube-system" } }, group);
    else world.api.remove("leases", key, group);
    const own = world.api.fault;
    world.api.fault = ({ verb }) => (verb === "update" ? wireError("unavailable", "conflict") : own({ verb } as never));
    world.simulation.run(electionTimes.retryMs + 200);
    assert.equal(told.slice(0, 2), ["won", "lost"], take ? "taken" : "gone");
  }
});

test("a leader that stops gives the lease back", () => {
  const world = chartWorld("scheduler");
  const { told, candidacy, lease } = stand(world);
  world.simulation.run(10);
  candidacy.stop();
  world.simulation.run(10);
  assert.is(lease().spec?.holderIdentity, "");
  assert.equal(told, ["won", "ended"]);
});

test("a leader that stops does not wait for the server for long, a follower not at all", () => {
  const leading = chartWorld("scheduler");
  const first = stand(leading);
  leading.simulation.run(10);
  leading.api.fault = () => "ignored";
  first.candidacy.stop();
  leading.simulation.run(electionTimes.retryMs + 10);
  assert.equal(first.told, ["won", "ended"]);
  const following = chartWorld("scheduler");
  following.api.put("leases", lease("scheduler/1"), group);
  const second = stand(following);
  following.simulation.run(10);
  second.candidacy.stop();
  assert.equal(second.told, ["ended"]);
});

test.run();
