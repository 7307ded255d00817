/** What `kubectl apply` does at its side: what was applied before is remembered, and what is missing now is removed. */
import { pathOf } from "../api/paths.js";
import type { UntypedObject } from "../api/types.js";
import { readJson, writeJson } from "../json/text.js";
import { type ApiClient, KubernetesError } from "./api-client.js";
import { isBuiltin, servedResourceOf } from "./resources.js";

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** Creates the object, or brings what is there to it. Returns it as the API server has it. */
export async function applyObject(client: ApiClient, wanted: UntypedObject): Promise<UntypedObject> {
  const resource = await servedResourceOf(client, wanted);
  const { name, namespace = "default", generateName } = wanted.metadata ?? {};
  const at = resource.namespaced ? { namespace } : {};
  const collection = pathOf(resource, at);
  if (name === undefined && generateName !== undefined) return client.json({ method: "POST", path: collection, body: wanted });
  const annotated = withLastApplied(wanted, resource.namespaced ? namespace : undefined);
  try {
    return await client.json({ method: "POST", path: collection, body: annotated });
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.reason !== "AlreadyExists") throw error;
  }
  const path = pathOf(resource, { ...at, ...(name === undefined ? {} : { name }) });
  const current = await client.json({ path });
  const before = readJson(current.metadata.annotations?.[lastApplied] ?? "{}") as unknown;
  const patch = withRemovals(before, annotated) as object;
  // Of custom resources nobody knows how their lists merge.
  const contentType = `application/${isBuiltin(resource) ? "strategic-merge" : "merge"}-patch+json`;
  return client.json({ method: "PATCH", path, body: patch, contentType });
}

function withLastApplied(wanted: UntypedObject, namespace: string | undefined): UntypedObject {
  const { annotations, ...metadata } = wanted.metadata ?? {};
  const others = Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => key !== lastApplied));
  const plain = { ...wanted, metadata: { ...metadata, annotations: others, ...(namespace === undefined ? {} : { namespace }) } };
  return {
    ...plain,
    metadata: { ...plain.metadata, annotations: { ...others, [lastApplied]: `${writeJson(plain)}\n` } },
  };
}

/** `wanted`, with null for each field of an object that `before` had and `wanted` has not. */
export function withRemovals(before: unknown, wanted: unknown): unknown {
  if (!isPlainObject(wanted)) return wanted;
  const old = isPlainObject(before) ? before : {};
  const removed = Object.keys(old).filter((key) => !Object.hasOwn(wanted, key));
  return Object.fromEntries([
    ...Object.entries(wanted).map(([key, value]) => [key, withRemovals(old[key], value)]),
    ...removed.map((key) => [key, null]),
  ]);
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
