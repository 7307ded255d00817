/** The writes that make slices as they are wanted. */
import type { EventToRecord } from "../../../../src/actor/events.js";
import type { EndpointSlice, ObjectMeta, OwnerReference } from "../../../../src/api/types.js";
import type { WireError } from "../../../../src/wire/errors.js";
import { pathTo } from "../../engine/ownership.js";
import type { PlannedWrite } from "../../engine/plan.js";
import { endpointSlices } from "../../engine/resources.js";
import type { Wanted, WantedSlice } from "./settle.js";

export const managedBy = "endpointslice.kubernetes.io/managed-by";
export const serviceName = "kubernetes.io/service-name";
const { path } = endpointSlices;

/** Whose the slices are. */
export interface SliceOwner {
  readonly metadata: ObjectMeta;
  readonly reference: OwnerReference;
  readonly labels: Record<string, string>;
  /** The event that tells what could not be done. */
  readonly failed: (what: string) => (error: WireError) => EventToRecord;
}

export const isManagedBy = ({ metadata }: EndpointSlice, controller: string): boolean =>
  metadata.labels?.[managedBy] === controller;

function sliceOf(owner: SliceOwner, { addressType, ports, endpoints }: WantedSlice, existing?: EndpointSlice): EndpointSlice {
  const { namespace = "", name = "" } = owner.metadata;
  const metadata = existing?.metadata ?? { generateName: `${name}-`, namespace };
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...metadata, labels: owner.labels, ownerReferences: [owner.reference] },
    addressType,
    endpoints: [...endpoints],
    ports: [...ports],
  };
}

export const sliceDeletion = (slice: EndpointSlice): PlannedWrite => ({
  request: {
    verb: "delete",
    path: pathTo(path, slice),
    options: slice.metadata.uid === undefined ? {} : { preconditions: { uid: slice.metadata.uid } },
  },
});

export function sliceWrites(owner: SliceOwner, wanted: Wanted): PlannedWrite[] {
  const { namespace = "", deletionTimestamp } = owner.metadata;
  const create = deletionTimestamp === undefined ? wanted.create : [];
  return [
    ...create.map((each) => ({
      request: { verb: "create" as const, path: { ...path, namespace }, object: sliceOf(owner, each) },
      onFailure: owner.failed("create EndpointSlice"),
    })),
    ...wanted.update.map(({ slice, ...each }) => ({
      request: { verb: "update" as const, path: pathTo(path, slice), object: sliceOf(owner, each, slice) },
      onFailure: owner.failed(`update ${slice.metadata.name} EndpointSlice`),
    })),
    ...wanted.delete.map((slice) => ({
      ...sliceDeletion(slice),
      onFailure: owner.failed(`delete ${slice.metadata.name} EndpointSlice`),
    })),
  ];
}
