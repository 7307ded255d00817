/** The atoms of Kubernetes' own types, from the table of their fields. */

import type { JsonValue } from "../json-value.js";
import { type Field, type ObjectType, typeOf, type ValueType } from "../schema.js";
import { type Atom, atomic, emptyStructure, lazyField, type MapField, structure } from "./atom.js";
import { compareTexts } from "./path-element.js";

/**
 * Optional structures that an object always has, because in Go they are no pointers: an object without one counts as having an empty
 * one. So do `metadata`, the `spec` and `status` of kinds, and what is required. Source: https://pkg.go.dev/k8s.io/api@v0.33.0
 */
const structures: Readonly<Record<string, string>> = {
  Container: "resources",
  CustomResourceDefinitionStatus: "acceptedNames",
  DaemonSetSpec: "updateStrategy",
  DeploymentSpec: "strategy",
  EphemeralContainer: "resources",
  Event: "source",
  EventsV1Event: "regarding deprecatedSource",
  IngressStatus: "loadBalancer",
  JobTemplateSpec: "spec",
  LimitedPriorityLevelConfiguration: "limitResponse",
  NodeDaemonEndpoints: "kubeletEndpoint",
  NodeStatus: "daemonEndpoints nodeInfo",
  PersistentVolumeClaimSpec: "resources",
  PodTemplate: "template",
  PodTemplateSpec: "spec",
  ReplicaSetSpec: "template",
  ResourceClaimSpec: "devices",
  ServiceStatus: "loadBalancer",
  StatefulSetSpec: "updateStrategy",
};

/** Required structures that are pointers nevertheless: absent they are null. Same source. */
const requiredPointers: ReadonlySet<string> = new Set(["selector", "parentRef", "secretRef"]);

/** Times that are no pointers: they are written as null when they are not set. Same source. */
const times: Readonly<Record<string, string>> = {
  JobCondition: "lastProbeTime lastTransitionTime",
  NodeCondition: "lastHeartbeatTime lastTransitionTime",
  ObjectMeta: "creationTimestamp",
  PersistentVolumeClaimCondition: "lastProbeTime lastTransitionTime",
  PodCondition: "lastProbeTime lastTransitionTime",
};

/** Keys of lists that a client may leave out. https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy */
const keyDefaults: ReadonlyMap<string, JsonValue> = new Map([
  ["ContainerPort.protocol", "TCP"],
  ["ServicePort.protocol", "TCP"],
]);

const names = (listed: Readonly<Record<string, string>>, type: string): readonly string[] =>
  Object.hasOwn(listed, type) ? listed[type]!.split(" ") : [];

const known = new Map<string, Atom>();

/** The atom of a type by its name in schema.ts; undefined when there is no such type. */
export function atomOfType(name: string): Atom | undefined {
  const found = known.get(name);
  if (found !== undefined) return found;
  const type = typeOf(name);
  if (type === undefined) return undefined;
  const atom: Atom = { map: structure(fieldsOf(type), type.mapType ?? "separable") };
  known.set(name, atom);
  return atom;
}

const fieldsOf = (type: ObjectType): MapField[] =>
  [...type.fields.values()]
    .sort((left, right) => compareTexts(left.name, right.name))
    .map((field) => {
      const absent = absentOf(type, field);
      const keyDefault = keyDefaults.get(`${type.name}.${field.name}`) ?? (field.required ? zeroOf(field.value) : undefined);
      return lazyField(field.name, () => atomOfField(field), {
        ...(absent === undefined ? {} : { absent }),
        ...(keyDefault === undefined ? {} : { keyDefault }),
      });
    });

/** What Go writes for a field that was never set; undefined for one that it leaves out. */
function absentOf(type: ObjectType, field: Field): JsonValue | undefined {
  if (field.value.type === "ref") {
    const ofKind = type.kind !== undefined && (field.name === "spec" || field.name === "status");
    const always = field.required && !requiredPointers.has(field.name);
    if (field.name === "metadata" || ofKind || always || names(structures, type.name).includes(field.name)) return emptyStructure;
  }
  if (names(times, type.name).includes(field.name)) return null;
  return field.required ? (zeroOf(field.value) ?? null) : undefined;
}

function zeroOf(value: ValueType): JsonValue | undefined {
  switch (value.type) {
    case "string":
      return "";
    case "integer":
    case "int64":
    case "number":
      return 0;
    case "boolean":
      return false;
    default:
      return undefined;
  }
}

function atomOfField({ value, listType, mapKeys, mapType }: Field): Atom {
  if (value.type === "array") {
    const relation = listType === undefined || listType === "atomic" ? "atomic" : "associative";
    return { list: { relation, keys: [...(mapKeys ?? [])].sort(compareTexts), items: atomOfValue(value.items) } };
  }
  const atom = atomOfValue(value);
  if (mapType !== "atomic" || atom.map === undefined) return atom;
  return { map: structure(atom.map.fields, "atomic", atom.map.values === undefined ? {} : { values: atom.map.values }) };
}

function atomOfValue(value: ValueType): Atom {
  switch (value.type) {
    case "string":
    case "bytes":
    case "time":
    case "microTime":
      return { scalar: "string" };
    case "integer":
    case "int64":
    case "number":
      return { scalar: "numeric" };
    case "boolean":
      return { scalar: "boolean" };
    case "quantity":
    case "intOrString":
      return { scalar: "untyped" };
    case "raw":
    case "json":
    case "oneOf":
      return atomic;
    case "array":
      return { list: { relation: "atomic", keys: [], items: atomOfValue(value.items) } };
    case "map":
      return { map: structure([], "separable", { values: atomOfValue(value.values) }) };
    case "ref":
      return atomOfType(value.name) ?? atomic;
  }
}
