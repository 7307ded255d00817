/** `chartroom sim`: runs manifests in a simulated cluster, and tells what happened and the seed that does it again. */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import type { TraceRecord } from "../actor/trace.js";
import { traceFormatVersion } from "../actor/trace.js";
import type { UntypedObject } from "../api/types.js";
import { ClusterError } from "../cluster/options.js";
import { epochMs } from "../sim/clock.js";
import { type SimulationReport, simulate } from "../sim/simulate.js";
import { traceLine } from "../sim/trace-text.js";
import { type Arguments, type Command, exitCodes, UsageError } from "./command.js";

export const sim: Command = {
  name: "sim",
  summary: "run manifests in a simulated cluster",
  positionals: ["FILE.yaml"],
  flags: [
    { name: "seed", value: "N", about: "decides every delay and id; the same seed does the same again", default: "a new one" },
    { name: "until", value: "TIME", about: "how much virtual time passes: 500ms, 60s, 10m, 1h", default: "60s" },
    { name: "nodes", value: "N", about: "worker nodes", range: [0, 1000], default: "3" },
    { name: "apiservers", value: "N", about: "API servers over the one etcd", range: [1, 9], default: "1" },
    { name: "trace", value: "FILE", about: "write everything that happens there, one line each" },
  ],
  examples: ["chartroom sim web.yaml --seed 7 --until 2m", "chartroom sim web.yaml --trace web.trace"],
  run,
};

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

async function run(given: Arguments): Promise<number> {
  const [file = ""] = given.positionals;
  const untilMs = durationMs(given.text("until") ?? "60s");
  const seed = given.text("seed") ?? String(Math.floor(Math.random() * 1_000_000));
  const tracePath = given.text("trace");
  const trace = tracePath === undefined ? undefined : new TraceFile(tracePath);
  try {
    const startedMs = performance.now();
    const report = simulate({
      manifests: read(file),
      seed,
      untilMs,
      nodes: given.number("nodes") ?? 3,
      apiservers: given.number("apiservers") ?? 1,
      ...(trace === undefined ? {} : { onRecord: trace.record }),
    });
    print(report, performance.now() - startedMs, file);
  } finally {
    trace?.close();
  }
  return exitCodes.fine;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ClusterError(
      `cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? "failed"}; give the path of a manifest`,
    );
  }
}

function durationMs(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined)
    throw new UsageError(`--until: "${text}" is not a time such as 500ms, 60s, 10m or 1h`);
  return Number(amount) * (unitsMs[unit] ?? 1);
}

/** Writes the trace in blocks; its first line says which format it has. */
class TraceFile {
  private readonly descriptor: number;
  private waiting: string[] = [];

  constructor(path: string) {
    try {
      this.descriptor = openSync(path, "w");
    } catch (error) {
      throw new ClusterError(`cannot write ${path}: ${(error as NodeJS.ErrnoException).code ?? "failed"}`);
    }
    this.waiting.push(`chartroom trace format ${traceFormatVersion}`);
  }

  readonly record = (record: TraceRecord): void => {
    this.waiting.push(traceLine(record));
    if (this.waiting.length >= 1_000) this.flush();
  };

  close(): void {
    this.flush();
    closeSync(this.descriptor);
  }

  private flush(): void {
    if (this.waiting.length > 0) writeSync(this.descriptor, `${this.waiting.join("\n")}\n`);
    this.waiting = [];
  }
}

interface EventLike {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
}

function print(report: SimulationReport, realMs: number, file: string): void {
  const write = (line: string) => process.stdout.write(`${line}\n`);
  for (const object of report.applied) write(`${object.kind?.toLowerCase()}/${object.metadata.name} applied`);
  write("");
  for (const event of report.events) write(eventLine(event));
  write("");
  for (const pod of report.pods) write(podLine(pod));
  const virtualSeconds = report.virtualMs / 1_000;
  write("");
  write(
    `${virtualSeconds} s of virtual time in ${(realMs / 1_000).toFixed(2)} s: ${Math.round(report.virtualMs / realMs)} times as fast, ${report.steps} steps`,
  );
  write(`seed ${report.seed}: to see the same again: chartroom sim ${file} --seed ${report.seed} --until ${virtualSeconds}s`);
}

function eventLine(event: UntypedObject): string {
  const { type, reason, message, count = 1, lastTimestamp, eventTime, involvedObject } = event as EventLike;
  const atSeconds = (Date.parse(lastTimestamp ?? eventTime ?? "") - epochMs) / 1_000;
  const about = `${involvedObject?.kind?.toLowerCase()}/${involvedObject?.name}`;
  const times = count > 1 ? ` (x${count})` : "";
  return `${atSeconds.toFixed(0).padStart(5)} s  ${(type ?? "").padEnd(8)}${(reason ?? "").padEnd(22)}${about}: ${message}${times}`;
}

function podLine(pod: UntypedObject): string {
  const status = (pod.status ?? {}) as { phase?: string; containerStatuses?: Array<{ ready?: boolean; restartCount?: number }> };
  const containers = status.containerStatuses ?? [];
  const ready = containers.filter((each) => each.ready).length;
  const restarts = containers.reduce((sum, each) => sum + (each.restartCount ?? 0), 0);
  const node = (pod.spec as { nodeName?: string } | undefined)?.nodeName ?? "<none>";
  return `pod/${pod.metadata.name}  ${status.phase ?? "Pending"}  ${ready}/${containers.length} ready  ${restarts} restarts  on ${node}`;
}
