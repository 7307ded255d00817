/**
 * What a run came to, with everything that chance decides made equal: generated names, ids, times, revisions, addresses and
 * placement. Two runs of the same manifests end in the same state, whatever their seeds.
 */
import type { ResourcePath } from "../../actors/apiserver/messages.js";
import type { UntypedObject } from "../api/types.js";
import { writeJson } from "../json/text.js";
import type { SimulatedCluster } from "./cluster.js";

/** Sorted lines of JSON, one an object. */
export type EndState = readonly string[];

const resources: readonly ResourcePath[] = [
  { group: "", version: "v1", resource: "namespaces" },
  { group: "", version: "v1", resource: "services" },
  { group: "", version: "v1", resource: "configmaps" },
  { group: "", version: "v1", resource: "serviceaccounts" },
  { group: "", version: "v1", resource: "pods" },
  { group: "apps", version: "v1", resource: "replicasets" },
  { group: "apps", version: "v1", resource: "deployments" },
  { group: "discovery.k8s.io", version: "v1", resource: "endpointslices" },
];

/** Fields whose values chance or the clock decides. */
const ofChance: ReadonlySet<string> = new Set([
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "nodeName",
  "hostIP",
  "hostIPs",
  "podIP",
  "podIPs",
  "ip",
  "startTime",
  "startedAt",
  "finishedAt",
  "lastTransitionTime",
  "lastUpdateTime",
  "lastProbeTime",
  "containerID",
  "clusterIP",
  "clusterIPs",
  "nodePort",
  "addresses",
  "observedGeneration",
  "generation",
  "volumes",
  "volumeMounts",
  "annotations",
  "managedFields",
]);

export function endStateOf(cluster: SimulatedCluster): EndState {
  const objects = resources.flatMap((path) => cluster.list(path).map((object) => ({ path, object })));
  const generated = new Map<string, string>();
  for (const { object } of objects) {
    const { name = "", generateName } = object.metadata;
    if (generateName !== undefined && name.startsWith(generateName)) generated.set(name, `${generateName}*`);
  }
  return objects.map(({ path, object }) => `${path.resource} ${writeJson(plain(object, generated))}`).sort();
}

/** A copy without what chance decides, its fields sorted and generated names replaced wherever they appear. */
function plain(value: unknown, generated: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return generated.get(value) ?? value;
  if (Array.isArray(value)) {
    const items = value.map((item) => plain(item, generated));
    return items.every((item) => typeof item === "object") ? items.map((item) => writeJson(item)).sort() : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value as UntypedObject).filter(([field]) => !ofChance.has(field));
  return Object.fromEntries(
    fields.sort(([one], [other]) => (one < other ? -1 : 1)).map(([field, inner]) => [field, plain(inner, generated)]),
  );
}
