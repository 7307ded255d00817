/** Beyond the enumerated sweep: 200 seeds, each with another interleaving, another victim and another moment. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { integerBelow, seededRandom } from "../../src/actor/random.js";
import { type Fault, faultText } from "../../src/faults/fault.js";
import { playPod } from "../../src/faults/pod-story.js";
import { victims } from "../../src/faults/sweep.js";

const seeds = suite("crashes at random");

const seedsMost = Number(process.env.CRASH_SEEDS ?? 200);
const perTest = 20;
/** About as many deliveries as the pod's way has; a fault beyond it strikes while the cluster is watched. */
const deliveries = 130;

for (let first = 0; first < seedsMost; first += perTest) {
  seeds(`seeds ${first} to ${first + perTest - 1}: the pod runs in the end and no invariant is broken`, () => {
    const problems: string[] = [];
    for (let number = first; number < first + perTest; number++) {
      const seed = `crash ${number}`;
      const random = seededRandom(seed);
      const victim = victims[integerBelow(random, victims.length)] ?? "etcd/0";
      const fault: Fault = { victim, delivery: integerBelow(random, deliveries), when: random.next() < 0.5 ? "before" : "after" };
      for (const problem of playPod(seed, fault).problems) problems.push(`seed "${seed}", ${faultText(fault)}: ${problem}`);
    }
    assert.equal(problems, []);
  });
}

seeds.run();
