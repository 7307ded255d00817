/** A resource as requests name it, with what serving it needs: where it is kept and how its version is shown. */
import type { Expected } from "../../src/api/body.js";
import { builtinResources, type Resource } from "../../src/api/kinds.js";
import { storageKey, storagePrefix } from "../../src/api/paths.js";
import {
  fail,
  type GroupKind,
  type GroupResource,
  genericFailure,
  methodNotAllowed,
  noSuchResource,
  type Result,
  succeed,
} from "../../src/api/status.js";
import type { KubernetesObject, UntypedObject } from "../../src/api/types.js";
import { decodeJson, type Json } from "../../src/wire/json.js";
import { conversionOf } from "./convert.js";
import type { RequestPath } from "./request.js";
import type { Presentation } from "./watch-cache/cache-event.js";
import { plainText, withHeader } from "./watch-cache/stored-text.js";

export interface Served {
  readonly resource: Resource;
  /** Where all of its objects are kept. */
  readonly prefix: string;
  readonly groupResource: GroupResource;
  readonly groupKind: GroupKind;
  readonly storageApiVersion: string;
  readonly presentation: Presentation;
  /** A stored object in the words of this version; absent when it is stored in them. */
  readonly view: ((object: UntypedObject) => UntypedObject) | undefined;
  /** An object of this version as it is stored. */
  store(object: UntypedObject): UntypedObject;
}

function serve(resource: Resource): Served {
  const { group, version, kind, apiVersion, plural, storage } = resource;
  const storageApiVersion = storage.group === "" ? storage.version : `${storage.group}/${storage.version}`;
  const stored = storageApiVersion === apiVersion;
  const conversion = conversionOf(group, version, plural);
  const view = (object: UntypedObject): UntypedObject => ({ ...(conversion?.fromStored(object) ?? object), kind, apiVersion });
  const show = (json: Json<KubernetesObject>): Json<KubernetesObject> => {
    if (stored) return json;
    return conversion === undefined
      ? withHeader(json, kind, apiVersion)
      : plainText(view(decodeJson(json as Json<UntypedObject>)));
  };
  return {
    resource,
    prefix: storagePrefix(resource),
    groupResource: { group, resource: plural },
    groupKind: { group, kind },
    storageApiVersion,
    presentation: { kind, apiVersion, show },
    view: stored ? undefined : view,
    store: (object) => ({ ...(conversion?.toStored(object) ?? object), kind: storage.kind, apiVersion: storageApiVersion }),
  };
}

const served = new Map<Resource, Served>();

export function servedAs(resource: Resource): Served {
  const known = served.get(resource);
  if (known !== undefined) return known;
  const made = serve(resource);
  served.set(resource, made);
  return made;
}

/** The resource that a path names; 404 when there is none. */
export function servedAt(path: Pick<RequestPath, "group" | "version" | "resource">): Result<Served> {
  const resource = builtinResources().byResource(path.group, path.version, path.resource);
  return resource === undefined ? fail(noSuchResource()) : succeed(servedAs(resource));
}

/** Subresources whose reads and writes are of the object itself. Others are acts, or conversations with a node. */
const partsOfObjects = new Set(["status", "scale", "finalize", "approval", "ephemeralcontainers", "resize"]);

/** Refuses a read or change of a subresource that is no part of the object: 501. */
export function partFor(path: RequestPath, verb: string): Result<Served> {
  const served = servedFor(path, verb);
  const { subresource } = path;
  if (!served.ok || subresource === undefined || partsOfObjects.has(subresource)) return served;
  return fail(
    genericFailure(501, "NotImplemented", `${verb} of ${path.resource}/${subresource} is not implemented by this server`),
  );
}

/** The same, if it or its subresource has the verb; 404 for a subresource that does not exist, 405 for a verb. */
export function servedFor(path: RequestPath, verb: string): Result<Served> {
  const found = servedAt(path);
  if (!found.ok) return found;
  const { resource } = found.value;
  const verbs =
    path.subresource === undefined
      ? resource.verbs
      : resource.subresources.find((subresource) => subresource.name === path.subresource)?.verbs;
  if (verbs === undefined) return fail(noSuchResource());
  const scoped = path.namespace === undefined || path.namespace === "" || resource.namespaced;
  if (!scoped) return fail(noSuchResource());
  return (verbs as readonly string[]).includes(verb) ? found : fail(methodNotAllowed());
}

/** The kind of body that a path takes: that of its subresource where it has one. */
export function expectedAt({ resource }: Served, path: RequestPath): Expected {
  return resource.subresources.find(({ name }) => name === path.subresource) ?? resource;
}

/** Events live for an hour after their last write; everything else until it is deleted. */
const eventTtlSeconds = 3_600;

export const lifetimeOf = ({ resource }: Served): { readonly ttlSeconds?: number } =>
  resource.kind === "Event" ? { ttlSeconds: eventTtlSeconds } : {};

export const keyOf = (of: Served, path: Pick<RequestPath, "namespace" | "name">): string =>
  storageKey(of.resource, path.namespace ?? "", path.name ?? "");
