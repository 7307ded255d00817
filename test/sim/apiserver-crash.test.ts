import { test } from "uvu";
import * as assert from "uvu/assert";
import { tellStory } from "./apiserver-crashes.js";

/** More are told by hand: `APISERVER_CRASH_SEEDS=200 node dist/test/sim/apiserver-crash.test.js`. */
const seeds = Number(process.env.APISERVER_CRASH_SEEDS ?? 4);

test(`over ${seeds} stories of crashes the API keeps its word`, () => {
  for (let seed = 0; seed < seeds; seed += 1) {
    const { problem, acknowledged } = tellStory(`crash-${seed}`);
    assert.is(problem, undefined, `seed crash-${seed}: ${problem}`);
    assert.ok(acknowledged > 20, `seed crash-${seed}: only ${acknowledged} writes were acknowledged`);
  }
});

test.run();
