/** A cluster of a few objects, and requests about them, for the tables of admission plugins. */
import { AdmissionChain } from "../../src/api/admission/pipeline.js";
import type {
  AdmissionOperation,
  AdmissionPlugin,
  AdmissionRequest,
  ClusterView,
  Requester,
} from "../../src/api/admission/plugin.js";
import { builtinResources } from "../../src/api/kinds.js";
import type { KubernetesObject, PodSpec, UntypedObject } from "../../src/api/types.js";
import { AccessWorld } from "../access/world.js";

/** What exists; each object must carry its apiVersion and kind. */
export function clusterOf(...objects: object[]): ClusterView {
  const all = objects as UntypedObject[];
  const kindOf = (group: string, plural: string): string => builtinResources().preferred(group, plural)?.kind ?? "";
  const list = <T extends KubernetesObject>(group: string, plural: string, namespace = ""): T[] =>
    all.filter(
      ({ kind, metadata }) => kind === kindOf(group, plural) && (namespace === "" || metadata.namespace === namespace),
    ) as unknown as T[];
  return {
    list,
    get: <T extends KubernetesObject>(group: string, plural: string, namespace: string, name: string) =>
      list<T>(group, plural, namespace).find(({ metadata }) => metadata.name === name),
    access: new AccessWorld(all.filter(({ apiVersion }) => apiVersion === "rbac.authorization.k8s.io/v1")).authorizer,
    suffix: (length) => "x2k9z".slice(0, length),
  };
}

export interface Asked {
  readonly operation?: AdmissionOperation;
  readonly resource?: string;
  readonly subresource?: string;
  readonly object?: object;
  readonly old?: object;
  readonly name?: string;
  readonly user?: Requester;
}

export const admin: Requester = { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };

/** A request about `resource` (`pods`, `deployments.apps`; absent: pods), by the administrator unless somebody else is named. */
export function requestOf(asked: Asked): AdmissionRequest {
  const { operation = "CREATE", resource = "pods", subresource = "", user = admin } = asked;
  const [plural = "", ...group] = resource.split(".");
  const found = builtinResources().preferred(group.join("."), plural);
  if (found === undefined) throw new Error(`no resource ${resource}`);
  const object = asked.object as UntypedObject | undefined;
  const old = asked.old as UntypedObject | undefined;
  const metadata = object?.metadata ?? old?.metadata;
  const kind = found.subresources.find(({ name }) => name === subresource)?.kind ?? found.kind;
  const { group: of, version, namespaced } = found;
  const name = asked.name ?? metadata?.name ?? "";
  const target = { operation, group: of, version, resource: plural, subresource, kind, namespaced };
  return { ...target, namespace: metadata?.namespace ?? "", name, object, old, user, dryRun: false };
}

/** The object as a plugin leaves it, or the message it is refused with. */
export function mutated(plugin: AdmissionPlugin, asked: Asked, cluster = clusterOf()): UntypedObject | string {
  const request = requestOf(asked);
  if (!plugin.concerns(request) || plugin.mutate === undefined) return request.object ?? { metadata: {} };
  const result = plugin.mutate(request, cluster);
  return result.ok ? (result.value ?? { metadata: {} }) : (result.error.status.message ?? "");
}

/** The message a plugin refuses with, "" when it lets a request pass. */
export function refusal(plugin: AdmissionPlugin, asked: Asked, cluster = clusterOf()): string {
  const request = requestOf(asked);
  if (!plugin.concerns(request)) return "";
  const changed = plugin.mutate?.(request, cluster);
  if (changed?.ok === false) return changed.error.status.message ?? "";
  const said = plugin.validate?.({ ...request, object: changed === undefined ? request.object : changed.value }, cluster);
  return said?.ok === false ? (said.error.status.message ?? "") : "";
}

/** Runs every plugin that has a say, as the server does. */
export const chainOf = (asked: Asked): AdmissionChain => new AdmissionChain(requestOf(asked));

export const podOf = (spec: Partial<PodSpec> = {}, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "shop", ...metadata },
  spec: { containers: [{ name: "c" }], ...spec },
});
