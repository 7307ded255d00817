/** Where the Leases of API servers are. */
import { identityNamespace, isIdentityLease } from "../../../src/api/apiserver-identity.js";
import { builtinResources } from "../../../src/api/kinds.js";
import { storageKey, storagePrefix } from "../../../src/api/paths.js";
import type { Lease } from "../../../src/api/types.js";
import type { WatchCache } from "../watch-cache/cache.js";

export const leasesPath = {
  group: "coordination.k8s.io",
  version: "v1",
  resource: "leases",
  namespace: identityNamespace,
} as const;

const leases = builtinResources().preferred(leasesPath.group, leasesPath.resource)!;

export function knownLease(cache: WatchCache, name: string): Lease | undefined {
  return cache.get(storageKey(leases, identityNamespace, name))?.object as Lease | undefined;
}

export function identityLeases(cache: WatchCache): Lease[] {
  const stored = cache.store(storagePrefix(leases)).from(storagePrefix(leases, identityNamespace));
  return Array.from(stored, ({ object }) => object as Lease).filter(isIdentityLease);
}
