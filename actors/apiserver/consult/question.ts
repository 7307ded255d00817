/** What a plan wants to know from outside before it can be made. */
import type { WebhookClientConfig } from "../../../src/api/generated/types.js";
import type { Result } from "../../../src/api/status.js";
import type { WebhookAnswer } from "../io/webhook-client.js";

export interface Question {
  /** Tells a write's questions apart: a plan that is made again finds the answer by it. */
  readonly key: string;
  /** Whom to ask. */
  readonly clientConfig: WebhookClientConfig;
  /** JSON. */
  readonly body: string;
  readonly timeoutMs: number;
  /** What is left of the time of the request that it is asked for, where that is known. */
  readonly requestLeftMs?: number;
}

/** `problem` says what was tried too: `Post "https://…": dial tcp …`. */
export type Answer = WebhookAnswer & {
  /** How long it took to ask. */
  readonly tookMs: number;
};

/** Answers by the keys of their questions. */
export type Answers = ReadonlyMap<string, Answer>;

/** A step on the way to a plan: what comes of it, or that it is refused, or what must be known before it can be taken. */
export type Step<T> = Result<T> | { readonly ok: false; readonly consult: readonly Question[] };

/** A step that is not taken yet, or not at all. */
export type Halt = Extract<Step<never>, { ok: false }>;
