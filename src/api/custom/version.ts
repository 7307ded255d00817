/** A version of a custom resource, with all that serving it needs; made once from each state of its definition. */
import { writeJson } from "../../json/text.js";
import { encodeBase64 } from "../base64.js";
import type {
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresourceScale,
} from "../generated/types.js";
import { apiVersionOf, compareVersions, type Resource, type Subresource, stabilityOf, type Verb } from "../kinds.js";
import { sha256 } from "../sha256.js";
import type { Printer } from "../table/printer.js";
import { textHash } from "../text-hash.js";
import { columnsPrinter } from "./columns.js";
import { isEstablished } from "./conditions.js";
import { readSchema, type StructuralSchema } from "./schema.js";

export interface CustomVersion {
  /** `widgets.example.com`: the name of the definition. */
  readonly definition: string;
  readonly schema: StructuralSchema;
  /** The schemas of all versions, by apiVersion: objects are stored in any of them. */
  readonly schemas: ReadonlyMap<string, StructuralSchema>;
  /** Its objects are in namespaces. */
  readonly namespaced: boolean;
  readonly hasStatus: boolean;
  readonly scale: CustomResourceSubresourceScale | undefined;
  readonly printer: Printer;
  /** `.spec.color` */
  readonly selectableFields: readonly string[];
  /** The versions, by apiVersion, that are served and have fields to select by. */
  readonly selectableIn: readonly string[];
  /** For the header Warning; undefined for a version that is not deprecated. */
  readonly warning: string | undefined;
  readonly conversion: CustomResourceConversion;
  /** Names what this version says: documents that are made from it change when it does. */
  readonly hash: string;
  /** The definition is as it was first made, so whatever is stored was pruned and defaulted by these schemas. */
  readonly isPristine: boolean;
}

export interface CustomResources {
  /** The versions that are served. */
  readonly served: readonly Resource[];
  /** The version that objects are stored in, served or not. */
  readonly stored: Resource | undefined;
}

const verbs: readonly Verb[] = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const partVerbs: readonly Verb[] = ["get", "patch", "update"];

/** The resources of a definition; none before its names are accepted. */
export function resourcesOf(definition: CustomResourceDefinition): CustomResources {
  const { spec, status } = definition;
  const names = status?.acceptedNames;
  if (!isEstablished(definition) || names === undefined) return { served: [], stored: undefined };
  const { group } = spec;
  const storage = spec.versions.find((version) => version.storage)?.name ?? "";
  const schemas = new Map(
    spec.versions.map(({ name, schema }) => [apiVersionOf(group, name), readSchema(schema?.openAPIV3Schema ?? {})]),
  );
  const resources = spec.versions.map((version): Resource => {
    const apiVersion = apiVersionOf(group, version.name);
    return {
      group,
      version: version.name,
      apiVersion,
      kind: names.kind,
      listKind: names.listKind ?? `${names.kind}List`,
      plural: names.plural,
      singular: names.singular ?? names.kind.toLowerCase(),
      namespaced: spec.scope === "Namespaced",
      verbs,
      subresources: subresourcesOf(group, version, names.kind),
      shortNames: names.shortNames ?? [],
      categories: names.categories ?? [],
      type: "",
      listType: "",
      storage: { group, version: storage, kind: names.kind },
      storageVersionHash: storageHash(group, storage, names.kind),
      virtual: false,
      stability: stabilityOf(version.name),
      custom: customVersion(definition, version, schemas),
    };
  });
  return {
    served: resources.filter((_resource, index) => spec.versions[index]!.served),
    stored: resources.find(({ version }) => version === storage),
  };
}

/** Clients only compare it; it is that of kube-apiserver, so that it compares with what they know from elsewhere. */
const storageHash = (group: string, version: string, kind: string): string =>
  encodeBase64(sha256(new TextEncoder().encode(`${group}/${version}/${kind}`)).subarray(0, 8));

function customVersion(
  { metadata, spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  schemas: ReadonlyMap<string, StructuralSchema>,
): CustomVersion {
  const { subresources = {}, additionalPrinterColumns = [], selectableFields = [] } = version;
  return {
    definition: metadata.name ?? "",
    schema: schemas.get(apiVersionOf(spec.group, version.name))!,
    schemas,
    namespaced: spec.scope === "Namespaced",
    hasStatus: subresources.status !== undefined,
    scale: subresources.scale,
    printer: columnsPrinter(additionalPrinterColumns),
    selectableFields: selectableFields.map(({ jsonPath }) => jsonPath),
    selectableIn: spec.versions
      .filter((each) => each.served && (each.selectableFields ?? []).length > 0)
      .map(({ name }) => apiVersionOf(spec.group, name)),
    warning: version.deprecated === true ? (version.deprecationWarning ?? deprecation(spec, version.name)) : undefined,
    conversion: spec.conversion ?? { strategy: "None" },
    hash: textHash(writeJson(version)),
    isPristine: metadata.generation === 1,
  };
}

/** `example.com/v1beta1 Widget is deprecated; use example.com/v1 Widget` */
function deprecation({ group, names, versions }: CustomResourceDefinition["spec"], name: string): string {
  const better = versions
    .filter((version) => version.served && version.deprecated !== true && compareVersions(version.name, name) < 0)
    .map((version) => version.name)
    .sort(compareVersions)[0];
  const what = `${group}/${name} ${names.kind} is deprecated`;
  return better === undefined ? what : `${what}; use ${group}/${better} ${names.kind}`;
}

function subresourcesOf(
  group: string,
  { name, subresources = {} }: CustomResourceDefinitionVersion,
  kind: string,
): Subresource[] {
  return [
    ...(subresources.status === undefined ? [] : [{ name: "status", group, version: name, kind, verbs: partVerbs, type: "" }]),
    ...(subresources.scale === undefined
      ? []
      : [{ name: "scale", group: "autoscaling", version: "v1", kind: "Scale", verbs: partVerbs, type: "Scale" }]),
  ];
}
