import { test } from "uvu";
import * as assert from "uvu/assert";
import { chooseNode } from "../../actors/scheduler/choose-node.js";
import * as score from "../../actors/scheduler/score.js";
import { seededRandom } from "../../src/actor/random.js";
import { aPod, asking, info, nodeWith, ownedBy } from "./fixtures.js";

const half = asking("half", { cpu: "2", memory: "4Gi" });
const empty = nodeWith("empty", {});
const halfFull = nodeWith("half-full", {}, half);
const lopsided = nodeWith("lopsided", {}, asking("q", { cpu: "4" }));

test("least allocated prefers what has most left", () => {
  assert.equal(score.leastAllocated(info(asking("p", { cpu: "1", memory: "2Gi" })), [empty, halfFull]), [75, 25]);
});

test("a pod that asks for nothing counts as if it asked for a little", () => {
  assert.equal(score.leastAllocated(info(aPod("p")), [empty]), [97]);
});

test("a node without resources gets no points", () => {
  assert.equal(score.leastAllocated(info(aPod("p")), [nodeWith("none", { allocatable: { cpu: "0", memory: "0" } })]), [0]);
});

test("balanced allocation prefers even use of cpu and memory", () => {
  assert.equal(score.balancedAllocation(info(aPod("p")), [empty, halfFull, lopsided]), [100, 100, 50]);
});

test("taints that advise against a node cost points", () => {
  const prefer = (key: string) => ({ key, effect: "PreferNoSchedule" });
  const nodes = [empty, nodeWith("one", { taints: [prefer("a")] }), nodeWith("two", { taints: [prefer("a"), prefer("b")] })];
  assert.equal(score.taintToleration(info(aPod("p")), nodes), [100, 50, 0]);
  assert.equal(score.taintToleration(info(aPod("p", { tolerations: [{ operator: "Exists" }] })), nodes), [100, 100, 100]);
});

test("preferred affinity adds up its weights", () => {
  const preferred = (weight: number, key: string) => ({
    weight,
    preference: { matchExpressions: [{ key, operator: "Exists" }] },
  });
  const pod = aPod("p", {
    affinity: {
      nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preferred(10, "ssd"), preferred(30, "near")] },
    },
  });
  const nodes = [empty, nodeWith("ssd", { labels: { ssd: "" } }), nodeWith("both", { labels: { ssd: "", near: "" } })];
  assert.equal(score.nodeAffinity(info(pod), nodes), [0, 25, 100]);
});

test("pods of one controller are spread", () => {
  const mine = (name: string) => aPod(name, {}, ownedBy("rs"));
  const nodes = [nodeWith("two", {}, mine("a"), mine("b")), nodeWith("one", {}, mine("c")), nodeWith("none", {}, aPod("d"))];
  const [two, one, none] = score.defaultTopologySpread(info(mine("p")), nodes);
  assert.ok(none! > one! && one! > two!, `${none} > ${one} > ${two}`);
  assert.equal(score.defaultTopologySpread(info(aPod("single")), nodes), [0, 0, 0]);
});

test("zones are spread over as well", () => {
  const mine = (name: string) => aPod(name, {}, ownedBy("rs"));
  const zone = (name: string) => ({ labels: { "topology.kubernetes.io/zone": name } });
  const nodes = [nodeWith("a1", zone("a"), mine("1")), nodeWith("a2", zone("a")), nodeWith("b1", zone("b"))];
  const [, a2, b1] = score.defaultTopologySpread(info(mine("p")), nodes);
  assert.ok(b1! > a2!, "an empty zone is better than an empty node of a used one");
});

test("among equals chance decides, by the seed", () => {
  const nodes = ["a", "b", "c"].map((name) => nodeWith(name, {}));
  const chosen = (seed: string) =>
    Array.from(
      { length: 300 },
      ((random) => () => {
        const choice = chooseNode(info(aPod("p")), nodes, random, { start: 0 });
        return choice.ok ? choice.node.name : "none";
      })(seededRandom(seed)),
    );
  assert.equal(chosen("1"), chosen("1"));
  for (const name of ["a", "b", "c"]) {
    const count = chosen("1").filter((each) => each === name).length;
    assert.ok(count > 60, `${name} is chosen ${count} times of 300`);
  }
});

test("the best node is chosen", () => {
  const choice = chooseNode(info(asking("p", { cpu: "1" })), [halfFull, lopsided, empty], seededRandom("1"), { start: 0 });
  assert.is(choice.ok && choice.node.name, "empty");
});

test.run();
