/**
 * What a Service holds beside itself. Each of its addresses is an IPAddress object and each node port a key, written and
 * deleted in the transaction that writes the Service, so that no two API servers ever give one out twice.
 */
import { type FieldError, internalFieldError, invalidValue } from "../../../src/api/field-errors.js";
import { canonicalIp, parseCidr } from "../../../src/api/ip.js";
import { deepCopy } from "../../../src/api/json-value.js";
import { storageKey, storagePrefix } from "../../../src/api/paths.js";
import { fail, invalid, type Result, succeed } from "../../../src/api/status.js";
import { formatTime } from "../../../src/api/time.js";
import type { Service, ServiceCIDR, ServicePort, UntypedObject } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import type { Served } from "../served.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import { storedText } from "../watch-cache/stored-text.js";
import { addressesOf, freeNumber, ipv4Text, isAddressIn, type NumberRange } from "./allocation.js";
import type { Draws } from "./draws.js";
import type { Claim } from "./plan.js";

export interface Claimed {
  readonly object: UntypedObject;
  readonly claims: readonly Claim[];
  readonly releases: readonly string[];
}

const isService = ({ resource }: Served): boolean => resource.group === "" && resource.kind === "Service";

/** One address has one key, however a Service writes it. */
const addressKey = ({ catalog }: Backing, address: string): string =>
  storageKey(catalog.resources.preferred("networking.k8s.io", "ipaddresses")!, "", canonicalIp(address));
export const nodePortsPrefix = "/registry/ranges/nodeports/";

/** A node port is one Service's, whatever protocols it serves there; the key is that of a TCP port for data that was written before. */
const nodePortKey = (port: number): string => `${nodePortsPrefix}tcp-${port}`;

/** Ports of one number that differ in protocol, such as those of DNS, have one node port. */
const siblingOf = ({ port }: ServicePort, ports: readonly ServicePort[]): number | undefined =>
  ports.find((other) => other.port === port && (other.nodePort ?? 0) > 0)?.nodePort;

/** The keys that a stored object holds beside its own. */
export function claimsOf(backing: Backing, served: Served, object: UntypedObject): string[] {
  if (!isService(served)) return [];
  const { spec } = object as unknown as Service;
  const addresses = (spec?.clusterIPs ?? []).filter((address) => address !== "None" && address !== "");
  const ports = (spec?.ports ?? []).filter((port) => (port.nodePort ?? 0) > 0);
  const healthCheck = spec?.healthCheckNodePort ?? 0;
  return [
    ...new Set([
      ...addresses.map((address) => addressKey(backing, address)),
      ...ports.map((port) => nodePortKey(port.nodePort!)),
      ...(healthCheck > 0 ? [nodePortKey(healthCheck)] : []),
    ]),
  ];
}

export function claimForNew(
  backing: Backing,
  served: Served,
  object: UntypedObject,
  taken: ReadonlySet<string>,
  draws: Draws,
): Result<Claimed> {
  if (!isService(served)) return succeed({ object, claims: [], releases: [] });
  return claim(backing, served, object, [], taken, draws);
}

export function claimForUpdate(
  backing: Backing,
  served: Served,
  object: UntypedObject,
  origin: StoredObject,
  taken: ReadonlySet<string>,
  draws: Draws,
): Result<Claimed> {
  if (!isService(served)) return succeed({ object, claims: [], releases: [] });
  return claim(backing, served, object, claimsOf(backing, served, origin.object), taken, draws);
}

function claim(
  backing: Backing,
  served: Served,
  object: UntypedObject,
  held: readonly string[],
  taken: ReadonlySet<string>,
  draws: Draws,
): Result<Claimed> {
  const service = deepCopy(object) as unknown as Service;
  const allocation = new Allocation(backing, held, taken, draws);
  allocation.address(service);
  allocation.nodePorts(service);
  allocation.healthCheckPort(service);
  if (allocation.errors.length > 0) return fail(invalid(served.groupKind, object.metadata.name ?? "", allocation.errors));
  const now = claimsOf(backing, served, service as unknown as UntypedObject);
  const claims = now.filter((key) => !held.includes(key)).map((key) => ({ key, value: claimText(backing, key, service) }));
  const releases = held.filter((key) => !now.includes(key));
  return succeed({ object: service as unknown as UntypedObject, claims, releases });
}

interface ServiceRange {
  readonly cidr: string;
  readonly addresses: NumberRange;
}

/** Where Services may have addresses: the cluster's own range, then those that were added and are ready. */
export function serviceRanges({ cache, catalog, io }: Pick<Backing, "cache" | "catalog" | "io">): ServiceRange[] {
  const { serviceCidr } = io.config;
  const prefix = storagePrefix(catalog.resources.preferred("networking.k8s.io", "servicecidrs")!);
  const added = Array.from(cache.store(prefix).from(prefix), ({ object }) => object as unknown as ServiceCIDR)
    .filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && isReady(status))
    .flatMap(({ spec }) => spec?.cidrs ?? [])
    .filter((cidr) => cidr !== serviceCidr && parseCidr(cidr)?.family === "IPv4");
  return [serviceCidr, ...added]
    .map((cidr) => ({ cidr, addresses: addressesOf(cidr) }))
    .filter(({ addresses: { from, to } }) => from <= to);
}

const isReady = (status: ServiceCIDR["status"]): boolean =>
  status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false;

class Allocation {
  readonly errors: FieldError[] = [];
  private readonly chosen = new Set<string>();

  constructor(
    private readonly backing: Backing,
    private readonly held: readonly string[],
    private readonly taken: ReadonlySet<string>,
    private readonly draws: Draws,
  ) {}

