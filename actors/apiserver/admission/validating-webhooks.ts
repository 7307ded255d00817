/** Validating webhooks: all that a request concerns are asked at the same time, and each may refuse it. */
import type { ClusterView } from "../../../src/api/admission/plugin.js";
import { type ApiError, fail, succeed } from "../../../src/api/status.js";
import type { Question, Step } from "../consult/question.js";
import type { Situation } from "../writes/plan.js";
import type { Attributes } from "./attributes.js";
import { callWebhook, isAsked, measureCall } from "./webhook-call.js";
import type { Invocation } from "./webhooks.js";

export function validateByWebhooks(
  invocations: readonly Invocation[],
  attributes: Attributes,
  cluster: ClusterView,
  situation: Situation,
): Step<undefined> {
  const called: Invocation[] = [];
  for (const invocation of invocations) {
    const selected = isAsked(invocation, attributes, cluster, "validating", situation);
    if (!selected.ok) return selected;
    if (selected.value) called.push(invocation);
  }
  const questions: Question[] = [];
  let refusal: ApiError | undefined;
  for (const [index, invocation] of called.entries()) {
    const call = { invocation, attributes, mutating: false, round: 0 };
    const outcome = callWebhook(call, situation);
    if (!outcome.ok) {
      if (!("consult" in outcome)) return outcome;
      questions.push(...outcome.consult);
      continue;
    }
    measureCall(call, outcome.value, situation);
    if (outcome.value.what === "failed" && invocation.hook.webhook.failurePolicy === "Ignore")
      situation.remarks.annotate(
        `failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`,
        invocation.hook.webhook.name,
      );
    else if (outcome.value.what !== "allowed") refusal ??= outcome.value.error;
  }
  if (questions.length > 0) return { ok: false, consult: questions };
  return refusal === undefined ? succeed(undefined) : fail(refusal);
}
