/** The API server's charts one by one, with stand-ins for what they drive: the ways that simulations take seldom. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { EventObject } from "xstate";
import type { TokenIssue } from "../../actors/apiserver/access/tokens/token-request.js";
import { tokenRequestMachine } from "../../actors/apiserver/access/tokens/token-request-machine.js";
import type { Consultation } from "../../actors/apiserver/consult/consultation.js";
import { consultationMachine } from "../../actors/apiserver/consult/consultation-machine.js";
import type { Definitions } from "../../actors/apiserver/definitions/definitions.js";
import { definitionsMachine } from "../../actors/apiserver/definitions/machine.js";
import type { BulkSetup } from "../../actors/apiserver/setup/bulk-setup.js";
import { bulkSetupMachine } from "../../actors/apiserver/setup/bulk-setup-machine.js";
import { setupMachine } from "../../actors/apiserver/setup/machine.js";
import type { Setup } from "../../actors/apiserver/setup/setup.js";
import type { Connection } from "../../actors/apiserver/subresources/connection.js";
import { connectionMachine } from "../../actors/apiserver/subresources/connection-machine.js";
import type { EtcdLink } from "../../actors/apiserver/watch-cache/etcd-link.js";
import { watchCacheMachine } from "../../actors/apiserver/watch-cache/machine.js";
import { writeMachine } from "../../actors/apiserver/writes/machine.js";
import type { Write } from "../../actors/apiserver/writes/write.js";
import { type Outcome, type WireError, wireError } from "../../src/wire/errors.js";
import { play, standIn } from "./chart-player.js";

/** An etcd that lists and is watched when told to. */
function etcdStandIn(linked: boolean) {
  const log: string[] = [];
  const etcd = {
    linked,
    log,
    listed: (_outcome: Outcome<null>): void => undefined,
    started: (): void => undefined,
    ended: (_error?: WireError): void => undefined,
    list: (onListed: (outcome: Outcome<null>) => void): void => {
      log.push("list");
      etcd.listed = onListed;
    },
    stopListing: () => log.push("stop listing"),
    watch: (told: { onStarted(): void; onEnd(error?: WireError): void }): void => {
      log.push("watch");
      etcd.started = told.onStarted;
      etcd.ended = told.onEnd;
    },
    stopWatching: () => log.push("stop watching"),
  };
  return etcd;
}

const listed: Outcome<null> = { ok: true, reply: null };
const failedList: Outcome<null> = { ok: false, error: wireError("deadline", "no answer") };
const compacted = wireError("rejected", "compacted", { reason: "compacted", compactRevision: 9n });

function watchCache(linked: boolean) {
  const etcd = etcdStandIn(linked);
  const following: boolean[] = [];
  const onFollowing = (now: boolean): void => {
    following.push(now);
  };
  return { etcd, following, ...play(watchCacheMachine, { etcd: standIn<EtcdLink>(etcd), onFollowing }) };
}

test("the watch cache lists once etcd is linked, then follows", () => {
  const { etcd, following, send } = watchCache(false);
  assert.equal(etcd.log, []);
  send({ type: "etcd.linked" });
  etcd.listed(listed);
  etcd.started();
  assert.equal(etcd.log, ["list", "stop listing", "watch"]);
  assert.equal(following, [true]);
});

test("a list that fails is tried again after a while; one that loses its link waits for the next", () => {
  const { etcd, send, wait, state } = watchCache(true);
  etcd.listed(failedList);
  assert.is(state(), "backingOff");
  wait(100);
  assert.equal(etcd.log, ["list", "stop listing", "list"]);
  etcd.linked = false;
  send({ type: "etcd.lost" });
  assert.is(state(), "unlinked");
  send({ type: "etcd.linked" });
  etcd.listed(failedList);
  send({ type: "etcd.lost" });
  assert.is(state(), "unlinked");
});

test("a watch is resumed where it was when its link comes back, or after a while", () => {
  const { etcd, following, send, wait, state } = watchCache(true);
  etcd.listed(listed);
  etcd.started();
  etcd.linked = false;
  send({ type: "etcd.lost" });
  assert.is(state(), "resuming");
  wait(1_000);
  assert.is(state(), "resuming", "nobody to ask");
  etcd.linked = true;
  send({ type: "etcd.linked" });
  etcd.started();
  etcd.ended(wireError("slowReader", "too slow"));
  assert.is(state(), "resuming");
  wait(100);
  assert.is(state(), "following.opening");
  assert.equal(following, [true, false, true, false]);
});

test("what etcd has compacted is listed again; that may fail, or lose its link", () => {
  const { etcd, send, state } = watchCache(true);
  const relist = (): void => {
    etcd.listed(listed);
    etcd.ended(compacted);
    assert.is(state(), "relisting");
  };
  relist();
  relist();
  etcd.listed(failedList);
  assert.is(state(), "backingOff");
  etcd.linked = false;
  send({ type: "etcd.lost" });
  send({ type: "etcd.linked" });
  relist();
  send({ type: "etcd.lost" });
  assert.is(state(), "unlinked");
});

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

