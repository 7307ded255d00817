/** The charts of a write and of the questions that it asks, with stand-ins for what they drive. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Consultation } from "../../actors/apiserver/consult/consultation.js";
import { consultationMachine } from "../../actors/apiserver/consult/consultation-machine.js";
import { writeMachine } from "../../actors/apiserver/writes/machine.js";
import type { Write } from "../../actors/apiserver/writes/write.js";
import { play, standIn } from "./chart-player.js";

/** A write whose every step is told from outside. */
function writeStandIn(parts: Partial<Record<keyof Write, unknown>>) {
  const log: string[] = [];
  const ends: Array<(ending: string) => void> = [];
  const note = (what: string) => () => log.push(what);
  const write = {
    deadlineMs: 1_000,
    consultLeftMs: 500,
    mustConsult: false,
    mustBeConfirmed: false,
    hasNothingToCommit: false,
    mustAwaitTurn: false,
    needsLease: false,
    knowsWhatIsStored: true,
    triedTooOften: false,
    isAbandoned: false,
    abandon: note("abandon"),
    makePlan: note("plan"),
    consult: (onAnswered: () => void) => {
      log.push("consult");
      ends.push(() => onAnswered());
    },
    stopConsulting: note("stop consulting"),
    takeTurn: (onTurn: () => void) => ends.push(() => onTurn()),
    leaveLine: () => undefined,
    confirm: note("confirm"),
    stopWaiting: note("stop waiting"),
    takeFromCache: note("take from cache"),
    lease: (onReady: (ready: boolean) => void) => ends.push((ending) => onReady(ending === "ready")),
    commit: (onEnded: (ending: string) => void) => {
      log.push("commit");
      ends.push(onEnded);
    },
    leaveManagersOut: note("leave managers out"),
    answer: note("answer"),
    refuseAsContended: note("contended"),
    refuseAsTimeout: note("timeout"),
    ...parts,
  };
  const played = play(writeMachine, { write: standIn<Write>(write) });
  return { log, write, end: (ending: string) => ends.shift()?.(ending), ...played };
}

test("a write that is not confirmed in time is refused", () => {
  const { log, wait, over } = writeStandIn({ mustBeConfirmed: true });
  wait(1_000);
  assert.equal(log, ["confirm", "stop waiting", "timeout"]);
  assert.ok(over());
});

test("a write that must ask first is planned again with the answer; one that gets none in time is refused", () => {
  const { log, write, end } = writeStandIn({ mustConsult: true });
  write.mustConsult = false;
  end("answered");
  end("committed");
  assert.equal(log, ["consult", "stop consulting", "plan", "commit", "answer"]);
  const late = writeStandIn({ mustConsult: true });
  late.wait(500);
  assert.equal(late.log, ["consult", "stop consulting", "timeout"]);
  assert.ok(late.over());
});

for (const [waits, parts, log] of [
  ["for who is asked", { mustConsult: true }, ["consult", "stop consulting", "timeout"]],
  ["for the cache", { mustBeConfirmed: true }, ["confirm", "stop waiting", "timeout"]],
  ["in line", { mustAwaitTurn: true }, ["timeout"]],
] as const) {
  test(`a write that waits ${waits} is not made when who asked has gone`, () => {
    const played = writeStandIn(parts);
    played.send({ type: "abandoned" });
    assert.equal([played.log, played.over()], [[...log], true]);
  });
}

test("a write that etcd has been asked for goes on when who asked has gone, but is not tried again", () => {
  const begun = writeStandIn({});
  begun.send({ type: "abandoned" });
  begun.end("committed");
  assert.equal([begun.log, begun.over()], [["commit", "abandon", "answer"], true]);
  const overtaken = writeStandIn({ isAbandoned: true });
  overtaken.end("conflicted");
  assert.equal([overtaken.log, overtaken.over()], [["commit", "timeout"], true]);
  const leasing = writeStandIn({ needsLease: true });
  leasing.send({ type: "abandoned" });
  leasing.end("ready");
  leasing.end("committed");
  assert.equal(leasing.log, ["abandon", "commit", "answer"]);
});

test("a question is answered, or its time is up, or nobody wants to know any more", () => {
  const consult = () => {
    const log: string[] = [];
    let answered: () => void = () => undefined;
    const consultation = {
      timeoutMs: 1_000,
      call: (onAnswered: () => void) => {
        log.push("call");
        answered = onAnswered;
      },
      hangUp: () => log.push("hang up"),
      noteDeadline: () => log.push("deadline"),
      tell: () => log.push("tell"),
    };
    const played = play(consultationMachine, { consultation: standIn<Consultation>(consultation) });
    return { log, answer: () => answered(), ...played };
  };
  const answered = consult();
  answered.answer();
  assert.equal(answered.log, ["call", "hang up", "tell"]);
  const late = consult();
  late.wait(1_000);
  assert.equal(late.log, ["call", "hang up", "deadline", "tell"]);
  const abandoned = consult();
  abandoned.send({ type: "abandoned" });
  assert.equal(abandoned.log, ["call", "hang up"]);
});

test("a write that spends from a quota waits for its turn and is planned anew; one whose turn does not come is refused", () => {
  const { log, write, end } = writeStandIn({ mustAwaitTurn: true });
  write.mustAwaitTurn = false;
  end("turn");
  assert.equal(log, ["plan", "commit"]);
  const late = writeStandIn({ mustAwaitTurn: true });
  late.wait(1_000);
  assert.equal([late.log, late.state()], [["timeout"], "timedOut"]);
});

test("a write without a lease to be had is answered with why", () => {
  const { log, end } = writeStandIn({ needsLease: true });
  end("failed");
  assert.equal(log, ["answer"]);
});

test("a write whose lease is gone takes another", () => {
  const { log, end, state } = writeStandIn({ needsLease: true });
  end("ready");
  end("lease.lost");
  assert.is(state(), "leasing");
  end("ready");
  end("committed");
  assert.equal(log, ["commit", "commit", "answer"]);
});

test("a write that is too large with its managers is tried again without them", () => {
  const { log, end } = writeStandIn({});
  end("too.large");
  end("committed");
  assert.equal(log, ["commit", "leave managers out", "commit", "answer"]);
});

test("a write that conflicts with it knows not what asks first", () => {
  const { log, end, state } = writeStandIn({ knowsWhatIsStored: false });
  end("conflicted");
  assert.is(state(), "confirming");
  assert.equal(log, ["commit", "confirm"]);
});

test("a write that always meets others is given up", () => {
  const { log, end, over } = writeStandIn({ triedTooOften: true });
  end("conflicted");
  assert.equal(log, ["commit", "contended"]);
  assert.ok(over());
});

test.run();
