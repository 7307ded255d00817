/** The APIServices in the watch cache that an extension API server answers, by what paths say: group and version. */
import { availabilityOf } from "../../../src/api/aggregation/api-services.js";
import type { ExtensionApi } from "../../../src/api/discovery.js";
import { builtinResources } from "../../../src/api/kinds.js";
import { storagePrefix } from "../../../src/api/paths.js";
import type { APIService } from "../../../src/api/types.js";
import type { WatchCache } from "../watch-cache/cache.js";
import type { ResourceStore } from "../watch-cache/resource-store.js";

export const servicesPrefix = (): string => storagePrefix(builtinResources().preferred("apiregistration.k8s.io", "apiservices")!);

const versionPath = /^\/+apis\/+([^/]+)\/+([^/]+)(?:\/|$)/;
const none: readonly ExtensionApi[] = [];

export class ExtensionServices {
  private readonly store: ResourceStore;
  private byVersion = new Map<string, APIService>();
  private asOf = -1n;
  private toldApis: readonly ExtensionApi[] = none;
  /** What each said that it serves, when it was last asked. */
  private readonly resources = new Map<string, readonly object[]>();

  constructor(cache: WatchCache) {
    this.store = cache.store(servicesPrefix());
  }

  /** Who answers a path; undefined: the API server itself. */
  at(path: string): APIService | undefined {
    if (this.store.changedAt !== this.asOf) this.renew();
    if (this.byVersion.size === 0) return undefined;
    const [, group = "", version = ""] = versionPath.exec(path) ?? [];
    return this.byVersion.get(`${group}/${version}`);
  }

  /** What discovery tells of them: the same list until any of it changes. */
  get apis(): readonly ExtensionApi[] {
    if (this.store.changedAt !== this.asOf) this.renew();
    return this.toldApis;
  }

  learn(name: string, resources: readonly object[]): void {
    if (JSON.stringify(this.resources.get(name)) === JSON.stringify(resources)) return;
    this.resources.set(name, resources);
    this.tell();
  }

  private renew(): void {
    this.asOf = this.store.changedAt;
    this.byVersion = new Map();
    for (const stored of this.store.from(servicesPrefix())) {
      const service = stored.object as APIService;
      const { group = "", version = "", service: reference } = service.spec ?? {};
      if (reference !== undefined) this.byVersion.set(`${group}/${version}`, service);
    }
    const names = new Set([...this.byVersion.values()].map(({ metadata }) => metadata.name ?? ""));
    for (const name of this.resources.keys()) if (!names.has(name)) this.resources.delete(name);
    this.tell();
  }

  private tell(): void {
    const apis = [...this.byVersion.values()]
      .sort((a, b) => priority(b) - priority(a))
      .map((service) => ({
        group: service.spec?.group ?? "",
        version: service.spec?.version ?? "",
        isCurrent: availabilityOf(service)?.status === "True",
        resources: this.resources.get(service.metadata.name ?? "") ?? [],
      }));
    if (JSON.stringify(apis) !== JSON.stringify(this.toldApis)) this.toldApis = apis.length === 0 ? none : apis;
  }
}

const priority = ({ spec }: APIService): number => (spec?.groupPriorityMinimum ?? 0) * 100_000 + (spec?.versionPriority ?? 0);
