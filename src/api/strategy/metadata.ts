import type { Requester } from "../admission/plugin.js";
import type { ObjectMeta } from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import type { UntypedObject } from "../types.js";

/** What the server alone decides in an object's metadata. Source: "API conventions", metadata. */
export interface Birth {
  /** RFC 3339, seconds. */
  readonly creationTimestamp: string;
  readonly uid: string;
  /** Who makes the object: some kinds keep it. */
  readonly requester: Requester;
}

/** Metadata of a new object: fields that only the server may set are set or dropped, whatever the client sent. */
export const createdMetadata = (metadata: ObjectMeta, birth: Omit<Birth, "requester">, hasGeneration: boolean): ObjectMeta => {
  const {
    deletionTimestamp: _,
    deletionGracePeriodSeconds: __,
    selfLink: ___,
    managedFields: ____,
    generation: _____,
    ...rest
  } = metadata;
  return {
    ...rest,
    uid: birth.uid,
    ...(hasGeneration ? { generation: 1 } : {}),
    creationTimestamp: birth.creationTimestamp,
  };
};

const carryOver = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"] as const;

/**
 * Metadata of an update: an update can neither undo a deletion nor rewrite an object's birth. A UID that a client sent
 * and that differs is left for the precondition to refuse.
 */
export const updatedMetadata = (metadata: ObjectMeta, old: ObjectMeta): ObjectMeta => {
  const updated: ObjectMeta = { ...metadata };
  for (const field of carryOver) {
    if (field === "uid" && updated.uid !== undefined && updated.uid !== "") continue;
    if (old[field] === undefined) delete updated[field];
    else Object.assign(updated, { [field]: old[field] });
  }
  if (metadata.deletionGracePeriodSeconds !== undefined && old.deletionGracePeriodSeconds !== undefined) {
    updated.deletionGracePeriodSeconds = metadata.deletionGracePeriodSeconds;
  }
  return updated;
};

/** Kinds without a generation: what changes in them is not reconciled through observedGeneration. */
const withoutGeneration = new Set([
  "/Binding",
  "/ComponentStatus",
  "/ConfigMap",
  "/Endpoints",
  "/Event",
  "/LimitRange",
  "/Namespace",
  "/Node",
  "/PersistentVolume",
  "/PersistentVolumeClaim",
  "/ResourceQuota",
  "/Secret",
  "/Service",
  "/ServiceAccount",
  "apps/ControllerRevision",
  "autoscaling/HorizontalPodAutoscaler",
  "certificates.k8s.io/CertificateSigningRequest",
  "coordination.k8s.io/Lease",
  "events.k8s.io/Event",
  "networking.k8s.io/IPAddress",
  "node.k8s.io/RuntimeClass",
  "rbac.authorization.k8s.io/ClusterRole",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
  "rbac.authorization.k8s.io/Role",
  "rbac.authorization.k8s.io/RoleBinding",
  "storage.k8s.io/CSINode",
  "storage.k8s.io/CSIStorageCapacity",
  "storage.k8s.io/StorageClass",
  "storage.k8s.io/VolumeAttachment",
  "apiregistration.k8s.io/APIService",
]);

export const hasGeneration = (group: string, kind: string): boolean => !withoutGeneration.has(`${group}/${kind}`);

/** Everything but identity, metadata and status: what a new generation is a generation of. */
const desiredState = (object: UntypedObject): UntypedObject => {
  const { apiVersion: _, kind: __, metadata: ___, status: ____, ...desired } = object;
  return desired as UntypedObject;
};

/** True when an update asks for something else than before, so that the generation goes up. */
export const asksForChange = (object: UntypedObject, old: UntypedObject, kind: string): boolean => {
  if (!semanticEqual(desiredState(object), desiredState(old))) return true;
  if (kind === "Deployment") return !semanticEqual(object.metadata.annotations, old.metadata.annotations);
  if (kind === "EndpointSlice") return !semanticEqual(object.metadata.labels, old.metadata.labels);
  return false;
};
