/** `chartroom trace`: what the actors of a running cluster say and do, as a readable sequence. */
import { join } from "node:path";
import type { TraceLine } from "../actor/trace-line.js";
import { ApiClient } from "../cluster/api-client.js";
import { credentialsFrom } from "../cluster/kubeconfig-reader.js";
import { ClusterError } from "../cluster/options.js";
import { PodFilter, readable } from "../inspect/readable-trace.js";
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
    const parts = await client.stream({ path: "/debug/chartroom/trace", query: { follow: given.has("follow") } }, stop.signal);
    let startMs: number | undefined;
    for await (const line of linesOf(parts)) {
      const record = JSON.parse(line) as TraceLine;
      startMs ??= record.atMs;
      if (filter === undefined || filter.keeps(record)) process.stdout.write(`${readable(record, startMs)}\n`);
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

async function* linesOf(parts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const part of parts) {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield line;
  }
}
