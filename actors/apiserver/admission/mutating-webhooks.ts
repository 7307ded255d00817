/**
 * Mutating webhooks: asked one after the other, each about what the one before left. When one changes the object after
 * another was asked that wants to be asked again, that one is, once.
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#reinvocation-policy
 */
import type { ClusterView } from "../../../src/api/admission/plugin.js";
import { quote } from "../../../src/api/go-format.js";
import { type JsonValue, semanticEqual } from "../../../src/api/json-value.js";
import { applyJsonPatch } from "../../../src/api/patch/json-patch.js";
import type { JsonPatchOperation } from "../../../src/api/patch/json-patch-document.js";
import { fail, internalError, type Result, succeed } from "../../../src/api/status.js";
import type { UntypedObject } from "../../../src/api/types.js";
import { writeJson } from "../../../src/json/text.js";
import type { Step } from "../consult/question.js";
import type { Situation } from "../writes/plan.js";
import { patchAnnotationPrefix } from "../writes/remarks.js";
import { type Attributes, inVersion } from "./attributes.js";
import { decodeMutated } from "./decode-mutated.js";
import type { Reinvocation } from "./reinvocation.js";
import { callWebhook, isAsked, measureCall } from "./webhook-call.js";
import type { Hook, Invocation } from "./webhooks.js";

/** The object as they leave it; none on DELETE and CONNECT of nothing. */
export function mutateByWebhooks(
  invocations: readonly Invocation[],
  attributes: Attributes,
  cluster: ClusterView,
  situation: Situation,
  reinvocation: Reinvocation,
): Step<UntypedObject | undefined> {
  let { object } = attributes;
  for (const invocation of invocations) {
    const { hook } = invocation;
    const { webhook, uid, configuration } = hook;
    const now = { ...attributes, object };
    const selected = isAsked(invocation, now, cluster, "admit", situation);
    if (!selected.ok) return selected;
    if (!selected.value || !reinvocation.calls(uid)) continue;
    const { round } = reinvocation;
    const call = { invocation, attributes: now, mutating: true, round };
    const called = callWebhook(call, situation);
    if (!called.ok) return called;
    const at = `round_${round}_index_${hook.index}`;
    const patch = called.value.what === "allowed" ? called.value.verdict.patch : [];
    const patched = patchedBy(patch, invocation, now);
    measureCall(call, called.value, situation, patched.ok ? undefined : patched.error);
    const changed = patched.ok && patched.value !== undefined && !semanticEqual(patched.value, object);
    if (changed) object = patched.value;
    if (patched.ok && patched.value !== undefined)
      situation.remarks.annotate(`${patchAnnotationPrefix}${at}`, patchAnnotation(hook, patch));
    situation.remarks.annotate(
      `mutation.webhook.admission.k8s.io/${at}`,
      writeJson({ configuration, webhook: webhook.name, mutated: changed }),
    );
    if (!patched.ok) return patched;
    if (changed) reinvocation.changed();
    if (webhook.reinvocationPolicy === "IfNeeded") reinvocation.mayCallAgain(uid);
    if (called.value.what === "allowed") continue;
    if (called.value.what === "refused" || webhook.failurePolicy !== "Ignore") return fail(called.value.error);
    situation.remarks.annotate(`failed-open.mutation.webhook.admission.k8s.io/${at}`, webhook.name);
  }
  return succeed(object);
}

/** A patch as the audit log tells of it: the fields of its operations in order. */
function patchAnnotation({ configuration, webhook }: Hook, patch: readonly JsonPatchOperation[]): string {
  const inOrder = patch.map((operation) =>
    Object.fromEntries(Object.entries(operation).sort(([one], [other]) => (one < other ? -1 : 1))),
  );
  return writeJson({ configuration, webhook: webhook.name, patch: inOrder, patchType: "JSONPatch" });
}

/** The object with a webhook's patch in it, complete again; undefined when there is no patch. */
function patchedBy(
  patch: readonly JsonPatchOperation[],
  { hook, as }: Invocation,
  attributes: Attributes,
): Result<UntypedObject | undefined> {
  const { object, served, subresource } = attributes;
  if (patch.length === 0) return succeed(undefined);
  if (object === undefined) {
    const name = quote(hook.webhook.name);
    return fail(
      internalError(`admission webhook ${name} attempted to modify the object, which is not supported for this operation`),
    );
  }
  const patched = applyJsonPatch(inVersion(object, served, as, subresource) as JsonValue, patch);
  if (!patched.ok) return fail(internalError(patched.message));
  const decoded = decodeMutated(patched.value, as, subresource);
  return decoded.ok ? succeed(inVersion(decoded.value, as, served, subresource)) : decoded;
}
