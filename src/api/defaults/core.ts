import { encodeTextBase64 } from "../base64.js";
import type { LimitRange, LimitRangeItem, Namespace, Node, ResourceQuota, Secret } from "../generated/types.js";
import { type JsonObject, setField } from "../json-value.js";
import { canonicaliseQuantities } from "./container.js";

/** Defaults of the small core kinds, in place. */

const namespaceNameLabel = "kubernetes.io/metadata.name";

/** Every namespace carries its own name as a label, whatever the client sent, and lives until it is deleted. */
export const defaultNamespace = (namespace: Namespace): void => {
  namespace.status ??= {};
  namespace.status.phase ||= "Active";
  const name = namespace.metadata.name;
  if (name === undefined || name === "") return;
  namespace.metadata.labels = { ...namespace.metadata.labels, [namespaceNameLabel]: name };
};

/** `stringData` is for writing only: it is folded into `data` and wins over it. */
export const defaultSecret = (secret: Secret): void => {
  secret.type ||= "Opaque";
  if (secret.stringData === undefined) return;
  const data: { [key: string]: string } = { ...secret.data };
  for (const key of Object.keys(secret.stringData)) setField(data as JsonObject, key, encodeTextBase64(secret.stringData[key]!));
  if (Object.keys(data).length > 0) secret.data = data;
  delete secret.stringData;
};

export const defaultNode = (node: Node): void => {
  const status = node.status;
  if (status === undefined) return;
  canonicaliseQuantities(status.capacity);
  canonicaliseQuantities(status.allocatable);
  if (status.allocatable === undefined && status.capacity !== undefined) status.allocatable = { ...status.capacity };
};

export const defaultResourceQuota = (quota: ResourceQuota): void => {
  canonicaliseQuantities(quota.spec?.hard);
  canonicaliseQuantities(quota.status?.hard);
  canonicaliseQuantities(quota.status?.used);
};

type Amounts = { [key: string]: string };

const fill = (target: Amounts | undefined, source: Amounts | undefined): Amounts | undefined =>
  source === undefined ? target : { ...source, ...target };

/** What a container gets without asking: the limit is the maximum, the request the limit or the minimum. */
const defaultLimit = (item: LimitRangeItem): void => {
  for (const amounts of [item.max, item.min, item.default, item.defaultRequest]) canonicaliseQuantities(amounts);
  if (item.type !== "Container") return;
  const limits = fill(item.default, item.max);
  if (limits !== undefined) item.default = limits;
  const requests = fill(fill(item.defaultRequest, item.default), item.min);
  if (requests !== undefined) item.defaultRequest = requests;
};

export const defaultLimitRange = (range: LimitRange): void => {
  for (const item of range.spec?.limits ?? []) defaultLimit(item);
};
