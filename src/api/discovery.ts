/**
 * The discovery documents: what a client reads to know which resources there are.
 * Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */
import { writeJson } from "../json/text.js";
import { type ApiGroup, apiVersionOf, type Resource, type ResourceTable, type Subresource } from "./kinds.js";
import { textHash } from "./text-hash.js";

export interface DiscoveryDocument {
  readonly contentType: string;
  /** JSON text. */
  readonly body: string;
  /** Of the body, quoted as the header wants it; clients send it back as If-None-Match. */
  readonly etag: string;
}

export type AggregatedVersion = "v2" | "v2beta1";

/** A version of a group that an extension API server answers, and what that said it serves. */
export interface ExtensionApi {
  readonly group: string;
  readonly version: string;
  /** What it said last is what it says now. */
  readonly isCurrent: boolean;
  /** Entries of an APIResourceList. */
  readonly resources: readonly object[];
}

/** What APIServices say of discovery. Another object when any of it changes. */
export interface Aggregation {
  /** Groups with their versions, by their priorities; groups that are not among them come behind. */
  readonly order: readonly ApiGroup[];
  readonly extensions: readonly ExtensionApi[];
}

export const noAggregation: Aggregation = { order: [], extensions: [] };

/**
 * The document at a path, or undefined when it is no path of discovery or the group or version is not served:
 * `/api`, `/apis`, `/api/v1`, `/apis/apps`, `/apis/apps/v1`. `accept` is the header Accept; a client that asks for the
 * aggregated form of `/api` or `/apis` gets it. `serverAddress` is `host:port` as clients reach it. Documents are kept
 * for as long as the table is.
 */
