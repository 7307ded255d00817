/** A Service with a selector has an Endpoints object of its name, for clients that do not know EndpointSlices yet. */
import { type EventToRecord, referenceTo } from "../../../../src/actor/events.js";
import { semanticEqual } from "../../../../src/api/json-value.js";
import type { Endpoints, ObjectMeta, Pod, Service } from "../../../../src/api/types.js";
import { pathTo } from "../../engine/ownership.js";
import { nothingToDo, type Plan } from "../../engine/plan.js";
import * as resources from "../../engine/resources.js";
import { isHeadless } from "../service-pods/pod-endpoint.js";
import { subsetsOf, withinCapacity } from "./subsets.js";

const managedBy = "endpoints.kubernetes.io/managed-by";
const headless = "service.kubernetes.io/headless";
const overCapacity = "endpoints.kubernetes.io/over-capacity";
const component = "endpoint-controller";
const endpointsPath = resources.endpoints.path;

export const isManaged = ({ metadata }: Endpoints): boolean => metadata.labels?.[managedBy] === component;

export interface EndpointsView {
  readonly service: Service | undefined;
  /** The pods that its selector matches. */
  readonly pods: readonly Pod[];
  readonly endpoints: Endpoints | undefined;
}

const labelsFor = (service: Service): Record<string, string> =>
  Object.fromEntries([
    ...Object.entries(service.metadata.labels ?? {}).filter(([key]) => key !== headless),
    ...(isHeadless(service) ? [[headless, ""] as const] : []),
    [managedBy, component] as const,
  ]);

function annotationsFor(before: ObjectMeta["annotations"], truncated: boolean): Record<string, string> {
  const others = Object.entries(before ?? {}).filter(([key]) => key !== overCapacity);
  return Object.fromEntries(truncated ? [...others, [overCapacity, "truncated"]] : others);
}

/** Endpoints whose Service is gone go. Those of a Service without selector, or of type ExternalName, are its user's. */
export function reconcileEndpoints({ service, pods, endpoints }: EndpointsView): Plan {
  if (service === undefined) {
    if (endpoints === undefined) return nothingToDo;
    const { uid } = endpoints.metadata;
    const options = uid === undefined ? {} : { preconditions: { uid } };
    return { writes: [{ request: { verb: "delete", path: pathTo(endpointsPath, endpoints), options } }] };
  }
  if (service.spec?.selector === undefined || service.spec.type === "ExternalName") return nothingToDo;
  const { subsets, truncated } = withinCapacity(subsetsOf(service, pods));
  const labels = labelsFor(service);
  const annotations = annotationsFor(endpoints?.metadata.annotations, truncated);
  if (endpoints === undefined) return create(service, { labels, annotations, subsets });
  const { metadata } = endpoints;
  const same =
    semanticEqual(endpoints.subsets, subsets) &&
    semanticEqual(metadata.labels, labels) &&
    semanticEqual(metadata.annotations, annotations);
  if (same) return nothingToDo;
  const object: Endpoints = { apiVersion: "v1", kind: "Endpoints", metadata: { ...metadata, labels, annotations }, subsets };
  const where = `${metadata.namespace}/${metadata.name}`;
  const onFailure = ({ message }: { readonly message: string }) =>
    warning(object, "FailedToUpdateEndpoint", `Failed to update endpoint ${where}: ${message}`);
  return { writes: [{ request: { verb: "update", path: pathTo(endpointsPath, endpoints), object }, onFailure }] };
}

function create(
  service: Service,
  { labels, annotations, subsets }: Pick<ObjectMeta, "labels" | "annotations"> & Pick<Endpoints, "subsets">,
): Plan {
  if (service.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const { namespace = "", name = "" } = service.metadata;
  const metadata: ObjectMeta = {
    name,
    namespace,
    ...(labels === undefined ? {} : { labels }),
    ...(Object.keys(annotations ?? {}).length === 0 ? {} : { annotations: annotations ?? {} }),
  };
  const object: Endpoints = { apiVersion: "v1", kind: "Endpoints", metadata, subsets: subsets ?? [] };
  const onFailure = ({ message }: { readonly message: string }) =>
    warning(object, "FailedToCreateEndpoint", `Failed to create endpoint for service ${namespace}/${name}: ${message}`);
  return { writes: [{ request: { verb: "create", path: { ...endpointsPath, namespace }, object }, onFailure }] };
}

const warning = (endpoints: Endpoints, reason: string, message: string): EventToRecord => ({
  involvedObject: referenceTo(endpoints, "Endpoints", "v1"),
  type: "Warning",
  reason,
  message,
  component,
});
