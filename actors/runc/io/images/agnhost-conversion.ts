/**
 * `agnhost crd-conversion-webhook`: converts the custom resources of stable.example.com between v1, which has a `hostPort`, and v2, which has a
 * `host` and a `port`. See https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning.
 */
interface CustomObject {
  readonly apiVersion?: string;
  readonly [field: string]: unknown;
}

export interface ConversionRequest {
  readonly uid: string;
  readonly desiredAPIVersion: string;
  readonly objects: readonly CustomObject[];
}

/** The `response` of a ConversionReview: every object in the wanted version, or why there is none. */
export function convertObjects({ uid, desiredAPIVersion, objects }: ConversionRequest): unknown {
  const convertedObjects: CustomObject[] = [];
  for (const object of objects) {
    const converted = convertObject(object, desiredAPIVersion);
    if (typeof converted === "string") return { uid, convertedObjects: null, result: { status: "Failure", message: converted } };
    convertedObjects.push({ ...converted, apiVersion: desiredAPIVersion });
  }
  return { uid, convertedObjects, result: { status: "Success" } };
}

/** The object, or a message that says what is in the way. */
function convertObject(object: CustomObject, wanted: string): CustomObject | string {
  const has = object.apiVersion ?? "";
  if (has === wanted) return `conversion from a version to itself should not call the webhook: ${wanted}`;
  if (has !== "stable.example.com/v1" && has !== "stable.example.com/v2") return `unexpected conversion version "${has}"`;
  if (wanted !== "stable.example.com/v1" && wanted !== "stable.example.com/v2")
    return `unexpected conversion version "${wanted}"`;
  if (wanted === "stable.example.com/v2") {
    const { hostPort, ...rest } = object;
    if (hostPort === undefined) return rest;
    const [host, port, ...more] = String(hostPort).split(":");
    if (port === undefined || more.length > 0) return `invalid hostPort value \`${String(hostPort)}\``;
    return { ...rest, host, port };
  }
  const { host, port, ...rest } = object;
  if (host === undefined && port === undefined) return rest;
  return { ...rest, hostPort: `${String(host ?? "")}:${String(port ?? "")}` };
}
