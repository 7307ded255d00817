import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Fault } from "../../src/faults/fault.js";
import { sweepDelivery, wayWithoutFaults } from "../../src/faults/sweep.js";

const seed = "1";

/** The sweep is long; its parts run beside each other. */
const parts = 2;

/** One test a delivery: whoever is killed then, the pod runs in the end and no invariant is broken. */
export function crashSweep(when: Fault["when"], part: 0 | 1): void {
  const sweep = suite(`the crash sweep, ${when} delivery`);
  for (const { index, kind, name, from, to } of wayWithoutFaults(seed)) {
    if (index % parts !== part) continue;
    sweep(`${index}: ${name} ${kind}, ${from} → ${to}: heals whoever is killed`, () =>
      assert.equal(sweepDelivery(seed, index, when), []),
    );
  }
  sweep.run();
}
