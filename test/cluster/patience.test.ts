import { mock } from "node:test";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Patience } from "../../src/cluster/patience.js";

const test = suite("how long a start is waited for");

test.before.each(() => mock.timers.enable({ apis: ["setTimeout"] }));
test.after.each(() => mock.timers.reset());

/** A beat at a time: the clock of the test makes all that is due at once one beat. */
const pass = (ms: number): void => {
  for (let passedMs = 0; passedMs < ms; passedMs += 500) mock.timers.tick(500);
};

const reason = (waiting: Promise<unknown>): Promise<string> =>
  waiting.then(
    () => "it came",
    (error: Error) => error.message,
  );

test("a start that goes on may take as long as it likes", async () => {
  const patience = new Patience(30_000);
  let running = 0;
  const waiting = reason(patience.until("ten threads run", () => running === 10));
  for (let thread = 1; thread <= 10; thread++) {
    pass(29_000);
    running = thread;
    patience.step();
    // Whoever waits looks in a turn of his own.
    await Promise.resolve();
  }
  assert.is(await waiting, "it came");
  patience.over();
});

test("a start that stands still is given up, and what it waited for is told", async () => {
  const patience = new Patience(30_000);
  const waiting = reason(patience.until("the API server listens", () => false));
  pass(20_000);
  patience.step();
  pass(29_500);
  assert.not(patience.signal.aborted);
  pass(500);
  const told = "the cluster did not start: nothing went on for 30000 ms while it waited until the API server listens";
  assert.ok((await waiting).startsWith(told), await waiting);
  assert.ok(patience.signal.aborted, "whatever else waits ends too");
});

test("time in which the process is stopped is not counted", async () => {
  mock.timers.reset();
  const patience = new Patience(300);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  await new Promise((later) => setTimeout(later, 0));
  assert.not(patience.signal.aborted);
  patience.over();
});

test("an actor that is given up ends the start at once", async () => {
  const patience = new Patience(30_000);
  const waiting = reason(patience.race(new Promise(() => {})));
  patience.end(new Error("etcd/0 crashed 8 times"));
  assert.is(await waiting, "etcd/0 crashed 8 times");
  patience.step();
  pass(60_000);
});

test("a start that is over is not given up any more", async () => {
  const patience = new Patience(30_000);
  patience.over();
  pass(60_000);
  assert.is(await reason(patience.race(Promise.resolve())), "it came");
});

test.run();
