/** Finds every chart of the system: the machines that the files named machine.js or *-machine.js export. */
import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type AnyStateMachine, StateMachine } from "xstate";

export interface FoundChart {
  /** The role of its actor; `any` for the charts that all actors share. */
  readonly actor: string;
  readonly machine: AnyStateMachine;
  /** `actors/kubelet/pod/machine` */
  readonly module: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** By actor and file, in the order of their names; an actor's own chart comes before those within it. */
export async function allCharts(): Promise<FoundChart[]> {
  const found: FoundChart[] = [];
  for (const folder of ["actors", "src/actor"]) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    for (const file of files.filter((each) => /(^|[-/\\])(machine|supervisor)\.js$/.test(each))) {
      const path = join(root, folder, file);
      const exported = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
      const module = relative(root, path).split(sep).join("/").replace(/\.js$/, "");
      const actor = folder === "actors" ? (file.split(sep)[0] as string) : "any";
      for (const each of Object.values(exported)) {
        if (each instanceof StateMachine) found.push({ actor, machine: each as AnyStateMachine, module });
      }
    }
  }
  const depth = ({ module }: FoundChart): string => `${module.endsWith("/machine") ? module.split("/").length : 9}`;
  const key = (chart: FoundChart): string => `${chart.actor} ${depth(chart)} ${chart.module} ${chart.machine.id}`;
  return found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
