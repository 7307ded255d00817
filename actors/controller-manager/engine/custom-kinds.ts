/** The custom resources that controllers which look at all kinds look at too: one version of each that is established. */
import { resourcesOf } from "../../../src/api/custom/version.js";
import { builtinResources, type Resource } from "../../../src/api/kinds.js";
import type { CustomResourceDefinition } from "../../../src/api/types.js";
import type { Informed, Informers } from "./informers.js";

const definitions = { path: { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" } };

export class CustomKinds {
  readonly informed: Informed<CustomResourceDefinition>;
  /** By the name of their definition, those of every version that is served. */
  private readonly served = new Map<string, readonly Resource[]>();
  private readonly listeners: Array<(before: Resource | undefined, now: Resource | undefined) => void> = [];

  constructor(informers: Informers) {
    this.informed = informers.of<CustomResourceDefinition>(definitions);
    this.informed.subscribe(({ type, object }) => {
      const name = object.metadata.name ?? "";
      const before = chosen(this.served.get(name));
      if (type === "deleted") this.served.delete(name);
      else this.served.set(name, resourcesOf(object).served);
      const now = chosen(this.served.get(name));
      if (before?.apiVersion === now?.apiVersion && before?.plural === now?.plural) return;
      for (const listener of this.listeners) listener(before, now);
    });
  }

  /** One version of each. */
  all(): Resource[] {
    return [...this.served.values()].map(chosen).filter((resource) => resource !== undefined);
  }

  /** Every version of each. */
  everyVersion(): Resource[] {
    return [...this.served.values()].flat();
  }

  /** The resource of an object's own words, built-in ones too. */
  byObject(apiVersion: string, kind: string): Resource | undefined {
    const isIt = (resource: Resource): boolean => resource.apiVersion === apiVersion && resource.kind === kind;
    return builtinResources().byObject(apiVersion, kind) ?? this.find(isIt);
  }

  private find(isIt: (resource: Resource) => boolean): Resource | undefined {
    for (const resources of this.served.values()) {
      const found = resources.find(isIt);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Told of each kind that comes (`before` absent), goes (`now` absent) or is served in another version; at once of those that are there. */
  subscribe(listener: (before: Resource | undefined, now: Resource | undefined) => void): void {
    for (const resource of this.all()) listener(undefined, resource);
    this.listeners.push(listener);
  }
}

/** The version that objects are stored in where it is served, since it needs no conversion. */
const chosen = (resources: readonly Resource[] | undefined): Resource | undefined =>
  resources?.find(({ version, storage }) => version === storage.version) ?? resources?.[0];
