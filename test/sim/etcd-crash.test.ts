import { test } from "uvu";
import * as assert from "uvu/assert";
import type { SyncDirectoryReason, SyncReason } from "../../actors/etcd/io/disk.js";
import { traceLine } from "../../src/sim/trace-text.js";
import { tell } from "./etcd-crashes.js";

/** More are told by hand: `ETCD_CRASH_SEEDS=1000 node dist/test/sim/etcd-crash.test.js`. */
const seeds = Number(process.env.ETCD_CRASH_SEEDS ?? 25);

test(`over ${seeds} stories of crashes nothing that was acknowledged, read or told is lost`, () => {
  for (let seed = 0; seed < seeds; seed += 1) {
    assert.is(tell({ seed: `crash-${seed}` }), undefined, `seed crash-${seed}`);
  }
});

test("the same seed tells the same story", () => {
  const lines = () => {
    const told: string[] = [];
    tell({ seed: "same", crashes: 2, trace: (record) => told.push(traceLine(record)) });
    return told;
  };
  const first = lines();
  assert.ok(first.length > 1000);
  assert.equal(lines(), first);
});

/** Each sync, and the number of a story that is lost without it: the first one looked at. */
const syncs: ReadonlyArray<readonly [SyncReason | SyncDirectoryReason, number]> = [
  ["frame", 0],
  ["recovered tail", 31],
  ["snapshot", 0],
  ["new segment", 2],
  ["recovered entries", 24],
  ["named snapshot", 0],
];

for (const [reason, likely] of syncs) {
  test(`without the sync of "${reason}", some story of crashes is lost`, () => {
    const most = 300;
    const numbers = [likely, ...Array.from({ length: most }, (_, number) => number)];
    const lost = numbers.find((number) => tell({ seed: `skip-${number}`, skipSync: reason }) !== undefined);
    assert.ok(lost !== undefined, `${most} stories went well without it: it is not needed, or no story reaches it`);
    if (lost !== likely) console.log(`"${reason}" is missed in story ${lost} now`);
  });
}

test.run();
