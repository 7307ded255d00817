/** One write under way: what is known of what is stored, the plan made from it, and its transaction. */
import { internalError, requestEntityTooLarge, serviceUnavailable, timeout, tooManyRequests } from "../../../src/api/status.js";
import type { KubernetesObject } from "../../../src/api/types.js";
import { isDefinite, type Outcome, type WireError } from "../../../src/wire/errors.js";
import type { Json } from "../../../src/wire/json.js";
import { type Compare, etcdMessages, type TxnOperation, type TxnReply } from "../../etcd/messages.js";
import { Measures } from "../admission/measures.js";
import type { Backing } from "../backing.js";
import { Inquiry } from "../consult/consultant.js";
import type { Answers } from "../consult/question.js";
import type { Leases } from "../leases.js";
import type { ApiError, ApiOutcome, Respond } from "../request.js";
import { etcdOf, rejectionOf } from "../watch-cache/etcd-link.js";
import { StoredObject } from "../watch-cache/stored-object.js";
import { storedText, withResourceVersion } from "../watch-cache/stored-text.js";
import { Draws } from "./draws.js";
import { type Plan, type Planner, refuseForCertain } from "./plan.js";
import { RemarkBook } from "./remarks.js";

const noAnswers: Answers = new Map();

/** Meetings with other writers before a write is given up. */
const conflictsMost = 50;

type Ending = "committed" | "conflicted" | "lease.lost" | "too.large" | "failed";

export interface WriteOf {
  readonly planner: Planner;
  readonly dryRun: boolean;
  readonly deadlineMs: number;
  /** What was measured of it already; absent: nothing. */
  readonly measures?: Measures;
}

export class Write {
  isAbandoned = false;
  private plan!: Plan;
  private origin: StoredObject | undefined;
  /** The origin is what etcd has, not only what the cache had. */
  private confirmed = false;
  private stored = true;
  private withoutManagers = false;
  private conflicts = 0;
  private readonly taken = new Set<string>();
  private leaseId = 0n;
  private readonly beganMs: number;
  private readonly draws: Draws;
  private remarks = new RemarkBook();
  private readonly measures: Measures;
  private inquiry: Inquiry | undefined;
  private consultingUntilMs: number | undefined;
  private consultedMs = 0;
  private line: string | undefined;
  private endTurn: (() => void) | undefined;
  private outcome: ApiOutcome | undefined;
  private giveUp: () => void = () => undefined;

  constructor(
    private readonly backing: Backing & { readonly leases: Leases },
    private readonly of: WriteOf,
    private readonly respond: Respond,
  ) {
    this.beganMs = backing.host.clock.monotonicMs();
    this.draws = new Draws(backing.host);
    this.measures = of.measures ?? new Measures(backing);
    if (of.planner.begins === "cached") this.origin = backing.cache.get(of.planner.key());
    this.makePlan();
  }

  get deadlineMs(): number {
    return this.of.deadlineMs;
  }

  makePlan(): void {
    const { origin, taken, conflicts, draws, measures } = this;
    const answers = this.inquiry?.answers ?? noAnswers;
    if (!this.remarks.isEmpty) this.remarks = new RemarkBook();
    const { remarks } = this;
    try {
      const { conversions } = this.backing.catalog;
      conversions.learn(answers, this.backing.host.clock.monotonicMs());
      const attempt = conversions.attemptInOrder(
        () => this.of.planner.plan({ origin, taken, conflicts, answers, draws, remarks, measures }),
        this.beganMs,
      );
      if (attempt.what === "done") this.plan = attempt.value;
      else if (attempt.what === "failed") this.plan = refuseForCertain(attempt.error);
      else this.plan = { what: "consult", questions: attempt.questions };
    } catch (error) {
      // One request that cannot be understood must not take the others down with the server.
      this.backing.host.note(`planning a write of ${this.of.planner.key()} failed: ${String(error)}`);
      this.plan = refuseForCertain(internalError("the request could not be handled"));
    }
  }

  get mustConsult(): boolean {
    return this.plan.what === "consult";
  }

  /** All that a write asks shares its deadline. */
  get consultLeftMs(): number {
    const nowMs = this.backing.host.clock.monotonicMs();
    this.consultingUntilMs ??= nowMs + this.deadlineMs;
    return Math.max(0, this.consultingUntilMs - nowMs);
  }

  consult(onAnswered: () => void): void {
    if (this.plan.what !== "consult") return;
    this.inquiry ??= new Inquiry(this.backing.consultant);
    const { clock } = this.backing.host;
    const askedMs = clock.monotonicMs();
    const requestLeftMs = this.consultLeftMs;
    const questions = this.plan.questions.map((question) => ({ ...question, requestLeftMs }));
    this.inquiry.ask(questions, () => {
      this.consultedMs += clock.monotonicMs() - askedMs;
      onAnswered();
    });
  }

