/** `chartroom trace`: what the actors of a running cluster say and do, as a readable sequence. */
import { join } from "node:path";
import type { TraceLine } from "../actor/trace-line.js";
import { ApiClient } from "../cluster/api-client.js";
import { credentialsFrom } from "../cluster/kubeconfig-reader.js";
import { ClusterError } from "../cluster/options.js";
import { Abouts, PodFilter, readable } from "../inspect/readable-trace.js";
import { readJson } from "../json/text.js";
import { type Arguments, type Command, exitCodes } from "./command.js";

export const trace: Command = {
  name: "trace",
  summary: "show messages and transitions of a running cluster",
  positionals: [],
  flags: [
    { name: "pod", value: "NAME", about: "only what concerns this pod" },
    { name: "follow", about: "go on as things happen, until Ctrl-C" },
    { name: "data-dir", value: "DIR", about: "the data directory of the cluster", default: ".chartroom" },
    { name: "kubeconfig", value: "FILE", about: "its kubeconfig, where that is elsewhere", default: "<data-dir>/kubeconfig" },
  ],
  examples: ["chartroom trace --pod web", "chartroom trace --follow"],
  run,
};

async function run(given: Arguments): Promise<number> {
  const path = given.text("kubeconfig") ?? join(given.text("data-dir") ?? ".chartroom", "kubeconfig");
  const credentials = credentialsFrom(path);
  const client = new ApiClient(credentials);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const pod = given.text("pod");
  const filter = pod === undefined ? undefined : new PodFilter(pod);
  try {
    const follow = given.has("follow");
    const parts = await client.stream({ path: "/debug/chartroom/trace", query: { follow } }, stop.signal);
    const order = new TimeOrder();
    const printer = new Printer(filter);
    const timer = follow ? setInterval(() => printer.print(order.takeSettled(Date.now())), settleMs) : undefined;
    try {
      for await (const line of linesOf(parts)) order.add(readJson(line) as TraceLine);
    } finally {
      clearInterval(timer);
      printer.print(order.takeAll());
    }
  } catch (error) {
    if (stop.signal.aborted) return exitCodes.fine;
    if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED")
      throw new ClusterError(
        `no API server answers at ${credentials.host}:${credentials.port}: start the cluster with: chartroom up`,
      );
    throw error;
  } finally {
    client.close();
  }
  return exitCodes.fine;
}

/** Actors hand their lines in ten times a second: what is older than this is complete. */
const settleMs = 300;

/** Lines of all actors in the order of their times; they come in batches, one actor after the other. */
class TimeOrder {
  private lines: TraceLine[] = [];

  add(line: TraceLine): void {
    this.lines.push(line);
  }

  takeSettled(nowMs: number): TraceLine[] {
    return this.take((line) => line.atMs <= nowMs - settleMs);
  }

  takeAll(): TraceLine[] {
    return this.take(() => true);
  }

  private take(ripe: (line: TraceLine) => boolean): TraceLine[] {
    const sorted = this.lines.sort((one, other) => one.atMs - other.atMs);
    const taken = sorted.filter(ripe);
    this.lines = sorted.filter((line) => !ripe(line));
    return taken;
  }
}

class Printer {
  private readonly abouts = new Abouts();
  private startMs: number | undefined;

  constructor(private readonly filter: PodFilter | undefined) {}

  print(lines: readonly TraceLine[]): void {
    for (const each of lines) {
      const line = this.abouts.complete(each);
      this.startMs ??= line.atMs;
      if (this.filter === undefined || this.filter.keeps(line)) process.stdout.write(`${readable(line, this.startMs)}\n`);
    }
  }
}

async function* linesOf(parts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const part of parts) {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield line;
  }
}
