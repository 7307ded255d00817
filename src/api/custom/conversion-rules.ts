/** What a definition may say of the conversion between its versions. */
import { at, child, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type { CustomResourceConversion } from "../generated/types.js";
import { dns1035Label } from "../names.js";
import { requiredOneOf } from "../validation/common.js";

const reviewVersions = ["v1", "v1beta1"];

export function conversionErrors(conversion: CustomResourceConversion | undefined, path: string): FieldError[] {
  if (conversion === undefined) return [];
  const { strategy, webhook } = conversion;
  const errors = requiredOneOf(strategy, ["None", "Webhook"], child(path, "strategy"));
  const configPath = child(path, "webhookClientConfig");
  const versionsPath = child(path, "conversionReviewVersions");
  if (strategy !== "Webhook") {
    const why = "should not be set when strategy is not set to Webhook";
    if (webhook?.clientConfig !== undefined) errors.push(forbiddenField(configPath, why));
    if ((webhook?.conversionReviewVersions ?? []).length > 0) errors.push(forbiddenField(versionsPath, why));
    return errors;
  }
  const config = webhook?.clientConfig;
  if (config === undefined) errors.push(required(configPath, "required when strategy is set to Webhook"));
  else if ((config.url === undefined) === (config.service === undefined))
    errors.push(required(configPath, "exactly one of url or service is required"));
  else if (config.url !== undefined) errors.push(...urlErrors(config.url, child(configPath, "url")));
  else errors.push(...serviceErrors(config.service!, child(configPath, "service")));
  return [...errors, ...reviewVersionErrors(webhook?.conversionReviewVersions ?? [], versionsPath)];
}

const urlForm = "; desired format: https://host[/path]";

function urlErrors(url: string, path: string): FieldError[] {
  const parts = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(?:([^/@?#]*)@)?([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/.exec(url);
  const [, scheme = "", user, host = "", , query, fragment] = parts ?? [];
  const errors: FieldError[] = [];
  const refuse = (value: string, why: string): void => {
    errors.push(invalidValue(path, value, `${why}${urlForm}`));
  };
  if (scheme !== "https") refuse(scheme, "'https' is the only allowed URL scheme");
  if (host === "") refuse(host, "host must be specified");
  if (user !== undefined) refuse(user, "user information is not permitted in the URL");
  if (fragment !== undefined) refuse(fragment.slice(1), "fragments are not permitted in the URL");
  if (query !== undefined) refuse(query.slice(1), "query parameters are not permitted in the URL");
  return errors;
}

interface ServiceOf {
  readonly name?: string;
  readonly namespace?: string;
  readonly path?: string;
  readonly port?: number;
}

function serviceErrors({ name, namespace, path: urlPath, port }: ServiceOf, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(required(child(path, "name"), "service name is required"));
  if (!namespace) errors.push(required(child(path, "namespace"), "service namespace is required"));
  if (port !== undefined && (port < 1 || port > 65535))
    errors.push(invalidValue(child(path, "port"), port, "port is not valid: must be between 1 and 65535, inclusive"));
  if (urlPath !== undefined && urlPath !== "" && urlPath !== "/" && !urlPath.startsWith("/"))
    errors.push(invalidValue(child(path, "path"), urlPath, "must start with a '/'"));
  return errors;
}

function reviewVersionErrors(versions: readonly string[], path: string): FieldError[] {
  if (versions.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  for (const [index, version] of versions.entries()) {
    if (versions.indexOf(version) !== index) errors.push(invalidValue(at(path, index), version, "duplicate version"));
    else errors.push(...dns1035Label(version).map((why) => invalidValue(at(path, index), version, why)));
  }
  if (!versions.some((version) => reviewVersions.includes(version)))
    errors.push(invalidValue(path, versions, `must include at least one of ${reviewVersions.join(", ")}`));
  return errors;
}
