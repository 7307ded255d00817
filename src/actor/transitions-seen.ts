/**
 * Which transitions of which machines were taken in this process. Off unless a test run asks for it; the report of
 * untaken transitions is made from this.
 */
import type { InspectionEvent } from "xstate";

type Microstep = Extract<InspectionEvent, { type: "@xstate.microstep" }>;

interface TransitionTaken {
  readonly source: { readonly id: string };
  readonly eventType: string;
  readonly target?: ReadonlyArray<{ readonly id: string }> | undefined;
  readonly guard?: unknown;
}

let seen: Set<string> | undefined;

/** Starts collecting, and returns what is collected. */
export function collectTransitions(): ReadonlySet<string> {
  seen ??= new Set();
  return seen;
}

/** Names one transition: `<source state>: <event> [<guard>] -> <targets>`. */
export function transitionName(taken: TransitionTaken): string {
  const guard = taken.guard as { type?: string; name?: string } | string | undefined;
  const guardName = typeof guard === "string" ? guard : (guard?.type ?? guard?.name);
  const targets = (taken.target ?? []).map((target) => target.id).join(",");
  return `${taken.source.id}: ${taken.eventType}${guardName === undefined ? "" : ` [${guardName}]`} -> ${targets}`;
}

export function noteTransitions(microstep: Microstep): void {
  if (seen === undefined) return;
  for (const taken of microstep._transitions as TransitionTaken[]) seen.add(transitionName(taken));
}
