/** Where a host and port that a command in a pod names are on this machine. */
import net from "node:net";
import { isPodLoopback, type Reach, reachableAt } from "../ports.js";

interface From {
  readonly hostname: string;
  readonly podIP: string;
  readonly reach: Reach;
  resolve(name: string): readonly string[] | undefined;
}

export async function aimFrom(
  around: From,
  to: string,
  port: number,
): Promise<{ host: string; port: number; localAddress?: string } | undefined> {
  const isOwn = to === "localhost" || to === "127.0.0.1" || to === "::1" || to === around.hostname;
  const address = isOwn ? around.podIP : net.isIP(to) !== 0 ? to : around.resolve(to)?.[0];
  // What the cluster does not know, the machine may.
  if (address === undefined) return to.endsWith(".cluster.local") || !to.includes(".") ? undefined : { host: to, port };
  const { address: host, port: at } = reachableAt(around.reach, address, port);
  return isPodLoopback(host) && isPodLoopback(around.podIP) ? { host, port: at, localAddress: around.podIP } : { host, port: at };
}
