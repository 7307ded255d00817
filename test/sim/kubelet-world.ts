/** One simulated node, kubelet, kube-proxy and runc, under a real API server and etcd; pods are bound to it by hand. */
import { kubeProxyDefinition } from "../../actors/kube-proxy/definition.js";
import { SimulatedNodeNetwork, SimulatedSockets } from "../../actors/kube-proxy/io/simulated.js";
import type { NodeDescription } from "../../actors/kubelet/configuration.js";
import { kubeletDefinition } from "../../actors/kubelet/definition.js";
import { SimulatedVolumes, simulatedKubeletIo } from "../../actors/kubelet/io/simulated.js";
import { runcDefinition } from "../../actors/runc/definition.js";
import { type SimulatedRuntimeOptions, simulatedRunc } from "../../actors/runc/io/simulated.js";
import type { SimulatedDriver } from "../../actors/runc/io/simulated-driver.js";
import type { Host } from "../../src/actor/host.js";
import type { TraceRecord } from "../../src/actor/trace.js";
import type { ContainerStatus, Node, Pod, UntypedObject } from "../../src/api/types.js";
import type { CastMember } from "../../src/sim/simulation.js";
import { ApiServerWorld, podsPath } from "./apiserver-world.js";

export const nodeDescription: NodeDescription = {
  internalIp: "10.0.1.1",
  clusterDns: "10.96.0.10",
  podCidr: "10.244.0.0/24",
  cpu: "4",
  memory: "8Gi",
  ephemeralStorage: "100Gi",
  pods: 110,
  architecture: "amd64",
  operatingSystem: "linux",
  kernelVersion: "6.1.0",
  machineId: "4f6c3ad1",
  bootId: "9b1c",
  runtimeVersion: "1.0.0",
};

export interface KubeletWorldOptions {
  readonly seed?: string;
  readonly runtime?: SimulatedRuntimeOptions;
  readonly node?: Partial<NodeDescription>;
}

export class KubeletWorld {
  readonly world: ApiServerWorld;
  readonly trace: TraceRecord[] = [];
  readonly volumes = new SimulatedVolumes();
  driver!: SimulatedDriver;

  constructor({ seed = "kubelet", runtime = {}, node = {} }: KubeletWorldOptions = {}) {
    const network = new SimulatedNodeNetwork(new SimulatedSockets(), {
      nodeName: "node-1",
      nodeAddress: "10.0.1.1",
      machineAddress: undefined,
      clusterCidr: "10.244.0.0/16",
      dnsAddress: "10.96.0.10",
    });
    const description = { ...nodeDescription, ...node };
    const member = (
      address: CastMember["address"],
      definition: unknown,
      surroundings: CastMember["surroundings"],
    ): CastMember => ({
      address,
      definition: definition as CastMember["definition"],
      surroundings,
    });
    this.world = new ApiServerWorld({
      seed,
      trace: (record) => this.trace.push(record),
      more: [
        member("kubelet/node-1", kubeletDefinition, () => ({
          io: (host: Host) => simulatedKubeletIo(description, this.volumes, (callback) => void host.clock.after(1, callback)),
        })),
        member("kube-proxy/node-1", kubeProxyDefinition, () => ({
          io: (host: Host) => network.io(host),
          crashed: () => network.crashed(),
        })),
        member("runc/node-1", runcDefinition, (simulated) => {
          const { driver, io } = simulatedRunc(simulated, runtime);
          this.driver = driver;
          return { io };
        }),
      ],
    });
    this.world.untilServing();
    this.world.account();
    this.until("the node is ready", () => this.nodeCondition("Ready")?.status === "True");
  }

  get simulation() {
    return this.world.simulation;
  }

  node(): Node {
    return this.world.get({ group: "", version: "v1", resource: "nodes" }, "node-1").object as unknown as Node;
  }

  nodeCondition(type: string) {
    return this.node().status?.conditions?.find((condition) => condition.type === type);
  }

  /** Creates a pod that is bound to the node already. */
  run(name: string, spec: object, metadata: object = {}): void {
    const full = { restartPolicy: "Always", automountServiceAccountToken: false, nodeName: "node-1", ...spec };
    const { error } = this.world.create(podsPath, { apiVersion: "v1", kind: "Pod", metadata: { name, ...metadata }, spec: full });
    if (error !== undefined) throw new Error(`pod ${name}: ${error.message}`);
  }

  pod(name: string): Pod | undefined {
    const { object, error } = this.world.get(podsPath, name);
    return error === undefined ? (object as unknown as Pod) : undefined;
  }

  phase(name: string): string {
    return this.pod(name)?.status?.phase ?? "absent";
  }

  container(pod: string, name = "main"): ContainerStatus | undefined {
    const { containerStatuses = [], initContainerStatuses = [] } = this.pod(pod)?.status ?? {};
    return [...containerStatuses, ...initContainerStatuses].find((status) => status.name === name);
  }

  isReady(pod: string): boolean {
    return this.pod(pod)?.status?.conditions?.find(({ type }) => type === "Ready")?.status === "True";
  }

  /** Lets time pass until it holds; fails with what was waited for. */
  until(what: string, holds: () => boolean, withinMs = 60_000): void {
    const byMs = this.simulation.queue.nowMs + withinMs;
    while (!holds()) {
      if (this.simulation.queue.nowMs >= byMs)
        throw new Error(`not so within ${withinMs} ms: ${what}\n${this.charts().slice(0, 2_000)}`);
      this.simulation.run(50);
    }
  }

  /** The charts of the kubelet and their states, for messages. */
  charts(): string {
    const charts = this.simulation.component("kubelet/node-1")?.inspect().charts ?? [];
    return charts.map(({ id, state }) => `${id}: ${state}`).join("\n");
  }

  states(chart: string): string[] {
    return this.trace.flatMap((record) =>
      record.kind === "transition" && record.actor === "kubelet/node-1" && record.chart === chart ? [record.to] : [],
    );
  }

  /** `Started Started container main`: reason and message of the events about a pod. */
  events(pod: string): string[] {
    const events = this.world.list({ group: "", version: "v1", resource: "events", namespace: "default" }).items;
    return events
      .filter((event) => (event as UntypedObject & { involvedObject?: { name?: string } }).involvedObject?.name === pod)
      .map((event) => `${event.reason} ${event.message}`);
  }
}

export const oneContainer = (more: object = {}, image = "nginx:1.27") => ({
  containers: [{ name: "main", image, ...more }],
});
