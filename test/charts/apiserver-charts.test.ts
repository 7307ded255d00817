/** The API server's other charts one by one, with stand-ins for what they drive: the ways that simulations take seldom. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { EventObject } from "xstate";
import type { TokenIssue } from "../../actors/apiserver/access/tokens/token-request.js";
import { tokenRequestMachine } from "../../actors/apiserver/access/tokens/token-request-machine.js";
import type { CollectionDelete } from "../../actors/apiserver/collection.js";
import { collectionMachine } from "../../actors/apiserver/collection-machine.js";
import type { BulkSetup } from "../../actors/apiserver/setup/bulk-setup.js";
import { bulkSetupMachine } from "../../actors/apiserver/setup/bulk-setup-machine.js";
import { setupMachine } from "../../actors/apiserver/setup/machine.js";
import type { Setup } from "../../actors/apiserver/setup/setup.js";
import type { Connection } from "../../actors/apiserver/subresources/connection.js";
import { connectionMachine } from "../../actors/apiserver/subresources/connection-machine.js";
import { type WireError, wireError } from "../../src/wire/errors.js";
import { play, standIn } from "./chart-player.js";

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

/** A collection of so many objects, one deleted at a time. */
function collection(objects: number) {
  const log: string[] = [];
  let next = (): void => undefined;
  let running = 1;
  let stopped = false;
  const deleting = {
    deadlineMs: 1_000,
    get done() {
      return running === 0 && (objects === 0 || stopped);
    },
    listAll: (onListed: () => void) => {
      next = onListed;
    },
    deleteNext: (onDeleted: () => void) => {
      if (running > 0 || objects === 0) return;
      objects -= 1;
      running = 1;
      log.push("delete");
      next = onDeleted;
    },
    stop: () => {
      stopped = true;
      log.push("stop");
    },
    answer: () => log.push("answer"),
  };
  const played = play(collectionMachine, { collection: standIn<CollectionDelete>(deleting) });
  const step = (): void => {
    running -= 1;
    next();
  };
  return { ...played, log, step };
}

test("a collection is listed and deleted, and then answered", () => {
  const { log, step, over } = collection(2);
  for (let count = 0; count < 3; count += 1) step();
  assert.equal([log, over()], [["delete", "delete", "answer"], true]);
});

test("a collection stops between two objects when its time is up, or when who asked has gone", () => {
  const late = collection(5);
  late.step();
  late.step();
  late.wait(1_000);
  assert.equal([late.log, late.state()], [["delete", "delete", "stop"], "stopping"]);
  late.step();
  assert.equal([late.log.at(-1), late.over()], ["answer", true]);
  const abandoned = collection(5);
  abandoned.send({ type: "abandoned" });
  abandoned.step();
  assert.equal([abandoned.log, abandoned.over()], [["stop", "answer"], true], "what was listed is not deleted");
});

test("a collection with many deletes under way waits for all of them when it stops", () => {
  const log: string[] = [];
  let running = 2;
  const deleting = {
    deadlineMs: 1_000,
    get done() {
      return running === 0;
    },
    listAll: () => undefined,
    stop: () => undefined,
    answer: () => log.push("answer"),
  };
  const { send, over } = play(collectionMachine, { collection: standIn<CollectionDelete>(deleting) });
  send({ type: "abandoned" });
  running = 1;
  send({ type: "deleted" });
  assert.equal([log, over()], [[], false]);
  running = 0;
  send({ type: "deleted" });
  assert.equal([log, over()], [["answer"], true]);
});

test.run();
