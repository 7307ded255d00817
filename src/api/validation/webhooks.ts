import { at, child, duplicate, type FieldError, invalidValue, required } from "../field-errors.js";
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ServiceReference,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from "../generated/types.js";
import { dns1035Label, dns1123Subdomain, portNumber } from "../names.js";
import { labelSelectorErrors } from "../selectors/label-selector.js";
import { matchConditionErrors, ruleErrors } from "./admission-rules.js";
import { followsRule, oneOf } from "./common.js";

/** Admission webhooks. Source: "Dynamic Admission Control" of the Kubernetes documentation. */

const reviewVersions = ["v1", "v1beta1"];

const urlErrors = (url: string, path: string): FieldError[] => {
  const form = "desired format: https://host[/path]";
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/.exec(url);
  if (match === null) return [invalidValue(path, url, `url must be a valid URL; ${form}`)];
  const [, scheme = "", authority = "", , query, fragment] = match;
  const errors: FieldError[] = [];
  if (scheme !== "https") errors.push(invalidValue(path, scheme, `'https' is the only allowed URL scheme; ${form}`));
  if (authority.replace(/^.*@/, "") === "") errors.push(invalidValue(path, "", `host must be specified; ${form}`));
  if (authority.includes("@"))
    errors.push(invalidValue(path, authority.slice(0, authority.indexOf("@")), "user information is not permitted in the URL"));
  if ((fragment ?? "").length > 1) errors.push(invalidValue(path, fragment!.slice(1), "fragments are not permitted in the URL"));
  if ((query ?? "").length > 1) errors.push(invalidValue(path, query!.slice(1), "query parameters are not permitted in the URL"));
  return errors;
};

const serviceErrors = ({ name, namespace, path: urlPath, port = 443 }: ServiceReference, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  if (!name) errors.push(required(child(path, "name"), "service name is required"));
  if (!namespace) errors.push(required(child(path, "namespace"), "service namespace is required"));
  errors.push(...portNumber(port).map((message) => invalidValue(child(path, "port"), port, `port is not valid: ${message}`)));
  if (urlPath === undefined || urlPath === "" || urlPath === "/") return errors;
  const pathPath = child(path, "path");
  if (!urlPath.startsWith("/")) return [...errors, invalidValue(pathPath, urlPath, "must start with a '/'")];
  const steps = (urlPath.endsWith("/") ? urlPath.slice(1, -1) : urlPath.slice(1)).split("/");
  for (const [index, step] of steps.entries()) {
    if (step === "") errors.push(invalidValue(pathPath, urlPath, `segment[${index}] may not be empty`));
    else
      errors.push(...dns1123Subdomain(step).map((message) => invalidValue(pathPath, urlPath, `segment[${index}]: ${message}`)));
  }
  return errors;
};

const reviewVersionErrors = (versions: readonly string[] | undefined, path: string): FieldError[] => {
  const accepted = reviewVersions.join(", ");
  if ((versions?.length ?? 0) === 0) return [required(path, `must specify one of ${accepted}`)];
  const errors: FieldError[] = [];
  for (const [index, version] of versions!.entries()) {
    if (versions!.indexOf(version) < index) errors.push(invalidValue(at(path, index), version, "duplicate version"));
    errors.push(...followsRule(dns1035Label, version, at(path, index)));
  }
  if (!versions!.some((version) => reviewVersions.includes(version)))
    errors.push(invalidValue(path, versions, `must include at least one of ${accepted}`));
  return errors;
};

const maxTimeoutSeconds = 30;

const hookErrors = (hook: ValidatingWebhook | MutatingWebhook, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  const namePath = child(path, "name");
  if (!hook.name) errors.push(required(namePath));
  else {
    errors.push(...followsRule(dns1123Subdomain, hook.name, namePath));
    if (hook.name.split(".").length < 3)
      errors.push(invalidValue(namePath, hook.name, "should be a domain with at least three segments separated by dots"));
  }
  errors.push(
    ...labelSelectorErrors(hook.namespaceSelector, child(path, "namespaceSelector")),
    ...labelSelectorErrors(hook.objectSelector, child(path, "objectSelector")),
    ...(hook.rules ?? []).flatMap((rule, index) => ruleErrors(rule, at(child(path, "rules"), index))),
    ...oneOf(hook.failurePolicy, ["Fail", "Ignore"], child(path, "failurePolicy")),
    ...oneOf(hook.matchPolicy, ["Equivalent", "Exact"], child(path, "matchPolicy")),
  );
  if (hook.sideEffects === undefined) errors.push(required(child(path, "sideEffects"), "must specify one of None, NoneOnDryRun"));
  else errors.push(...oneOf(hook.sideEffects, ["None", "NoneOnDryRun"], child(path, "sideEffects")));
  const { timeoutSeconds } = hook;
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > maxTimeoutSeconds)) {
    const why = "the timeout value must be between 1 and 30 seconds";
    errors.push(invalidValue(child(path, "timeoutSeconds"), timeoutSeconds, why));
  }
  const clientPath = child(path, "clientConfig");
  const { url, service } = hook.clientConfig ?? {};
  if ((url === undefined) === (service === undefined))
    errors.push(required(clientPath, "exactly one of url or service is required"));
  else if (url !== undefined) errors.push(...urlErrors(url, child(clientPath, "url")));
  else errors.push(...serviceErrors(service!, child(clientPath, "service")));
  return [
    ...errors,
    ...reviewVersionErrors(hook.admissionReviewVersions, child(path, "admissionReviewVersions")),
    ...matchConditionErrors(hook.matchConditions, child(path, "matchConditions")),
  ];
};

const hooksErrors = (hooks: ReadonlyArray<ValidatingWebhook | MutatingWebhook> | undefined): FieldError[] => {
  const names = new Set<string>();
  return (hooks ?? []).flatMap((hook, index) => {
    const path = at("webhooks", index);
    const errors = hookErrors(hook, path);
    if (names.has(hook.name)) errors.push(duplicate(child(path, "name"), hook.name));
    names.add(hook.name);
    return errors;
  });
};

export const validatingWebhooksErrors = ({ webhooks }: ValidatingWebhookConfiguration): FieldError[] => hooksErrors(webhooks);

export const mutatingWebhooksErrors = ({ webhooks }: MutatingWebhookConfiguration): FieldError[] => [
  ...hooksErrors(webhooks),
  ...(webhooks ?? []).flatMap(({ reinvocationPolicy }, index) =>
    oneOf(reinvocationPolicy, ["IfNeeded", "Never"], child(at("webhooks", index), "reinvocationPolicy")),
  ),
];
