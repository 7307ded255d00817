/**
 * Every built-in resource of Kubernetes 1.33 as data. A ResourceTable holds built-in resources and, where custom
 * ones exist, those too; lookups are by group, version and resource or kind. Paths are read by paths.ts.
 */
import { readJson } from "../json/text.js";
import type { CustomVersion } from "./custom/version.js";
import { resourcesJson } from "./generated/kinds.js";
import { categoriesOf, computed, groupOrder, shortNames, storedUnder } from "./kind-names.js";

export type Verb = "create" | "delete" | "deletecollection" | "get" | "list" | "patch" | "update" | "watch";

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface Subresource extends GroupVersionKind {
  /** `status`, `scale`, `log` … Its kind may belong to another group: pods/eviction takes a policy/v1 Eviction. */
  readonly name: string;
  readonly verbs: readonly Verb[];
  /** Name of the kind's type in schema.ts; empty for the options of a connection (exec, attach, proxy). */
  readonly type: string;
}

export interface Resource extends GroupVersionKind {
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string;
  readonly listKind: string;
  /** The name in paths: `pods`. */
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  readonly subresources: readonly Subresource[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Name of the kind's type in schema.ts; empty for custom resources. */
  readonly type: string;
  readonly listType: string;
  /** Under which group and version objects are stored, whichever version they were sent in. */
  readonly storage: GroupVersionKind;
  readonly storageVersionHash: string;
  /** True when nothing is stored: a review is answered, a binding changes a pod. */
  readonly virtual: boolean;
  /** Upstream serves only stable versions unless told otherwise. */
  readonly stability: Stability;
  /** Present for custom resources. */
  readonly custom?: CustomVersion;
}

export type Stability = "stable" | "beta" | "alpha";

export interface ApiGroup {
  readonly name: string;
  /** The most preferred first. */
  readonly versions: readonly string[];
}

type Row = [
  string,
  string,
  string,
  string,
  0 | 1,
  string,
  string,
  string,
  string,
  Array<[string, string, string, string, string, string]>,
];

export const apiVersionOf = (group: string, version: string): string => (group === "" ? version : `${group}/${version}`);

/** Reads `v1` as the core group's version and `apps/v1` as group and version; undefined when there is more than one slash. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } | undefined {
  const slash = apiVersion.indexOf("/");
  if (slash === -1) return { group: "", version: apiVersion };
  if (apiVersion.indexOf("/", slash + 1) !== -1) return undefined;
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

const versionPattern = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

export function stabilityOf(version: string): Stability {
  const stage = versionPattern.exec(version)?.[2];
  return stage === undefined ? "stable" : (stage as Stability);
}

/**
 * Orders versions by preference: v2, v1, v1beta2, v1beta1, v1alpha1, then anything else by name.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority
 */
export function compareVersions(a: string, b: string): number {
  const rank = (match: RegExpExecArray): number => (match[2] === undefined ? 3 : match[2] === "beta" ? 2 : 1);
  const [x, y] = [versionPattern.exec(a), versionPattern.exec(b)];
  if (x === null || y === null) return x !== null ? -1 : y !== null ? 1 : a < b ? -1 : a > b ? 1 : 0;
  return rank(y) - rank(x) || Number(y[1]) - Number(x[1]) || Number(y[3] ?? 0) - Number(x[3] ?? 0);
}

const groupIndex = (group: string): number => {
  const index = groupOrder.indexOf(group);
  return index === -1 ? groupOrder.length : index;
};

const compareGroups = (a: string, b: string): number => groupIndex(a) - groupIndex(b) || (a < b ? -1 : a > b ? 1 : 0);

/** The map under a key, made where it is missing. */
function inside<Inner>(outer: Map<string, Map<string, Inner>>, key: string): Map<string, Inner> {
  const known = outer.get(key);
  if (known !== undefined) return known;
  const made = new Map<string, Inner>();
  outer.set(key, made);
  return made;
}

/** An immutable set of resources with the lookups that serving them needs. */
export class ResourceTable {
  /** By group, version and plural: these are looked up for every request, where putting a key together would cost more. */
  private readonly byPlural = new Map<string, Map<string, Map<string, Resource>>>();
  private readonly inPreferredVersion = new Map<string, Map<string, Resource>>();
  private readonly byKind = new Map<string, Resource>();
  /** Groups as discovery lists them, the core group first. */
  readonly groups: readonly ApiGroup[];

