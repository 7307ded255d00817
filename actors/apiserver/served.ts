/** A resource as requests name it, with what serving it needs: where it is kept and how its version is shown. */
import type { Expected } from "../../src/api/body.js";
import { type Converter, showCustom, storeCustom } from "../../src/api/custom/object.js";
import type { CustomVersion } from "../../src/api/custom/version.js";
import { deepCopy } from "../../src/api/json-value.js";
import { apiVersionOf, type Resource } from "../../src/api/kinds.js";
import { storageKey, storagePrefix } from "../../src/api/paths.js";
import type { GroupKind, GroupResource } from "../../src/api/status.js";
import type { KubernetesObject, UntypedObject } from "../../src/api/types.js";
import { decodeJson, type Json } from "../../src/wire/json.js";
import type { Conversions } from "./conversion/conversions.js";
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
  /** Some objects must be converted by a webhook before they can be shown: see conversion/. */
  readonly isConverted: boolean;
  /** A stored object in the words of this version; absent when it is stored in them. */
  readonly view: ((object: UntypedObject) => UntypedObject) | undefined;
  /** An object of this version as it is stored. */
  store(object: UntypedObject): UntypedObject;
}

/** What serving a resource needs, worked out once for each table that has it. */
export function serve(resource: Resource, conversions: Conversions): Served {
  const { group, kind, apiVersion, plural, storage } = resource;
  const storageApiVersion = apiVersionOf(storage.group, storage.version);
  const words =
    resource.custom === undefined
      ? builtinWords(resource, storageApiVersion)
      : customWords(resource, resource.custom, conversions);
  const { view, store } = words;
  const show = (json: Json<KubernetesObject>): Json<KubernetesObject> =>
    view === undefined ? json : plainText(view(decodeJson(json as Json<UntypedObject>)));
  return {
    resource,
    prefix: storagePrefix(resource),
    groupResource: { group, resource: plural },
    groupKind: { group, kind },
    storageApiVersion,
    presentation: { kind, apiVersion, show: words.show ?? show },
    isConverted: view !== undefined && isConvertedByWebhook(resource.custom),
    view,
    store,
  };
}

const isConvertedByWebhook = (custom: CustomVersion | undefined): boolean => custom?.conversion.strategy === "Webhook";

interface Words extends Pick<Served, "view" | "store"> {
  /** A quicker way to show what `view` would. */
  readonly show?: Served["presentation"]["show"];
}

function builtinWords({ group, version, kind, apiVersion, plural, storage }: Resource, storageApiVersion: string): Words {
  const conversion = conversionOf(group, version, plural);
  const store = (object: UntypedObject): UntypedObject => ({
    ...(conversion?.toStored(object) ?? object),
    kind: storage.kind,
    apiVersion: storageApiVersion,
  });
  if (storageApiVersion === apiVersion) return { view: undefined, store };
  const view = (object: UntypedObject): UntypedObject => ({ ...(conversion?.fromStored(object) ?? object), kind, apiVersion });
  return conversion === undefined ? { view, store, show: (json) => withHeader(json, kind, apiVersion) } : { view, store };
}

/** Objects stored before their definition said what it says now are shown as it says now. */
function customWords(resource: Resource, custom: CustomVersion, conversions: Conversions): Words {
  const { apiVersion, storage } = resource;
  const storageApiVersion = apiVersionOf(storage.group, storage.version);
  const convert: Converter = isConvertedByWebhook(custom)
    ? (object, to) => conversions.convert(resource, object, to)
    : (object, to) => ({ ...object, apiVersion: to });
  const view = (object: UntypedObject): UntypedObject => showCustom(deepCopy(object), custom, apiVersion, convert);
  const store = (object: UntypedObject): UntypedObject => {
    const stored = storeCustom(deepCopy(object), custom, storageApiVersion, convert);
    if (isConvertedByWebhook(custom)) {
      // What is stored will be shown: that it can be is found out before. And watches select it, which do not wait for a webhook.
      view(stored);
      for (const selectable of custom.selectableIn) convert(stored, selectable);
    }
    return stored;
  };
  return { view: custom.isPristine && storageApiVersion === apiVersion ? undefined : view, store };
}

/** The kind of body that a path takes: that of its subresource where it has one. */
export function expectedAt({ resource }: Served, path: RequestPath): Expected {
  const part = resource.subresources.find(({ name }) => name === path.subresource);
  return part === undefined || part.kind === resource.kind ? resource : part;
}

/** Events live for an hour after their last write; everything else until it is deleted. */
const eventTtlSeconds = 3_600;

export const lifetimeOf = ({ resource }: Served): { readonly ttlSeconds?: number } =>
  resource.kind === "Event" ? { ttlSeconds: eventTtlSeconds } : {};

export const keyOf = (of: Served, path: Pick<RequestPath, "namespace" | "name">): string =>
  storageKey(of.resource, path.namespace ?? "", path.name ?? "");
