/** A resource as requests name it, with what serving it needs: where it is kept and how its version is shown. */
import type { Expected } from "../../src/api/body.js";
import type { Resource } from "../../src/api/kinds.js";
import { storageKey, storagePrefix } from "../../src/api/paths.js";
import type { GroupKind, GroupResource } from "../../src/api/status.js";
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

/** What serving a resource needs, worked out once for each table that has it. */
export function serve(resource: Resource): Served {
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
