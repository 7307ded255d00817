/** Which actors a cluster has, and what each is given. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { arch, cpus, release, totalmem } from "node:os";
import type { ClusterKeys } from "../pki/authority.js";
import { type ActorPlan, workerEntry } from "../thread/plan.js";
import type { ApiServerSettings, EtcdSettings, KubeletSettings, KubeProxySettings, RuncSettings } from "../thread/settings.js";
import { type Address, address, type Role, roleOf } from "../wire/address.js";
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
  readonly ranges: Ranges;
  /** Made when first asked for. */
  readonly keys: () => ClusterKeys;
  /** Of each API server. */
  readonly ports: ReadonlyMap<Address, number>;
}

export const host = "127.0.0.1";
const gibibyte = 1024 ** 3;

export function actorPlans(plan: ClusterPlan): ActorPlan[] {
  const { options } = plan;
  const nodes = Array.from({ length: options.nodes }, (_, index) => index + 1);
  const apiservers = [...plan.ports.keys()];
  // In the order in which they are waited for; what the API server needs is made while etcd's thread starts.
  const plans: ActorPlan[] = [
    actorPlan("etcd/0", (): EtcdSettings => ({ directory: options.memory ? undefined : plan.directory.directory("etcd") })),
    ...apiservers.map((each) => actorPlan(each, () => apiServerSettings(plan, each))),
    actorPlan("controller-manager/0", () => null),
    actorPlan("scheduler/0", () => null),
    ...nodes.flatMap((number) => nodePlans(plan, number)),
  ];
  const lastOf = (each: ActorPlan): number => (roleOf(each.address) === "kube-proxy" ? 1 : 0);
  return plans.filter((each) => existsSync(each.entry)).sort((a, b) => lastOf(a) - lastOf(b));
}

const actorPlan = (of: Address, settings: () => unknown): ActorPlan => ({
  address: of,
  entry: workerEntry(roleOf(of)),
  settings,
  heapMostMegabytes: heapMostMegabytes[roleOf(of)],
});

function apiServerSettings({ ranges, keys: keysOf, ports }: ClusterPlan, of: Address): ApiServerSettings {
  const keys = keysOf();
  return {
    host,
    port: ports.get(of) ?? 0,
    serviceCidr: ranges.serviceCidr,
    podCidr: ranges.podCidr,
    nodePortRange: { from: 30_000, to: 32_767 },
    certificateAuthority: keys.ca.certificate,
    certificate: keys.server.certificate,
    key: keys.server.key,
    serviceAccountKey: keys.serviceAccountKey,
    tokens: [{ token: keys.adminToken, user: { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] } }],
  };
}

function nodePlans({ options, ranges, directory }: ClusterPlan, number: number): ActorPlan[] {
  const name = `node-${number}`;
  const own = directory.directory("nodes", name);
  const kubelet: KubeletSettings = {
    node: {
      internalIp: ranges.nodeAddress(number),
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
    directory: own,
  };
  const runc: RuncSettings = {
    node: name,
    runtime: options.runtime === "simulated" ? "simulated" : "worker",
    unknownImages: options.unknownImages,
    directory: own,
  };
  const proxy: KubeProxySettings = {
    node: name,
    nodeAddress: ranges.nodeAddress(number),
    machineAddress: number === 1 ? host : undefined,
  };
  return [
    actorPlan(address("runc", name), () => runc),
    actorPlan(address("kubelet", name), () => kubelet),
    actorPlan(address("kube-proxy", name), () => proxy),
  ];
}
