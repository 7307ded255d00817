/** Which transitions of which charts the tests took, out of all that the machines have. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AnyStateNode } from "xstate";
import { transitionName } from "../../src/actor/transitions-seen.js";
import { allCharts } from "../../src/inspect/all-charts.js";

export interface TransitionReport {
  readonly taken: number;
  readonly all: number;
  /** By module. */
  readonly untaken: ReadonlyArray<{ readonly module: string; readonly transitions: readonly string[] }>;
}

type Taken = Parameters<typeof transitionName>[0];

export async function reportTransitions(directory: string): Promise<TransitionReport> {
  const seen = new Set(
    readdirSync(directory)
      .filter((file) => file.endsWith(".json"))
      .flatMap((file) => JSON.parse(readFileSync(join(directory, file), "utf8")) as string[]),
  );
  const charts = (await allCharts()).map(({ module, machine }) => ({ module, names: [...new Set(namesOf(machine.root))] }));
  const untaken = charts
    .map(({ module, names }) => ({ module, transitions: names.filter((name) => !seen.has(name)) }))
    .filter(({ transitions }) => transitions.length > 0);
  const all = charts.reduce((sum, { names }) => sum + names.length, 0);
  const missing = untaken.reduce((sum, { transitions }) => sum + transitions.length, 0);
  return { taken: all - missing, all, untaken };
}

function namesOf(node: AnyStateNode): string[] {
  const own = [...(node.transitions as ReadonlyMap<string, readonly Taken[]>).values(), (node.always ?? []) as readonly Taken[]];
  return [...own.flat().map(transitionName), ...Object.values(node.states).flatMap((child) => namesOf(child as AnyStateNode))];
}