  constructor(readonly resources: readonly Resource[]) {
    const versions = new Map<string, Set<string>>();
    for (const resource of resources) {
      inside(inside(this.byPlural, resource.group), resource.version).set(resource.plural, resource);
      this.byKind.set(`${resource.apiVersion} ${resource.kind}`, resource);
      versions.set(resource.group, (versions.get(resource.group) ?? new Set()).add(resource.version));
    }
    this.groups = [...versions]
      .map(([name, of]) => ({ name, versions: [...of].sort(compareVersions) }))
      .sort((a, b) => compareGroups(a.name, b.name));
    for (const { name, versions } of this.groups) {
      const preferred = inside(this.inPreferredVersion, name);
      for (const version of [...versions].reverse()) {
        for (const [plural, resource] of inside(inside(this.byPlural, name), version)) preferred.set(plural, resource);
      }
    }
  }

  /** The resource of a path: `("apps", "v1", "deployments")`. */
  byResource(group: string, version: string, plural: string): Resource | undefined {
    return this.byPlural.get(group)?.get(version)?.get(plural);
  }

  /** The resource of an object's own words: `("apps/v1", "Deployment")`. */
  byObject(apiVersion: string, kind: string): Resource | undefined {
    return this.byKind.get(`${apiVersion} ${kind}`);
  }

  /** The resource in its group's preferred version: `("apps", "deployments")`. */
  preferred(group: string, plural: string): Resource | undefined {
    return this.inPreferredVersion.get(group)?.get(plural);
  }

  /** All resources of one group and version, by name. */
  of(group: string, version: string): Resource[] {
    return this.resources
      .filter((resource) => resource.group === group && resource.version === version)
      .sort((a, b) => (a.plural < b.plural ? -1 : 1));
  }

  /** Another table that has these too; a resource of the same group, version and name is replaced. */
  with(more: readonly Resource[]): ResourceTable {
    const key = (resource: Resource): string => `${resource.apiVersion} ${resource.plural}`;
    const replaced = new Set(more.map(key));
    return new ResourceTable([...this.resources.filter((resource) => !replaced.has(key(resource))), ...more]);
  }

  /** Another table of only those for which `keep` holds. */
  filter(keep: (resource: Resource) => boolean): ResourceTable {
    return new ResourceTable(this.resources.filter(keep));
  }
}

function readBuiltins(): ResourceTable {
  const rows = readJson(resourcesJson) as Row[];
  const versionsOf = (group: string, plural: string): string[] =>
    rows.filter((row) => row[0] === group && row[2] === plural).map((row) => row[1]);
  return new ResourceTable(
    rows.map(([group, version, plural, kind, namespaced, verbs, type, listType, storageVersionHash, subresources]) => {
      const key = `${group}/${plural}`;
      const storageGroup = storedUnder.get(key) ?? group;
      return {
        group,
        version,
        apiVersion: apiVersionOf(group, version),
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        namespaced: namespaced === 1,
        verbs: verbs.split(" ") as Verb[],
        subresources: subresources.map((sub) => ({
          name: sub[0],
          group: sub[1],
          version: sub[2],
          kind: sub[3],
          verbs: sub[4].split(" ") as Verb[],
          type: sub[5],
        })),
        shortNames: shortNames.get(key) ?? [],
        categories: categoriesOf(key),
        type,
        listType,
        storage: { group: storageGroup, version: versionsOf(storageGroup, plural).sort(compareVersions)[0]!, kind },
        storageVersionHash,
        virtual: verbs === "create" || computed.has(key),
        stability: stabilityOf(version),
      };
    }),
  );
}

let builtins: ResourceTable | undefined;

/** Every resource that Kubernetes 1.33 has code for, alpha and beta versions included; read once, when first asked for. */
export function builtinResources(): ResourceTable {
  builtins ??= readBuiltins();
  return builtins;
}
