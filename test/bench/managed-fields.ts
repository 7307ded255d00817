/** What it costs to know who owns what: for each write, with it and without, in a loop of the same process. */
import { atomOfType } from "../../src/api/apply/builtin-atoms.js";
import { FieldManager } from "../../src/api/apply/field-manager.js";
import { managedFieldsText, parseManagedFields } from "../../src/api/apply/managed-fields.js";
import { resetFields } from "../../src/api/apply/reset-fields.js";
import { decodeAs } from "../../src/api/decode.js";
import { defaulterFor } from "../../src/api/defaults/defaults.js";
import type { JsonObject } from "../../src/api/json-value.js";
import type { KubernetesObject } from "../../src/api/types.js";
import { type Bench, type Figure, rounded } from "./figure.js";

const writes = 20_000;

const configMap = { metadata: { name: "a", labels: { app: "a" } }, data: { a: "1", b: "2" } };
const pod = {
  metadata: { generateName: "web-", labels: { app: "web", "pod-template-hash": "5b958785b8" } },
  spec: {
    containers: [
      { name: "web", image: "nginx", ports: [{ containerPort: 80 }], resources: { limits: { cpu: "1" } } },
      { name: "side", image: "busybox", env: [{ name: "A", value: "1" }] },
    ],
  },
};
const podStatus = (address: string, ready: string) => ({
  phase: "Running",
  podIP: address,
  podIPs: [{ ip: address }],
  startTime: "2025-01-01T00:00:00Z",
  conditions: ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({ type, status: ready })),
});

function fieldManager(kind: string, subresource: string): FieldManager {
  const ignored = resetFields({ group: "", kind, custom: false, hasStatus: kind === "Pod" }, subresource);
  const versions = { atom: () => atomOfType(kind), convert: (object: JsonObject) => object, ignored: () => ignored };
  return new FieldManager({ kind, apiVersion: "v1", subresource, versions });
}

/** Microseconds for one turn. */
function cost(turn: (index: number) => unknown): number {
  for (let index = 0; index < writes / 4; index += 1) turn(index);
  const startedMs = performance.now();
  for (let index = 0; index < writes; index += 1) turn(index);
  return ((performance.now() - startedMs) * 1_000) / writes;
}

const writer = { manager: "bench", time: "2025-01-01T00:00:00Z" };

/** What an API server does to a body anyway: it is read, decoded, defaulted and written. */
const plainly = (kind: string, text: string): JsonObject => {
  const decoded = decodeAs(kind, JSON.parse(text));
  const object = (decoded.ok ? decoded.value : {}) as unknown as KubernetesObject;
  return defaulterFor("", "v1", kind)(object) as unknown as JsonObject;
};

function creates(kind: string, body: object, atMost: number): Figure[] {
  const manager = fieldManager(kind, "");
  const text = JSON.stringify({ apiVersion: "v1", kind, ...body });
  const without = cost(() => JSON.stringify(plainly(kind, text)).length);
  const alone = plainly(kind, text);
  const owning = cost(() => managedFieldsText(manager.update(undefined, { object: alone, entries: [] }, writer)).length);
  return figures(`create${kind}`, without, owning, atMost);
}

function figures(name: string, without: number, owning: number, atMost: number): Figure[] {
  return [
    { name, value: rounded(owning), unit: "µs", target: { atMost }, includes: "the owners of one write, as text" },
    {
      name: `${name}Ratio`,
      value: rounded((without + owning) / without),
      unit: "×",
      includes: "parsing, decoding, defaults and writing of the object with its owners, over the same without",
    },
  ];
}

function statusPatches(): Figure[] {
  const created = plainly("Pod", JSON.stringify({ apiVersion: "v1", kind: "Pod", ...pod }));
  const owners = managedFieldsText(fieldManager("Pod", "").update(undefined, { object: created, entries: [] }, writer));
  const manager = fieldManager("Pod", "status");
  const before = { ...created, status: podStatus("10.0.0.1", "False") } as JsonObject;
  const after = { ...created, status: podStatus("10.0.0.1", "True") } as JsonObject;
  const kubelet = { ...writer, manager: "kubelet" };
  const entries = manager.update(created, { object: before, entries: parseManagedFields(owners) }, kubelet);
  const text = managedFieldsText(entries);
  const without = cost(() => JSON.stringify(JSON.parse(JSON.stringify(after))).length);
  const patch = () => managedFieldsText(manager.update(before, { object: after, entries: parseManagedFields(text) }, kubelet));
  return figures("patchPodStatus", without, cost(patch), 60);
}

export const managedFields: Bench = {
  name: "managed-fields",
  about: "what it costs to say who owns which fields",
  run: async () => [...creates("ConfigMap", configMap, 15), ...creates("Pod", pod, 60), ...statusPatches()],
};
