/** The simulation as a library: loaded apart from the rest, because a program that only starts clusters has no use for it. */
export type { SimulatedRule } from "../actors/runc/io/simulated-rules.js";
export { SimulatedApiError, SimulatedCluster, type SimulatedClusterOptions } from "./sim/cluster.js";
export { type SimulateOptions, type SimulationReport, simulate } from "./sim/simulate.js";
