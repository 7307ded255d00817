/** Configurations of admission webhooks, and where a webhook is reached. */
import { at, child, duplicate, type FieldError, invalidValue, notSupported, required } from "../field-errors.js";
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ServiceReference,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
  WebhookClientConfig,
} from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { dns1035Label, dns1123Subdomain, portNumber } from "../names.js";
import { labelSelectorErrors } from "../selectors.js";
import { oneOf } from "./common.js";
import { matchConditionErrors, ruleErrors } from "./match-rules.js";

type Webhook = MutatingWebhook | ValidatingWebhook;
type Configuration = MutatingWebhookConfiguration | ValidatingWebhookConfiguration;

/** What an update may keep though it would not be let in anew. */
interface Leniency {
  readonly effects: boolean;
  readonly versions: boolean;
  readonly names: boolean;
  /** The match conditions are what they were: they are not looked at again. */
  readonly conditions: boolean;
}

const strict: Leniency = { effects: false, versions: false, names: false, conditions: false };

const reviewVersions = ["v1", "v1beta1"];
const effectFree = ["None", "NoneOnDryRun"];
const anyEffects = ["None", "NoneOnDryRun", "Some", "Unknown"];
export const failurePolicies = ["Fail", "Ignore"];
export const matchPolicies = ["Equivalent", "Exact"];
export const reinvocationPolicies = ["IfNeeded", "Never"];
const timeoutSecondsMost = 30;

const ifGiven = (value: string | undefined, values: readonly string[], path: string): FieldError[] =>
  value === undefined ? [] : oneOf(value, values, path);

export const webhookConfigurationErrors = (configuration: Configuration): FieldError[] =>
  configurationErrors(configuration, strict);

export const webhookConfigurationUpdateErrors = (configuration: Configuration, old: Configuration): FieldError[] => {
  const before: readonly Webhook[] = old.webhooks ?? [];
  const now: readonly Webhook[] = configuration.webhooks ?? [];
  return configurationErrors(configuration, {
    effects: before.some(({ sideEffects }) => !effectFree.includes(sideEffects)),
    versions: before.some(({ admissionReviewVersions: versions = [] }) => versions.length > 0 && !hasKnownVersion(versions)),
    names: new Set(before.map(({ name }) => name)).size < before.length,
    conditions:
      before.length === now.length &&
      before.every(({ matchConditions = [] }, index) => semanticEqual(matchConditions, now[index]!.matchConditions ?? [])),
  });
};

const hasKnownVersion = (versions: readonly string[]): boolean => versions.some((version) => reviewVersions.includes(version));

const configurationErrors = ({ webhooks = [] }: Configuration, lenient: Leniency): FieldError[] =>
  (webhooks as readonly Webhook[]).flatMap((webhook, index) => {
    const path = at("webhooks", index);
    const seen = webhook.name !== "" && (webhooks as readonly Webhook[]).findIndex(({ name }) => name === webhook.name) < index;
    return [
      ...webhookErrors(webhook, path, lenient),
      ...versionErrors(webhook.admissionReviewVersions ?? [], child(path, "admissionReviewVersions"), lenient),
      ...(seen && !lenient.names ? [duplicate(child(path, "name"), webhook.name)] : []),
    ];
  });

const webhookErrors = (webhook: Webhook, path: string, lenient: Leniency): FieldError[] => {
  const of = (name: string): string => child(path, name);
  const { timeoutSeconds, sideEffects } = webhook;
  const effects = lenient.effects ? anyEffects : effectFree;
  return [
    ...qualifiedNameErrors(webhook.name ?? "", of("name")),
    ...(webhook.rules ?? []).flatMap((rule, index) => ruleErrors(rule, at(of("rules"), index))),
    ...ifGiven(webhook.failurePolicy, failurePolicies, of("failurePolicy")),
    ...ifGiven(webhook.matchPolicy, matchPolicies, of("matchPolicy")),
    ...(sideEffects === undefined
      ? [required(of("sideEffects"), `must specify one of ${effects.join(", ")}`)]
      : effects.includes(sideEffects)
        ? []
        : [notSupported(of("sideEffects"), sideEffects, effects)]),
    ...(timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > timeoutSecondsMost)
      ? [invalidValue(of("timeoutSeconds"), timeoutSeconds, "the timeout value must be between 1 and 30 seconds")]
      : []),
    ...labelSelectorErrors(webhook.namespaceSelector, of("namespaceSelector")),
    ...labelSelectorErrors(webhook.objectSelector, of("objectSelector")),
    ...("reinvocationPolicy" in webhook
      ? ifGiven(webhook.reinvocationPolicy, reinvocationPolicies, of("reinvocationPolicy"))
      : []),
    ...webhookClientErrors(webhook.clientConfig ?? {}, of("clientConfig")),
    ...(lenient.conditions ? [] : matchConditionErrors(webhook.matchConditions ?? [], of("matchConditions"), false)),
  ];
};

