import { byText, type Schema, type Swagger } from "./swagger.js";

/** Which group gives its type the short name when several have one of that name and the versions are equally stable. */
const groupOrder = ["core", "meta", "apps", "batch", "autoscaling", "networking", "rbac", "policy", "storage", "authentication"];

interface Place {
  readonly group: string;
  readonly version: string;
  readonly last: string;
}

/** `io.k8s.api.apps.v1.Deployment` → apps, v1, Deployment. */
export function placeOf(fullName: string): Place {
  const parts = fullName.split(".");
  return { last: parts.at(-1)!, version: parts.at(-2)!, group: parts.at(-3)! };
}

/** Larger is more stable and newer: v2 > v1 > v1beta2 > v1beta1 > v1alpha1. */
export function versionRank(version: string): number {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return 0;
  const stability = match[2] === undefined ? 3 : match[2] === "beta" ? 2 : 1;
  return stability * 1_000_000 + Number(match[1]) * 1_000 + Number(match[3] ?? 0);
}

const isKind = (schema: Schema): boolean => schema["x-kubernetes-group-version-kind"] !== undefined;

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * A TypeScript name for every definition: its last segment where that is unique, is a kind and the others are not,
 * or is the newest and most stable version; the others carry group and version (`EventsV1Event`).
 */
export function typeNames(swagger: Swagger): Map<string, string> {
  const sharing = new Map<string, string[]>();
  for (const name of Object.keys(swagger.definitions).sort(byText)) {
    const { last } = placeOf(name);
    sharing.set(last, [...(sharing.get(last) ?? []), name]);
  }
  const groupRank = (name: string): number => {
    const index = groupOrder.indexOf(placeOf(name).group);
    return index === -1 ? groupOrder.length : index;
  };
  // The schema type named JSON would hide the language's own where it is imported.
  const names = new Map<string, string>();
  for (const [last, all] of sharing) {
    const [first, ...others] = all.sort(
      (a, b) =>
        Number(isKind(swagger.definitions[b]!)) - Number(isKind(swagger.definitions[a]!)) ||
        Number(versionRank(placeOf(b).version) >= 3_000_000) - Number(versionRank(placeOf(a).version) >= 3_000_000) ||
        groupRank(a) - groupRank(b) ||
        versionRank(placeOf(b).version) - versionRank(placeOf(a).version) ||
        byText(a, b),
    );
    names.set(first!, last === "JSON" ? "JSONValue" : last);
    for (const name of others) {
      const { group, version } = placeOf(name);
      names.set(name, `${capitalised(group)}${capitalised(version)}${last}`);
    }
  }
  return names;
}
