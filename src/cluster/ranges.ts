/**
 * Address ranges of a cluster on this machine. Pods, Services and nodes have loopback addresses, so that they are reached
 * from the machine without any privilege; each cluster has ranges of its own. A range is claimed by listening on one address
 * of it: the operating system lets go of it when the process ends, however it ends.
 */
import { createServer, type Server } from "node:net";
import { ClusterError } from "./options.js";

export interface Ranges {
  /** Which of the machine's ranges. */
  readonly slot: number;
  /** `127.16.0.0/16` */
  readonly podCidr: string;
  /** `127.17.0.0/16` */
  readonly serviceCidr: string;
  /** The Service `kubernetes`: the first address of the range. */
  readonly kubernetesAddress: string;
  /** The cluster's DNS: the tenth, as kubeadm has it. */
  readonly dnsAddress: string;
  /** API servers count from 0. */
  apiserverAddress(index: number): string;
  /** Nodes count from 1. */
  nodeAddress(node: number): string;
  nodePodCidr(node: number): string;
  release(): void;
}

const slots = 119;
const firstOctet = 16;
const claimPort = 20_443;

/** Claims free ranges, those of `preferred` where nobody else has them. */
export async function claimRanges(preferred: number | undefined): Promise<Ranges> {
  const candidates = Array.from({ length: slots }, (_, slot) => slot);
  for (const slot of preferred === undefined ? candidates : [preferred, ...candidates]) {
    const claim = await tryClaim(slot);
    if (claim !== undefined) return ranges(slot, claim);
  }
  throw new ClusterError(`all ${slots} address ranges of this machine are in use by other clusters: stop one of them`);
}

function ranges(slot: number, claim: Server): Ranges {
  const pods = firstOctet + 2 * slot;
  return {
    slot,
    podCidr: `127.${pods}.0.0/16`,
    serviceCidr: `127.${pods + 1}.0.0/16`,
    kubernetesAddress: `127.${pods + 1}.0.1`,
    dnsAddress: `127.${pods + 1}.0.10`,
    apiserverAddress: (index) => `127.${pods}.255.${index + 1}`,
    nodeAddress: (node) => `127.${pods}.0.${node}`,
    nodePodCidr: (node) => `127.${pods}.${node}.0/24`,
    release: () => claim.close(),
  };
}

async function tryClaim(slot: number): Promise<Server | undefined> {
  const inRange = await listen(`127.${firstOctet + 2 * slot}.255.254`, claimPort);
  // Where only 127.0.0.1 is there, its ports stand for the ranges.
  return inRange === "noSuchAddress" ? serverOf(await listen("127.0.0.1", claimPort + 1 + slot)) : serverOf(inRange);
}

const serverOf = (outcome: Server | "taken" | "noSuchAddress"): Server | undefined =>
  typeof outcome === "string" ? undefined : outcome;

/** A server that keeps nothing alive and answers nobody. */
export function listen(host: string, port: number): Promise<Server | "taken" | "noSuchAddress"> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRNOTAVAIL" ? "noSuchAddress" : "taken"));
    server.listen({ host, port, exclusive: true }, () => resolve(server.unref()));
  });
}
