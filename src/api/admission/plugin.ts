/**
 * What an admission plugin is: a pure function that may change what is about to be written, or refuse it.
 * Source: "Admission Control in Kubernetes" of the Kubernetes documentation.
 */
import { semanticEqual } from "../json-value.js";
import type { ApiError, Result } from "../status.js";
import { type GroupResource, forbidden as refused } from "../status.js";
import type { KubernetesObject, UntypedObject } from "../types.js";
import type { AccessView } from "./access-view.js";

export type AdmissionOperation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

/** Who asks. */
export interface Requester {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: ReadonlyMap<string, readonly string[]>;
}

/** What a request is about, whoever makes it and whatever is in it: which plugins have a say depends on this alone. */
export interface AdmissionTarget {
  readonly operation: AdmissionOperation;
  readonly group: string;
  readonly version: string;
  /** The name in paths: `pods`. */
  readonly resource: string;
  /** "" for the object itself. */
  readonly subresource: string;
  /** That of the object in the request: `Binding` for pods/binding. */
  readonly kind: string;
  readonly namespaced: boolean;
}

/** What one request says beyond its form. */
interface AdmissionSubject {
  /** "" for what belongs to the whole cluster. */
  readonly namespace: string;
  /** "" while a name is still to be made from `generateName`. */
  readonly name: string;
  /** Absent on DELETE. */
  readonly object: UntypedObject | undefined;
  /** Absent on CREATE. */
  readonly old: UntypedObject | undefined;
  readonly user: Requester;
  readonly dryRun: boolean;
}

/** A request as plugins see it, in the words of the version that was asked for. */
export interface AdmissionRequest extends AdmissionTarget, AdmissionSubject {}

/** Field by field: this is made for every write, and a spread of so many fields takes an engine a hundred times as long. */
export const admissionRequest = (target: AdmissionTarget, subject: AdmissionSubject): AdmissionRequest => ({
  operation: target.operation,
  group: target.group,
  version: target.version,
  resource: target.resource,
  subresource: target.subresource,
  kind: target.kind,
  namespaced: target.namespaced,
  namespace: subject.namespace,
  name: subject.name,
  object: subject.object,
  old: subject.old,
  user: subject.user,
  dryRun: subject.dryRun,
});

/** What plugins may know of the rest of the cluster: the watch cache, read by key or by prefix. */
export interface ClusterView {
  get<T extends KubernetesObject>(group: string, plural: string, namespace: string, name: string): T | undefined;
  list<T extends KubernetesObject>(group: string, plural: string, namespace?: string): T[];
  readonly access: AccessView;
  /** Random characters for names. */
  suffix(length: number): string;
}

/** What a plugin that lets a request pass has to say all the same. */
export interface Remarks {
  /** Texts for the header Warning. */
  readonly warnings?: readonly string[];
  /** For the audit log, by the annotation's key: `pod-security.kubernetes.io/audit-violations`. */
  readonly auditAnnotations?: ReadonlyMap<string, string>;
}

export interface AdmissionPlugin {
  readonly name: string;
  /** True when it has a say in requests of this form. Asked once for each form and remembered. */
  concerns(target: AdmissionTarget): boolean;
  /** Answers the object, changed or not. On DELETE there is none, and only a refusal counts. */
  mutate?(request: AdmissionRequest, cluster: ClusterView): Result<UntypedObject | undefined>;
  validate?(request: AdmissionRequest, cluster: ClusterView): Result<Remarks>;
}

const nothing: Remarks = {};

/** What a plugin answers that has nothing to say. */
export const noRemarks = (): Result<Remarks> => ({ ok: true, value: nothing });

/** The resource of a request as error texts name it. */
export const groupResourceOf = ({ group, resource }: AdmissionTarget): GroupResource => ({ group, resource });

/** 403 that names the object, by the beginning of its name where that is not made yet. */
export const forbidden = (request: AdmissionRequest, why: string): ApiError => {
  const { name = "", generateName = "" } = request.object?.metadata ?? {};
  return refused(groupResourceOf(request), request.name || name || generateName || "Unknown", why);
};

/** True for requests about pods themselves, not about a subresource. */
export const aboutPods = ({ group, resource, subresource }: AdmissionTarget): boolean =>
  group === "" && resource === "pods" && subresource === "";

/** Whether an update changes nothing but what the garbage collector needs to let go of an object. */
export function onlyLetsGo({ object, old }: AdmissionRequest): boolean {
  if (object === undefined || old === undefined) return false;
  const bare = ({
    metadata: { ownerReferences: _, finalizers: __, managedFields: ___, ...metadata },
    ...rest
  }: UntypedObject) => ({
    ...rest,
    metadata,
  });
  return semanticEqual(bare(object), bare(old));
}
