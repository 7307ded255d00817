import { storagePrefix } from "../../../src/api/paths.js";
import type { Backing } from "../backing.js";
import { isAddressIn } from "../writes/allocation.js";
import { nodePortsPrefix, serviceRanges } from "../writes/claims.js";
import type { Registry } from "./registry.js";

/** How many addresses and node ports Services hold, and how many there are left, by the names that kube-apiserver has for it. */
export function tellAllocation(registry: Registry, of: Pick<Backing, "cache" | "catalog" | "io">): void {
  const tellAddresses = (name: string, help: string, value: (held: number, all: number) => number): void =>
    registry.tell("gauge", `kube_apiserver_clusterip_allocator_${name}`, help, () => {
      const prefix = storagePrefix(of.catalog.resources.preferred("networking.k8s.io", "ipaddresses")!);
      const held = Array.from(of.cache.store(prefix).from(prefix), (stored) => stored.name);
      return serviceRanges(of).map(({ cidr, addresses }) => ({
        labels: { cidr },
        value: value(held.filter((address) => isAddressIn(addresses, address)).length, addresses.to - addresses.from + 1),
      }));
    });
  tellAddresses("allocated_ips", "Addresses that Services hold.", (held) => held);
  tellAddresses("available_ips", "Addresses that no Service holds.", (held, all) => all - held);
  const tellPorts = (name: string, help: string, value: (held: number, all: number) => number): void =>
    registry.tell("gauge", `kube_apiserver_nodeport_allocator_${name}`, help, () => {
      const { from, to } = of.io.config.nodePortRange;
      const held = Array.from(of.cache.resources()).find(({ prefix }) => prefix === nodePortsPrefix);
      return [{ value: value(held?.size ?? 0, to - from + 1) }];
    });
  tellPorts("allocated_ports", "Node ports that Services hold.", (held) => held);
  tellPorts("available_ports", "Node ports that no Service holds.", (held, all) => all - held);
}
