/**
 * Writes the objects that are missing or lack something, as many in one transaction as etcd takes: one sync of the disk for
 * all of them.
 */
import { createdMetadata } from "../../../src/api/strategy/metadata.js";
import { formatTime } from "../../../src/api/time.js";
import type { UntypedObject } from "../../../src/api/types.js";
import type { Outcome } from "../../../src/wire/errors.js";
import { type Compare, etcdMessages, type TxnOperation, type TxnReply } from "../../etcd/messages.js";
import type { Server } from "../server.js";
import { etcdOf } from "../watch-cache/etcd-link.js";
import { storedText } from "../watch-cache/stored-text.js";

/** etcd takes 128 operations in one transaction. */
export const objectsAtOnce = 100;

/** An object that every cluster has, in the version in which it is stored. */
export interface BulkObject {
  readonly key: string;
  readonly object: UntypedObject;
  /** True for kinds that count the versions of their spec. */
  readonly hasGeneration: boolean;
  /** What is stored under the key with what it lacks; undefined when it lacks nothing. Takes over what it is given. */
  completed(stored: UntypedObject): UntypedObject | undefined;
}

interface Writing {
  readonly compares: Compare[];
  readonly success: TxnOperation[];
}

export class BulkSetup {
  private writing: Writing = { compares: [], success: [] };

  constructor(
    private readonly server: Server,
    private readonly wanted: readonly BulkObject[],
    readonly onDone: () => void,
  ) {
    this.compare();
  }

  /** Finds out from the watch cache what is to be written. */
  compare(): void {
    this.writing = { compares: [], success: [] };
    for (const object of this.wanted) this.plan(object);
  }

  get complete(): boolean {
    return this.writing.success.length === 0;
  }

  write(onAnswer: (type: "written" | "overtaken" | "failed") => void): void {
    const { host } = this.server;
    const etcd = etcdOf(host);
    if (etcd === undefined) {
      onAnswer("failed");
      return;
    }
    const onOutcome = (outcome: Outcome<TxnReply>): void => {
      if (!outcome.ok) host.note(`setting up: ${outcome.error.message}`);
      onAnswer(outcome.ok ? (outcome.reply.succeeded ? "written" : "overtaken") : "failed");
    };
    host.wire.call(etcd, etcdMessages.txn, { ...this.writing, failure: [] }, { onOutcome });
  }

  /** Another API server wrote first: what it wrote comes down the watch. */
  refresh(onFresh: () => void): void {
    this.server.freshness.confirm(onFresh);
  }

  private plan({ key, object, hasGeneration, completed }: BulkObject): void {
    const stored = this.server.cache.get(key);
    if (stored === undefined) {
      this.put(key, this.born(object, hasGeneration), { key, operator: "=", target: "createRevision", expected: 0n });
      return;
    }
    const complete = completed(stored.object);
    if (complete !== undefined) this.put(key, complete, { key, operator: "=", target: "modRevision", expected: stored.revision });
  }

  private put(key: string, object: UntypedObject, compare: Compare): void {
    this.writing.compares.push(compare);
    this.writing.success.push({ type: "put", key, value: storedText(object) });
  }

  private born(object: UntypedObject, hasGeneration: boolean): UntypedObject {
    const { ids, clock } = this.server.host;
    const birth = { uid: ids.uuid(), creationTimestamp: formatTime(clock.nowMs()) };
    return { ...object, metadata: createdMetadata(object.metadata, birth, hasGeneration) };
  }
}
