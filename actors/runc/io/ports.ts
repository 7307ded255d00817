/**
 * Where pod and Service ports can be reached on this machine. On Linux every address of 127.0.0.0/8 can be bound; a low
 * port needs a privilege, and without it port p is served at 10000 + p of the same address, as kube-proxy does, so
 * that everybody can work it out without asking. Where 127.0.0.1 is the only loopback address
 * (macOS), a port of it stands for each address and port, worked out from both.
 */
import { readFileSync } from "node:fs";

/** Port p below 1024 is served at this plus p when it may not be bound. */
export const lowPortsMappedTo = 10_000;

export interface Reach {
  /** Ports below this one may not be bound; 0 when all may. */
  readonly firstFreePort: number;
  /** True where 127.0.0.1 is the only loopback address. */
  readonly loopbackOnly: boolean;
}

/** What this machine allows this process. */
export function bindingRules(platform: string = process.platform): Reach {
  if (platform !== "linux") {
    // macOS lets anyone bind low ports on all addresses only; on one address it needs root.
    return { firstFreePort: process.getuid?.() === 0 || platform === "win32" ? 0 : 1024, loopbackOnly: platform === "darwin" };
  }
  if (mayBindAll()) return { firstFreePort: 0, loopbackOnly: false };
  return { firstFreePort: Math.min(unprivilegedPortStart(), 1024), loopbackOnly: false };
}

/** CAP_NET_BIND_SERVICE is bit 10 of the effective capabilities. */
function mayBindAll(): boolean {
  try {
    const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return effective !== undefined && ((BigInt(`0x${effective}`) >> 10n) & 1n) === 1n;
  } catch {
    // Without /proc the user decides.
    return process.getuid?.() === 0;
  }
}

function unprivilegedPortStart(): number {
  try {
    return Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
  } catch {
    // Kernels before 4.11 have no such setting.
    return 1024;
  }
}

/** In the loopback range, but none of the machine's own: 127.0.0.1 itself, and 127.0.0.53 where some have their DNS. */
export const isPodLoopback = (address: string): boolean => address.startsWith("127.") && !address.startsWith("127.0.0.");

/** Where a server of the cluster at this address and port really listens. */
export function reachableAt(reach: Reach, address: string, port: number): { address: string; port: number } {
  if (!isPodLoopback(address)) return { address, port };
  if (reach.loopbackOnly) return { address: "127.0.0.1", port: port === 0 ? 0 : portOnSharedLoopback(address, port) };
  return { address, port: port > 0 && port < reach.firstFreePort ? lowPortsMappedTo + port : port };
}

/** Spread over 10000–29999 by address and port; two that meet are told as EADDRINUSE. */
function portOnSharedLoopback(address: string, port: number): number {
  let hash = 0;
  for (const part of [...address.split("."), port]) hash = Math.imul(hash ^ Number(part), 0x01000193) >>> 0;
  return 10_000 + (hash % 20_000);
}
