import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Loop, SpareTime } from "../../src/thread/spare-time.js";

/** An event loop whose turns are taken by hand, and in which work takes as long as it says. */
class HandLoop implements Loop {
  private ms = 0;
  private ready: (() => void)[] = [];

  nowMs(): number {
    return this.ms;
  }

  afterReady(callback: () => void): void {
    this.ready.push(callback);
  }

  take(ms: number): void {
    this.ms += ms;
  }

  turn(): void {
    for (const callback of this.ready.splice(0)) callback();
  }

  get waits(): boolean {
    return this.ready.length > 0;
  }
}

function spared() {
  const loop = new HandLoop();
  const spareTime = new SpareTime(loop);
  const done: string[] = [];
  const work = (name: string, ms: number) =>
    spareTime.do(() => {
      done.push(name);
      loop.take(ms);
    });
  return { loop, done, work };
}

test("work that may wait is done after what is ready, in its order", () => {
  const { loop, done, work } = spared();
  work("a", 0);
  work("b", 0);
  assert.equal(done, []);
  loop.turn();
  assert.equal(done, ["a", "b"]);
  assert.not(loop.waits, "nothing is left to come back for");
});

test("a turn spares a millisecond, and what is left is done in later turns", () => {
  const { loop, done, work } = spared();
  for (const name of ["a", "b", "c", "d", "e"]) work(name, 0.5);
  loop.turn();
  assert.equal(done, ["a", "b"]);
  loop.turn();
  assert.equal(done, ["a", "b", "c", "d"]);
  loop.turn();
  assert.equal(done, ["a", "b", "c", "d", "e"]);
  assert.not(loop.waits);
});

test("others who take the whole time leave a ninth of it all the same", () => {
  const { loop, done, work } = spared();
  for (let index = 0; index < 30; index += 1) work(String(index), 1);
  loop.take(40);
  loop.turn();
  assert.is(done.length, 5, "an eighth of what they took");
  loop.take(40);
  loop.turn();
  assert.is(done.length, 10);
});

test("work that is handed in while work is done has its turn too", () => {
  const { loop, done, work } = spared();
  work("a", 3);
  work("b", 0);
  loop.turn();
  work("c", 0);
  assert.equal(done, ["a"]);
  loop.turn();
  assert.equal(done, ["a", "b", "c"]);
});

test.run();
