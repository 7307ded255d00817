/** A request as those see it who decide about it from outside: webhooks and policies. */
import type { AdmissionRequest } from "../../../src/api/admission/plugin.js";
import type { ReviewedRequest } from "../../../src/api/dynamic-admission/review.js";
import type { GroupVersionKind } from "../../../src/api/kinds.js";
import type { UntypedObject } from "../../../src/api/types.js";
import type { Authorizer } from "../access/authorizer.js";
import type { ApiUser } from "../request.js";
import type { Served } from "../served.js";

export interface Attributes extends AdmissionRequest {
  readonly user: ApiUser;
  readonly served: Served;
  /** Of the object in the request, which for a subresource may belong to another group. */
  readonly objectKind: GroupVersionKind;
  /** `CreateOptions`, `UpdateOptions`, `DeleteOptions`; absent for a connection. */
  readonly operationOptions: object | undefined;
  /** Whom expressions may ask what the user may do. */
  readonly authorizer: Authorizer;
}

/** Which kind of options go with an operation. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/ */
const optionKinds = { CREATE: "CreateOptions", UPDATE: "UpdateOptions", DELETE: "DeleteOptions", CONNECT: "" } as const;

/** The options of a request as an object of the API. */
export function operationOptionsOf(operation: AdmissionRequest["operation"], options: object): object | undefined {
  const kind = optionKinds[operation];
  if (kind === "") return undefined;
  const { dryRun, force: _ofPatchesOnly, ...rest } = options as { dryRun?: boolean; force?: boolean };
  return { kind, apiVersion: "meta.k8s.io/v1", ...rest, ...(dryRun === true ? { dryRun: ["All"] } : {}) };
}

/** The same object in the words of another version of its resource; an object of a subresource has its own. */
export function inVersion(object: UntypedObject, from: Served, to: Served, subresource: string): UntypedObject {
  if (from === to || !isOfResource(from, subresource)) return object;
  const stored = from.store(object);
  return to.view === undefined ? stored : to.view(stored);
}

const isOfResource = ({ resource }: Served, subresource: string): boolean =>
  subresource === "" || resource.subresources.find(({ name }) => name === subresource)?.kind === resource.kind;

/** The request in the words of the version in which somebody asked to be told of it. */
export function reviewedAs(attributes: Attributes, as: Served): ReviewedRequest {
  const { served, subresource, objectKind, object, old } = attributes;
  const { group, version, plural, kind } = as.resource;
  const told = (each: UntypedObject | undefined) => each && inVersion(each, served, as, subresource);
  return {
    kind: as === served || objectKind.kind !== served.resource.kind ? objectKind : { group, version, kind },
    resource: { group, version, resource: plural },
    requestKind: objectKind,
    requestResource: { group: attributes.group, version: attributes.version, resource: attributes.resource },
    subresource,
    name: attributes.name,
    namespace: attributes.namespace,
    operation: attributes.operation,
    user: attributes.user,
    object: told(object),
    old: told(old),
    dryRun: attributes.dryRun,
    options: attributes.operationOptions,
  };
}
