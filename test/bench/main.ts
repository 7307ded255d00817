/**
 * `npm run bench` prints every figure as JSON, each with what it includes and what it is to be; `npm run bench -- start requests`
 * only those benches. Nothing fails when a figure misses its target: a busy machine is no error.
 */
import { cpus } from "node:os";
import { deploymentOf1000 } from "./deployment.js";
import { etcdLog } from "./etcd-log.js";
import { type Bench, isMet } from "./figure.js";
import { lostWrites } from "./lost-writes.js";
import { managedFields } from "./managed-fields.js";
import { memory } from "./memory.js";
import { requests } from "./requests.js";
import { sideBySide } from "./side-by-side.js";
import { simulatedTime } from "./simulated-time.js";
import { start } from "./start.js";
import { startApiserver } from "./start-apiserver.js";
import { watchLatency } from "./watch-latency.js";
import { watchers } from "./watchers.js";

const benches: readonly Bench[] = [
  start,
  startApiserver,
  memory,
  deploymentOf1000,
  requests,
  sideBySide,
  managedFields,
  watchLatency,
  watchers,
  simulatedTime,
  lostWrites,
  etcdLog,
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0 || wanted.includes("--help")) {
  const list = benches.map(({ name, about }) => `  ${name.padEnd(16)}${about}`).join("\n");
  process.stderr.write(`${unknown.length > 0 ? `no bench is named ${unknown.join(", ")}; ` : ""}the benches are:\n${list}\n`);
  process.exit(2);
}

const figures = [];
for (const bench of benches) {
  if (wanted.length > 0 && !wanted.includes(bench.name)) continue;
  process.stderr.write(`${bench.name}: ${bench.about} …\n`);
  for (const figure of await bench.run()) figures.push({ bench: bench.name, ...figure, met: isMet(figure) });
}
const machine = { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model ?? "", platform: process.platform };
process.stdout.write(`${JSON.stringify({ machine, figures }, undefined, 2)}\n`);
