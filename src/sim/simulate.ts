/** `simulate`: manifests in, what became of them out, and the seed that does it again. */
import type { SimulatedRule } from "../../actors/runc/io/simulated-rules.js";
import type { TraceRecord } from "../actor/trace.js";
import type { UntypedObject } from "../api/types.js";
import type { Manifests } from "../cluster/manifests.js";
import { SimulatedCluster } from "./cluster.js";
import { type EndState, endStateOf } from "./end-state.js";

export interface SimulateOptions {
  /** YAML or JSON text, or objects. */
  readonly manifests: Manifests;
  /** Decides every delay and every id; the same seed gives the same run. Default "1". */
  readonly seed?: string | number;
  /** Virtual milliseconds that the simulation lasts: 60,000. */
  readonly untilMs?: number;
  readonly nodes?: number;
  readonly apiservers?: number;
  readonly rules?: readonly SimulatedRule[];
  readonly unknownImages?: "simulate" | "fail";
  /** Told everything that happens, in order. */
  readonly onRecord?: (record: TraceRecord) => void;
}

export interface SimulationReport {
  readonly seed: string;
  /** Virtual milliseconds that passed. */
  readonly virtualMs: number;
  /** Things that happened in it: deliveries, timers, I/O. */
  readonly steps: number;
  /** What each manifest became when it was applied. */
  readonly applied: readonly UntypedObject[];
  /** Kubernetes events, oldest first. */
  readonly events: readonly UntypedObject[];
  readonly pods: readonly UntypedObject[];
  /** The end with names, ids, times, revisions and placement made equal: the same for every seed. */
  readonly endState: EndState;
}

/** Runs the manifests in a simulated cluster. Throws a SimulatedApiError for a manifest that the API refuses. */
export function simulate(options: SimulateOptions): SimulationReport {
  const { manifests, onRecord, untilMs = 60_000, nodes = 3 } = options;
  const seed = String(options.seed ?? 1);
  const cluster = SimulatedCluster.started({
    ...options,
    nodes,
    seed,
    ...(onRecord === undefined ? {} : { trace: onRecord }),
  });
  const applied = cluster.apply(manifests);
  cluster.simulation.run(Math.max(0, untilMs - cluster.simulation.queue.nowMs));
  const virtualMs = cluster.simulation.queue.nowMs;
  const events = cluster.list({ group: "", version: "v1", resource: "events" });
  return {
    seed,
    virtualMs,
    steps: cluster.simulation.queue.steps,
    applied,
    events: [...events].sort((one, other) => compareText(timeOf(one), timeOf(other))),
    pods: cluster.list({ group: "", version: "v1", resource: "pods" }),
    endState: endStateOf(cluster),
  };
}

const timeOf = (event: UntypedObject): string =>
  String(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? "");

const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
