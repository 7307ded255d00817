/** What a seed decides, and what it does not. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { simulate } from "../../src/sim/simulate.js";
import { manifests, traceDigest } from "../support/print-trace-digest.js";

const seeds = suite("a seed");

seeds("gives the same trace, byte for byte, twice in one process and in another process", () => {
  const first = traceDigest("7");
  assert.is(traceDigest("7"), first);
  const program = fileURLToPath(new URL("../support/print-trace-digest.js", import.meta.url));
  assert.is(execFileSync(process.execPath, [program, "7"], { encoding: "utf8" }), first);
});

seeds("other than that gives another interleaving", () => assert.is.not(traceDigest("8"), traceDigest("7")));

seeds("does not decide what the cluster comes to: the end state is the same for all", () => {
  const endOf = (seed: string, apiservers = 1) => simulate({ manifests, seed, untilMs: 20_000, apiservers }).endState;
  const first = endOf("1");
  assert.ok(first.length > 8, "there is an end state to compare");
  for (const seed of ["2", "3", "4", "5"]) assert.equal(endOf(seed), first, `seed ${seed} ends as seed 1 does`);
  assert.equal(
    endOf("6", 2).filter((line) => !line.startsWith("endpointslices")),
    first.filter((line) => !line.startsWith("endpointslices")),
    "two API servers over one etcd end as one does, but for their own endpoints",
  );
});

seeds.run();
