import { decodedLength } from "../base64.js";
import { at, child, type FieldError, forbiddenField, invalidValue, required, tooLong } from "../field-errors.js";
import type { ConfigMap, Secret } from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { byteLength, configMapKey } from "../names.js";
import { followsRule, immutable } from "./common.js";

/** ConfigMaps and Secrets. Source: "ConfigMaps" and "Secrets" of the Kubernetes documentation. */
const maxBytes = 1024 * 1024;

// An object as a whole is "[]" in field errors: that is how Go prints the empty path.

type Strings = { [key: string]: string } | undefined;

const keyErrors = (data: Strings, path: string): FieldError[] =>
  Object.keys(data ?? {}).flatMap((key) => followsRule(configMapKey, key, at(path, key)));

const total = (data: Strings, size: (value: string) => number): number =>
  Object.keys(data ?? {}).reduce((sum, key) => sum + size(data![key]!), 0);

export const configMapErrors = (configMap: ConfigMap): FieldError[] => {
  const errors = keyErrors(configMap.data, "data");
  for (const key of Object.keys(configMap.data ?? {})) {
    if (configMap.binaryData !== undefined && Object.hasOwn(configMap.binaryData, key)) {
      errors.push(invalidValue(at("data", key), key, "duplicate of key present in binaryData"));
    }
  }
  errors.push(...keyErrors(configMap.binaryData, "binaryData"));
  if (total(configMap.data, byteLength) + total(configMap.binaryData, decodedLength) > maxBytes)
    errors.push(tooLong("[]", maxBytes));
  return errors;
};

const frozen = "field is immutable when `immutable` is set";

export const configMapUpdateErrors = (configMap: ConfigMap, old: ConfigMap): FieldError[] => [
  ...frozenErrors(configMap.immutable, old.immutable, [
    ["data", configMap.data, old.data],
    ["binaryData", configMap.binaryData, old.binaryData],
  ]),
  ...configMapErrors(configMap),
];

const frozenErrors = (
  now: boolean | undefined,
  before: boolean | undefined,
  fields: ReadonlyArray<readonly [string, Strings, Strings]>,
): FieldError[] => {
  if (before !== true) return [];
  const errors = now === true ? [] : [forbiddenField("immutable", frozen)];
  for (const [field, value, old] of fields) if (!semanticEqual(value, old)) errors.push(forbiddenField(field, frozen));
  return errors;
};

const accountAnnotation = "kubernetes.io/service-account.name";

/** The keys that a Secret's type promises; where there are several lists, any one of them is enough. */
const requiredKeys = new Map<string, ReadonlyArray<readonly string[]>>([
  ["kubernetes.io/dockercfg", [[".dockercfg"]]],
  ["kubernetes.io/dockerconfigjson", [[".dockerconfigjson"]]],
  ["kubernetes.io/basic-auth", [["username"], ["password"]]],
  ["kubernetes.io/ssh-auth", [["ssh-privatekey"]]],
  ["kubernetes.io/tls", [["tls.crt", "tls.key"]]],
]);

export const secretErrors = (secret: Secret): FieldError[] => {
  const errors = keyErrors(secret.data, "data");
  if (total(secret.data, decodedLength) > maxBytes) errors.push(tooLong("data", maxBytes));
  if (secret.type === "kubernetes.io/service-account-token" && !secret.metadata.annotations?.[accountAnnotation]) {
    errors.push(required(at(child("metadata", "annotations"), accountAnnotation)));
  }
  const has = (key: string): boolean => secret.data !== undefined && Object.hasOwn(secret.data, key);
  const choices = requiredKeys.get(secret.type ?? "") ?? [];
  if (choices.length > 0 && !choices.some((keys) => keys.every(has))) {
    errors.push(...choices.flatMap((keys) => keys.filter((key) => !has(key)).map((key) => required(at("data", key)))));
  }
  return errors;
};

export const secretUpdateErrors = (secret: Secret, old: Secret): FieldError[] => [
  ...immutable(secret.type, old.type, "type"),
  ...frozenErrors(secret.immutable, old.immutable, [["data", secret.data, old.data]]),
  ...secretErrors(secret),
];
