/** Prints a digest of the trace of examples/web.yaml under the seed it is given: run by a test in a process of its own. */
import { readFileSync } from "node:fs";
import { hash32 } from "../../src/actor/random.js";
import { simulate } from "../../src/sim/simulate.js";
import { traceLine } from "../../src/sim/trace-text.js";

export const manifests = readFileSync(new URL("../../../examples/web.yaml", import.meta.url), "utf8");

/** Every line of the trace, folded into one number, and how many there were. */
export function traceDigest(seed: string): string {
  let digest = 0;
  let lines = 0;
  const onRecord = (record: Parameters<typeof traceLine>[0]) => {
    digest = hash32(traceLine(record), digest || undefined);
    lines += 1;
  };
  simulate({ manifests, seed, untilMs: 20_000, onRecord });
  return `${digest.toString(16)} of ${lines} lines`;
}

const [seed] = process.argv.slice(2);
if (seed !== undefined) process.stdout.write(traceDigest(seed));
