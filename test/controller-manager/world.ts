/** The controller manager over a stub API server, with pods that come alive by themselves. */
import { controllerManagerDefinition } from "../../actors/controller-manager/definition.js";
import { simulatedControllerManagerIo } from "../../actors/controller-manager/io/simulated.js";
import { rfc3339 } from "../../src/actor/host.js";
import type { TraceRecord } from "../../src/actor/trace.js";
import type { Deployment, Pod, ReplicaSet, UntypedObject } from "../../src/api/types.js";
import { epochMs } from "../../src/sim/clock.js";
import { type CastMember, Simulation } from "../../src/sim/simulation.js";
import { StubApi, stubApiserver } from "../support/stub-apiserver.js";

export function controllerWorld(prepare: (api: StubApi) => void = () => undefined, seed = "1") {
  const api = new StubApi();
  prepare(api);
  const trace: TraceRecord[] = [];
  const manager: CastMember = {
    address: "controller-manager/0",
    definition: controllerManagerDefinition as CastMember["definition"],
    surroundings: () => ({ io: () => simulatedControllerManagerIo({ clusterCa: "PEM" }) }),
  };
  const simulation = new Simulation({ seed, cast: [stubApiserver(api), manager], trace: (record) => trace.push(record) });
  simulation.start();

  const podsOf = (owner: string): Pod[] =>
    (api.of("pods") as unknown as Pod[]).filter(({ metadata }) => metadata.ownerReferences?.some(({ name }) => name === owner));
  const setsOf = (owner: string): ReplicaSet[] =>
    (api.of("replicasets", "apps") as unknown as ReplicaSet[]).filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ name }) => name === owner),
    );
  const deployment = (name = "web") => api.get("deployments", `default/${name}`, "apps") as unknown as Deployment;
  const messages = (reason: string) =>
    api.of("events").flatMap((event) => (event.reason === reason ? [event.message as string] : []));
  const statesOf = (chart: string) =>
    trace.flatMap((record) => (record.kind === "transition" && record.chart === chart ? [record.to] : []));

  /** Makes every pod that is not yet Running so, and ready; pods on their way out go. As kubelets would. */
  function live(except: (pod: Pod) => boolean = () => false): void {
    const now = rfc3339(epochMs + simulation.queue.nowMs);
    for (const object of api.of("pods")) {
      const pod = object as unknown as Pod;
      const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
      if (pod.metadata.deletionTimestamp !== undefined) api.remove("pods", key);
      else if (pod.status?.phase !== "Running" && !except(pod)) {
        const status = { phase: "Running", conditions: [{ type: "Ready", status: "True", lastTransitionTime: now }] };
        api.put("pods", { ...pod, status });
      }
    }
  }

  /** Lets time pass, pods coming alive every 50 ms. */
  function run(forMs: number, except?: (pod: Pod) => boolean): void {
    for (let passed = 0; passed < forMs; passed += 50) {
      simulation.run(50);
      live(except);
    }
    simulation.run(50);
  }

  return { api, simulation, trace, podsOf, setsOf, deployment, messages, statesOf, live, run };
}

export const aDeployment = (name: string, spec: object = {}, image = "nginx:1"): UntypedObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "default" },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "c", image }] } },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...spec,
  },
});

export const aReplicaSet = (name: string, replicas: number, spec: object = {}): UntypedObject => ({
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: { name, namespace: "default" },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "c", image: "nginx:1" }] } },
    ...spec,
  },
});
