/** The watch cache's chart, with a stand-in for etcd. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { EtcdLink } from "../../actors/apiserver/watch-cache/etcd-link.js";
import { watchCacheMachine } from "../../actors/apiserver/watch-cache/machine.js";
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

test.run();
