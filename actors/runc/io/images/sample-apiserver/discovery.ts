/** What the stand-in for the sample API server says that it serves. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api */
import { apiVersion, group, resources } from "./store.js";

const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const preferredVersion = { groupVersion: apiVersion, version: "v1alpha1" };
const apiGroup = { name: group, versions: [preferredVersion], preferredVersion };

const documents: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["/apis", { kind: "APIGroupList", apiVersion: "v1", groups: [apiGroup] }],
  [`/apis/${group}`, { kind: "APIGroup", apiVersion: "v1", ...apiGroup }],
  [
    `/apis/${apiVersion}`,
    {
      kind: "APIResourceList",
      apiVersion: "v1",
      groupVersion: apiVersion,
      resources: resources.map(({ plural, kind, namespaced }) => ({
        name: plural,
        singularName: kind.toLowerCase(),
        namespaced,
        kind,
        verbs,
      })),
    },
  ],
]);

/** The document at a path; undefined when there is none. */
export const discoveryOf = (path: string): unknown => documents.get(path);
