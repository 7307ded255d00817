import { valueAt } from "../custom/rules.js";
import type { CustomVersion } from "../custom/version.js";
import { quote } from "../go-format.js";
import type { UntypedObject } from "../types.js";
import type { Parsed } from "./label-selector.js";

/**
 * The fields that can be selected on, by kind. Every kind has metadata.name, namespaced ones metadata.namespace.
 * Values are compared as text; a missing field is "", a missing number 0, a missing boolean false.
 */
type Default = "" | "0" | "false";

interface SelectableField {
  readonly path: readonly string[];
  readonly missing: Default;
}

const field = (path: string, missing: Default = ""): [string, SelectableField] => [path, { path: path.split("."), missing }];
const alias = (name: string, path: string): [string, SelectableField] => [name, { path: path.split("."), missing: "" }];

const metadataFields = new Map([field("metadata.name"), field("metadata.namespace")]);

/** Kinds of the whole cluster that say of their fields themselves which there are, and know of no namespace. */
const withoutNamespace: ReadonlySet<string> = new Set([
  "/Node",
  "/Namespace",
  "certificates.k8s.io/CertificateSigningRequest",
  "resource.k8s.io/ResourceSlice",
]);

const eventFields = [
  "involvedObject.kind",
  "involvedObject.namespace",
  "involvedObject.name",
  "involvedObject.uid",
  "involvedObject.apiVersion",
  "involvedObject.resourceVersion",
  "involvedObject.fieldPath",
  "reason",
  "reportingComponent",
  "type",
];

/** events.k8s.io calls them what its objects call them. */
const eventsGroupFields = eventFields.map((name) =>
  name === "reportingComponent" ? "reportingController" : name.replace("involvedObject", "regarding"),
);

const selectable = new Map<string, ReadonlyMap<string, SelectableField>>([
  [
    "/Pod",
    new Map([
      field("spec.nodeName"),
      // What spec.nodeName was called once.
      alias("spec.host", "spec.nodeName"),
      field("spec.restartPolicy"),
      field("spec.schedulerName"),
      field("spec.serviceAccountName"),
      field("spec.hostNetwork", "false"),
      field("status.phase"),
      field("status.podIP"),
      field("status.podIPs"),
      field("status.nominatedNodeName"),
    ]),
  ],
  ["/Event", new Map([...eventFields.map((name) => field(name)), alias("source", "source.component")])],
  ["events.k8s.io/Event", new Map(eventsGroupFields.map((name) => field(name)))],
  ["/Node", new Map([field("spec.unschedulable", "false")])],
  ["/Namespace", new Map([field("status.phase")])],
  ["/Secret", new Map([field("type")])],
  ["/Service", new Map([field("spec.clusterIP"), field("spec.type")])],
  ["/ReplicationController", new Map([field("status.replicas", "0")])],
  ["apps/ReplicaSet", new Map([field("status.replicas", "0")])],
  ["batch/Job", new Map([field("status.successful", "0")])],
  ["certificates.k8s.io/CertificateSigningRequest", new Map([field("spec.signerName")])],
  ["resource.k8s.io/ResourceSlice", new Map([field("spec.nodeName"), field("spec.driver")])],
]);

/** Fields whose name in a selector is not their name in the object. */
const renamed = new Map([["batch/Job status.successful", ["status", "succeeded"]]]);

type Read = (object: UntypedObject) => string;

const readPath = (path: readonly string[], missing: string): Read => {
  const [first, second] = path;
  const show = (value: unknown): string => (value === undefined || value === null ? missing : String(value));
  if (second === undefined) return (object) => show(object[first!]);
  return (object) => {
    const parent = object[first!];
    return typeof parent === "object" && parent !== null ? show((parent as Record<string, unknown>)[second]) : missing;
  };
};

/** A pod's address may be absent from podIP and stand first in podIPs, and the other way round; both select alike. */
const readPodIp: Read = (object) => {
  const status = object.status as { podIP?: string; podIPs?: { ip: string }[] } | undefined;
  return status?.podIP ?? status?.podIPs?.[0]?.ip ?? "";
};

const readEventSource: Read = (object) => {
  const { source, reportingComponent } = object as { source?: { component?: string }; reportingComponent?: string };
  return source?.component || reportingComponent || "";
};

/** How to read one selectable field of a kind as text, or why it cannot be selected on. */
export const fieldReader = (group: string, kind: string, name: string, custom?: CustomVersion): Parsed<Read> => {
  if (custom !== undefined) return customReader(custom, name);
  const key = `${group}/${kind}`;
  const isForeign = name === "metadata.namespace" && withoutNamespace.has(key);
  const known = isForeign ? undefined : (selectable.get(key)?.get(name) ?? metadataFields.get(name));
  if (known === undefined) return { ok: false, message: unsupported(selectable.has(key), kind, name) };
  if (kind === "Pod" && name.startsWith("status.podIP")) return { ok: true, value: readPodIp };
  if (kind === "Event" && name === "source") return { ok: true, value: readEventSource };
  return { ok: true, value: readPath(renamed.get(`${key} ${name}`) ?? known.path, known.missing) };
};

/** Custom resources may be selected on their metadata and on what their definition says. */
const customReader = ({ selectableFields, namespaced }: CustomVersion, name: string): Parsed<Read> => {
  const isForeign = name === "metadata.namespace" && !namespaced;
  const known = isForeign ? undefined : metadataFields.get(name);
  if (known !== undefined) return { ok: true, value: readPath(known.path, known.missing) };
  if (!selectableFields.includes(`.${name}`)) return { ok: false, message: `field label not supported: ${name}` };
  return { ok: true, value: (object) => String(valueAt(object, `.${name}`) ?? "") };
};

/** Kinds with selectable fields of their own word the refusal in their own way; the rest share the generic one. */
const unsupported = (own: boolean, kind: string, name: string): string => {
  if (!own) return `${quote(name)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
  return kind === "Job" ? `field label ${quote(name)} not supported for batchv1.Job` : `field label not supported: ${name}`;
};
