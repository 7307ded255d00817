/** Which actors a cluster has, and what each is given. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { arch, cpus, release, totalmem } from "node:os";
import type { ClusterKeys } from "../pki/authority.js";
import type { Containers } from "../thread/containers.js";
import { type ActorPlan, workerEntry } from "../thread/plan.js";
import type {
  ApiServerSettings,
  ControllerManagerSettings,
  EtcdSettings,
  KubeletSettings,
  KubeProxySettings,
  RuncSettings,
} from "../thread/settings.js";
import { type Address, address, instanceOf, type Role, roleOf } from "../wire/address.js";
import type { AuditSettings } from "./audit.js";
import type { DataDirectory } from "./data-directory.js";
import type { Settled } from "./options.js";
import type { Ranges } from "./ranges.js";

/** What a heap may grow to; an idle actor has 5 to 10 MB. */
const heapMostMegabytes: Readonly<Record<Role, number>> = {
  apiserver: 2_048,
  etcd: 2_048,
  scheduler: 512,
  "controller-manager": 1_024,
  kubelet: 256,
  "kube-proxy": 256,
  runc: 256,
  user: 0,
};

export interface ClusterPlan {
  readonly options: Settled;
  readonly directory: DataDirectory;
  readonly etcdDirectory: string;
  readonly containers: Containers;
  readonly ranges: Ranges;
  /** Made when first asked for. */
  readonly keys: () => ClusterKeys;
  readonly audit: AuditSettings | undefined;
  /** Of each API server. */
  readonly ports: ReadonlyMap<Address, number>;
}

export const host = "127.0.0.1";
const gibibyte = 1024 ** 3;

export function actorPlans(plan: ClusterPlan): ActorPlan[] {
  const { options } = plan;
  const nodes = Array.from({ length: options.nodes }, (_, index) => index + 1);
  const etcd: EtcdSettings = { directory: plan.etcdDirectory, outlivesMachine: !options.memory };
  // In the order in which they are waited for; what the API server needs is made while etcd's thread starts.
  const plans: ActorPlan[] = [
    actorPlan("etcd/0", () => ({ settings: etcd })),
    ...[...plan.ports.keys()].map((each) => actorPlan(each, () => ({ settings: apiServerSettings(plan, each) }))),
    ...(options.controllerManager
      ? [actorPlan("controller-manager/0", () => ({ settings: controllerManagerSettings(plan) }))]
      : []),
    ...(options.scheduler ? [actorPlan("scheduler/0", () => ({ settings: null }))] : []),
    ...nodes.flatMap((number) => [runcPlan(plan, number), kubeletPlan(plan, number)]),
    ...nodes.map((number) => kubeProxyPlan(plan, number)),
  ];
  return plans.filter((each) => existsSync(each.entry));
}

const actorPlan = (of: Address, equip: ActorPlan["equip"]): ActorPlan => ({
  address: of,
  entry: workerEntry(roleOf(of)),
  equip,
  heapMostMegabytes: heapMostMegabytes[roleOf(of)],
});

const nodeName = (number: number): string => `node-${number}`;

function apiServerSettings({ options, ranges, keys: keysOf, ports, audit }: ClusterPlan, of: Address): ApiServerSettings {
  const keys = keysOf();
  return {
    host,
    advertiseAddress: ranges.apiserverAddress(Number(instanceOf(of))),
    port: ports.get(of) ?? 0,
    serviceCidr: ranges.serviceCidr,
    podCidr: ranges.podCidr,
    nodePortRange: { from: 30_000, to: 32_767 },
    certificateAuthority: keys.ca.certificate,
    certificate: keys.server.certificate,
    key: keys.server.key,
    frontProxyAuthority: keys.frontProxyCa.certificate,
    frontProxy: keys.frontProxy,
    yamlEntry: workerEntry("yaml").href,
    serviceAccountKey: keys.serviceAccountKey,
    ...(audit === undefined ? {} : { audit }),
    debugPages: options.debugPages,
    tokens: [{ token: keys.adminToken, user: { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] } }],
  };
}

const controllerManagerSettings = ({ ranges, keys, directory }: ClusterPlan): ControllerManagerSettings => ({
  clusterCidr: ranges.podCidr,
  nodeCidrMaskSize: 24,
  clusterCa: keys().ca.certificate,
  authorityKey: keys().ca.key,
  serviceAccountKey: keys().serviceAccountKey,
  volumesDirectory: directory.directory("volumes"),
});

function runcPlan({ containers }: ClusterPlan, number: number): ActorPlan {
  return actorPlan(address("runc", nodeName(number)), () => {
    const runtime = containers.connect(nodeName(number));
    const settings: RuncSettings = { runtime };
    return { settings, transfer: [runtime] };
  });
}

function kubeletPlan({ ranges, directory, options }: ClusterPlan, number: number): ActorPlan {
  const settings: KubeletSettings = {
    node: {
      internalIp: ranges.nodeAddress(number),
      clusterDns: ranges.dnsAddress,
      podCidr: ranges.nodePodCidr(number),
      cpu: String(cpus().length),
      memory: `${Math.floor(totalmem() / 1024)}Ki`,
      ephemeralStorage: `${100 * gibibyte}`,
      pods: 110,
      architecture: arch() === "x64" ? "amd64" : arch(),
      operatingSystem: "linux",
      kernelVersion: release(),
      machineId: randomUUID().replaceAll("-", ""),
      bootId: randomUUID(),
      runtimeVersion: "1.0.0",
    },
    ...(options.runtime === "simulated" ? {} : { directory: directory.directory("nodes", nodeName(number)) }),
  };
  return actorPlan(address("kubelet", nodeName(number)), () => ({ settings }));
}

function kubeProxyPlan({ ranges }: ClusterPlan, number: number): ActorPlan {
  const settings: KubeProxySettings = {
    node: nodeName(number),
    nodeAddress: ranges.nodeAddress(number),
    machineAddress: number === 1 ? host : undefined,
    clusterCidr: ranges.podCidr,
    dnsAddress: ranges.dnsAddress,
  };
  return actorPlan(address("kube-proxy", nodeName(number)), () => ({ settings }));
}
