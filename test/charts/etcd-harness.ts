/** An etcd that serves, and what its charts' tests see of it. */
import * as assert from "uvu/assert";
import { etcdMessages, prefixEnd, type WatchChunk, type WatchRequest } from "../../actors/etcd/messages.js";
import type { Outcome, WireError } from "../../src/wire/errors.js";
import type { IncomingStream } from "../../src/wire/streams.js";
import { EtcdWorld, type EtcdWorldOptions } from "../sim/etcd-world.js";

export const all = { key: "/", rangeEnd: prefixEnd("/") };

export function serving(options: Partial<EtcdWorldOptions> = {}): EtcdWorld {
  const world = new EtcdWorld({ seed: "charts", crash: "cutPower", ...options });
  assert.is(world.untilSettled(), "serving");
  return world;
}

/** What became of a call that is not waited for. */
export function later<Reply>(): { outcome?: Outcome<Reply>; take: (outcome: Outcome<Reply>) => void } {
  const told: { outcome?: Outcome<Reply>; take: (outcome: Outcome<Reply>) => void } = {
    take: (outcome) => {
      told.outcome = outcome;
    },
  };
  return told;
}

export const said = (outcome: Outcome<unknown> | undefined): string =>
  outcome === undefined ? "nothing" : outcome.ok ? "ok" : `${outcome.error.code}: ${outcome.error.message}`;

export class Watched {
  readonly chunks: WatchChunk[] = [];
  ended: { error?: WireError } | undefined;
  readonly stream: IncomingStream<{ readonly progress: number }>;

  constructor(world: EtcdWorld, request: WatchRequest, manualCredit = false) {
    this.stream = world.wire.open("etcd/0", etcdMessages.watch, request, {
      manualCredit,
      onChunk: (chunk) => this.chunks.push(chunk),
      onEnd: (error) => {
        this.ended = error === undefined ? {} : { error };
      },
    });
  }

  /** `put /a=1 @2 was 0`. */
  get events(): string[] {
    return this.chunks.flatMap(({ events }) =>
      events.map(({ type, kv, previous }) => {
        const value = type === "put" ? `=${kv.value}` : "";
        return `${type} ${kv.key}${value} @${kv.modRevision}${previous === undefined ? "" : ` was ${previous.value}`}`;
      }),
    );
  }
}
