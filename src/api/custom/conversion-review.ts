/**
 * ConversionReview: what a webhook is asked to convert, and what came of it.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#conversion-review-request
 */
import { serverErrorText } from "../dynamic-admission/server-error.js";
import { isJsonObject } from "../json-value.js";
import { parseApiVersion } from "../kinds.js";
import type { ObjectMeta, UntypedObject } from "../types.js";

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
  JSON.stringify({
    kind: "ConversionReview",
    apiVersion: `apiextensions.k8s.io/${reviewVersion(of)}`,
    request: { uid: of.uid, desiredAPIVersion: of.apiVersion, objects: of.objects },
  });

export type Converted =
  | { readonly ok: true; readonly value: readonly UntypedObject[] }
  | { readonly ok: false; readonly message: string };

type Answered =
  | { readonly ok: true; readonly code: number; readonly body: string }
  | { readonly ok: false; readonly problem: string };

/** The objects of an answer in the order of the request, or why there are none, in Kubernetes' words. */
export function convertedObjects(of: ConversionReviewOf, answer: Answered): Converted {
  const [first] = of.objects;
  const { group = "", version = "" } = parseApiVersion(first?.apiVersion ?? "") ?? {};
  const what = `conversion webhook for ${group}/${version}, Kind=${first?.kind}`;
  const failed = (why: string): Converted => ({ ok: false, message: `${what} failed: ${why}` });
  if (!answer.ok) return failed(answer.problem);
  if (answer.code < 200 || answer.code > 299) return failed(serverErrorText(answer.code, answer.body));
  const review = parse(answer.body);
  if (review === undefined) return failed("the response is not JSON");
  const response = review.response;
  if (!isJsonObject(response)) return failed("no response provided");
  if (reviewVersion(of) === "v1" && response.uid !== of.uid)
    return failed(`expected response.uid=${JSON.stringify(of.uid)}, got ${JSON.stringify(response.uid ?? "")}`);
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
    return { ok: false, message: `${what} returned ${objects.length} objects, expected ${of.objects.length}` };
  for (const [index, object] of objects.entries()) {
    const wrong = mismatch(of.objects[index]!, object, of.apiVersion);
    if (wrong !== undefined)
      return { ok: false, message: `${what} returned invalid converted object at index ${index}: ${wrong}` };
  }
  return { ok: true, value: objects as UntypedObject[] };
}

function parse(text: string): { readonly [field: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A converted object is still the same object. */
function mismatch(from: UntypedObject, to: unknown, apiVersion: string): string | undefined {
  if (!isJsonObject(to) || !isJsonObject(to.metadata)) return "it is no object with metadata";
  if (to.apiVersion !== apiVersion) return `invalid groupVersion (expected ${apiVersion}, received ${to.apiVersion})`;
  if (to.kind !== from.kind) return `invalid kind (expected ${from.kind}, received ${to.kind})`;
  for (const field of ["name", "namespace", "uid"] as const) {
    const [wanted, found] = [from.metadata[field] ?? "", to.metadata[field] ?? ""];
    if (wanted !== found) return `must have the same ${field === "uid" ? "UID" : field}: ${wanted} != ${found}`;
  }
  return undefined;
}

/** Of metadata a webhook changes labels and annotations and nothing else. */
export function withMetadataOf(converted: UntypedObject, { metadata }: UntypedObject): UntypedObject {
  const { labels, annotations } = converted.metadata;
  const { labels: _labels, annotations: _annotations, ...kept } = metadata;
  const of: ObjectMeta = {
    ...kept,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  return { ...converted, metadata: of };
}