  address(service: Service): void {
    const spec = service.spec!;
    if (spec.type === "ExternalName") return;
    if (spec.clusterIP === "None") {
      spec.clusterIPs = ["None"];
      return;
    }
    const ranges = serviceRanges(this.backing);
    const wanted = spec.clusterIP ?? "";
    if (wanted !== "") {
      spec.clusterIPs = [wanted];
      if (this.held.includes(addressKey(this.backing, wanted))) return;
      const inRange = ranges.some(({ addresses }) => isAddressIn(addresses, wanted));
      const valid = ranges.map(({ cidr }) => cidr).join(", ");
      const why = inRange
        ? "provided IP is already allocated"
        : `the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${valid}`;
      if (!inRange || !this.isFree(addressKey(this.backing, wanted)))
        this.errors.push(invalidValue("spec.clusterIPs", [wanted], `failed to allocate IP ${wanted}: ${why}`));
      return;
    }
    const keyFor = (number: number): string => addressKey(this.backing, ipv4Text(number));
    let free: number | undefined;
    for (const { cidr, addresses } of ranges) free ??= this.free(`clusterIP of ${cidr}`, addresses, keyFor);
    if (free === undefined) {
      this.errors.push(internalFieldError("spec.clusterIPs", "failed to allocate a serviceIP: range is full"));
      return;
    }
    spec.clusterIP = ipv4Text(free);
    spec.clusterIPs = [spec.clusterIP];
  }

  nodePorts(service: Service): void {
    const { type, ports = [], allocateLoadBalancerNodePorts } = service.spec!;
    if (type !== "NodePort" && type !== "LoadBalancer") return;
    const range = this.backing.io.config.nodePortRange;
    const own = new Map<string, ServicePort>();
    for (const [index, port] of ports.entries()) {
      const wanted = port.nodePort ?? 0;
      if (wanted === 0) continue;
      const key = nodePortKey(wanted);
      const before = own.get(key);
      const isShared = before !== undefined && (this.held.length > 0 || before.port === port.port);
      own.set(key, port);
      const field = `spec.ports[${index}].nodePort`;
      if (wanted < range.from || wanted > range.to) {
        const why = `provided port is not in the valid range. The range of valid ports is ${range.from}-${range.to}`;
        this.errors.push(invalidValue(field, wanted, why));
      } else if (!isShared && !this.held.includes(key) && !this.isFree(key)) {
        this.errors.push(invalidValue(field, wanted, "provided port is already allocated"));
      }
      this.chosen.add(key);
    }
    if (type === "NodePort" || allocateLoadBalancerNodePorts !== false) this.missingNodePorts(ports, range);
  }

  /** Only a new Service shares: in one that changes, each port gets a number of its own. */
  private missingNodePorts(ports: readonly ServicePort[], range: NumberRange): void {
    for (const [index, port] of ports.entries()) {
      if ((port.nodePort ?? 0) > 0) continue;
      const shared = this.held.length === 0 ? siblingOf(port, ports) : undefined;
      const free = shared ?? this.free(`nodePort ${index}`, range, nodePortKey);
      if (free === undefined) {
        this.errors.push(internalFieldError(`spec.ports[${index}].nodePort`, "failed to allocate a nodePort: range is full"));
        return;
      }
      port.nodePort = free;
      this.chosen.add(nodePortKey(free));
    }
  }

  /** Where a load balancer asks a node whether it has endpoints: https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/ */
  healthCheckPort(service: Service): void {
    const spec = service.spec!;
    if (spec.type !== "LoadBalancer" || spec.externalTrafficPolicy !== "Local") return;
    const range = this.backing.io.config.nodePortRange;
    const field = "spec.healthCheckNodePort";
    const wanted = spec.healthCheckNodePort ?? 0;
    if (wanted === 0) {
      const free = this.free("healthCheckNodePort", range, nodePortKey);
      if (free === undefined)
        this.errors.push(internalFieldError(field, "failed to allocate a HealthCheck NodePort: range is full"));
      else spec.healthCheckNodePort = free;
    } else if (!this.held.includes(nodePortKey(wanted))) {
      const isOut = wanted < range.from || wanted > range.to;
      const why = isOut
        ? `provided port is not in the valid range. The range of valid ports is ${range.from}-${range.to}`
        : "provided port is already allocated";
      const message = `failed to allocate requested HealthCheck NodePort ${wanted}: ${why}`;
      if (isOut || !this.isFree(nodePortKey(wanted))) this.errors.push(invalidValue(field, wanted, message));
    }
  }

  /** The number that was drawn before, unless somebody has taken it since. */
  private free(what: string, range: NumberRange, keyOf: (number: number) => string): number | undefined {
    const isFree = (number: number): boolean => this.isFree(keyOf(number));
    return this.draws.number(what, isFree, () => freeNumber(range, this.backing.host.random, isFree));
  }

  private isFree(key: string): boolean {
    return !this.taken.has(key) && !this.chosen.has(key) && this.backing.cache.get(key) === undefined;
  }
}

/** Who holds a key, as the object that the key is. */
function claimText({ host }: Backing, key: string, service: Service): string {
  const { namespace = "", name = "" } = service.metadata;
  const parentRef = { group: "", resource: "services", namespace, name };
  const held = key.slice(key.lastIndexOf("/") + 1);
  const isAddress = !key.startsWith("/registry/ranges/");
  const labels = {
    "ipaddress.kubernetes.io/ip-family": "IPv4",
    "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
  };
  const metadata = { name: held, uid: host.ids.uuid(), creationTimestamp: formatTime(host.clock.nowMs()) };
  return storedText(
    {
      kind: isAddress ? "IPAddress" : "NodePortAllocation",
      apiVersion: isAddress ? "networking.k8s.io/v1" : "v1",
      metadata: isAddress ? { ...metadata, labels } : metadata,
      spec: { parentRef },
    },
    "",
  );
}
