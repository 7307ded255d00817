/**
 * `npm run campaign -- --count 100000 --seed spring [--from 0]`: mutated requests over path, query, headers, JSON, YAML,
 * protobuf and WebSocket frames against a cluster of its own. Prints JSON; exits with 1 when something was found.
 */
import { parseArgs } from "node:util";
import { ApiFront } from "../support/api-front.js";
import { heapBytes, runCampaign } from "./campaign.js";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
  },
});
const { seed } = values;
const [count, from] = [Number(values.count), Number(values.from)];

/** Enough to look into; the campaign ends. */
const findingsMost = 100;
/** Between two looks at the memory. */
const piece = 5_000;
/** What the heap may have grown by from the first piece to the last: the objects that are kept are few. */
const growthBytesMost = 100 * 2 ** 20;

const front = await ApiFront.start();
const answers = new Map<string, number>();
const heap: number[] = [];
const findings = [];
const notes: string[] = [];
let sent = 0;
const startedMs = performance.now();
while (sent < count && findings.length < findingsMost) {
  const report = await runCampaign(front, { seed, from: from + sent, count: Math.min(piece, count - sent) });
  sent += report.sent;
  for (const [name, times] of report.answers) answers.set(name, (answers.get(name) ?? 0) + times);
  findings.push(...report.findings);
  notes.push(...report.notes);
  heap.push(await heapBytes(front));
  process.stderr.write(`${sent} of ${count}, heap ${Math.round((heap.at(-1) ?? 0) / 2 ** 20)} MB\n`);
}
const [first = 0, last = 0] = [Math.min(...heap.slice(0, 3)), Math.min(...heap.slice(-3))];
if (last - first > growthBytesMost)
  findings.push({ number: -1, what: `the heap grew from ${first} to ${last} bytes`, request: "" });
await front.stop();

const report = {
  seed,
  from,
  sent,
  perSecond: Math.round((sent / (performance.now() - startedMs)) * 1_000),
  answers: Object.fromEntries([...answers].sort()),
  heapMegabytes: { first: Math.round(first / 2 ** 20), last: Math.round(last / 2 ** 20) },
  findings,
  notes,
};
process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
