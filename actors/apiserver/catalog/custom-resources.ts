/** The custom resources that an API server knows of: what the CustomResourceDefinitions in its watch cache come to. */
import { isTerminating } from "../../../src/api/custom/conditions.js";
import { type CustomResources, resourcesOf } from "../../../src/api/custom/version.js";
import { type ApiGroup, builtinResources, type ResourceTable } from "../../../src/api/kinds.js";
import { storagePrefix } from "../../../src/api/paths.js";
import type { CustomResourceDefinition } from "../../../src/api/types.js";
import { writeJson } from "../../../src/json/text.js";
import type { WatchCache } from "../watch-cache/cache.js";
import type { ResourceStore } from "../watch-cache/resource-store.js";
import type { StoredObject } from "../watch-cache/stored-object.js";

/** Where the definitions are kept. */
export const definitionsPrefix = (): string =>
  storagePrefix(builtinResources().preferred("apiextensions.k8s.io", "customresourcedefinitions")!);

const noResources: CustomResources = { served: [], stored: undefined };

/** Whether what it defines would be kept where built-in objects are: nobody reads or deletes them by it. */
export const overlapsBuiltIn = ({ spec }: CustomResourceDefinition): boolean =>
  builtinResources().preferred(spec.group, spec.names.plural) !== undefined;

const isVersionOf =
  (group: string, version: string) =>
  ({ name, versions }: ApiGroup): boolean =>
    name === group && versions.includes(version);

interface Known {
  readonly revision: bigint;
  readonly terminating: boolean;
  /** What of the definition its resources are made from: as long as it stays, so do they. */
  readonly made: string;
  readonly resources: CustomResources;
}

export class CustomResourceSet {
  private readonly store: ResourceStore;
  private known = new Map<string, Known>();
  private asOf = -1n;
  private current: ResourceTable = builtinResources();

  constructor(cache: WatchCache) {
    this.store = cache.store(definitionsPrefix());
  }

  /** Built-in resources and custom ones, as of the watch cache. The same table until a definition changes. */
  get table(): ResourceTable {
    if (this.store.changedAt !== this.asOf) this.renew();
    return this.current;
  }

  /** What a definition makes, by its name: `widgets.example.com`. */
  of(definition: string): CustomResources | undefined {
    return this.table === undefined ? undefined : this.known.get(definition)?.resources;
  }

  isTerminating(definition: string): boolean {
    return this.known.get(definition)?.terminating === true;
  }

  private renew(): void {
    this.asOf = this.store.changedAt;
    const known = new Map<string, Known>();
    for (const stored of this.store.from(definitionsPrefix())) known.set(stored.name, this.read(stored));
    const before = this.known;
    this.known = known;
    const same = known.size === before.size && [...known].every(([name, { made }]) => before.get(name)?.made === made);
    if (same) return;
    const builtin = builtinResources();
    const custom = [...known.values()].flatMap(({ resources }) => resources.served);
    // A version that is built in is answered by what is built in, and by nothing else.
    const own = custom.filter(({ group, version }) => !builtin.groups.some(isVersionOf(group, version)));
    this.current = own.length === 0 ? builtin : builtin.with(own);
  }

  private read(stored: StoredObject): Known {
    const before = this.known.get(stored.name);
    if (before?.revision === stored.revision) return before;
    const definition = stored.object as unknown as CustomResourceDefinition;
    const { status, spec, metadata } = definition;
    const established = status?.conditions?.find(({ type }) => type === "Established")?.status;
    const made = writeJson([metadata.uid, spec, status?.acceptedNames, established]);
    const terminating = isTerminating(definition);
    const fresh = () => (overlapsBuiltIn(definition) ? noResources : resourcesOf(definition));
    const resources = before?.made === made ? before.resources : fresh();
    stored.forget();
    return { revision: stored.revision, terminating, made, resources };
  }
}
