/**
 * APIServices: who serves a version of a group. Those of the API server itself say so; others name a Service behind which an
 * extension API server answers. https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/
 */
import { isEstablished } from "../custom/conditions.js";
import type { APIService, APIServiceCondition, CustomResourceDefinition } from "../generated/types.js";
import { compareVersions, type ResourceTable } from "../kinds.js";
import { formatTime } from "../time.js";

/** "onstart": made when an API server starts; "true": kept as long as what it is made of. */
export const automanaged = "kube-aggregator.kubernetes.io/automanaged";

/** As whom API servers show themselves to extensions. */
export const frontProxyName = "front-proxy-client";

/** Which groups clients list first. */
const groupPriorities: ReadonlyMap<string, number> = new Map([
  ["", 18_000],
  ["apps", 17_800],
  ["events.k8s.io", 17_750],
  ["authentication.k8s.io", 17_700],
  ["authorization.k8s.io", 17_600],
  ["autoscaling", 17_500],
  ["batch", 17_400],
  ["certificates.k8s.io", 17_300],
  ["networking.k8s.io", 17_200],
  ["policy", 17_100],
  ["rbac.authorization.k8s.io", 17_000],
  ["storage.k8s.io", 16_800],
  ["apiextensions.k8s.io", 16_700],
  ["admissionregistration.k8s.io", 16_700],
  ["scheduling.k8s.io", 16_600],
  ["coordination.k8s.io", 16_500],
  ["node.k8s.io", 16_300],
  ["discovery.k8s.io", 16_200],
  ["flowcontrol.apiserver.k8s.io", 16_100],
]);
const otherGroups = 15_900;
const customGroups = { groupPriorityMinimum: 1_000, versionPriority: 100 } as const;

function versionPriority(group: string, version: string): number {
  if (group === "") return 1;
  const [, major = "1", stage = ""] = /^v(\d+)(alpha|beta)?/.exec(version) ?? [];
  if (stage !== "") return stage === "beta" ? 9 : 1;
  return Number(major) * 15;
}

export const serviceName = (group: string, version: string): string => `${version}.${group}`;

type Draft = Omit<APIServiceCondition, "lastTransitionTime">;

const available = (status: "True" | "False", reason: string, message: string): Draft => ({
  type: "Available",
  status,
  reason,
  message,
});

export const isLocal = available("True", "Local", "Local APIServices are always available");
export const passed = available("True", "Passed", "all checks passed");
export const unavailable = (reason: string, message: string): Draft => available("False", reason, message);

/** One of the API server's own. */
function localService(
  group: string,
  version: string,
  priorities: { readonly groupPriorityMinimum: number; readonly versionPriority: number },
  managed: "onstart" | "true",
): APIService {
  return {
    kind: "APIService",
    apiVersion: "apiregistration.k8s.io/v1",
    metadata: { name: serviceName(group, version), labels: { [automanaged]: managed } },
    spec: { ...(group === "" ? {} : { group }), version, ...priorities },
  };
}

/** Those of the built-in groups, with their condition: there is nothing to find out about them. */
export function builtinServices({ groups }: ResourceTable, nowMs: number): APIService[] {
  const aggregated = groups.filter(({ name }) => name !== "apiregistration.k8s.io");
  return aggregated.flatMap(({ name, versions }) =>
    versions.map((version) => {
      const priorities = {
        groupPriorityMinimum: groupPriorities.get(name) ?? otherGroups,
        versionPriority: versionPriority(name, version),
      };
      return { ...localService(name, version, priorities, "onstart"), status: statusWith(undefined, isLocal, nowMs) };
    }),
  );
}

/** Those of the custom resources that are served. */
export function customServices(definitions: readonly CustomResourceDefinition[]): Map<string, APIService> {
  const services = new Map<string, APIService>();
  for (const definition of definitions) {
    if (!isEstablished(definition) || definition.metadata.deletionTimestamp !== undefined) continue;
    const { group, versions } = definition.spec;
    for (const { name, served } of versions)
      if (served) services.set(serviceName(group, name), localService(group, name, customGroups, "true"));
  }
  return services;
}

export const availabilityOf = ({ status }: APIService): APIServiceCondition | undefined =>
  status?.conditions?.find(({ type }) => type === "Available");

/**
 * The order in which clients are told of groups and versions: a group has the highest priority of its services; of its versions the one with the
 * higher priority comes first, then the more stable and later one.
 */
export function inOrderOfPriority(services: readonly APIService[]): APIService[] {
  const name = ({ metadata }: APIService): string => metadata.name ?? "";
  const groups = new Map<string, APIService[]>();
  const byGroup = [...services].sort(
    (a, b) => (b.spec?.groupPriorityMinimum ?? 0) - (a.spec?.groupPriorityMinimum ?? 0) || (name(a) < name(b) ? -1 : 1),
  );
  for (const service of byGroup) {
    const { group = "" } = service.spec ?? {};
    groups.set(group, [...(groups.get(group) ?? []), service]);
  }
  return [...groups.values()].flatMap((versions) =>
    versions.sort(
      (a, b) =>
        (b.spec?.versionPriority ?? 0) - (a.spec?.versionPriority ?? 0) ||
        compareVersions(a.spec?.version ?? "", b.spec?.version ?? ""),
    ),
  );
}

/** The status of a service with its condition; its time is that of its last change from true to false or back. */
export function statusWith(service: APIService | undefined, draft: Draft, nowMs: number): NonNullable<APIService["status"]> {
  const before = service === undefined ? undefined : availabilityOf(service);
  const since = before?.status === draft.status ? before.lastTransitionTime : undefined;
  const others = (service?.status?.conditions ?? []).filter(({ type }) => type !== "Available");
  return { conditions: [...others, { ...draft, lastTransitionTime: since ?? formatTime(nowMs) }] };
}

export function says(service: APIService, { status, reason, message }: Draft): boolean {
  const told = availabilityOf(service);
  return told?.status === status && told.reason === reason && told.message === message;
}
