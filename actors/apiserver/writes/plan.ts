/** What a write comes to, as a pure function of what is stored says it; the write's chart then carries it out. */
import type { ApiError } from "../../../src/api/status.js";
import type { KubernetesObject, Status, UntypedObject } from "../../../src/api/types.js";
import type { Json } from "../../../src/wire/json.js";
import type { Measures } from "../admission/measures.js";
import type { Answers, Halt, Question } from "../consult/question.js";
import type { ApiOutcome } from "../request.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import type { Draws } from "./draws.js";
import type { RemarkBook } from "./remarks.js";

/** A key that only one may hold, such as a Service's address: written together with the object, or neither is. */
export interface Claim {
  readonly key: string;
  readonly value: string;
}

/** Another object that is written in the same transaction. */
export interface Alongside {
  readonly previous: StoredObject;
  readonly object: UntypedObject;
}

interface Committed {
  readonly claims?: readonly Claim[];
  /** Keys that cease together with what held them. */
  readonly releases?: readonly string[];
  readonly alongside?: readonly Alongside[];
  /** The line in which writes that change the same objects alongside wait for each other; absent: it is not worth it. */
  readonly line?: string;
}

export type Plan =
  /** `certain`: what is stored has no part in it, so nothing need be read again before saying so. */
  | { readonly what: "refuse"; readonly error: ApiError; readonly certain?: boolean }
  /** It cannot be said before these are answered: then the plan is made again, and finds the answers by their keys. */
  | { readonly what: "consult"; readonly questions: readonly Question[] }
  /** There is nothing to write. */
  | { readonly what: "answer"; readonly outcome: ApiOutcome; readonly certain?: boolean }
  | (Committed & {
      readonly what: "put";
      readonly key: string;
      /** As it is stored, but for its managedFields. */
      readonly object: UntypedObject;
      /** These as text, "" for none; absent: as they are. */
      readonly managedFields?: string;
      /** How long the object lives; absent: until it is deleted. */
      readonly ttlSeconds?: number;
      /** `json` is the stored object with its new resourceVersion. */
      readonly answer: (json: Json<KubernetesObject>) => ApiOutcome;
    })
  | (Committed & { readonly what: "remove"; readonly key: string; readonly answer: (revision: bigint) => ApiOutcome });

export interface Situation {
  /** What is stored under the key, as far as is known; absent for nothing. */
  readonly origin: StoredObject | undefined;
  /** Claims that this write made before and found held by somebody else. */
  readonly taken: ReadonlySet<string>;
  /** Times that this write has met somebody else's. */
  readonly conflicts: number;
  /** What plans of this write asked before. */
  readonly answers: Answers;
  readonly draws: Draws;
  readonly remarks: RemarkBook;
  readonly measures: Measures;
}

export interface Planner {
  /** What is supposed to be stored at first: nothing, or what the cache has. */
  readonly begins: "absent" | "cached";
  /** An apply is about who owns what, and is refused rather than done without it. */
  readonly insistsOnManagers?: true;
  /** The key of the object, which a generated name changes from one attempt to the next. */
  key(): string;
  plan(situation: Situation): Plan;
}

export const refuse = (error: ApiError): Plan => ({ what: "refuse", error });
export const refuseForCertain = (error: ApiError): Plan => ({ what: "refuse", error, certain: true });

/** The plan of a write whose way ends at this step, for now or for good. */
export const halted = (halt: Halt): Plan =>
  "consult" in halt ? { what: "consult", questions: halt.consult } : refuse(halt.error);

export const answerWith = (
  object: Json<KubernetesObject | Status>,
  code = 200,
  warnings: readonly string[] = [],
): ApiOutcome => ({
  ok: true,
  code,
  object,
  ...(warnings.length === 0 ? {} : { warnings }),
});
