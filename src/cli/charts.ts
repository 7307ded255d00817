/** `chartroom charts`: draws the charts of the system from the machines themselves. */
import { allCharts } from "../inspect/all-charts.js";
import { chartOf, mermaidOf } from "../inspect/chart-export.js";
import { type Arguments, type Command, exitCodes, UsageError, unknown } from "./command.js";

export const charts: Command = {
  name: "charts",
  summary: "draw every chart of the system, or those of one actor",
  positionals: ["[ACTOR]"],
  flags: [{ name: "format", value: "FORMAT", about: "how to draw", choices: ["mermaid", "json"], default: "mermaid" }],
  examples: ["chartroom charts kubelet", "chartroom charts etcd --format json"],
  run,
};

async function run(given: Arguments): Promise<number> {
  const all = await allCharts();
  const [actor] = given.positionals;
  const chosen = actor === undefined ? all : all.filter((each) => each.actor === actor || each.machine.id === actor);
  if (chosen.length === 0)
    throw new UsageError(unknown("actor", actor ?? "", [...new Set(all.map((each) => each.actor))], "charts"));
  if (given.text("format") === "json") {
    const drawn = chosen.map(({ actor: of, module, machine }) => ({ actor: of, module, ...chartOf(machine) }));
    process.stdout.write(`${JSON.stringify(drawn, undefined, 2)}\n`);
  } else {
    for (const { actor: of, machine, module } of chosen) {
      process.stdout.write(`%% ${of}: ${machine.id} (${module})\n${mermaidOf(chartOf(machine))}\n`);
    }
  }
  return exitCodes.fine;
}
