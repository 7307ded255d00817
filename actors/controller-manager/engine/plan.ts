/** What reconciling is: a pure function from what is known to what is to be written. */
import type { ApiAnswer, ApiRead, ApiWrite } from "../../../src/actor/api-requests.js";
import type { EventToRecord } from "../../../src/actor/events.js";
import type { WireError } from "../../../src/wire/errors.js";
import type { DirectoryWork, WorkEnd } from "../io/io.js";

/** A write, and the events that tell users how it went. */
export interface PlannedWrite {
  readonly request: ApiWrite;
  readonly onSuccess?: (answer: ApiAnswer) => EventToRecord;
  readonly onFailure?: (error: WireError) => EventToRecord;
}

/** Something that the caches may not be trusted about, by the name under which its answer is found. */
export interface PlannedRead {
  readonly name: string;
  /** A review is read by creating it: nothing of it is kept. */
  readonly request: ApiRead | Extract<ApiWrite, { readonly verb: "create" }>;
  /** That it fails is something to decide upon, too, 404 as well: then it is among the `refusals`, and the round goes on. */
  readonly mayFail?: boolean;
}

/** Something to be done with a volume's directory, by the name under which its end is found. */
export interface PlannedWork {
  readonly name: string;
  readonly work: DirectoryWork;
}

export interface Plan {
  /** Asked of the API server first; then the function is called again, with the answers. */
  readonly reads?: readonly PlannedRead[];
  /** Done first, like reads; then the function is called again, and finds how it ended. */
  readonly works?: readonly PlannedWork[];
  readonly writes?: readonly PlannedWrite[];
  /** Each write waits for the one before it; otherwise ever more go at once as long as they succeed. */
  readonly inOrder?: boolean;
  readonly events?: readonly EventToRecord[];
  /** Look again after this long, even if nothing changes. */
  readonly requeueAfterMs?: number;
}

/**
 * What a read has found out: what the API server has, or that it has no such thing (404). A read that was refused, was not
 * answered or failed otherwise says nothing of either kind: its round ends and comes again after a backoff.
 */
export type Finding = ApiAnswer | "absent";
export type Answers = ReadonlyMap<string, Finding>;

/** What a reconciler may know beyond the caches. */
export interface Circumstances {
  readonly nowMs: number;
  /** For intervals: never goes back. */
  readonly monotonicMs: number;
  /** Answers to the reads that it planned before in this round. */
  readonly answers: Answers;
  /** Why reads were refused that may be. */
  readonly refusals?: ReadonlyMap<string, WireError>;
  /** How the work has ended that it planned before in this round. */
  readonly ended?: ReadonlyMap<string, WorkEnd>;
  /** Why the last round failed, if it did. */
  readonly failure?: WireError;
}

/** `key` is `namespace/name`, or `name` for objects of the cluster. */
export type Reconcile = (key: string, circumstances: Circumstances) => Plan;

export const nothingToDo: Plan = {};
