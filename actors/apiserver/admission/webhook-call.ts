/** One webhook asked about one request. */
import { type ClusterView, forbidden } from "../../../src/api/admission/plugin.js";
import { deniedBy, failedCallCode, readVerdict, type Verdict } from "../../../src/api/dynamic-admission/response.js";
import { type ReviewVersion, requestText, reviewText, reviewVersionOf } from "../../../src/api/dynamic-admission/review.js";
import { quote } from "../../../src/api/go-format.js";
import { type ApiError, badRequest, fail, internalError, type Result, succeed } from "../../../src/api/status.js";
import type { Answer, Step } from "../consult/question.js";
import type { WebhookCall } from "../metrics/admission-metrics.js";
import type { Situation } from "../writes/plan.js";
import { type Attributes, reviewedAs } from "./attributes.js";
import { isSelected } from "./selection.js";
import { subjectOf } from "./subject.js";
import type { Invocation } from "./webhooks.js";

/** What came of it. A call that failed is forgiven where the webhook's policy says so; a refusal never is. */
export type Called = (
  | { readonly what: "allowed"; readonly verdict: Verdict }
  | { readonly what: "failed"; readonly error: ApiError }
  /** `by`: who refused, the webhook or this server, which cannot do what it says. */
  | { readonly what: "refused"; readonly error: ApiError; readonly by: "webhook" | "server" }
) &
  Asked;

/** How a webhook was asked. */
export interface Asked {
  /** Tells apart what one request asks. */
  readonly key: string;
  readonly tookMs: number;
  /** What came of it among the codes of HTTP; 0 where that is this server's own trouble. */
  readonly code: number;
}

export interface CallOf {
  readonly invocation: Invocation;
  readonly attributes: Attributes;
  readonly mutating: boolean;
  /** 0, or 1 when mutating webhooks are called again because others changed the object after them. */
  readonly round: number;
}

/** Whether a webhook is asked about this request; 403 when nobody can tell, because a condition fails. */
export function isAsked(
  { hook, as }: Invocation,
  attributes: Attributes,
  cluster: ClusterView,
  type: WebhookCall["type"],
  { measures }: Situation,
): Result<boolean> {
  const selected = isSelected(hook, attributes, cluster);
  if (!selected.ok || !selected.value || hook.conditions.isEmpty) return selected;
  const beganMs = measures.nowMs();
  const matched = hook.conditions.match(subjectOf(attributes, as, cluster));
  const tookMs = measures.nowMs() - beganMs;
  const { errors } = matched;
  const excluded = matched.ok && !matched.matches;
  const { operation } = attributes;
  measures.once(`conditions of ${type} ${hook.uid}`, (metrics) =>
    metrics.matched({ name: hook.webhook.name, kind: "webhook", type, operation, tookMs, errors, excluded }),
  );
  return matched.ok ? succeed(matched.matches) : fail(forbidden(attributes, matched.message));
}

const usualTimeoutSeconds = 10;

export function callWebhook(call: CallOf, situation: Situation): Step<Called> {
  const { webhook, uid: hook } = call.invocation.hook;
  const key = `${call.mutating ? "mutating" : "validating"} ${call.round} ${hook}`;
  const refused = refusalOfDryRun(call, key);
  if (refused !== undefined) return succeed(refused);
  const version = reviewVersionOf(webhook.admissionReviewVersions ?? []);
  if (version === undefined) {
    const why = "could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)";
    return succeed(failed(webhook.name, why, { key, tookMs: 0, code: failedCallCode }));
  }
  const text = requestText(reviewedAs(call.attributes, call.invocation.as));
  const question = `${key} ${text}`;
  const uid = situation.draws.uuid(question);
  const answer = situation.answers.get(question);
  if (answer !== undefined) return succeed(readCalled(call, version, uid, answer, situation, question));
  const timeoutMs = (webhook.timeoutSeconds ?? usualTimeoutSeconds) * 1_000;
  const body = reviewText(version, uid, text);
  return { ok: false, consult: [{ key: question, clientConfig: webhook.clientConfig, body, timeoutMs }] };
}

const failed = (webhook: string, why: string, asked: Asked): Called => ({
  what: "failed",
  error: internalError(`failed calling webhook ${quote(webhook)}: ${why}`),
  ...asked,
});

const withoutEffects = new Set(["None", "NoneOnDryRun"]);

function refusalOfDryRun({ invocation, attributes }: CallOf, key: string): Called | undefined {
  const { name, sideEffects = "" } = invocation.hook.webhook;
  if (!attributes.dryRun || withoutEffects.has(sideEffects)) return undefined;
  const error = badRequest(`admission webhook ${quote(name)} does not support dry run`);
  return { what: "refused", error, by: "server", key, tookMs: 0, code: 0 };
}

function readCalled(
  call: CallOf,
  version: ReviewVersion,
  uid: string,
  answer: Answer,
  { remarks }: Situation,
  key: string,
): Called {
  const { name } = call.invocation.hook.webhook;
  const { tookMs } = answer;
  if (!answer.ok) return failed(name, `failed to call webhook: ${answer.problem}`, { key, tookMs, code: failedCallCode });
  const read = readVerdict({ version, uid, mutating: call.mutating }, answer.code, answer.body);
  if (!read.ok) {
    const asked = { key, tookMs, code: read.code };
    if (read.called !== true) return failed(name, read.why, asked);
    return { what: "refused", error: internalError(read.why), by: "server", ...asked };
  }
  const { verdict } = read;
  for (const [annotation, value] of verdict.auditAnnotations) remarks.annotate(`${name}/${annotation}`, value);
  for (const warning of verdict.warnings) remarks.warn(warning);
  if (verdict.allowed) return { what: "allowed", verdict, key, tookMs, code: 200 };
  const error = deniedBy(name, verdict.result);
  return { what: "refused", error, by: "webhook", key, tookMs, code: error.code };
}

/** Has a call measured. `error`: why what it asks for cannot be done, where it allowed the request. */
export function measureCall(
  { invocation, attributes, mutating }: CallOf,
  called: Called,
  { measures }: Situation,
  error?: ApiError,
): void {
  const { webhook } = invocation.hook;
  const forgiven = called.what === "failed" && webhook.failurePolicy === "Ignore";
  const refusal = refusalIn(called, error);
  measures.once(called.key, (metrics) =>
    metrics.webhook({
      name: webhook.name,
      type: mutating ? "admit" : "validating",
      operation: attributes.operation,
      tookMs: called.tookMs,
      code: error === undefined ? called.code : 0,
      ...(refusal === undefined || forgiven ? {} : { refusal }),
      failedOpen: forgiven,
    }),
  );
}

function refusalIn(called: Called, error: ApiError | undefined): WebhookCall["refusal"] {
  if (error !== undefined) return "apiserver_internal_error";
  if (called.what === "allowed") return undefined;
  if (called.what === "failed") return "calling_webhook_error";
  return called.by === "webhook" ? "no_error" : "apiserver_internal_error";
}
