/**
 * ConversionReview: what a webhook is asked to convert, and what came of it.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#conversion-review-request
 */
import { readJson, writeJson } from "../../json/text.js";
import { serverErrorText } from "../dynamic-admission/server-error.js";
import { aggregateText } from "../field-errors.js";
import { isJsonObject, type JsonObject } from "../json-value.js";
import { parseApiVersion } from "../kinds.js";
import type { ObjectMeta, UntypedObject } from "../types.js";
import { annotationErrors, labelErrors } from "../validation/metadata.js";

export interface ConversionReviewOf {
  readonly uid: string;
  /** The version that the objects are wanted in. */
  readonly apiVersion: string;
  readonly objects: readonly UntypedObject[];
  /** The versions of ConversionReview that the webhook knows, its favourite first. */
  readonly versions: readonly string[];
}

const reviewVersion = ({ versions }: ConversionReviewOf): string =>
  versions.find((version) => version === "v1" || version === "v1beta1") ?? "v1";

/** The body of the request. */
export const conversionReview = (of: ConversionReviewOf): string =>
  writeJson({
    kind: "ConversionReview",
    apiVersion: `apiextensions.k8s.io/${reviewVersion(of)}`,
    request: { uid: of.uid, desiredAPIVersion: of.apiVersion, objects: of.objects },
  });

export type Converted =
  | { readonly ok: true; readonly value: readonly UntypedObject[] }
  | { readonly ok: false; readonly message: string; readonly failure: ConversionFailure };

/** What went wrong, as kube-apiserver counts it. */
export type ConversionFailure =
  | "conversion_webhook_call_failure"
  | "conversion_webhook_malformed_response_failure"
  | "conversion_webhook_partial_response_failure"
  | "conversion_webhook_invalid_converted_object_failure";

type Answered =
  | { readonly ok: true; readonly code: number; readonly body: string }
  | { readonly ok: false; readonly problem: string };

/** The objects of an answer in the order of the request, or why there are none, in Kubernetes' words. */
export function convertedObjects(of: ConversionReviewOf, answer: Answered): Converted {
  const [first] = of.objects;
  const { group = "", version = "" } = parseApiVersion(first?.apiVersion ?? "") ?? {};
  const what = `conversion webhook for ${group}/${version}, Kind=${first?.kind}`;
  const unanswered = (why: string): Converted => ({
    ok: false,
    message: `${what} failed: ${why}`,
    failure: "conversion_webhook_call_failure",
  });
  if (!answer.ok) return unanswered(answer.problem);
  if (answer.code < 200 || answer.code > 299) return unanswered(serverErrorText(answer.code, answer.body));
  const failed = (why: string): Converted => ({
    ok: false,
    message: `${what} failed: ${why}`,
    failure: "conversion_webhook_malformed_response_failure",
  });
  const review = parse(answer.body);
  if (review === undefined) return failed("the response is not JSON");
  const response = review.response;
  if (!isJsonObject(response)) return failed("no response provided");
  if (reviewVersion(of) === "v1" && response.uid !== of.uid)
    return failed(`expected response.uid=${writeJson(of.uid)}, got ${writeJson(response.uid ?? "")}`);
  const result = isJsonObject(response.result) ? response.result : {};
  if (result.status !== "Success") {
    const { message } = result;
    return failed(
      typeof message === "string" && message !== ""
        ? message
        : `response.result.status was '${result.status ?? ""}', not 'Success'`,
    );
  }
  const objects = Array.isArray(response.convertedObjects) ? response.convertedObjects : [];
  if (objects.length !== of.objects.length)
    return {
      ok: false,
      message: `${what} returned ${objects.length} objects, expected ${of.objects.length}`,
      failure: "conversion_webhook_partial_response_failure",
    };
  for (const [index, object] of objects.entries()) {
    const wrong = flawOf(of.objects[index]!, object, of.apiVersion, objects.length === 1 ? undefined : index + 1);
    if (wrong !== undefined)
      return { ok: false, message: `${what} returned ${wrong}`, failure: "conversion_webhook_invalid_converted_object_failure" };
  }
  return { ok: true, value: objects as UntypedObject[] };
}

function parse(text: string): { readonly [field: string]: unknown } | undefined {
  try {
    const value: unknown = readJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with a converted object, as Kubernetes words it; of several it tells the place, counted from 1. */
function flawOf(from: UntypedObject, to: unknown, apiVersion: string, place: number | undefined): string | undefined {
  const isOne = place === undefined;
  const converted = isOne ? "invalid object" : `invalid converted object at index ${place}`;
  const kinds = isOne ? "invalid object at index 0" : converted;
  if (!isJsonObject(to)) return `${converted}: it is no object`;
  if (to.apiVersion !== apiVersion) return `${kinds}: invalid groupVersion (expected ${apiVersion}, received ${to.apiVersion})`;
  if (to.kind !== from.kind) return `${kinds}: invalid kind (expected ${from.kind}, received ${to.kind})`;
  const { metadata } = to;
  for (const field of ["name", "namespace", "uid"] as const) {
    const [wanted, found] = [from.metadata[field] ?? "", (isJsonObject(metadata) && metadata[field]) || ""];
    if (wanted !== found) return `${converted}: must have the same ${field === "uid" ? "UID" : field}: ${wanted} != ${found}`;
  }
  const wrong = metadataFlaw(from.metadata, metadata);
  return wrong && `invalid metadata${isOne ? "" : ` in object at index ${place}`}: ${wrong}`;
}

/** Labels and annotations are the webhook's to change, and are held to their rules where it did. */
function metadataFlaw(from: ObjectMeta, to: unknown): string | undefined {
  if (to === undefined) return "missing metadata in converted object";
  if (!isJsonObject(to)) return `invalid metadata of type ${goTypeOf(to)} in converted object`;
  for (const field of ["labels", "annotations"] as const) {
    const strings = to[field];
    if (strings === undefined || strings === null) continue;
    if (!isJsonObject(strings)) return `invalid metadata.${field} of type ${goTypeOf(strings)} in converted object`;
    for (const [key, value] of Object.entries(strings))
      if (typeof value !== "string")
        return `metadata.${field}[${key}] must be a string, but is ${goTypeOf(value)} in converted object`;
    if (isSame(strings, from[field] ?? {})) continue;
    const errors = (field === "labels" ? labelErrors : annotationErrors)(strings as Strings, `metadata.${field}`);
    if (errors.length > 0) return aggregateText(errors);
  }
  return undefined;
}

type Strings = Record<string, string>;

const isSame = (now: JsonObject, before: Strings): boolean =>
  Object.keys(now).length === Object.keys(before).length && Object.entries(now).every(([key, value]) => before[key] === value);

/** The Go type that a JSON value becomes. */
function goTypeOf(value: unknown): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  if (typeof value === "object") return "map[string]interface {}";
  return typeof value === "boolean" ? "bool" : "string";
}

/** Of metadata a webhook changes labels and annotations and nothing else. */
export function withMetadataOf(converted: UntypedObject, { metadata }: UntypedObject): UntypedObject {
  const { labels, annotations } = converted.metadata;
  const { labels: _labels, annotations: _annotations, ...kept } = metadata;
  const of: ObjectMeta = {
    ...kept,
    ...(labels ? { labels } : {}),
    ...(annotations ? { annotations } : {}),
  };
  return { ...converted, metadata: of };
}