test("what cannot be set up is tried again", () => {
  const answers: Array<(type: string) => void> = [];
  const log: string[] = [];
  const setup = {
    done: false,
    incomplete: true,
    create: (onAnswer: (type: string) => void) => answers.push(onAnswer),
    read: (onAnswer: (type: string) => void) => answers.push(onAnswer),
    complete: (onAnswer: (type: string) => void) => answers.push(onAnswer),
    next: () => {
      log.push("next");
      setup.done = log.length > 1;
    },
    onDone: () => log.push("done"),
  };
  const { wait, state } = play(setupMachine, { setup: standIn<Setup>(setup) });
  const answer = (type: string): void => answers.shift()?.(type);
  answer("failed");
  assert.is(state(), "backingOff");
  wait(200);
  answer("exists");
  answer("failed");
  assert.is(state(), "backingOff", "it could not be read");
  wait(200);
  answer("exists");
  answer("read");
  answer("failed");
  assert.is(state(), "backingOff", "it could not be completed");
  wait(200);
  answer("exists");
  answer("read");
  answer("completed");
  setup.incomplete = false;
  answer("created");
  assert.equal(log, ["next", "next", "done"]);
});

test("a token that is not confirmed, or not signed, in time is answered with why", () => {
  const log: string[] = [];
  const issue = {
    refused: false,
    confirm: () => log.push("confirm"),
    prepare: () => log.push("prepare"),
    sign: () => log.push("sign"),
    answer: () => log.push("answer"),
  };
  const unconfirmed = play(tokenRequestMachine, { issue: standIn<TokenIssue>(issue) });
  unconfirmed.wait(10_000);
  assert.equal(log.splice(0), ["confirm", "answer"]);
  const unsigned = play(tokenRequestMachine, { issue: standIn<TokenIssue>(issue) });
  unsigned.send({ type: "fresh" });
  unsigned.wait(10_000);
  assert.equal(log, ["confirm", "prepare", "sign", "answer"]);
});

function connectionStandIn(parts: { refused?: boolean; nowhere?: boolean } = {}) {
  const log: string[] = [];
  const note = (what: string) => () => log.push(what);
  const connection = {
    refused: false,
    nowhere: false,
    confirm: note("confirm"),
    stopWaiting: note("stop waiting"),
    locate: note("locate"),
    open: note("open"),
    close: note("close"),
    refuse: note("refuse"),
    endEmpty: note("end empty"),
    end: (error?: WireError) => log.push(error === undefined ? "end" : `end: ${error.message}`),
    ...parts,
  };
  return { log, ...play(connectionMachine, { connection: standIn<Connection>(connection) }) };
}

const waited = ["confirm", "stop waiting"];

test("a connection is located, opened, and ends with its stream or its reader", () => {
  const ended = connectionStandIn();
  ended.send({ type: "fresh" });
  ended.send({ type: "stream.ended", error: wireError("linkLost", "gone") } as EventObject);
  assert.equal(ended.log, [...waited, "locate", "open", "close", "end: gone"]);
  const closed = connectionStandIn();
  closed.send({ type: "fresh" });
  closed.send({ type: "closed" });
  assert.equal(closed.log, [...waited, "locate", "open", "close"]);
});

test("a connection to what is not there is refused; a log that nobody writes yet is empty", () => {
  const refused = connectionStandIn({ refused: true });
  refused.send({ type: "fresh" });
  assert.equal(refused.log, [...waited, "locate", "refuse"]);
  const nowhere = connectionStandIn({ nowhere: true });
  nowhere.send({ type: "fresh" });
  assert.equal(nowhere.log, [...waited, "locate", "end empty"]);
});

test("a connection that is not confirmed in time is refused; a reader may leave before", () => {
  const late = connectionStandIn();
  late.wait(10_000);
  assert.equal(late.log, [...waited, "refuse"]);
  const left = connectionStandIn();
  left.send({ type: "closed" });
  assert.equal(left.log, waited);
});

function accessBootstrap(complete: boolean) {
  const log: string[] = [];
  let answer = (_type: "written" | "overtaken" | "failed"): void => undefined;
  let fresh = (): void => undefined;
  const bootstrap = {
    complete,
    compare: () => log.push("compare"),
    write: (onAnswer: typeof answer) => {
      log.push("write");
      answer = onAnswer;
    },
    refresh: (onFresh: typeof fresh) => {
      log.push("refresh");
      fresh = onFresh;
    },
    onDone: () => log.push("done"),
  };
  const chart = play(bulkSetupMachine, { bulk: standIn<BulkSetup>(bootstrap) });
  return { bootstrap, log, ...chart, answer: (type: Parameters<typeof answer>[0]) => answer(type), fresh: () => fresh() };
}

test("the first roles: nothing is written when none is missing", () => {
  const { log, over } = accessBootstrap(true);
  assert.equal([log, over()], [["done"], true]);
});

test("the first roles: compared again when another server was faster, and after a while when etcd does not answer", () => {
  const { bootstrap, log, state, answer, fresh, wait, over } = accessBootstrap(false);
  answer("failed");
  assert.is(state(), "backingOff");
  wait(200);
  assert.is(state(), "catchingUp");
  fresh();
  assert.is(state(), "writing");
  answer("overtaken");
  assert.is(state(), "catchingUp");
  fresh();
  assert.equal(log, ["write", "refresh", "compare", "write", "refresh", "compare", "write"]);
  answer("written");
  assert.equal([log.at(-1), over()], ["done", true]);
  assert.is(bootstrap.complete, false);
});

test("a definition that cannot be confirmed to be empty is looked at again after a while", () => {
  let stopped = 0;
  const definitions = standIn<Definitions>({
    task: { what: "confirm" },
    follow: () => undefined,
    look: () => undefined,
    confirm: () => undefined,
    stopConfirming: () => (stopped += 1),
  });
  const { wait, states, state } = play(definitionsMachine, { definitions });
  assert.is(state(), "confirming");
  wait(10_000);
  assert.is(stopped, 1);
  assert.is(states.filter((each) => each === "confirming").length, 2);
});

test.run();
