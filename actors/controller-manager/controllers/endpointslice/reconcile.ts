/** A Service with a selector has EndpointSlices that show the pods behind it. */
import { type EventToRecord, referenceTo } from "../../../../src/actor/events.js";
import type { EndpointSlice, Service } from "../../../../src/api/types.js";
import type { WireError } from "../../../../src/wire/errors.js";
import { controllerReference } from "../../engine/ownership.js";
import { nothingToDo, type Plan } from "../../engine/plan.js";
import { type IpFamily, isHeadless } from "../service-pods/pod-endpoint.js";
import { portGroups, type ServicePods } from "./endpoints.js";
import { settle } from "./settle.js";
import { isManagedBy, managedBy, type SliceOwner, serviceName, sliceDeletion, sliceWrites } from "./slice-writes.js";

const headless = "service.kubernetes.io/headless";
const controllerName = "endpointslice-controller.k8s.io";
const reserved = new Set([managedBy, serviceName, headless]);

export const isManaged = (slice: EndpointSlice): boolean => isManagedBy(slice, controllerName);

const belongsTo = ({ metadata }: EndpointSlice, service: Service): boolean =>
  (metadata.ownerReferences ?? []).some(({ uid }) => uid === service.metadata.uid);

/** The labels of a Service's slices: its own, and those by which slices are found. */
function sliceLabels(service: Service): Record<string, string> {
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

/**
 * `existing` are the slices labelled with the Service's name. Those of a Service that is gone go too, those of a Service
 * without selector, of an ExternalName Service or of another manager are left alone.
 */
export function reconcileEndpointSlices(of: Partial<ServicePods>, existing: readonly EndpointSlice[]): Plan {
  const managed = existing.filter((slice) => isManaged(slice) && slice.metadata.deletionTimestamp === undefined);
  const { service, pods = [], node = () => undefined } = of;
  if (service === undefined) return managed.length === 0 ? nothingToDo : { writes: managed.map(sliceDeletion) };
  if (service.spec?.selector === undefined || service.spec.type === "ExternalName") return nothingToDo;
  const families = familiesOf(service);
  const labels = sliceLabels(service);
  const owner: SliceOwner = {
    metadata: service.metadata,
    reference: controllerReference(service, "v1", "Service"),
    labels,
    failed: (what) => failed(service, what),
  };
  const writes = families.flatMap((addressType) => {
    const ofFamily = managed.filter((slice) => belongsTo(slice, service) && slice.addressType === addressType);
    const groups = portGroups({ service, pods, node }, addressType);
    return sliceWrites(owner, settle({ addressType, groups, labels, existing: ofFamily, blank: true }));
  });
  const strangers = managed.filter(
    (slice) => !belongsTo(slice, service) || !families.some((family) => family === slice.addressType),
  );
  return { writes: [...writes, ...sliceWrites(owner, { create: [], update: [], delete: strangers })] };
}
