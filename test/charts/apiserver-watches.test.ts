/** A watch's chart, with a stand-in for what it tells its reader. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { watchMachine } from "../../actors/apiserver/watches/machine.js";
import type { Watch } from "../../actors/apiserver/watches/watch.js";
import { play, standIn } from "./chart-player.js";

function watchStandIn(parts: Partial<Record<keyof Watch, unknown>>) {
  const log: string[] = [];
  const told: Array<() => void> = [];
  const note = (what: string) => () => log.push(what);
  const noteAndTell = (what: string) => (tell: () => void) => {
    log.push(what);
    told.push(tell);
  };
  const watch = {
    timeoutMs: 60_000,
    lastBookmarkAfterMs: 58_000,
    mustBeNewest: false,
    isAhead: false,
    isTooOld: false,
    confirm: noteAndTell("confirm"),
    awaitRevision: noteAndTell("await revision"),
    stopWaiting: note("stop waiting"),
    follow: noteAndTell("follow"),
    stopFollowing: note("stop following"),
    refuseAsTooOld: note("too old"),
    refuseAsTooLarge: note("too large"),
    refuseAsTimeout: note("timeout"),
    bookmark: note("bookmark"),
    end: note("end"),
    endUnbegun: note("end unbegun"),
    endAsExpired: note("expired"),
    ...parts,
  };
  return { log, tell: () => told.pop()?.(), ...play(watchMachine, { watch: standIn<Watch>(watch) }) };
}

const ahead = { isAhead: true };
const newest = { mustBeNewest: true };

for (const [what, parts, begin] of [
  ["that begins at a revision to come", ahead, "await revision"],
  ["that begins with the newest", newest, "confirm"],
] as const) {
  test(`a watch ${what} follows from there on, until its time is up`, () => {
    const { log, tell, wait, over } = watchStandIn(parts);
    tell();
    assert.equal(log.splice(0), [begin, "stop waiting", "follow"]);
    wait(58_000);
    assert.equal(log.splice(0), ["bookmark"]);
    wait(2_000);
    assert.equal([log, over()], [["stop following", "end"], true]);
  });

  test(`a watch ${what} waits for nothing any more when its reader goes away`, () => {
    const { log, send, state, over } = watchStandIn(parts);
    send({ type: "closed" });
    assert.equal([log, state(), over()], [[begin, "stop waiting"], "ended", true]);
  });

  test(`a watch ${what} is refused when the API server ends`, () => {
    const { log, send, state, over } = watchStandIn(parts);
    send({ type: "drain" });
    assert.equal([log, state(), over()], [[begin, "stop waiting", "timeout"], "refused", true]);
  });

  test(`a watch ${what} begins and ends when what it watches is served otherwise`, () => {
    const { log, send, state, over } = watchStandIn(parts);
    send({ type: "outdated" });
    assert.equal([log, state(), over()], [[begin, "stop waiting", "end unbegun"], "ended", true]);
  });
}

test("a revision that does not come in time is too large; the newest that is not known in time is a timeout", () => {
  const future = watchStandIn(ahead);
  future.wait(3_000);
  assert.equal([future.log, future.over()], [["await revision", "stop waiting", "too large"], true]);
  const unconfirmed = watchStandIn(newest);
  unconfirmed.wait(10_000);
  assert.equal([unconfirmed.log, unconfirmed.over()], [["confirm", "stop waiting", "timeout"], true]);
});

test("a watch from before what is kept is refused", () => {
  const { log, state } = watchStandIn({ isTooOld: true });
  assert.equal([log, state()], [["too old"], "refused"]);
});

test("a watch ends when its reader goes away, when the API server ends, and when the cache was listed anew", () => {
  const closed = watchStandIn({});
  closed.send({ type: "closed" });
  assert.equal([closed.log, closed.over()], [["follow", "stop following"], true]);
  for (const type of ["drain", "outdated"] as const) {
    const { log, send, over } = watchStandIn({});
    send({ type });
    assert.equal([log, over()], [["follow", "stop following", "end"], true]);
  }
  const expired = watchStandIn({});
  expired.tell();
  assert.equal([expired.log, expired.over()], [["follow", "stop following", "expired"], true]);
});

test.run();
