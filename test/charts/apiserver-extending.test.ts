/** The charts behind what extends the API: what is kept as it should be, and objects that a webhook converts. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { conversionMachine } from "../../actors/apiserver/conversion/machine.js";
import type { ConvertedWork } from "../../actors/apiserver/conversion/work.js";
import type { Keeper, Next } from "../../actors/apiserver/keeping/keeper.js";
import { keeperMachine } from "../../actors/apiserver/keeping/machine.js";
import { play, standIn } from "./chart-player.js";

/** A keeper with something to do, one thing after another, and then nothing. */
function keeper(todo: Next[]) {
  const log: string[] = [];
  let changed = (): void => undefined;
  let written = (_type: "written" | "failed"): void => undefined;
  let done = (): void => undefined;
  const next = (): Next => todo[0] ?? { type: "nothing" };
  const kept: Keeper & { next: Next } = {
    // The chart asks what there is to do before its first action runs.
    next: next(),
    follow: (onChanged) => {
      changed = onChanged;
    },
    look: () => {
      kept.next = next();
    },
    write: (onEnded) => {
      log.push("write");
      written = (type) => {
        if (type === "written") todo.shift();
        onEnded(type);
      };
    },
    work: (onDone) => {
      log.push("work");
      done = () => {
        todo.shift();
        onDone();
      };
    },
    leave: () => log.push("leave"),
    tookTooLong: () => {
      todo.shift();
      log.push("too long");
    },
  };
  const played = play(keeperMachine, { keeper: kept });
  return {
    ...played,
    log,
    todo,
    changed: () => changed(),
    written: (type: "written" | "failed") => written(type),
    done: () => done(),
  };
}

const work: Next = { type: "work", patienceMs: 5_000 };

test("a keeper writes one object after the other, and looks again when something changes", () => {
  const { log, state, written, changed, todo } = keeper([{ type: "write" }, { type: "write" }]);
  assert.equal([log, state()], [["write"], "writing"]);
  written("written");
  assert.equal(log, ["write", "write"]);
  written("written");
  assert.is(state(), "settled");
  todo.push({ type: "write" });
  changed();
  assert.equal([log.length, state()], [3, "writing"]);
});

test("what could not be written is looked at again after a while", () => {
  const { log, state, written, wait } = keeper([{ type: "write" }]);
  written("failed");
  assert.is(state(), "backingOff");
  wait(199);
  assert.equal(log, ["write"]);
  wait(1);
  assert.equal([log, state()], [["write", "write"], "writing"]);
});

test("what is on its way is looked for after as long as the keeper says, or at the next change", () => {
  const { log, state, changed, done, wait, todo } = keeper([work, { type: "wait", forMs: 1_000 }]);
  done();
  assert.equal([log, state()], [["work", "leave"], "waiting"]);
  todo.splice(0, 1, work, { type: "wait", forMs: 3_000 });
  wait(1_000);
  assert.is(state(), "working");
  done();
  todo.splice(0, 1, { type: "write" });
  changed();
  assert.equal([log.at(-1), state()], ["write", "writing"], "a change is not waited for");
});

test("work that takes longer than its patience is left, and noted to have taken too long", () => {
  const { log, state, wait } = keeper([work]);
  wait(4_999);
  assert.is(state(), "working");
  wait(1);
  assert.equal([log, state()], [["work", "leave", "too long"], "settled"]);
});

/** Work that lacks conversions so many times. */
function conversion(lacking: number) {
  const log: string[] = [];
  let answered = (): void => undefined;
  const work = {
    asks: lacking > 0,
    leftMs: 1_000,
    ask: (onAnswered: () => void) => {
      log.push("ask");
      answered = onAnswered;
    },
    giveUp: () => log.push("give up"),
    attempt: () => {
      log.push("attempt");
      lacking -= 1;
      work.asks = lacking > 0;
    },
    tell: () => log.push("tell"),
    tellTimeout: () => log.push("timeout"),
  };
  return { log, answer: () => answered(), ...play(conversionMachine, { work: standIn<ConvertedWork>(work) }) };
}

test("work that lacks nothing is told at once", () => {
  const { log, over } = conversion(0);
  assert.equal([log, over()], [["tell"], true]);
});

test("work is attempted again with what the webhook converted, and may lack more", () => {
  const { log, answer, over } = conversion(2);
  answer();
  assert.equal(log, ["ask", "give up", "attempt", "ask"]);
  answer();
  assert.equal([log.slice(4), over()], [["give up", "attempt", "tell"], true]);
});

test("work whose conversion takes too long ends with a timeout; what nobody wants any more ends without a word", () => {
  const late = conversion(1);
  late.wait(1_000);
  assert.equal([late.log, late.state(), late.over()], [["ask", "give up", "timeout"], "timedOut", true]);
  const abandoned = conversion(1);
  abandoned.send({ type: "abandoned" });
  assert.equal([abandoned.log, abandoned.state(), abandoned.over()], [["ask", "give up"], "abandoned", true]);
});

test.run();
