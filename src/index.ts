/** Chartroom as a library. `chartroom/simulation` has what a program needs that drives a simulated cluster step by step. */
import type { SimulateOptions, SimulationReport } from "./sim/simulate.js";

export type { SimulatedRule } from "../actors/runc/io/simulated-rules.js";
export type { UntypedObject } from "./api/types.js";
export { KubernetesError } from "./cluster/api-client.js";
export { Cluster } from "./cluster/cluster.js";
export type { Manifests } from "./cluster/manifests.js";
export { ClusterError, type ClusterOptions, type ClusterProgress } from "./cluster/options.js";
export type { Expectation, ObjectReference, WaitOptions } from "./cluster/wait.js";
export { allCharts as charts, type FoundChart } from "./inspect/all-charts.js";
export { type Chart, chartOf, mermaidOf } from "./inspect/chart-export.js";
export type { SimulateOptions, SimulationReport } from "./sim/simulate.js";
export { type ImageProgram, registerImage } from "./thread/containers.js";
export type { ActorStatus } from "./thread/threads.js";

/** Runs manifests in a simulated cluster; the same seed gives the same run. The simulation is loaded with the first one. */
export async function simulate(options: SimulateOptions): Promise<SimulationReport> {
  const simulation = await import("./sim/simulate.js");
  return simulation.simulate(options);
}