export function discoveryDocument(
  table: ResourceTable,
  path: string,
  accept: string,
  serverAddress: string,
  aggregation: Aggregation = noAggregation,
): DiscoveryDocument | undefined {
  const at = path.replace(/\/+$/, "");
  const aggregated = at === "/api" || at === "/apis" ? aggregatedVersionOf(accept) : undefined;
  const kept = documentsOf(table, aggregation);
  const key = `${at} ${aggregated ?? ""} ${at === "/api" ? serverAddress : ""}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const content =
    aggregated === undefined
      ? plainDocument(table, at, serverAddress, aggregation)
      : aggregatedDiscovery(table, at === "/api", aggregated, aggregation);
  if (content === undefined) return undefined;
  const body = writeJson(content);
  const suffix = aggregated === undefined ? "" : `;g=apidiscovery.k8s.io;v=${aggregated};as=APIGroupDiscoveryList`;
  const made = { contentType: `application/json${suffix}`, body, etag: `"${textHash(body)}"` };
  if (kept.size < documentLimit) kept.set(key, made);
  return made;
}

/** Far more than there are paths; what bounds it are the addresses under which clients reach the server. */
const documentLimit = 1000;

type Documents = Map<string, DiscoveryDocument>;
const documents = new WeakMap<ResourceTable, WeakMap<Aggregation, Documents>>();

function documentsOf(table: ResourceTable, aggregation: Aggregation): Documents {
  const ofTable = documents.get(table) ?? new WeakMap<Aggregation, Documents>();
  documents.set(table, ofTable);
  const known = ofTable.get(aggregation);
  if (known !== undefined) return known;
  const made: Documents = new Map();
  ofTable.set(aggregation, made);
  return made;
}

/** Which aggregated form an Accept header prefers: the first that it lists; undefined when plain JSON comes before any. */
export function aggregatedVersionOf(accept: string): AggregatedVersion | undefined {
  for (const range of accept.split(",")) {
    const [type, ...parameters] = range.split(";").map((part) => part.trim());
    if (type !== "application/json" && type !== "*/*") continue;
    if (parameters.length === 0 || type === "*/*") return undefined;
    const [group, version, as] = ["g=", "v=", "as="].map((name) =>
      parameters.find((parameter) => parameter.startsWith(name))?.slice(name.length),
    );
    if (group !== "apidiscovery.k8s.io" || as !== "APIGroupDiscoveryList") continue;
    if (version === "v2" || version === "v2beta1") return version;
  }
  return undefined;
}

function plainDocument(table: ResourceTable, path: string, serverAddress: string, aggregation: Aggregation): object | undefined {
  const [root, ...rest] = path.split("/").slice(1);
  if (root === "api" && rest.length === 0) return apiVersions(table, serverAddress);
  if (root === "api" && rest.length === 1) return apiResourceList(table, "", rest[0]!);
  if (root !== "apis") return undefined;
  if (rest.length === 0) return apiGroupList(table, aggregation);
  if (rest.length === 1) return apiGroup(table, rest[0]!, aggregation);
  return rest.length === 2 ? apiResourceList(table, rest[0]!, rest[1]!) : undefined;
}

/** `/api` */
export function apiVersions(table: ResourceTable, serverAddress: string): object {
  return {
    kind: "APIVersions",
    versions: table.groups.find(({ name }) => name === "")?.versions ?? [],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress }],
  };
}

/** `/apis` */
export const apiGroupList = (table: ResourceTable, aggregation: Aggregation = noAggregation): object => ({
  kind: "APIGroupList",
  apiVersion: "v1",
  groups: groupsOf(table, aggregation)
    .filter(({ name }) => name !== "")
    .map(groupContent),
});

/** `/apis/<group>`; undefined when the group is not served. */
export function apiGroup(table: ResourceTable, name: string, aggregation: Aggregation = noAggregation): object | undefined {
  const group = groupsOf(table, aggregation).find((candidate) => candidate.name === name && name !== "");
  return group === undefined ? undefined : { kind: "APIGroup", apiVersion: "v1", ...groupContent(group) };
}

function groupContent({ name, versions }: ApiGroup): object {
  const each = versions.map((version) => ({ groupVersion: apiVersionOf(name, version), version }));
  return { name, versions: each, preferredVersion: each[0] };
}

/** `/api/v1` and `/apis/<group>/<version>`; undefined when there is no such version. */
export function apiResourceList(table: ResourceTable, group: string, version: string): object | undefined {
  const resources = table.of(group, version);
  if (resources.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    ...(group === "" ? {} : { apiVersion: "v1" }),
    groupVersion: apiVersionOf(group, version),
    resources: resources.flatMap((resource) => [
      {
        name: resource.plural,
        singularName: resource.singular,
        namespaced: resource.namespaced,
        kind: resource.kind,
        verbs: resource.verbs,
        ...names(resource),
        ...(resource.storageVersionHash === "" ? {} : { storageVersionHash: resource.storageVersionHash }),
      },
      ...resource.subresources.map((sub) => ({
        name: `${resource.plural}/${sub.name}`,
        singularName: "",
        namespaced: resource.namespaced,
        ...foreignVersion(resource, sub),
        kind: sub.kind,
        verbs: sub.verbs,
      })),
    ]),
  };
}

const names = ({ shortNames, categories }: Resource): object => ({
  ...(shortNames.length === 0 ? {} : { shortNames }),
  ...(categories.length === 0 ? {} : { categories }),
});

/** Group and version of a subresource's kind, where they are not those of the resource: a Deployment's Scale. */
const foreignVersion = (resource: Resource, { group, version }: Subresource): { group?: string; version?: string } =>
  group === resource.group && version === resource.version ? {} : { group, version };

/** `/api` and `/apis` in the form that tells everything at once. */
export function aggregatedDiscovery(
  table: ResourceTable,
  core: boolean,
  version: AggregatedVersion,
  aggregation: Aggregation = noAggregation,
): object {
  const groups = groupsOf(table, aggregation).filter(({ name }) => (name === "") === core);
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map((group) => ({
      metadata: core ? { creationTimestamp: null } : { name: group.name, creationTimestamp: null },
      versions: group.versions.map((of) => {
        const extension = aggregation.extensions.find((each) => each.group === group.name && each.version === of);
        return {
          version: of,
          resources: extension === undefined ? table.of(group.name, of).map(aggregatedResource) : extensionResources(extension),
          freshness: extension?.isCurrent === false ? "Stale" : "Current",
        };
      }),
    })),
  };
}

function aggregatedResource(resource: Resource): object {
  const subresources = resource.subresources.map((sub) => {
    const { group = "", version = "" } = foreignVersion(resource, sub);
    return { subresource: sub.name, responseKind: { group, version, kind: sub.kind }, verbs: sub.verbs };
  });
  return {
    resource: resource.plural,
    responseKind: { group: "", version: "", kind: resource.kind },
    scope: resource.namespaced ? "Namespaced" : "Cluster",
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...names(resource),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}

/** Those of the table and of extensions. The aggregation's own group comes first: nobody registers it. */
function groupsOf(table: ResourceTable, { order, extensions }: Aggregation): readonly ApiGroup[] {
  if (order.length === 0 && extensions.length === 0) return table.groups;
  const groups = new Map(table.groups.map(({ name, versions }) => [name, [...versions]]));
  for (const { group, version } of extensions) {
    const versions = groups.get(group) ?? [];
    if (!versions.includes(version)) versions.push(version);
    groups.set(group, versions);
  }
  const ranks = new Map(order.map(({ name }, index) => [name, index]));
  const rankOf = (name: string): number => (name === aggregationGroup ? -1 : (ranks.get(name) ?? order.length));
  return Array.from(groups, ([name, versions]) => {
    const ranked = order[ranks.get(name) ?? -1]?.versions ?? [];
    const rank = (version: string): number => (ranked.includes(version) ? ranked.indexOf(version) : ranked.length);
    return { name, versions: versions.sort((a, b) => rank(a) - rank(b)) };
  }).sort((a, b) => rankOf(a.name) - rankOf(b.name));
}

const aggregationGroup = "apiregistration.k8s.io";

interface ListedResource {
  readonly name: string;
  readonly singularName?: string;
  readonly namespaced?: boolean;
  readonly kind?: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** What an APIResourceList says, in the form that tells everything at once. */
function extensionResources({ group, version, resources }: ExtensionApi): object[] {
  const listed = resources as readonly ListedResource[];
  const parts = listed.filter(({ name }) => name.includes("/"));
  const kindOf = (each: ListedResource) => ({
    group: each.group ?? group,
    version: each.version ?? version,
    kind: each.kind ?? "",
  });
  return listed
    .filter(({ name }) => !name.includes("/"))
    .map((each) => {
      const subresources = parts
        .filter(({ name }) => name.startsWith(`${each.name}/`))
        .map((part) => ({
          subresource: part.name.slice(each.name.length + 1),
          responseKind: kindOf(part),
          verbs: part.verbs ?? [],
        }));
      return {
        resource: each.name,
        responseKind: kindOf(each),
        scope: each.namespaced === true ? "Namespaced" : "Cluster",
        singularResource: each.singularName ?? "",
        verbs: each.verbs ?? [],
        ...(each.shortNames === undefined ? {} : { shortNames: each.shortNames }),
        ...(each.categories === undefined ? {} : { categories: each.categories }),
        ...(subresources.length === 0 ? {} : { subresources }),
      };
    });
}
