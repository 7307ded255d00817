/** One round of reconciling a key: what its chart does on the wire and to the caches; the chart says when. */
import { type ApiAnswer, type ApiRead, type ApiWrite, askApiserver } from "../../../src/actor/api-requests.js";
import { recordEvent } from "../../../src/actor/events.js";
import type { Host } from "../../../src/actor/host.js";
import { isDefinite, type Outcome, type WireError, wireError } from "../../../src/wire/errors.js";
import { statusOf } from "../../apiserver/messages.js";
import type { DirectoryWork, WorkEnd } from "../io/io.js";
import type { Informers } from "./informers.js";
import type { Finding, Plan, PlannedWrite, Reconcile } from "./plan.js";
import { newestRevision } from "./revisions.js";

export const roundLimits = {
  writesAtOnce: 100,
  /** How long a round waits until the caches show what it wrote. */
  catchUpMs: 5_000,
  /** More rounds of reads than this are a reconciler that never comes to a decision. */
  readRounds: 5,
} as const;

export type DoWork = (work: DirectoryWork, onEnd: (end: WorkEnd) => void) => void;

/** Whose round it is. */
export interface RoundOf {
  readonly host: Host;
  readonly informers: Informers;
  readonly key: string;
  readonly reconcile: Reconcile;
  readonly serviceAccount: string | undefined;
  readonly work?: DoWork | undefined;
  readonly failure: WireError | undefined;
  /** How many writes may be under way at its beginning: 1, or as many as the round just before it came to. */
  readonly pace: number;
}

export class Round {
  plan: Plan = {};
  error: WireError | undefined;
  private readonly answers = new Map<string, Finding>();
  private readonly refusals = new Map<string, WireError>();
  private readonly ended = new Map<string, WorkEnd>();
  private readRounds = 0;
  private pending = 0;
  private next = 0;
  private window: number;
  private indefinite = false;
  private readonly unseen = new Set<() => void>();

  constructor(private readonly of: RoundOf) {
    this.window = of.pace;
  }

  /** At how many writes at once the next round may begin: as many as went well in this one, 1 where it wrote too little to tell. */
  get pace(): number {
    return (this.plan.writes?.length ?? 0) < roundLimits.writesAtOnce ? 1 : this.window;
  }

  get failed(): boolean {
    return this.error !== undefined;
  }

  /** A write may or may not have happened: the caches must be known to be newer than it before the next round. */
  get isUncertain(): boolean {
    return this.indefinite;
  }

  /** Something must be known, or done, before it can be decided. */
  get hasReads(): boolean {
    return (this.plan.reads?.length ?? 0) + (this.plan.works?.length ?? 0) > 0;
  }

  get hasWrites(): boolean {
    return (this.plan.writes?.length ?? 0) > 0;
  }

  get allAnswered(): boolean {
    return this.pending === 0;
  }

  get ownWritesAreSeen(): boolean {
    return this.unseen.size === 0;
  }

