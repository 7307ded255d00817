/** The APIServices in the watch cache: which of them an extension API server answers, and what discovery and OpenAPI tell of them. */
import { availabilityOf, inOrderOfPriority } from "../../../src/api/aggregation/api-services.js";
import { type Aggregation, noAggregation } from "../../../src/api/discovery.js";
import { type ApiGroup, builtinResources } from "../../../src/api/kinds.js";
import { type ForeignApis, noForeignApis } from "../../../src/api/openapi/documents.js";
import { storagePrefix } from "../../../src/api/paths.js";
import type { APIService } from "../../../src/api/types.js";
import { writeJson } from "../../../src/json/text.js";
import type { WatchCache } from "../watch-cache/cache.js";
import type { ResourceStore } from "../watch-cache/resource-store.js";
import { type ExtensionDocuments, foreignApis, signatureOf } from "./extension-documents.js";

export const servicesPrefix = (): string => storagePrefix(builtinResources().preferred("apiregistration.k8s.io", "apiservices")!);

const versionPath = /^\/+apis\/+([^/]+)\/+([^/]+)(?:\/|$)/;
const documentPath = /^\/openapi\/v3\/(apis\/[^/]+(?:\/[^/]+)?)\/?$/;

/** What an extension API server said that it serves, when it was last asked. */
interface Listed {
  readonly resources: readonly object[];
  /** Nobody has asked in vain since. */
  readonly isCurrent: boolean;
}

export const isAvailable = (service: APIService): boolean => availabilityOf(service)?.status === "True";

const versionOf = ({ spec }: APIService): string => `${spec?.group}/${spec?.version}`;
const nameOf = ({ metadata }: APIService): string => metadata.name ?? "";

export class ExtensionServices {
  private readonly store: ResourceStore;
  private byVersion = new Map<string, APIService>();
  /** Those that extension API servers answer, the most important first. */
  private extensions: readonly APIService[] = [];
  private order: readonly ApiGroup[] = [];
  private asOf = -1n;
  private toldDiscovery = noAggregation;
  private toldOpenApi = noForeignApis;
  private openApiSignature = "[]";
  /** Which of them has a document of OpenAPI 3, by `apis/ice.example.org/v1`: group and version. */
  private byDocument = new Map<string, string>();
  private readonly listed = new Map<string, Listed>();
  private readonly documents = new Map<string, ExtensionDocuments>();

  constructor(cache: WatchCache) {
    this.store = cache.store(servicesPrefix());
  }

  /** Who answers a path; undefined: the API server itself. */
  at(path: string): APIService | undefined {
    this.refresh();
    if (this.byVersion.size === 0) return undefined;
    const [, group = "", version = ""] = versionPath.exec(path) ?? [];
    const named = group === "" ? this.byDocument.get(documentPath.exec(path)?.[1] ?? "") : `${group}/${version}`;
    return named === undefined ? undefined : this.byVersion.get(named);
  }

  /** Who answers a version of a group; undefined: the API server itself. */
  of(group: string, version: string): APIService | undefined {
    this.refresh();
    return this.byVersion.size === 0 ? undefined : this.byVersion.get(`${group}/${version}`);
  }

  /** The same object until any of it changes. */
  get discovery(): Aggregation {
    this.refresh();
    return this.toldDiscovery;
  }

  /** The same object until any of it changes. */
  get openApi(): ForeignApis {
    this.refresh();
    return this.toldOpenApi;
  }

  /** Those that extension API servers answer, the most important first. */
  get all(): readonly APIService[] {
    this.refresh();
    return this.extensions;
  }

  learn(name: string, resources: readonly object[]): void {
    const known = this.listed.get(name);
    if (known?.isCurrent === true && writeJson(known.resources) === writeJson(resources)) return;
    this.listed.set(name, { resources, isCurrent: true });
    this.tellDiscovery();
  }

  /** It was asked in vain what it serves: what it said before is all that is known. */
  lose(name: string): void {
    const { resources = [], isCurrent = true } = this.listed.get(name) ?? {};
    this.listed.set(name, { resources, isCurrent: false });
    if (isCurrent) this.tellDiscovery();
  }

  documentsOf(name: string): ExtensionDocuments {
    return this.documents.get(name) ?? {};
  }

  learnDocuments(name: string, documents: ExtensionDocuments): void {
    this.documents.set(name, documents);
    this.tellOpenApi();
  }

  private refresh(): void {
    if (this.store.changedAt === this.asOf) return;
    this.asOf = this.store.changedAt;
    const services = inOrderOfPriority(Array.from(this.store.from(servicesPrefix()), ({ object }) => object as APIService));
    this.extensions = services.filter(({ spec }) => spec?.service !== undefined);
    this.byVersion = new Map(this.extensions.map((service) => [versionOf(service), service]));
    const groups = new Map<string, string[]>();
    for (const { spec } of services) {
      const { group = "", version = "" } = spec ?? {};
      groups.set(group, [...(groups.get(group) ?? []), version]);
    }
    this.order = Array.from(groups, ([name, versions]) => ({ name, versions }));
    const names = new Set(this.extensions.map(nameOf));
    for (const kept of [this.listed, this.documents])
      for (const name of [...kept.keys()]) if (!names.has(name)) kept.delete(name);
    this.tellDiscovery();
    this.tellOpenApi();
  }

  private tellDiscovery(): void {
    const extensions = this.extensions.map((service) => {
      const { resources = [], isCurrent = false } = this.listed.get(nameOf(service)) ?? {};
      const { group = "", version = "" } = service.spec ?? {};
      return { group, version, isCurrent: isCurrent && isAvailable(service), resources };
    });
    const told = { order: this.order, extensions };
    if (writeJson(told) !== writeJson(this.toldDiscovery)) this.toldDiscovery = told;
  }

  private tellOpenApi(): void {
    const apis = this.extensions.map((service) => ({ service, documents: this.documentsOf(nameOf(service)) }));
    const signature = signatureOf(apis);
    if (signature === this.openApiSignature) return;
    this.openApiSignature = signature;
    // Of two that have the same one, the more important answers.
    const byDocument = apis.flatMap(({ service, documents: { v3 } }) =>
      v3 instanceof Map ? Array.from(v3.keys(), (name) => [name, versionOf(service)] as const) : [],
    );
    this.byDocument = new Map(byDocument.reverse());
    const known = apis.some(({ documents }) => documents.v2 !== undefined || documents.v3 !== undefined);
    this.toldOpenApi = known ? foreignApis(apis) : noForeignApis;
  }
}
