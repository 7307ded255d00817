/** Who plays in a simulated cluster, and the surroundings that each has: disk, runtime, volumes, sockets. */
import { apiserverDefinition } from "../../actors/apiserver/definition.js";
import { simulatedApiServerIo } from "../../actors/apiserver/io/simulated.js";
import { controllerManagerDefinition } from "../../actors/controller-manager/definition.js";
import { simulatedControllerManagerIo } from "../../actors/controller-manager/io/simulated.js";
import { etcdDefinition } from "../../actors/etcd/definition.js";
import { kubeProxyDefinition } from "../../actors/kube-proxy/definition.js";
import { SimulatedNodeNetwork, SimulatedSockets } from "../../actors/kube-proxy/io/simulated.js";
import { kubeletDefinition } from "../../actors/kubelet/definition.js";
import { SimulatedVolumes, simulatedKubeletIo } from "../../actors/kubelet/io/simulated.js";
import { runcDefinition } from "../../actors/runc/definition.js";
import { simulatedRunc } from "../../actors/runc/io/simulated.js";
import type { SimulatedDriver } from "../../actors/runc/io/simulated-driver.js";
import { SimulatedNetwork as PodNetwork } from "../../actors/runc/io/simulated-network.js";
import { schedulerDefinition } from "../../actors/scheduler/definition.js";
import type { ActorDefinition } from "../actor/define.js";
import type { Host } from "../actor/host.js";
import { address } from "../wire/address.js";
import type { SimulatedClusterOptions } from "./cluster.js";
import { SimulatedDisk } from "./disk.js";
import type { CastMember, SimulatedSurroundings, SimulatedWorld } from "./simulation.js";

export interface Cast {
  readonly members: readonly CastMember[];
  /** Where simulated pods answer. */
  readonly pods: PodNetwork;
  /** Where Services answer. */
  readonly sockets: SimulatedSockets;
  /** The container runtimes, by node, once the simulation has begun. */
  readonly runtimes: ReadonlyMap<string, SimulatedDriver>;
  /** etcd's disk, once the simulation has begun. */
  disk(): SimulatedDisk | undefined;
}

/** The ranges of a simulated cluster, as real networking has them. */
export const simulatedRanges = {
  podCidr: "10.244.0.0/16",
  serviceCidr: "10.96.0.0/16",
  nodePodCidr: (node: number) => `10.244.${node}.0/24`,
  nodeAddress: (node: number) => `192.168.0.${10 + node}`,
  apiserverAddress: "192.168.0.2",
  dnsAddress: "10.96.0.10",
} as const;

export function castOf(options: SimulatedClusterOptions): Cast {
  const pods = new PodNetwork();
  const sockets = new SimulatedSockets();
  const runtimes = new Map<string, SimulatedDriver>();
  let etcdDisk: SimulatedDisk | undefined;
  const member = <Io>(
    of: CastMember["address"],
    definition: ActorDefinition<Io>,
    surroundings: (world: SimulatedWorld) => SimulatedSurroundings,
  ): CastMember => ({
    address: of,
    definition: definition as ActorDefinition<unknown>,
    surroundings,
  });
  const plain = (io: (host: Host) => unknown) => () => ({ io });
  const members: CastMember[] = [
    member(address("etcd", 0), etcdDefinition, (world) => {
      const disk = new SimulatedDisk(world.queue, world.random("disk"));
      etcdDisk = disk;
      return { io: () => ({ disk: disk.mount() }), crashed: () => disk.crash() };
    }),
  ];
  for (let index = 0; index < (options.apiservers ?? 1); index++) {
    members.push(
      member(
        address("apiserver", index),
        apiserverDefinition,
        plain((host) => simulatedApiServerIo(apiserverConfig, (delayMs, callback) => host.clock.after(delayMs, callback))),
      ),
    );
  }
  members.push(
    member(
      address("scheduler", 0),
      schedulerDefinition,
      plain(() => ({})),
    ),
  );
  const managerIo = simulatedControllerManagerIo({ clusterCidr: simulatedRanges.podCidr, clusterCa: "simulated" });
  members.push(
    member(
      address("controller-manager", 0),
      controllerManagerDefinition,
      plain(() => managerIo),
    ),
  );
  for (let node = 1; node <= (options.nodes ?? 3); node++)
    members.push(...nodeMembers(node, options, { pods, sockets, runtimes }, member));
  return { members, pods, sockets, runtimes, disk: () => etcdDisk };
}

const apiserverConfig = {
  serviceCidr: simulatedRanges.serviceCidr,
  podCidr: simulatedRanges.podCidr,
  advertiseAddress: simulatedRanges.apiserverAddress,
};

type Member = <Io>(
  of: CastMember["address"],
  definition: ActorDefinition<Io>,
  surroundings: (world: SimulatedWorld) => SimulatedSurroundings,
) => CastMember;

function nodeMembers(
  node: number,
  options: SimulatedClusterOptions,
  { pods, sockets, runtimes }: { pods: PodNetwork; sockets: SimulatedSockets; runtimes: Map<string, SimulatedDriver> },
  member: Member,
): CastMember[] {
  const name = `node-${node}`;
  const nodeAddress = simulatedRanges.nodeAddress(node);
  return [
    member(address("kubelet", name), kubeletDefinition, (world) => {
      const volumes = new SimulatedVolumes();
      const later = (callback: () => void) => void world.queue.after(0.05, callback);
      return { io: () => simulatedKubeletIo(nodeDescription(node), volumes, later) };
    }),
    member(address("kube-proxy", name), kubeProxyDefinition, () => {
      const { podCidr: clusterCidr, dnsAddress } = simulatedRanges;
      const config = { nodeName: name, nodeAddress, machineAddress: undefined, clusterCidr, dnsAddress };
      const network = new SimulatedNodeNetwork(sockets, config);
      return { io: (host) => network.io(host), crashed: () => network.crashed() };
    }),
    member(address("runc", name), runcDefinition, (world) => {
      const { rules, unknownImages } = options;
      const runtime = simulatedRunc(world, {
        network: pods,
        ...(rules === undefined ? {} : { rules }),
        ...(unknownImages === undefined ? {} : { unknownImages }),
      });
      runtimes.set(name, runtime.driver);
      return runtime;
    }),
  ];
}

const nodeDescription = (node: number) => ({
  internalIp: simulatedRanges.nodeAddress(node),
  clusterDns: simulatedRanges.dnsAddress,
  podCidr: simulatedRanges.nodePodCidr(node),
  cpu: "4",
  memory: "16Gi",
  ephemeralStorage: "100Gi",
  pods: 110,
  architecture: "amd64",
  operatingSystem: "linux",
  kernelVersion: "simulated",
  machineId: `machine-${node}`,
  bootId: `boot-${node}`,
  runtimeVersion: "1.0.0",
});
