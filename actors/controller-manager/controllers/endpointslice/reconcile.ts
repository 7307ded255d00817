/** A Service with a selector has EndpointSlices that show the pods behind it. */
import { type EventToRecord, referenceTo } from "../../../../src/actor/events.js";
import { semanticEqual } from "../../../../src/api/json-value.js";
import type { DiscoveryV1EndpointPort, Endpoint, EndpointSlice, Service } from "../../../../src/api/types.js";
import type { WireError } from "../../../../src/wire/errors.js";
import { controllerReference, pathTo } from "../../engine/ownership.js";
import { nothingToDo, type Plan, type PlannedWrite } from "../../engine/plan.js";
import * as resources from "../../engine/resources.js";
import { type IpFamily, isHeadless } from "../service-pods/pod-endpoint.js";
import { type PortGroup, portGroups, portKey, type ServicePods } from "./endpoints.js";
import { pack } from "./packing.js";

export const managedBy = "endpointslice.kubernetes.io/managed-by";
export const serviceName = "kubernetes.io/service-name";
const headless = "service.kubernetes.io/headless";
export const controllerName = "endpointslice-controller.k8s.io";
const reserved = new Set([managedBy, serviceName, headless]);
const slicesPath = resources.endpointSlices.path;

/** What a slice is to say, but for its name. */
interface WantedSlice {
  readonly addressType: IpFamily;
  readonly ports: readonly DiscoveryV1EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

interface Wanted {
  readonly create: WantedSlice[];
  readonly update: Array<WantedSlice & { readonly slice: EndpointSlice }>;
  readonly delete: EndpointSlice[];
}

export const isManaged = ({ metadata }: EndpointSlice): boolean => metadata.labels?.[managedBy] === controllerName;

const belongsTo = ({ metadata }: EndpointSlice, service: Service): boolean =>
  (metadata.ownerReferences ?? []).some(({ uid }) => uid === service.metadata.uid);

/** The labels of a Service's slices: its own, and those by which slices are found. */
export function sliceLabels(service: Service): Record<string, string> {
  const own = Object.entries(service.metadata.labels ?? {}).filter(([key]) => !reserved.has(key));
  return Object.fromEntries([
    ...own,
    ...(isHeadless(service) ? [[headless, ""] as const] : []),
    [serviceName, service.metadata.name ?? ""] as const,
    [managedBy, controllerName] as const,
  ]);
}

const familiesOf = ({ spec }: Service): IpFamily[] => {
  const families = (spec?.ipFamilies ?? []).filter((family): family is IpFamily => family === "IPv4" || family === "IPv6");
  return families.length > 0 ? families : [(spec?.clusterIP ?? "").includes(":") ? "IPv6" : "IPv4"];
};

function byPorts(slices: readonly EndpointSlice[]): Map<string, EndpointSlice[]> {
  const sorted = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = portKey(slice.ports);
    sorted.set(key, [...(sorted.get(key) ?? []), slice]);
  }
  return sorted;
}

/** What the slices of one address family should be. When there is nothing to show, one empty slice says so. */
function wantedOf(of: ServicePods, addressType: IpFamily, existing: readonly EndpointSlice[], wanted: Wanted): void {
  const groups = portGroups(of, addressType);
  const known = byPorts(existing);
  const labels = sliceLabels(of.service);
  const stale = ({ metadata }: EndpointSlice) => !semanticEqual(metadata.labels, labels);
  let shown = 0;
  const settle = (key: string, { ports, endpoints }: PortGroup) => {
    const packing = pack(endpoints, known.get(key) ?? [], stale);
    wanted.create.push(...packing.create.map((each) => ({ addressType, ports, endpoints: each })));
    wanted.update.push(...packing.update.map(({ slice, endpoints: each }) => ({ slice, addressType, ports, endpoints: each })));
    wanted.delete.push(...packing.delete);
    shown += packing.create.length + packing.update.length + packing.unchanged.length;
  };
  for (const [key, group] of groups) settle(key, group);
  if (shown > 0) {
    for (const [key, slices] of known) if (!groups.has(key)) wanted.delete.push(...slices);
    return;
  }
  const leftovers = [...known.values()].flat();
  const blank = leftovers.find((slice) => (slice.endpoints ?? []).length === 0 && (slice.ports ?? []).length === 0);
  wanted.delete.push(...leftovers.filter((slice) => slice !== blank));
  const empty: WantedSlice = { addressType, ports: [], endpoints: [] };
  if (blank === undefined) wanted.create.push(empty);
  else if (stale(blank)) wanted.update.push({ ...empty, slice: blank });
}

