/** Where a host and port that a command in a pod names are on this machine. */
import type { PodResolver } from "../pod-resolver.js";
import { isPodLoopback, type Reach, reachableAt } from "../ports.js";

interface From {
  readonly hostname: string;
  readonly podIP: string;
  readonly reach: Reach;
  readonly resolver: PodResolver;
  /** A pod on the node's network sees where ports of the node's 127.0.0.1 lead. */
  readonly seesNodePort: (port: number) => boolean;
}

export interface Aimed {
  readonly host: string;
  readonly port: number;
  /** Others see the pod's address, not the machine's. */
  readonly localAddress?: string;
}

/** Rejects with the error of a name that is not known. */
export async function aimFrom(around: From, to: string, port: number): Promise<Aimed> {
  const isOwn = to === "localhost" || to === "127.0.0.1" || to === "::1" || to === around.hostname;
  if (isOwn && to !== around.hostname && around.seesNodePort(port)) return { host: "127.0.0.1", port };
  const [address = to] = isOwn ? [around.podIP] : await around.resolver.lookup(to);
  const { address: host, port: at } = reachableAt(around.reach, address, port);
  return isPodLoopback(host) && isPodLoopback(around.podIP) ? { host, port: at, localAddress: around.podIP } : { host, port: at };
}
