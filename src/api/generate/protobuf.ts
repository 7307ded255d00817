import { placeOf } from "./names.js";
import { byText, type ProtobufField, type ProtobufNamespace, type Schema, type Swagger } from "./swagger.js";

/** Messages that are values of their own in JSON: their code in the table. */
const special: Readonly<Record<string, string>> = {
  "api.resource.Quantity": "q",
  "util.intstr.IntOrString": "x",
  "meta.v1.Time": "t",
  "meta.v1.MicroTime": "u",
  "runtime.RawExtension": "r",
  "meta.v1.FieldsV1": "f",
  "apiextensions.v1.JSON": "j",
  "apiextensions.v1.JSONSchemaPropsOrArray": "1",
  "apiextensions.v1.JSONSchemaPropsOrBool": "2",
  "apiextensions.v1.JSONSchemaPropsOrStringArray": "3",
};

const scalars: Readonly<Record<string, string>> = { string: "s", int32: "i", int64: "l", bool: "b", double: "n", bytes: "y" };

/** Bodies that have no definition of their own in the API document, by the end of their full name. */
const roots = [
  "core.v1.NodeProxyOptions",
  "core.v1.PodAttachOptions",
  "core.v1.PodExecOptions",
  "core.v1.PodLogOptions",
  "core.v1.PodPortForwardOptions",
  "core.v1.PodProxyOptions",
  "core.v1.ServiceProxyOptions",
  "meta.v1.CreateOptions",
  "meta.v1.GetOptions",
  "meta.v1.ListOptions",
  "meta.v1.PartialObjectMetadata",
  "meta.v1.PartialObjectMetadataList",
  "meta.v1.PatchOptions",
  "meta.v1.UpdateOptions",
  "apidiscovery.v2.APIGroupDiscoveryList",
];

type Messages = ReadonlyMap<string, Readonly<Record<string, ProtobufField>>>;

function flatten(
  namespace: ProtobufNamespace,
  path: string,
  into: Map<string, Readonly<Record<string, ProtobufField>>>,
): Messages {
  for (const [name, inner] of Object.entries(namespace.nested ?? {})) {
    const full = path === "" ? name : `${path}.${name}`;
    if (inner.fields !== undefined) into.set(full, inner.fields);
    flatten(inner, full, into);
  }
  return into;
}

const hasEnding = (full: string, ending: string): boolean => full.endsWith(`.${ending}`);

/**
 * JSON text of an object from type name to its fields, each `<JSON name>|<number>|<type>`, joined by ";". Beyond the
 * codes of schema.ts: "+" is a message whose fields belong to the enclosing object in JSON, "e" one that holds nothing
 * but a list of strings, "f" JSON text of fields, "r" a raw object.
 */
export function protobufJson(namespace: ProtobufNamespace, swagger: Swagger, names: ReadonlyMap<string, string>): string {
  const messages = flatten(namespace, "", new Map());
  const shortNames = new Map<string, string>();
  const definitionOf = (full: string): Schema | undefined => swagger.definitions[definitionName(full)];
  for (const full of messages.keys()) {
    const { group, version, last } = placeOf(full);
    shortNames.set(full, names.get(definitionName(full)) ?? `${group}.${version}.${last}`);
  }
  for (const ending of roots) {
    const full = [...messages.keys()].find((name) => hasEnding(name, ending));
    if (full === undefined) throw new Error(`no message ${ending}`);
    const { last } = placeOf(full);
    if ([...names.values()].includes(last)) throw new Error(`the name ${last} is taken`);
    shortNames.set(full, last);
  }
  const rows: Record<string, string> = {};
  const write = (full: string): void => {
    const short = shortNames.get(full)!;
    if (rows[short] !== undefined) return;
    rows[short] = "";
    const properties = Object.keys(definitionOf(full)?.properties ?? {});
    rows[short] = Object.entries(messages.get(full)!)
      .map(([name, field]) => {
        const jsonName = nameInJson(name, properties);
        return `${jsonName ?? name}|${field.id}|${codeOf(field, full, jsonName === undefined && properties.length > 0)}`;
      })
      .join(";");
  };
  const codeOf = (field: ProtobufField, full: string, inline: boolean): string => {
    const scalar = scalars[field.type];
    const code = scalar ?? messageCode(resolve(field.type, full, messages), inline);
    return field.keyType !== undefined ? `{${code}` : field.rule === "repeated" ? `[${code}` : code;
  };
  const messageCode = (target: string, inline: boolean): string => {
    const ending = Object.keys(special).find((candidate) => hasEnding(target, candidate));
    if (ending !== undefined) {
      if (ending.startsWith("apiextensions.v1.JSONSchemaPropsOr"))
        write(`${target.slice(0, target.lastIndexOf(".") + 1)}JSONSchemaProps`);
      return special[ending]!;
    }
    const fields = Object.keys(messages.get(target)!);
    if (fields.length === 1 && fields[0] === "items" && definitionOf(target) === undefined) return "e";
    write(target);
    return `${inline ? "+" : "*"}${shortNames.get(target)}`;
  };
  for (const full of [...messages.keys()].sort(byText)) {
    const isKind = definitionOf(full)?.["x-kubernetes-group-version-kind"] !== undefined;
    if (isKind || roots.some((ending) => hasEnding(full, ending))) write(full);
  }
  return JSON.stringify(Object.fromEntries(Object.entries(rows).sort(([a], [b]) => byText(a, b))));
}

/** `k8s.io.kube_aggregator.pkg…` is `io.k8s.kube-aggregator.pkg…` in the API document. */
const definitionName = (full: string): string =>
  full
    .replace(/^k8s\.io\./, "io.k8s.")
    .replace("kube_aggregator", "kube-aggregator")
    .replace("apiextensions_apiserver", "apiextensions-apiserver");

/** The JSON name of a message's field, where the two differ in case or as JSON schema's extensions do. */
function nameInJson(name: string, properties: readonly string[]): string | undefined {
  if (properties.includes(name)) return name;
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return properties.find(
    (property) => property.toLowerCase() === name.toLowerCase() || property === kebab || property === `$${name}`,
  );
}

/** A type's full name as seen from the message that refers to it. */
function resolve(type: string, from: string, messages: Messages): string {
  if (type.startsWith(".")) return type.slice(1);
  const scope = from.split(".");
  for (let length = scope.length - 1; length >= 0; length--) {
    const candidate = [...scope.slice(0, length), type].join(".");
    if (messages.has(candidate)) return candidate;
  }
  throw new Error(`no message ${type} as seen from ${from}`);
}