  stopConsulting(): void {
    this.inquiry?.giveUp();
  }

  /** A refusal, or that there is nothing to do, must not come from a cache that is behind. */
  get mustBeConfirmed(): boolean {
    const { plan } = this;
    if (this.confirmed) return false;
    // No transaction will tell a dry run what it would have met.
    if (this.of.dryRun && plan.what !== "consult") return true;
    return (plan.what === "answer" || plan.what === "refuse") && plan.certain !== true;
  }

  get hasNothingToCommit(): boolean {
    return this.plan.what === "refuse" || this.plan.what === "answer" || this.of.dryRun;
  }

  get needsLease(): boolean {
    return this.plan.what === "put" && this.plan.ttlSeconds !== undefined;
  }

  get knowsWhatIsStored(): boolean {
    return this.stored;
  }

  get triedTooOften(): boolean {
    return this.conflicts > conflictsMost;
  }

  /** What a dry run would spend stays. */
  get mustAwaitTurn(): boolean {
    const { plan } = this;
    return this.endTurn === undefined && lineOf(plan) !== undefined;
  }

  takeTurn(onTurn: () => void): void {
    this.line = lineOf(this.plan);
    if (this.line !== undefined) this.endTurn = this.backing.turns.take(this.line, onTurn);
  }

  /** Lets the next one have its turn. */
  leaveLine(): void {
    this.endTurn?.();
  }

  confirm(onFresh: () => void): void {
    this.giveUp = this.backing.freshness.confirm(onFresh);
  }

  stopWaiting(): void {
    this.giveUp();
  }

  takeFromCache(): void {
    this.origin = this.backing.cache.get(this.of.planner.key());
    this.confirmed = true;
  }

  lease(onReady: (ready: boolean) => void): void {
    const ttlSeconds = this.plan.what === "put" ? (this.plan.ttlSeconds ?? 0) : 0;
    this.backing.leases.lease(ttlSeconds, (outcome) => {
      if (outcome.ok) this.leaseId = outcome.reply;
      else this.fail(outcome.error);
      onReady(outcome.ok);
    });
  }

  /** The call has the write's deadline: what etcd does not answer by then has failed, and is unknown. */
  commit(onEnded: (ending: Ending) => void): void {
    const etcd = etcdOf(this.backing.host);
    const { plan } = this;
    if (etcd === undefined || (plan.what !== "put" && plan.what !== "remove")) {
      this.outcome = { ok: false, error: serviceUnavailable("etcd is not reachable") };
      onEnded("failed");
      return;
    }
    const text = plan.what === "put" ? storedText(plan.object, this.managedFieldsOf(plan)) : "";
    const { compares, success, failure } = this.transaction(plan, text);
    const operation = plan.what === "remove" ? "delete" : this.origin === undefined ? "create" : "update";
    const answered = this.backing.metrics.etcd.asked(operation, plan.key);
    const onOutcome = (outcome: Outcome<TxnReply>): void => {
      answered(outcome.ok);
      onEnded(this.ended(plan, text, outcome));
    };
    this.backing.host.wire.call(
      etcd,
      etcdMessages.txn,
      { compares, success, failure },
      { onOutcome, deadlineMs: this.deadlineMs },
    );
  }

  /** Who owns what may be more than the object itself, and is the first that can be done without. */
  leaveManagersOut(): void {
    this.withoutManagers = true;
  }

  answer(): void {
    if (this.outcome === undefined) this.outcome = this.outcomeWithoutCommit();
    const outcome = this.remarks.on(this.outcome);
    this.respond(this.consultedMs === 0 ? outcome : { ...outcome, waitedMs: this.consultedMs });
  }

  /** Nobody waits for the answer any more: what has begun is not tried again. */
  abandon(): void {
    this.isAbandoned = true;
  }

  refuseAsContended(): void {
    this.respond({ ok: false, error: tooManyRequests("the object is being written by too many others, please try again later") });
  }

  refuseAsTimeout(): void {
    this.respond({ ok: false, error: timeout("request did not complete within the allotted timeout") });
  }

  private outcomeWithoutCommit(): ApiOutcome {
    const { plan, origin } = this;
    switch (plan.what) {
      case "refuse":
        return { ok: false, error: plan.error };
      case "answer":
        return plan.outcome;
      case "consult":
        return { ok: false, error: internalError("the request was answered before it was decided") };
      case "put":
        return plan.answer(unwritten(storedText(plan.object, this.managedFieldsOf(plan)), origin));
      case "remove":
        return plan.answer(origin?.revision ?? 0n);
    }
  }

