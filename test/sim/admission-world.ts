/** A simulated API server with webhooks behind it that answer as a test says. */
import { encodeTextBase64 } from "../../src/api/base64.js";
import type { UntypedObject } from "../../src/api/types.js";
import { readJson, writeJson } from "../../src/json/text.js";
import { ApiServerWorld, type ApiServerWorldOptions } from "./apiserver-world.js";

export interface Review {
  readonly kind: string;
  readonly apiVersion: string;
  readonly request: {
    readonly uid: string;
    readonly kind: { group: string; version: string; kind: string };
    readonly resource: { group: string; version: string; resource: string };
    readonly subResource?: string;
    readonly requestKind: { group: string; version: string; kind: string };
    readonly requestResource: { group: string; version: string; resource: string };
    readonly name?: string;
    readonly namespace?: string;
    readonly operation: string;
    readonly userInfo: { username: string; groups?: string[] };
    readonly object: UntypedObject | null;
    readonly oldObject: UntypedObject | null;
    readonly dryRun: boolean;
    readonly options: { kind: string; apiVersion: string; [field: string]: unknown } | null;
  };
}

export interface Decision {
  readonly allowed?: boolean;
  readonly status?: object;
  readonly patch?: readonly object[];
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Record<string, string>;
  /** How long it takes; absent: 10 ms. */
  readonly afterMs?: number;
}

export const configurations = (resource: "mutatingwebhookconfigurations" | "validatingwebhookconfigurations") => ({
  group: "admissionregistration.k8s.io",
  version: "v1",
  resource,
});
export const mutating = configurations("mutatingwebhookconfigurations");
export const validating = configurations("validatingwebhookconfigurations");

export const everything = { operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] };
export const onConfigMaps = { operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] };

const urlOf = (name: string): string => `https://hooks.example.com/${name}`;

export class AdmissionWorld extends ApiServerWorld {
  /** What each webhook was asked, in order. */
  readonly reviews = new Map<string, Review[]>();

  constructor(options: ApiServerWorldOptions = {}) {
    super(options);
    this.untilServing();
  }

  /** Registers a webhook and what it decides; `more` are further fields of its configuration. */
  register(path: typeof mutating, name: string, decide: (review: Review) => Decision | undefined, more: object = {}): void {
    this.answer(name, decide);
    const { error } = this.create(path, { metadata: { name }, webhooks: [webhook(name, more)] });
    if (error !== undefined) throw new Error(error.message);
  }

  /** What a webhook decides; undefined: it does not answer. */
  answer(name: string, decide: (review: Review) => Decision | undefined): void {
    this.webhooks.serve(urlOf(name), ({ body }) => {
      const review = readJson(body) as Review;
      this.reviews.set(name, [...(this.reviews.get(name) ?? []), review]);
      const decision = decide(review);
      if (decision === undefined) return undefined;
      const { afterMs = 10, ...said } = decision;
      return { afterMs, answer: { ok: true, code: 200, body: answerText(review, said) } };
    });
  }

  asked(name: string): readonly Review["request"][] {
    return (this.reviews.get(name) ?? []).map(({ request }) => request);
  }
}

export const webhook = (name: string, more: object = {}) => ({
  name: `${name}.example.com`,
  clientConfig: { url: urlOf(name) },
  rules: [onConfigMaps],
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
  ...more,
});

export function answerText({ apiVersion, request }: Review, { allowed = true, patch, ...rest }: Decision): string {
  const patched = patch === undefined ? {} : { patchType: "JSONPatch", patch: encodeTextBase64(writeJson(patch)) };
  return writeJson({ kind: "AdmissionReview", apiVersion, response: { uid: request.uid, allowed, ...rest, ...patched } });
}

/** A decision that sets one entry of a ConfigMap's data. */
export const setting = (key: string, value: string) => (): Decision => ({ patch: [{ op: "add", path: `/data/${key}`, value }] });
export const allowing = (): Decision => ({});
export const denying = (message: string) => (): Decision => ({ allowed: false, status: { message } });
