/** The way of a pod as golden text. After a change that is meant: UPDATE_TRACES=1 node dist/test/traces/way-of-a-pod.test.js */
import { readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { wayOfPod, wayText } from "../../src/inspect/way-of-a-pod.js";
import { traceOnePod } from "../../src/sim/one-pod.js";
import { traceLine } from "../../src/sim/trace-text.js";
import type { Address } from "../../src/wire/address.js";
import { roleOf } from "../../src/wire/address.js";

const way = suite("the way of a pod");
const golden = new URL("../../../test/traces/way-of-a-pod.txt", import.meta.url);

/** `scheduler → apiserver → kubelet → apiserver → etcd → apiserver → kubelet → runc → container` */
const line = ["scheduler", "apiserver", "kubelet", "apiserver", "etcd", "apiserver", "kubelet", "runc"];

way("is the golden trace", () => {
  const text = `${wayText(wayOfPod(traceOnePod("1"), "web"))}\n`;
  if (process.env.UPDATE_TRACES === "1") writeFileSync(golden, text);
  assert.is(text, readFileSync(golden, "utf8"));
});

for (const seed of ["1", "2", "3", "4", "5"]) {
  way(`has the design's line as its causal subsequence (seed ${seed})`, () => {
    const steps = wayOfPod(traceOnePod(seed), "web");
    const stations = [steps[0]?.from, ...steps.map(({ to }) => to)].map((actor) => roleOf(actor as Address));
    let reached = stations.indexOf("scheduler");
    for (const station of line.slice(1)) {
      const next = stations.indexOf(station as (typeof stations)[number], reached + 1);
      assert.ok(next !== -1, `after step ${reached} the way comes to ${station}: ${stations.join(" → ")}`);
      reached = next;
    }
  });
}

way("asks runc only once etcd has acknowledged that the kubelet accepts the pod", () => {
  const steps = wayOfPod(traceOnePod("1"), "web").map(
    ({ from, to, what }) => `${roleOf(from as Address)} ${roleOf(to as Address)} ${what}`,
  );
  const at = (pattern: RegExp, after = 0) => steps.findIndex((step, index) => index >= after && pattern.test(step));
  const accepts = at(/^kubelet apiserver patch pods default\/web\/status/);
  const committed = at(/^etcd apiserver txn reply/, accepts);
  const acknowledged = at(/^apiserver kubelet patch reply/, committed);
  const asks = at(/^kubelet runc/, acknowledged);
  assert.ok(accepts >= 0 && accepts < committed && committed < acknowledged && acknowledged < asks, steps.join("\n"));
  assert.is(at(/^kubelet runc/), asks, "nothing is asked of runc before");
});

way("is the same, byte for byte, for the same seed, and another for another", () => {
  const text = (seed: string) => traceOnePod(seed).map(traceLine).join("\n");
  const [first, second, other] = ["9", "9", "10"].map(text);
  assert.ok(first === second, "the same seed gives the same trace");
  assert.ok(first !== other, "another seed gives another interleaving");
});

way.run();