  private managedFieldsOf({ managedFields }: { readonly managedFields?: string }): string {
    if (this.withoutManagers) return "";
    return managedFields ?? this.origin?.managedFields ?? "";
  }

  private transaction(plan: Extract<Plan, { what: "put" | "remove" }>, text: string) {
    const { key, claims = [], releases = [], alongside = [] } = plan;
    const compares: Compare[] = [
      this.origin === undefined
        ? { key, operator: "=", target: "createRevision", expected: 0n }
        : { key, operator: "=", target: "modRevision", expected: this.origin.revision },
    ];
    const lease = this.needsLease ? { lease: this.leaseId } : {};
    const success: TxnOperation[] = [
      plan.what === "put" ? { type: "put", key, value: text, ...lease } : { type: "deleteRange", key },
    ];
    const failure: TxnOperation[] = [{ type: "range", key }];
    for (const claim of claims) {
      compares.push({ key: claim.key, operator: "=", target: "createRevision", expected: 0n });
      success.push({ type: "put", ...claim });
      failure.push({ type: "range", key: claim.key });
    }
    for (const released of releases) success.push({ type: "deleteRange", key: released });
    for (const { previous, object } of alongside) {
      compares.push({ key: previous.key, operator: "=", target: "modRevision", expected: previous.revision });
      success.push({ type: "put", key: previous.key, value: storedText(object, previous.managedFields) });
    }
    return { compares, success, failure };
  }

  private ended(plan: Extract<Plan, { what: "put" | "remove" }>, text: string, outcome: Outcome<TxnReply>): Ending {
    if (!outcome.ok) {
      if (rejectionOf(outcome.error)?.reason === "leaseNotFound") {
        this.backing.leases.forget(this.leaseId);
        return "lease.lost";
      }
      if (rejectionOf(outcome.error)?.reason === "requestTooLarge" && this.hasManagersToSpare(plan)) return "too.large";
      this.fail(outcome.error);
      return "failed";
    }
    const { succeeded, revision } = outcome.reply;
    if (succeeded) {
      this.tellNext(plan, revision);
      this.outcome = plan.what === "put" ? plan.answer(withResourceVersion(text, revision)) : plan.answer(revision);
      return "committed";
    }
    this.learn(outcome.reply);
    return "conflicted";
  }

  private hasManagersToSpare(plan: Extract<Plan, { what: "put" | "remove" }>): boolean {
    return plan.what === "put" && this.of.planner.insistsOnManagers !== true && this.managedFieldsOf(plan) !== "";
  }

  private tellNext({ alongside = [] }: Extract<Plan, { what: "put" | "remove" }>, revision: bigint): void {
    if (this.line === undefined) return;
    this.backing.turns.wrote(
      this.line,
      alongside.map(({ previous, object }) => previous.next(storedText(object, previous.managedFields), revision)),
    );
  }

  /** Takes from a failed transaction what is stored, and which claims others hold. */
  private learn({ responses }: TxnReply): void {
    const [main, ...claimed] = responses.map((response) => (response.type === "range" ? response.kvs[0] : undefined));
    const before = this.origin?.revision;
    const origin = main === undefined ? undefined : StoredObject.of(main);
    this.conflicts += 1;
    let learned = origin?.revision !== before;
    for (const kv of claimed) {
      if (kv === undefined) continue;
      this.taken.add(kv.key);
      learned = true;
    }
    if (learned && this.of.planner.begins === "cached") this.inquiry?.forget();
    this.origin = origin;
    this.confirmed = false;
    this.stored = learned;
  }

  private fail(error: WireError): void {
    this.outcome = { ok: false, indefinite: !isDefinite(error), error: apiErrorOf(error) };
  }
}

const lineOf = (plan: Plan): string | undefined => (plan.what === "put" || plan.what === "remove" ? plan.line : undefined);

/** What a dry run would have written: a new object has no resourceVersion yet. */
const unwritten = (text: string, origin: StoredObject | undefined): Json<KubernetesObject> =>
  origin === undefined ? (text as Json<KubernetesObject>) : withResourceVersion(text, origin.revision);

/** What a client is told when etcd could not be asked, or its answer did not come. */
export function apiErrorOf(error: WireError): ApiError {
  if (rejectionOf(error)?.reason === "requestTooLarge") return requestEntityTooLarge("etcdserver: request is too large");
  switch (error.code) {
    case "overloaded":
      return tooManyRequests();
    case "deadline":
    case "linkLost":
      return timeout("request did not complete within the allotted timeout");
    case "unreachable":
    case "unavailable":
      return serviceUnavailable(`etcd: ${error.message}`);
    default:
      return internalError(`etcd: ${error.message}`);
  }
}
