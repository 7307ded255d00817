/**
 * Fields that a write cannot change, because the server puts back what was there: a manager that sends them does not come to own
 * them. Source: the reset fields of Kubernetes' strategies; https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
import { anyElement, type FieldMask } from "./field-mask.js";
import { type FieldSet, noFields, setOfPaths } from "./field-set.js";
import { fieldElement } from "./path-element.js";

const paths = (...texts: string[]): FieldSet => setOfPaths(...texts.map((text) => text.split(".").map(fieldElement)));

const spec = paths("spec");
const status = paths("status");
const specAndMetadata = paths("metadata", "spec");

/** What writes of the status leave alone, where that is not the spec alone. By `group/kind`. */
const ofStatus: ReadonlyMap<string, FieldSet> = new Map([
  ["/Pod", paths("metadata.deletionTimestamp", "metadata.ownerReferences", "spec")],
  ["apps/Deployment", paths("metadata.labels", "spec")],
  ["apiextensions.k8s.io/CustomResourceDefinition", specAndMetadata],
  ["apiregistration.k8s.io/APIService", specAndMetadata],
  ["certificates.k8s.io/CertificateSigningRequest", paths("spec", "status.conditions")],
  ["flowcontrol.apiserver.k8s.io/FlowSchema", specAndMetadata],
  ["flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration", specAndMetadata],
  ["storage.k8s.io/VolumeAttachment", specAndMetadata],
]);

const resources: FieldMask = { "f:resources": "all", "f:resizePolicy": "all" };
const ofResize: FieldMask = { "f:spec": { "f:containers": { [anyElement]: resources } } };

/** The only fields that can be owned by a write, where it is not all but those that it cannot change. */
export const ownableFields = ({ group, kind }: ResettableKind, subresource: string): FieldMask | undefined =>
  group === "" && kind === "Pod" && subresource === "resize" ? ofResize : undefined;

const signingRequest = "certificates.k8s.io/CertificateSigningRequest";

export interface ResettableKind {
  readonly group: string;
  readonly kind: string;
  readonly custom: boolean;
  /** True for a kind whose status is written by its subresource only. */
  readonly hasStatus: boolean;
}

/** What a write to an object, or to one of its subresources, cannot change. */
export function resetFields({ group, kind, custom, hasStatus }: ResettableKind, subresource: string): FieldSet {
  const key = `${group}/${kind}`;
  if (subresource === "status") return custom ? specAndMetadata : (ofStatus.get(key) ?? spec);
  if (subresource === "approval") return key === signingRequest ? paths("spec", "status.certificate") : noFields;
  return hasStatus ? status : noFields;
}
