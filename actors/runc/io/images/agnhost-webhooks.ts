/** agnhost's servers that an API server calls back: admission and conversion, over TLS with the files that their flags name. */
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readJson, writeJson } from "../../../../src/json/text.js";
import { type AdmissionRequest, admissionRules, type Rule } from "./agnhost-admission.js";
import { type ConversionRequest, convertObjects } from "./agnhost-conversion.js";
import { flagOf } from "./flags.js";
import { answerText, pathOf, readBody, serveUntilSignal } from "./serve.js";

interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request?: unknown;
}

export function admissionWebhook(args: readonly string[]): Promise<number> {
  const rules = admissionRules(flagOf(args, "sidecar-image"));
  return serveReviews(args, "AdmissionReview", (path) => {
    const rule = rules.get(path);
    return rule === undefined ? undefined : (review, answer) => admit(rule, review, answer);
  });
}

/** Says what a rule says, when it says it. */
function admit(rule: Rule, { apiVersion, kind, request }: Review, answer: (review: unknown) => void): void {
  const asked = request as AdmissionRequest;
  const { patch, delayMs = 0, ...verdict } = rule(asked);
  const changes = patch === undefined ? {} : { patch: Buffer.from(writeJson(patch)).toString("base64"), patchType: "JSONPatch" };
  const say = (): void => answer({ apiVersion, kind, response: { uid: asked.uid, ...verdict, ...changes } });
  if (delayMs === 0) say();
  else if (Number.isFinite(delayMs)) setTimeout(say, delayMs);
}

export const conversionWebhook = (args: readonly string[]): Promise<number> =>
  serveReviews(args, "ConversionReview", (path) =>
    path === "/crdconvert"
      ? ({ apiVersion, kind, request }, answer) =>
          answer({ apiVersion, kind, response: convertObjects(request as ConversionRequest) })
      : undefined,
  );

type Answerer = (review: Review, answer: (review: unknown) => void) => void;

function serveReviews(args: readonly string[], kind: string, find: (path: string) => Answerer | undefined): Promise<number> {
  const file = (name: string): string => readFileSync(flagOf(args, name) ?? "", "utf8");
  const tls = { cert: file("tls-cert-file"), key: file("tls-private-key-file") };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const path = pathOf(request);
    if (path === "/readyz") return answerText(response, 200, "ok");
    const answerer = find(path);
    if (answerer === undefined) return answerText(response, 404, "404 page not found\n");
    readBody(request, (body) => {
      const review = reviewIn(body);
      if (typeof review === "string") return answerText(response, 400, `Request could not be decoded: ${review}\n`);
      if (review.kind !== kind || review.request === undefined) {
        return answerText(response, 400, `Unsupported group version kind: ${review.apiVersion}, Kind=${review.kind}\n`);
      }
      answerer(review, (said) => answerText(response, 200, writeJson(said), "application/json"));
    });
  };
  return serveUntilSignal(Number(flagOf(args, "port") ?? 443), handle, undefined, tls);
}

/** The review that a body is, or why it is none. */
function reviewIn(body: string): Review | string {
  try {
    const value: unknown = readJson(body);
    return typeof value === "object" && value !== null ? (value as Review) : "not an object";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
