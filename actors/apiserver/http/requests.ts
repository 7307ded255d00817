/** An HTTP request to a resource as the API server's own request. */
import { managerOfUserAgent } from "../../../src/api/apply/manager-name.js";
import { type Expected, type ParseText, readBody } from "../../../src/api/body.js";
import { isJsonObject } from "../../../src/api/json-value.js";
import { badRequest, fail, type Result, succeed } from "../../../src/api/status.js";
import type { UntypedObject } from "../../../src/api/types.js";
import { parseYaml } from "../../../src/api/yaml-text.js";
import type { DeleteOptions } from "../messages.js";
import type { ApiRequest, ApiUser } from "../request.js";
import { isApply, patchTypeOf, readPatch } from "./patch-body.js";
import { checkDeleteOptions, deleteOptions, listOptions, orphaning, writeOptions } from "./query.js";
import type { ResourceRoute } from "./routing.js";

export interface MadeRequest {
  readonly request: ApiRequest;
  /** What field validation found, for the header Warning. */
  readonly warnings: readonly string[];
}

const made = (request: ApiRequest, warnings: readonly string[] = []): Result<MadeRequest> => succeed({ request, warnings });

export function readRequest({ verb, path }: ResourceRoute, user: ApiUser, query: URLSearchParams): Result<MadeRequest> {
  if (verb !== "list") return made({ verb: "get", path, user, resourceVersion: query.get("resourceVersion") ?? "" });
  const options = listOptions(query);
  return options.ok ? made({ verb, path, user, options: options.value }) : options;
}

/** `parse` reads YAML; a text that was read before is not read again. */
export function writeRequest(
  route: ResourceRoute,
  user: ApiUser,
  query: URLSearchParams,
  bytes: Uint8Array,
  contentType: string,
  userAgent = "",
  parse: ParseText = parseYaml,
): Result<MadeRequest> {
  const { verb, path } = route;
  if (verb === "delete" || verb === "deletecollection") return deleteRequest(route, user, query, bytes, contentType, parse);
  if (verb !== "create" && verb !== "update" && verb !== "patch")
    return fail(badRequest(`a request with a body cannot be a ${verb}`));
  const patchType = verb === "patch" ? patchTypeOf(contentType) : undefined;
  if (patchType?.ok === false) return patchType;
  const options = writeOptions(query, verb, patchType !== undefined && isApply(patchType.value));
  if (!options.ok) return options;
  const fieldManager = options.value.fieldManager ?? managerOfUserAgent(userAgent);
  const { fieldValidation = "Warn" } = options.value;
  const asked = { path, user, fieldManager, options: { ...options.value, fieldValidation } };
  if (patchType !== undefined) {
    const body = readPatch(bytes, patchType.value, fieldValidation, parse);
    if (!body.ok) return body;
    const { warnings, ...patch } = body.value;
    return made({ verb: "patch", ...asked, patchType: patchType.value, ...patch }, warnings);
  }
  if (verb === "patch") return fail(badRequest("a patch needs a type"));
  const body = readBody(bytes, contentType, expectedOf(route), fieldValidation, parse);
  if (!body.ok) return body;
  const object = body.value.object;
  // Whatever is written has metadata, if only an empty one.
  const complete = { ...object, metadata: isJsonObject(object.metadata) ? object.metadata : {} } as UntypedObject;
  return made({ verb, ...asked, body: complete }, body.value.warnings);
}

function deleteRequest(
  { verb, path, resource }: ResourceRoute,
  user: ApiUser,
  query: URLSearchParams,
  bytes: Uint8Array,
  contentType: string,
  parse: ParseText,
): Result<MadeRequest> {
  const fromQuery = deleteOptions(query);
  if (!fromQuery.ok) return fromQuery;
  let options = fromQuery.value;
  if (bytes.length > 0) {
    const { group, version } = resource;
    const expected: Expected = { type: "DeleteOptions", group, version, kind: "DeleteOptions", anyVersion: true };
    const body = readBody(bytes, contentType, expected, "Ignore", parse);
    if (!body.ok) return body;
    const checked = checkDeleteOptions(body.value.object);
    if (!checked.ok) return checked;
    options = { ...options, ...deleteOptionsOf(checked.value) };
  }
  if (verb === "delete") return made({ verb, path, user, options });
  const selection = listOptions(query);
  return selection.ok ? made({ verb: "deletecollection", path, user, options, selection: selection.value }) : selection;
}

function deleteOptionsOf(body: { readonly [field: string]: unknown }): DeleteOptions {
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions, dryRun } = body;
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(typeof orphanDependents === "boolean" ? orphaning(orphanDependents) : {}),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(isJsonObject(preconditions) ? { preconditions } : {}),
    ...(Array.isArray(dryRun) && dryRun.length > 0 ? { dryRun: true } : {}),
  } as DeleteOptions;
}

/** The kind that a path takes: that of its resource, or that of its subresource. */
function expectedOf({ resource, path }: ResourceRoute): Expected {
  const part = resource.subresources.find(({ name }) => name === path.subresource);
  if (part === undefined || part.kind === resource.kind) return resource;
  const { group, version, kind } = part;
  return { group, version, kind, type: kind, ...(kind === "Eviction" ? { olderVersion: "policy/v1beta1" } : {}) };
}