/** A domain name of three parts: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
const qualifiedNameErrors = (name: string, path: string): FieldError[] => {
  if (name === "") return [required(path)];
  const faults = dns1123Subdomain(name);
  if (faults.length > 0) return [invalidValue(path, name, faults.join(","))];
  return name.split(".").length < 3
    ? [invalidValue(path, name, "should be a domain with at least three segments separated by dots")]
    : [];
};

const versionErrors = (versions: readonly string[], path: string, lenient: Leniency): FieldError[] => {
  if (versions.length === 0) return [required(path, `must specify one of ${reviewVersions.join(", ")}`)];
  const errors = versions.flatMap((version, index) =>
    versions.indexOf(version) < index
      ? [invalidValue(at(path, index), version, "duplicate version")]
      : dns1035Label(version).map((message) => invalidValue(at(path, index), version, message)),
  );
  if (lenient.versions || hasKnownVersion(versions)) return errors;
  return [...errors, invalidValue(path, versions, `must include at least one of ${reviewVersions.join(", ")}`)];
};

const webhookClientErrors = ({ url, service }: WebhookClientConfig, path: string): FieldError[] => {
  if ((url === undefined) === (service === undefined)) return [required(path, "exactly one of url or service is required")];
  return url === undefined ? serviceErrors(service!, child(path, "service")) : urlErrors(url, child(path, "url"));
};

const form = "; desired format: https://host[/path]";

const urlErrors = (text: string, path: string): FieldError[] => {
  const parts = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:([^@/?#]*)@)?([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/.exec(text);
  if (parts === null || /[\s]/.test(text))
    return [required(path, `url must be a valid URL: parse ${JSON.stringify(text)}${form}`)];
  const [, scheme = "", user, host = "", query = "", fragment = ""] = parts;
  return [
    ...(scheme === "https" ? [] : [invalidValue(path, scheme, `'https' is the only allowed URL scheme${form}`)]),
    ...(host === "" ? [invalidValue(path, host, `host must be specified${form}`)] : []),
    ...(user === undefined ? [] : [invalidValue(path, user, "user information is not permitted in the URL")]),
    ...(fragment === "" ? [] : [invalidValue(path, fragment, "fragments are not permitted in the URL")]),
    ...(query === "" ? [] : [invalidValue(path, query, "query parameters are not permitted in the URL")]),
  ];
};

const serviceErrors = ({ name, namespace, path: urlPath, port = 443 }: ServiceReference, path: string): FieldError[] => {
  const faults = portNumber(port);
  return [
    ...(name ? [] : [required(child(path, "name"), "service name is required")]),
    ...(namespace ? [] : [required(child(path, "namespace"), "service namespace is required")]),
    ...(faults.length === 0 ? [] : [invalidValue(child(path, "port"), port, `port is not valid: ${faults.join(", ")}`)]),
    ...servicePathErrors(urlPath ?? "", child(path, "path")),
  ];
};

const servicePathErrors = (urlPath: string, path: string): FieldError[] => {
  if (urlPath === "" || urlPath === "/") return [];
  if (urlPath === "//") return [invalidValue(path, urlPath, "segment[0] may not be empty")];
  const absolute = urlPath.startsWith("/") ? [] : [invalidValue(path, urlPath, "must start with a '/'")];
  const segments = urlPath.slice(1).replace(/\/$/, "").split("/");
  const wrong = segments.flatMap((segment, index) =>
    segment === ""
      ? [invalidValue(path, urlPath, `segment[${index}] may not be empty`)]
      : dns1123Subdomain(segment).map((message) => invalidValue(path, urlPath, `segment[${index}]: ${message}`)),
  );
  return [...absolute, ...wrong];
};