  reconcile(): void {
    const { host, key, reconcile, failure } = this.of;
    const { clock } = host;
    const times = { nowMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
    const { answers, refusals, ended } = this;
    this.plan = reconcile(key, { ...times, answers, refusals, ended, ...(failure === undefined ? {} : { failure }) });
    if (this.hasReads) return;
    for (const event of this.plan.events ?? []) recordEvent(host, event);
  }

  read(onAnswer: () => void): void {
    const { reads = [], works = [] } = this.plan;
    this.readRounds += 1;
    if (this.readRounds > roundLimits.readRounds) {
      this.error = wireError("internal", `${this.of.key}: no decision after ${roundLimits.readRounds} rounds of reads`);
      onAnswer();
      return;
    }
    this.pending = reads.length + works.length;
    for (const { name, work } of works) {
      const onEnd = this.of.host.bind((end: WorkEnd) => {
        this.pending -= 1;
        this.ended.set(name, end);
        onAnswer();
      });
      this.of.work?.(work, onEnd);
    }
    for (const { name, request, mayFail = false } of reads) {
      this.ask(request, (outcome) => {
        this.pending -= 1;
        // That something is not there is an answer; that the server could not say is none.
        if (outcome.ok) this.answers.set(name, outcome.reply);
        else if (mayFail) this.refusals.set(name, outcome.error);
        else if (statusOf(outcome.error)?.code === 404) this.answers.set(name, "absent");
        else this.error ??= outcome.error;
        onAnswer();
      });
    }
  }

  /** Sends the first writes; each success lets two more go, so that a doomed batch fails after one. */
  write(onAnswer: () => void, onSeen: () => void): void {
    this.next = 0;
    if (this.plan.inOrder) this.window = 1;
    this.send(onAnswer, onSeen);
  }

  stopWaiting(): void {
    for (const cancel of this.unseen) cancel();
    this.unseen.clear();
  }

  private ask(request: ApiRead | ApiWrite, onOutcome: (outcome: Outcome<ApiAnswer>) => void): void {
    const { host, serviceAccount } = this.of;
    const as = serviceAccount === undefined ? undefined : { user: `system:serviceaccount:kube-system:${serviceAccount}` };
    askApiserver(host, request, onOutcome, as);
  }

  private send(onAnswer: () => void, onSeen: () => void): void {
    const writes = this.plan.writes ?? [];
    while (this.next < writes.length && this.pending < this.window && !this.failed) {
      const write = writes[this.next++]!;
      this.pending += 1;
      this.ask(write.request, (outcome) => {
        this.pending -= 1;
        this.wrote(write, outcome, onSeen);
        this.send(onAnswer, onSeen);
        if (this.pending === 0) onAnswer();
      });
    }
  }

  private wrote(write: PlannedWrite, outcome: Outcome<ApiAnswer>, onSeen: () => void): void {
    const { host } = this.of;
    if (outcome.ok) {
      if (!this.plan.inOrder) this.window = Math.min(roundLimits.writesAtOnce, this.window + 1);
      if (write.onSuccess !== undefined) recordEvent(host, write.onSuccess(outcome.reply));
      this.expect(write.request, outcome.reply, onSeen);
      return;
    }
    if (write.request.verb === "delete" && statusOf(outcome.error)?.code === 404) {
      this.expect(write.request, {}, onSeen);
      return;
    }
    this.error ??= outcome.error;
    this.indefinite ||= !isDefinite(outcome.error);
    if (write.onFailure !== undefined) recordEvent(host, write.onFailure(outcome.error));
  }

  /** The round is over only when the caches show what it wrote; otherwise the next one would write it again. */
  private expect(request: ApiWrite, { object, resourceVersion }: ApiAnswer, onSeen: () => void): void {
    const { informers } = this.of;
    const { path } = request;
    if (request.verb === "deleteCollection" || ("subresource" in path && path.subresource === "binding")) return;
    let cancel: (() => void) | undefined;
    let seen = false;
    const told = () => {
      seen = true;
      if (cancel !== undefined && this.unseen.delete(cancel) && this.unseen.size === 0) onSeen();
    };
    if (resourceVersion !== undefined) cancel = informers.whenSeen(path, resourceVersion, told);
    else if (request.verb === "delete" && "name" in path) {
      const key = path.namespace ? `${path.namespace}/${path.name}` : (path.name ?? "");
      cancel = informers.whenGone(path, key, request.options?.preconditions?.uid ?? object?.metadata?.uid, told);
    }
    if (cancel !== undefined && !seen) this.unseen.add(cancel);
  }

  /** After an uncertain write: what there really is, asked of the API server itself, so that the caches can come up to it. */
  askRevision(onAnswer: () => void, onSeen: () => void): void {
    const [write] = this.plan.writes ?? [];
    if (write === undefined) {
      onAnswer();
      return;
    }
    const { group, version, resource, namespace } = write.request.path;
    const path = { group, version, resource, ...(namespace === undefined ? {} : { namespace }) };
    // As this actor, which may list everything; its controllers may not.
    askApiserver(this.of.host, { verb: "list", path }, (outcome) => {
      if (outcome.ok) {
        this.indefinite = false;
        const resourceVersion = newestRevision(outcome.reply.items ?? []);
        this.expect({ verb: "create", path, object: { metadata: {} } }, { resourceVersion }, onSeen);
      }
      onAnswer();
    });
  }
}
