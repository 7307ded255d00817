import type { Resource } from "../../../src/api/kinds.js";

/** Kinds that are served and better not used any more, as of Kubernetes 1.33, in the words of the header Warning. */
const deprecated: ReadonlyMap<string, string> = new Map([
  ["v1/Endpoints", "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"],
  ["v1/ComponentStatus", "v1 ComponentStatus is deprecated in v1.19+"],
]);

/** Told with every answer about the kind. Source: https://kubernetes.io/docs/reference/using-api/deprecation-policy/ */
export function deprecationWarnings({ apiVersion, kind, custom }: Resource): readonly string[] {
  const warning = custom === undefined ? deprecated.get(`${apiVersion}/${kind}`) : custom.warning;
  return warning === undefined ? [] : [warning];
}
