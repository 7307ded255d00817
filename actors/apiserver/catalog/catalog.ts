/**
 * What one API server serves: the table of its resources, and what serving each of them needs. Requests find their way
 * through it, and the documents that describe the API are made from it. Each API server has one of its own, so that two
 * of them in one process may know different things of one cluster, as they do on two machines.
 */
import type { Ids } from "../../../src/actor/ids.js";
import type { Resource, ResourceTable } from "../../../src/api/kinds.js";
import {
  definitionTerminating,
  fail,
  genericFailure,
  methodNotAllowed,
  noSuchResource,
  type Result,
  succeed,
} from "../../../src/api/status.js";
import { ExtensionServices } from "../aggregation/extension-services.js";
import { Conversions } from "../conversion/conversions.js";
import type { RequestPath } from "../request.js";
import { type Served, serve } from "../served.js";
import type { WatchCache } from "../watch-cache/cache.js";
import { CustomResourceSet } from "./custom-resources.js";

/** Subresources whose reads and writes are of the object itself. Others are acts, or conversations with a node. */
const partsOfObjects = new Set(["status", "scale", "finalize", "approval", "ephemeralcontainers", "resize"]);

export class Catalog {
  private readonly served = new WeakMap<Resource, Served>();
  readonly custom: CustomResourceSet;
  /** Versions that webhooks convert. */
  readonly conversions: Conversions;

  /** Versions of groups that others answer. */
  readonly extensions: ExtensionServices;

  constructor(cache: WatchCache, ids: Ids) {
    this.extensions = new ExtensionServices(cache);
    this.custom = new CustomResourceSet(cache);
    this.conversions = new Conversions(ids);
  }

  /** Every resource that is served now. Another table when anything about it has changed: what is made from one may be kept with it. */
  get resources(): ResourceTable {
    return this.custom.table;
  }

  /** A resource with what serving it needs. */
  of(resource: Resource): Served {
    const known = this.served.get(resource);
    if (known !== undefined) return known;
    const made = serve(resource, this.conversions);
    this.served.set(resource, made);
    return made;
  }

  /** The resource that a path names; 404 when there is none. */
  at({ group, version, resource }: Pick<RequestPath, "group" | "version" | "resource">): Result<Served> {
    const found = this.resources.byResource(group, version, resource);
    return found === undefined ? fail(noSuchResource()) : succeed(this.of(found));
  }

  /** The same, if it or its subresource has the verb; 404 for a subresource that does not exist, 405 for a verb. */
  for(path: RequestPath, verb: string): Result<Served> {
    const found = this.at(path);
    if (!found.ok) return found;
    const { resource } = found.value;
    const verbs =
      path.subresource === undefined
        ? resource.verbs
        : resource.subresources.find((subresource) => subresource.name === path.subresource)?.verbs;
    if (verbs === undefined) return fail(noSuchResource());
    const scoped = path.namespace === undefined || path.namespace === "" || resource.namespaced;
    if (!scoped) return fail(noSuchResource());
    if (!(verbs as readonly string[]).includes(verb)) return fail(methodNotAllowed());
    const isNew = verb === "create" && path.subresource === undefined && resource.custom !== undefined;
    if (isNew && this.custom.isTerminating(resource.custom.definition))
      return fail(definitionTerminating(found.value.groupResource));
    return found;
  }

  /** The same, but a read or change of a subresource that is no part of the object is refused: 501. */
  partFor(path: RequestPath, verb: string): Result<Served> {
    const served = this.for(path, verb);
    const { subresource } = path;
    if (!served.ok || subresource === undefined || partsOfObjects.has(subresource)) return served;
    return fail(
      genericFailure(501, "NotImplemented", `${verb} of ${path.resource}/${subresource} is not implemented by this server`),
    );
  }
}
