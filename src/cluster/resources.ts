/** Finds the resource that a user or an object names: built-in ones are known, custom ones are asked of the API server. */
import { setTimeout as delay } from "node:timers/promises";
import { resourcesOf } from "../api/custom/version.js";
import { apiVersionOf, builtinResources, type Resource } from "../api/kinds.js";
import type { CustomResourceDefinition, UntypedObject } from "../api/types.js";
import type { ApiClient } from "./api-client.js";
import { ClusterError } from "./options.js";

/** What a client needs to know of a resource. */
export type ServedResource = Pick<
  Resource,
  "group" | "version" | "apiVersion" | "kind" | "plural" | "singular" | "shortNames" | "namespaced"
>;

/** A definition that was just applied is served a moment later. */
const patienceMs = 1_000;
const retryMs = 20;

/** The resource that serves an object, if it is a built-in one. */
const builtinOf = (object: { readonly apiVersion?: string; readonly kind?: string }): Resource | undefined =>
  builtinResources().byObject(object.apiVersion ?? "", object.kind ?? "");

export const isBuiltin = (resource: ServedResource): boolean => builtinOf(resource) !== undefined;

const noMatch = (object: { readonly apiVersion?: string; readonly kind?: string }): ClusterError =>
  new ClusterError(`no matches for kind "${object.kind}" in version "${object.apiVersion}": is the apiVersion right?`);

/** The resource that serves an object; `definitions` are those that a simulation was given. */
export function resourceOf(
  object: { readonly apiVersion?: string; readonly kind?: string },
  definitions: readonly CustomResourceDefinition[] = [],
): Resource {
  const builtin = builtinOf(object);
  if (builtin !== undefined) return builtin;
  const custom = definitions.flatMap((definition) => resourcesOf(asEstablished(definition)).served);
  const found = custom.find(({ apiVersion, kind }) => apiVersion === object.apiVersion && kind === object.kind);
  if (found === undefined) throw noMatch(object);
  return found;
}

const asEstablished = (definition: CustomResourceDefinition): CustomResourceDefinition => ({
  ...definition,
  status: { acceptedNames: definition.spec.names, conditions: [{ type: "Established", status: "True" }] },
});

/** The resource that serves an object, custom or not. */
export async function servedResourceOf(client: ApiClient, object: UntypedObject): Promise<ServedResource> {
  const builtin = builtinOf(object);
  if (builtin !== undefined) return builtin;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = (await discover(client)).find(
      ({ apiVersion, kind }) => apiVersion === object.apiVersion && kind === object.kind,
    );
    if (found !== undefined) return found;
    if (Date.now() >= deadline) throw noMatch(object);
    await delay(retryMs);
  }
}

function named<R extends ServedResource>(resources: readonly R[], name: string): R | undefined {
  const [word = "", ...group] = name.toLowerCase().split(".");
  const wanted = group.join(".");
  return resources.find(
    (each) =>
      (each.plural === word || each.singular === word || each.shortNames.includes(word) || each.kind.toLowerCase() === word) &&
      (wanted === "" || each.group === wanted || `${each.version}.${each.group}` === wanted),
  );
}

/** The resource that a user names: `pod`, `pods`, `po`, `Pod`, `deployment.apps`, `deployments.v1.apps`; undefined for no built-in one. */
function builtinNamed(name: string): Resource | undefined {
  const found = named(builtinResources().resources, name);
  return found === undefined ? undefined : (builtinResources().preferred(found.group, found.plural) ?? found);
}

/** The built-in resource of that name. */
export function resourceNamed(name: string): Resource {
  const found = builtinNamed(name);
  if (found === undefined) throw new ClusterError(`the server doesn't have a resource type "${name}"`);
  return found;
}

/** The resource that a user names, custom or not. */
export async function servedResourceNamed(client: ApiClient, name: string): Promise<ServedResource> {
  const found = builtinNamed(name) ?? named(await discover(client), name);
  if (found === undefined) throw new ClusterError(`the server doesn't have a resource type "${name}"`);
  return found;
}

interface Discovered {
  readonly items: ReadonlyArray<{
    readonly metadata: { readonly name?: string };
    readonly versions: ReadonlyArray<{
      readonly version: string;
      readonly resources?: ReadonlyArray<{
        readonly resource: string;
        readonly scope: string;
        readonly singularResource?: string;
        readonly shortNames?: readonly string[];
        readonly responseKind?: { readonly kind?: string };
      }>;
    }>;
  }>;
}

/** What the API server serves in groups of their own, the preferred version of each first. */
async function discover(client: ApiClient): Promise<ServedResource[]> {
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const { items } = await client.json<Discovered>({ path: "/apis", accept });
  return items.flatMap(({ metadata: { name: group = "" }, versions }) =>
    versions.flatMap(({ version, resources = [] }) =>
      resources.map(({ resource, scope, singularResource = "", shortNames = [], responseKind }) => ({
        group,
        version,
        apiVersion: apiVersionOf(group, version),
        kind: responseKind?.kind ?? "",
        plural: resource,
        singular: singularResource,
        shortNames,
        namespaced: scope === "Namespaced",
      })),
    ),
  );
}
