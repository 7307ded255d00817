import type {
  ComponentStatus,
  ConfigMap,
  Event,
  EventsV1Event,
  Namespace,
  Node,
  ResourceQuota,
  Secret,
  ServiceAccount,
} from "../generated/types.js";
import { since } from "./duration.js";
import { age, column, count, orNone, type Printer, printer, wide } from "./printer.js";

/** The core kinds beside pods and Services. */

export const componentStatusPrinter = printer<ComponentStatus>(
  "Name, Status, Message, Error",
  ({ metadata, conditions = [] }) => {
    const healthy = conditions.find(({ type }) => type === "Healthy");
    const status = healthy === undefined ? "Unknown" : healthy.status === "True" ? "Healthy" : "Unhealthy";
    return [metadata.name, status, healthy?.message ?? "", healthy?.error ?? ""];
  },
);

const roleLabel = "node-role.kubernetes.io/";
const oldRoleLabel = "kubernetes.io/role";

const rolesOf = (node: Node): string => {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(roleLabel) && key.length > roleLabel.length) roles.add(key.slice(roleLabel.length));
    else if (key === oldRoleLabel && value !== "") roles.add(value);
  }
  return orNone([...roles].sort().join(","));
};

const nodeStatus = (node: Node): string => {
  const ready = node.status?.conditions?.find((condition) => condition.type === "Ready");
  const state = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  return node.spec?.unschedulable === true ? `${state},SchedulingDisabled` : state;
};

const addressOf = (node: Node, type: string): string =>
  orNone(node.status?.addresses?.find((address) => address.type === type)?.address);

export const nodePrinter = printer<Node>(
  "Name, Status, Roles, Age, Version | Internal-IP, External-IP, OS-Image, Kernel-Version, Container-Runtime",
  (node, nowMs) => {
    const info = node.status?.nodeInfo;
    return [
      node.metadata.name,
      nodeStatus(node),
      rolesOf(node),
      age(node, nowMs),
      info?.kubeletVersion ?? "",
      addressOf(node, "InternalIP"),
      addressOf(node, "ExternalIP"),
      info?.osImage || "<unknown>",
      info?.kernelVersion || "<unknown>",
      info?.containerRuntimeVersion || "<unknown>",
    ];
  },
);

export const namespacePrinter = printer<Namespace>("Name, Status, Age", (namespace, nowMs) => [
  namespace.metadata.name,
  namespace.status?.phase ?? "",
  age(namespace, nowMs),
]);

export const configMapPrinter = printer<ConfigMap>("Name, Data, Age", (configMap, nowMs) => [
  configMap.metadata.name,
  count(configMap.data) + count(configMap.binaryData),
  age(configMap, nowMs),
]);

export const secretPrinter = printer<Secret>("Name, Type, Data, Age", (secret, nowMs) => [
  secret.metadata.name,
  secret.type ?? "",
  count(secret.data),
  age(secret, nowMs),
]);

export const serviceAccountPrinter = printer<ServiceAccount>("Name, Secrets, Age", (account, nowMs) => [
  account.metadata.name,
  account.secrets?.length ?? 0,
  age(account, nowMs),
]);

const sourceText = (event: Event): string => {
  const component = event.source?.component || event.reportingComponent || "";
  const instance = event.source?.host || event.reportingInstance || "";
  return instance === "" ? component : `${component}, ${instance}`;
};

const eventCells = (event: Event, nowMs: number): unknown[] => {
  const firstSeen = since(event.firstTimestamp ?? event.eventTime, nowMs);
  const lastSeen =
    event.series === undefined
      ? event.lastTimestamp
        ? since(event.lastTimestamp, nowMs)
        : firstSeen
      : since(event.series.lastObservedTime, nowMs);
  const { kind = "", name, fieldPath } = event.involvedObject ?? {};
  return [
    lastSeen,
    event.type ?? "",
    event.reason ?? "",
    name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase(),
    fieldPath ?? "",
    sourceText(event),
    (event.message ?? "").trim(),
    firstSeen,
    event.series?.count ?? (event.count || 1),
    event.metadata.name,
  ];
};

/** The message stands between columns that only wide output has. */
export const eventPrinter: Printer = {
  columns: [
    column("Last Seen"),
    column("Type"),
    column("Reason"),
    column("Object"),
    wide("Subobject"),
    wide("Source"),
    column("Message"),
    wide("First Seen"),
    wide("Count"),
    wide("Name"),
  ],
  cells: eventCells as Printer["cells"],
};

/** The same record in the words of events.k8s.io/v1. */
const asCoreEvent = (event: EventsV1Event): Event => ({
  metadata: event.metadata,
  involvedObject: event.regarding ?? {},
  type: event.type ?? "",
  reason: event.reason ?? "",
  message: event.note ?? "",
  ...(event.eventTime === undefined ? {} : { eventTime: event.eventTime }),
  ...(event.series === undefined ? {} : { series: event.series }),
  ...(event.deprecatedSource === undefined ? {} : { source: event.deprecatedSource }),
  ...(event.deprecatedFirstTimestamp === undefined ? {} : { firstTimestamp: event.deprecatedFirstTimestamp }),
  ...(event.deprecatedLastTimestamp === undefined ? {} : { lastTimestamp: event.deprecatedLastTimestamp }),
  ...(event.deprecatedCount === undefined ? {} : { count: event.deprecatedCount }),
  ...(event.reportingController === undefined ? {} : { reportingComponent: event.reportingController }),
  ...(event.reportingInstance === undefined ? {} : { reportingInstance: event.reportingInstance }),
});

export const eventsV1Printer: Printer = {
  columns: eventPrinter.columns,
  cells: ((event: EventsV1Event, nowMs: number) => eventCells(asCoreEvent(event), nowMs)) as Printer["cells"],
};

const quotaText = (quota: ResourceQuota, limits: boolean): string =>
  Object.keys(quota.status?.hard ?? {})
    .filter((name) => name.startsWith("limits.") === limits)
    .sort()
    .map((name) => `${name}: ${quota.status?.used?.[name] ?? "0"}/${quota.status?.hard?.[name]}`)
    .join(", ");

export const resourceQuotaPrinter = printer<ResourceQuota>("Name, Request, Limit, Age", (quota, nowMs) => [
  quota.metadata.name,
  quotaText(quota, false),
  quotaText(quota, true),
  age(quota, nowMs),
]);
