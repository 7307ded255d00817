/**
 * What a webhook answers. https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response
 */
import { decodeTextBase64 } from "../base64.js";
import { parseJson } from "../body.js";
import { quote } from "../go-format.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../json-value.js";
import { type JsonPatchOperation, readJsonPatch } from "../patch/json-patch-document.js";
import type { ApiError, Status } from "../status.js";
import type { ReviewVersion } from "./review.js";
import { serverErrorText } from "./server-error.js";

export interface Verdict {
  readonly allowed: boolean;
  /** Why not. */
  readonly result: JsonObject | undefined;
  /** Empty for none. */
  readonly patch: readonly JsonPatchOperation[];
  readonly warnings: readonly string[];
  readonly auditAnnotations: ReadonlyMap<string, string>;
}

/** A call that came to no answer counts as the code that kube-apiserver gives it. */
export const failedCallCode = 400;

interface Unusable {
  readonly ok: false;
  readonly why: string;
  /** No fault of the call, but of what its answer says, which no failure policy forgives. */
  readonly called?: true;
  /** What the failure counts as among answers of HTTP. */
  readonly code: number;
}

export type ReadVerdict = { readonly ok: true; readonly verdict: Verdict } | Unusable;

const unusable = (why: string): Unusable => ({ ok: false, code: 503, why: `received invalid webhook response: ${why}` });
const uncalled = (why: string, code = failedCallCode): Unusable => ({ ok: false, code, why: `failed to call webhook: ${why}` });
/** A patch that is none, which is the API server's own trouble. */
const unreadable = (why: string): Unusable => ({ ok: false, called: true, code: 0, why });

export interface Reviewed {
  readonly version: ReviewVersion;
  readonly uid: string;
  readonly mutating: boolean;
}

/** Reads an answer of HTTP; why it is none is said as Kubernetes says it. */
export const readVerdict = (reviewed: Reviewed, code: number, body: string): ReadVerdict => {
  if (code < 200 || code > 299) return uncalled(serverErrorText(code, body), code);
  const parsed = parseJson(body);
  if (!parsed.ok) return uncalled(parsed.message);
  if (!isJsonObject(parsed.value)) return uncalled("couldn't get version/kind; json parse error: json: cannot unmarshal");
  const review = parsed.value;
  if (!isJsonObject(review.response)) return unusable("webhook response was absent");
  return readResponse(reviewed, review, review.response);
};

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const readResponse = ({ version, uid, mutating }: Reviewed, review: JsonObject, response: JsonObject): ReadVerdict => {
  const { patchType } = response;
  const patch = text(response.patch);
  if (version === "v1") {
    const answered = text(response.uid);
    if (answered !== uid) return unusable(`expected response.uid=${quote(uid)}, got ${quote(answered)}`);
    const kind = kindText(text(review.apiVersion), text(review.kind));
    const expected = kindText("admission.k8s.io/v1", "AdmissionReview");
    if (kind !== expected) return unusable(`expected webhook response of ${expected}, got ${kind}`);
    const fault = mutating ? mutatingFault(patch, patchType) : validatingFault(patch, patchType);
    if (fault !== undefined) return unusable(fault);
  }
  const operations = mutating
    ? readPatch(patch, version === "v1" ? text(patchType) : "JSONPatch")
    : { ok: true as const, value: [] };
  if (!operations.ok) return operations;
  const annotations = isJsonObject(response.auditAnnotations) ? Object.entries(response.auditAnnotations) : [];
  return {
    ok: true,
    verdict: {
      allowed: response.allowed === true,
      result: isJsonObject(response.status) ? response.status : undefined,
      patch: operations.value,
      warnings: Array.isArray(response.warnings) ? response.warnings.map(text) : [],
      auditAnnotations: new Map(annotations.map(([key, value]) => [key, text(value)])),
    },
  };
};

/** A kind as Go prints it: `admission.k8s.io/v1, Kind=AdmissionReview`. */
const kindText = (apiVersion: string, kind: string): string =>
  `${apiVersion.includes("/") ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;

const mutatingFault = (patch: string, patchType: JsonValue | undefined): string | undefined => {
  const typed = patchType !== undefined && patchType !== null;
  if (patch !== "" && !typed) return "webhook returned response.patch but not response.patchType";
  if (patch === "" && typed) return "webhook returned response.patchType but not response.patch";
  return patchType === "" ? 'webhook returned invalid response.patchType of ""' : undefined;
};

const validatingFault = (patch: string, patchType: JsonValue | undefined): string | undefined => {
  if (patch !== "") return "validating webhook may not return response.patch";
  if (patchType !== undefined && patchType !== null) return "validating webhook may not return response.patchType";
  return undefined;
};

type ReadPatch = { readonly ok: true; readonly value: readonly JsonPatchOperation[] } | Unusable;

const readPatch = (patch: string, patchType: string): ReadPatch => {
  if (patch === "") return { ok: true, value: [] };
  if (patchType !== "JSONPatch") return { ok: false, code: 0, why: `unsupported patch type ${quote(patchType)}` };
  const decoded = decodeTextBase64(patch);
  if (decoded === undefined) return uncalled("illegal base64 data in response.patch");
  const parsed = parseJson(decoded);
  if (!parsed.ok) return unreadable(parsed.message);
  const operations = readJsonPatch(parsed.value as JsonValue);
  return operations.ok ? operations : unreadable(operations.message);
};

const badRequestCode = 400;

/** A refusal in the webhook's own words. */
export const deniedBy = (webhook: string, result: JsonObject = {}): ApiError => {
  const denied = `admission webhook ${quote(webhook)} denied the request`;
  const message = text(result.message);
  const reason = text(result.reason);
  const why = message !== "" ? `: ${message}` : reason !== "" ? `: ${reason}` : " without explanation";
  const code = typeof result.code === "number" && result.code >= badRequestCode ? result.code : badRequestCode;
  const status = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: result.status === undefined || result.status === "" || result.status === "Success" ? "Failure" : result.status,
    message: `${denied}${why}`,
    ...(reason === "" ? {} : { reason }),
    ...(isJsonObject(result.details) ? { details: result.details } : {}),
    code,
  };
  return { code, status: status as Status };
};