/** Slices that would go are used for those that would come. */
function reuse(wanted: Wanted): Wanted {
  const create: WantedSlice[] = [];
  const doomed = [...wanted.delete];
  const update = [...wanted.update];
  for (const each of wanted.create) {
    const index = doomed.findIndex(({ addressType }) => addressType === each.addressType);
    if (index === -1) create.push(each);
    else update.push({ ...each, slice: doomed.splice(index, 1)[0]! });
  }
  return { create, update, delete: doomed };
}

function failed(service: Service, what: string): (error: WireError) => EventToRecord {
  const { namespace, name } = service.metadata;
  const subject = `Service ${namespace}/${name}`;
  return ({ message }) => ({
    involvedObject: referenceTo(service, "Service", "v1"),
    type: "Warning",
    reason: "FailedToUpdateEndpointSlices",
    message: `Error updating Endpoint Slices for ${subject}: failed to ${what} for ${subject}: ${message}`,
    component: "endpoint-slice-controller",
  });
}

function sliceOf(service: Service, { addressType, ports, endpoints }: WantedSlice, existing?: EndpointSlice): EndpointSlice {
  const { namespace = "", name = "" } = service.metadata;
  const metadata = existing?.metadata ?? { generateName: `${name}-`, namespace };
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      ...metadata,
      labels: sliceLabels(service),
      ownerReferences: [controllerReference(service, "v1", "Service")],
    },
    addressType,
    endpoints: [...endpoints],
    ports: [...ports],
  };
}

const deletion = (slice: EndpointSlice): PlannedWrite["request"] => ({
  verb: "delete",
  path: pathTo(slicesPath, slice),
  options: slice.metadata.uid === undefined ? {} : { preconditions: { uid: slice.metadata.uid } },
});

function writesFor(service: Service, wanted: Wanted): PlannedWrite[] {
  const { namespace = "" } = service.metadata;
  const create = service.metadata.deletionTimestamp === undefined ? wanted.create : [];
  return [
    ...create.map((each) => ({
      request: { verb: "create" as const, path: { ...slicesPath, namespace }, object: sliceOf(service, each) },
      onFailure: failed(service, "create EndpointSlice"),
    })),
    ...wanted.update.map(({ slice, ...each }) => ({
      request: { verb: "update" as const, path: pathTo(slicesPath, slice), object: sliceOf(service, each, slice) },
      onFailure: failed(service, `update ${slice.metadata.name} EndpointSlice`),
    })),
    ...wanted.delete.map((slice) => ({
      request: deletion(slice),
      onFailure: failed(service, `delete ${slice.metadata.name} EndpointSlice`),
    })),
  ];
}

/**
 * `existing` are the slices labelled with the Service's name. Those of a Service that is gone go too, those of a Service
 * without selector, of an ExternalName Service or of another manager are left alone.
 */
export function reconcileEndpointSlices(of: Partial<ServicePods>, existing: readonly EndpointSlice[]): Plan {
  const managed = existing.filter((slice) => isManaged(slice) && slice.metadata.deletionTimestamp === undefined);
  const { service, pods = [], node = () => undefined } = of;
  if (service === undefined)
    return managed.length === 0 ? nothingToDo : { writes: managed.map((slice) => ({ request: deletion(slice) })) };
  if (service.spec?.selector === undefined || service.spec.type === "ExternalName") return nothingToDo;
  const families = familiesOf(service);
  const wanted: Wanted = { create: [], update: [], delete: [] };
  for (const family of families) {
    const ofFamily = managed.filter((slice) => belongsTo(slice, service) && slice.addressType === family);
    wantedOf({ service, pods, node }, family, ofFamily, wanted);
  }
  const reused = reuse(wanted);
  const strangers = managed.filter(
    (slice) => !belongsTo(slice, service) || !families.some((family) => family === slice.addressType),
  );
  return { writes: writesFor(service, { ...reused, delete: [...reused.delete, ...strangers] }) };
}
