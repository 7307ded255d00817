/**
 * What a webhook is sent: an AdmissionReview with a request in it.
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request
 */
import { writeJson } from "../../json/text.js";
import type { AdmissionOperation } from "../admission/plugin.js";
import type { JsonObject, JsonValue } from "../json-value.js";
import type { GroupVersionKind } from "../kinds.js";
import type { UntypedObject } from "../types.js";

export interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

export interface ReviewedRequest {
  /** In the version that the webhook asked for; `request…` in the one that the client used. */
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  readonly requestKind: GroupVersionKind;
  readonly requestResource: GroupVersionResource;
  readonly subresource: string;
  readonly name: string;
  readonly namespace: string;
  readonly operation: AdmissionOperation;
  readonly user: {
    readonly name: string;
    readonly uid?: string;
    readonly groups: readonly string[];
    readonly extra?: ReadonlyMap<string, readonly string[]>;
  };
  readonly object: UntypedObject | undefined;
  readonly old: UntypedObject | undefined;
  readonly dryRun: boolean;
  /** `CreateOptions`, `UpdateOptions`, `DeleteOptions`; absent for a connection. */
  readonly options: object | undefined;
}

export type ReviewVersion = "v1" | "v1beta1";

const known: readonly ReviewVersion[] = ["v1", "v1beta1"];

/** The first version of AdmissionReview that a webhook names and this server knows. */
export const reviewVersionOf = (versions: readonly string[]): ReviewVersion | undefined =>
  versions.find((version): version is ReviewVersion => known.includes(version as ReviewVersion));

const kindOf = ({ group, version, kind }: GroupVersionKind): JsonObject => ({ group, version, kind });
const resourceOf = ({ group, version, resource }: GroupVersionResource): JsonObject => ({ group, version, resource });
const unlessEmpty = (field: string, text: string): JsonObject => (text === "" ? {} : { [field]: text });

/** The request without its uid and its objects: what expressions know as `request`. */
export const requestFields = (request: ReviewedRequest): JsonObject => {
  const { user, subresource } = request;
  const { uid = "", groups, extra = new Map() } = user;
  return {
    kind: kindOf(request.kind),
    resource: resourceOf(request.resource),
    ...unlessEmpty("subResource", subresource),
    requestKind: kindOf(request.requestKind),
    requestResource: resourceOf(request.requestResource),
    ...unlessEmpty("requestSubResource", subresource),
    ...unlessEmpty("name", request.name),
    ...unlessEmpty("namespace", request.namespace),
    operation: request.operation,
    userInfo: {
      username: user.name,
      ...unlessEmpty("uid", uid),
      ...(groups.length === 0 ? {} : { groups: [...groups] }),
      ...(extra.size === 0 ? {} : { extra: Object.fromEntries(extra) }),
    },
    dryRun: request.dryRun,
    options: (request.options ?? null) as JsonValue,
  };
};

/** The request without its uid, as JSON text: two that are the same ask the same. */
export const requestText = (request: ReviewedRequest): string => {
  const { dryRun, options, ...fields } = requestFields(request);
  return writeJson({ ...fields, object: request.object ?? null, oldObject: request.old ?? null, dryRun, options });
};

/** The whole body that is sent. `text` is that of `requestText`. */
export const reviewText = (version: ReviewVersion, uid: string, text: string): string =>
  `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/${version}","request":{"uid":"${uid}",${text.slice(1)}}`;
