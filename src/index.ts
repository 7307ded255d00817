/** Chartroom as a library. */

export type { SimulatedRule } from "../actors/runc/io/simulated-rules.js";
export type { UntypedObject } from "./api/types.js";
export { KubernetesError } from "./cluster/api-client.js";
export { Cluster } from "./cluster/cluster.js";
export type { Manifests } from "./cluster/manifests.js";
export { ClusterError, type ClusterOptions, type ClusterProgress } from "./cluster/options.js";
export type { Expectation, ObjectReference, WaitOptions } from "./cluster/wait.js";
export { allCharts as charts, type FoundChart } from "./inspect/all-charts.js";
export { type Chart, chartOf, mermaidOf } from "./inspect/chart-export.js";
export { SimulatedApiError, SimulatedCluster, type SimulatedClusterOptions } from "./sim/cluster.js";
export { type SimulateOptions, type SimulationReport, simulate } from "./sim/simulate.js";
export { type ImageProgram, registerImage } from "./thread/containers.js";
export type { ActorStatus } from "./thread/threads.js";
