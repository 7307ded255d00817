/** One webhook asked about one request. */
import { type ClusterView, forbidden } from "../../../src/api/admission/plugin.js";
import { deniedBy, readVerdict, type Verdict } from "../../../src/api/dynamic-admission/response.js";
import { type ReviewVersion, requestText, reviewText, reviewVersionOf } from "../../../src/api/dynamic-admission/review.js";
import { quote } from "../../../src/api/go-format.js";
import { type ApiError, badRequest, fail, internalError, type Result, succeed } from "../../../src/api/status.js";
import type { Answer, Step } from "../consult/question.js";
import type { Situation } from "../writes/plan.js";
import { type Attributes, reviewedAs } from "./attributes.js";
import { isSelected } from "./selection.js";
import { subjectOf } from "./subject.js";
import type { Invocation } from "./webhooks.js";

/** What came of it. A call that failed is forgiven where the webhook's policy says so; a refusal never is. */
export type Called =
  | { readonly what: "allowed"; readonly verdict: Verdict }
  | { readonly what: "failed"; readonly error: ApiError }
  | { readonly what: "refused"; readonly error: ApiError };

export interface CallOf {
  readonly invocation: Invocation;
  readonly attributes: Attributes;
  readonly mutating: boolean;
  /** 0, or 1 when mutating webhooks are called again because others changed the object after them. */
  readonly round: number;
}

/** Whether a webhook is asked about this request; 403 when nobody can tell, because a condition fails. */
export function isAsked({ hook, as }: Invocation, attributes: Attributes, cluster: ClusterView): Result<boolean> {
  const selected = isSelected(hook, attributes, cluster);
  if (!selected.ok || !selected.value || hook.conditions.isEmpty) return selected;
  const matched = hook.conditions.match(subjectOf(attributes, as, cluster));
  return matched.ok ? succeed(matched.matches) : fail(forbidden(attributes, matched.message));
}

const usualTimeoutSeconds = 10;

export function callWebhook(call: CallOf, situation: Situation): Step<Called> {
  const { webhook, uid: hook } = call.invocation.hook;
  const refused = refusalOfDryRun(call);
  if (refused !== undefined) return succeed(refused);
  const version = reviewVersionOf(webhook.admissionReviewVersions ?? []);
  if (version === undefined)
    return succeed(
      failed(
        webhook.name,
        "could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)",
      ),
    );
  const text = requestText(reviewedAs(call.attributes, call.invocation.as));
  const key = `${call.mutating ? "mutating" : "validating"} ${call.round} ${hook} ${text}`;
  const uid = situation.draws.uuid(key);
  const answer = situation.answers.get(key);
  if (answer !== undefined) return succeed(readCalled(call, version, uid, answer, situation));
  const timeoutMs = (webhook.timeoutSeconds ?? usualTimeoutSeconds) * 1_000;
  const body = reviewText(version, uid, text);
  return { ok: false, consult: [{ key, clientConfig: webhook.clientConfig, body, timeoutMs }] };
}

const failed = (webhook: string, why: string): Called => ({
  what: "failed",
  error: internalError(`failed calling webhook ${quote(webhook)}: ${why}`),
});

const withoutEffects = new Set(["None", "NoneOnDryRun"]);

function refusalOfDryRun({ invocation, attributes }: CallOf): Called | undefined {
  const { name, sideEffects = "" } = invocation.hook.webhook;
  if (!attributes.dryRun || withoutEffects.has(sideEffects)) return undefined;
  return { what: "refused", error: badRequest(`admission webhook ${quote(name)} does not support dry run`) };
}

function readCalled(call: CallOf, version: ReviewVersion, uid: string, answer: Answer, { remarks }: Situation): Called {
  const { name } = call.invocation.hook.webhook;
  if (!answer.ok) return failed(name, `failed to call webhook: ${answer.problem}`);
  const read = readVerdict({ version, uid, mutating: call.mutating }, answer.code, answer.body);
  if (!read.ok) return read.called === true ? { what: "refused", error: internalError(read.why) } : failed(name, read.why);
  const { verdict } = read;
  for (const [key, value] of verdict.auditAnnotations) remarks.annotate(`${name}/${key}`, value);
  for (const warning of verdict.warnings) remarks.warn(warning);
  return verdict.allowed ? { what: "allowed", verdict } : { what: "refused", error: deniedBy(name, verdict.result) };
}
