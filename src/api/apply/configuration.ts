/** What a configuration must be to be applied. The words are those of Kubernetes' API server. */
import { isJsonObject, type JsonObject } from "../json-value.js";
import { type ApiError, badRequest } from "../status.js";
import type { Atom } from "./atom.js";
import { typedErrorText } from "./typed-errors.js";
import { typedErrors } from "./validate.js";

/**
 * Why a configuration cannot be applied to an object of a kind; undefined when it may be tried. 400 for one of another kind or version,
 * with managedFields, or that does not fit its type: there Kubernetes says 500, in the same words, though the mistake is the client's.
 */
export function configurationError(
  of: { readonly apiVersion: string; readonly kind: string; readonly atom: Atom },
  config: JsonObject,
): ApiError | undefined {
  if (config.apiVersion !== of.apiVersion || config.kind !== of.kind)
    return badRequest(`invalid object type: ${kindText(config)}`);
  const metadata = isJsonObject(config.metadata) ? config.metadata : {};
  if (metadata.managedFields !== undefined && metadata.managedFields !== null)
    return badRequest("metadata.managedFields must be nil");
  const errors = typedErrors(of.atom, config);
  if (errors.length === 0) return undefined;
  const { namespace = "", name = "" } = metadata;
  const named = `${String(namespace)}/${String(name)}; ${kindText(config)}`;
  return badRequest(`failed to create typed patch object (${named}): ${typedErrorText(errors)}`);
}

/** `apps/v1, Kind=Deployment`; `/v1, Kind=Pod`. */
function kindText({ apiVersion, kind }: JsonObject): string {
  const version = typeof apiVersion === "string" ? apiVersion : "";
  return `${version.includes("/") ? version : `/${version}`}, Kind=${typeof kind === "string" ? kind : ""}`;
}
