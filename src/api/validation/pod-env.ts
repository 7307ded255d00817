import { at, child, type FieldError, invalidValue, notSupported, required } from "../field-errors.js";
import type { EnvFromSource, EnvVar, ObjectFieldSelector, ResourceFieldSelector } from "../generated/types.js";
import { configMapKey, dns1123Subdomain, envVarName, labelValue, maskTrailingDash, qualifiedName } from "../names.js";
import { canonicalQuantity, quantityOf } from "../quantity.js";
import { followsRule } from "./common.js";

/** A container's environment, and the fields of a pod that it or a volume may show. */

const envFieldPaths = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
] as const;

const volumeFieldPaths = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
] as const;

const environmentOnly = envFieldPaths.filter((path) => path !== "metadata.annotations" && path !== "metadata.labels");

const resourceNames = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
] as const;

/** `metadata.labels['app']` names one label. */
const subscript = /^(metadata\.(?:labels|annotations))\['(.*)'\]$/;

const subscriptErrors = (base: string, key: string, path: string): FieldError[] =>
  base === "metadata.annotations" ? followsRule(qualifiedName, key.toLowerCase(), path) : followsRule(qualifiedName, key, path);

const fieldRefErrors = (ref: ObjectFieldSelector, path: string, supported: readonly string[]): FieldError[] => {
  if (!ref.apiVersion) return [required(child(path, "apiVersion"))];
  if (!ref.fieldPath) return [required(child(path, "fieldPath"))];
  const one = subscript.exec(ref.fieldPath);
  if (one !== null) return subscriptErrors(one[1]!, one[2]!, path);
  if (supported.includes(ref.fieldPath)) return [];
  const known = envFieldPaths.includes(ref.fieldPath as (typeof envFieldPaths)[number]);
  if (known) return [notSupported(child(path, "fieldPath"), ref.fieldPath, supported)];
  return [
    invalidValue(
      child(path, "fieldPath"),
      ref.fieldPath,
      `error converting fieldPath: field label not supported: ${ref.fieldPath}`,
    ),
  ];
};

const isHugePages = (resource: string): boolean => /^(limits|requests)\.hugepages-/.test(resource);

const resourceRefErrors = (ref: ResourceFieldSelector, path: string, containerNeeded: boolean): FieldError[] => {
  const errors: FieldError[] = [];
  if (containerNeeded && !ref.containerName) errors.push(required(child(path, "containerName")));
  else if (!ref.resource) errors.push(required(child(path, "resource")));
  else if (!isHugePages(ref.resource) && !resourceNames.includes(ref.resource as (typeof resourceNames)[number]))
    errors.push(notSupported(child(path, "resource"), ref.resource, resourceNames));
  return [...errors, ...divisorErrors(ref, child(path, "divisor"))];
};

const byteDivisors = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

/** The unit in which an amount is shown. */
const divisorErrors = ({ divisor, resource }: ResourceFieldSelector, path: string): FieldError[] => {
  if (divisor === undefined || quantityOf(divisor).nano === 0n) return [];
  const unit = canonicalQuantity(divisor);
  const [, of = ""] = (resource ?? "").split(".", 2);
  if (of === "cpu") {
    if (unit === "1" || unit === "1m") return [];
    return [invalidValue(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource")];
  }
  const told = { memory: "memory", "ephemeral-storage": "local ephemeral storage" }[of];
  const kind = told ?? (isHugePages(resource) ? "hugepages" : undefined);
  if (kind === undefined || byteDivisors.includes(unit)) return [];
  const detail = `only divisor's values ${byteDivisors.join(", ")} are supported with the ${kind} resource`;
  return [invalidValue(path, resource, detail)];
};

/** A reference of a downward API volume's file. */
export const downwardRefErrors = (
  item: { fieldRef?: ObjectFieldSelector; resourceFieldRef?: ResourceFieldSelector },
  path: string,
): FieldError[] => {
  if (item.fieldRef !== undefined) {
    const errors = fieldRefErrors(item.fieldRef, child(path, "fieldRef"), volumeFieldPaths);
    if (item.resourceFieldRef !== undefined) {
      errors.push(invalidValue(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
    }
    return errors;
  }
  if (item.resourceFieldRef !== undefined) return resourceRefErrors(item.resourceFieldRef, child(path, "resourceFieldRef"), true);
  return [required(path, "one of fieldRef and resourceFieldRef is required")];
};

const keyRefErrors = (ref: { name?: string; key: string }, path: string): FieldError[] => [
  ...followsRule(dns1123Subdomain, ref.name, child(path, "name")),
  ...(ref.key ? followsRule(configMapKey, ref.key, child(path, "key")) : [required(child(path, "key"))]),
];

const valueFromErrors = (variable: EnvVar, path: string): FieldError[] => {
  const source = variable.valueFrom;
  if (source === undefined) return [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source;
  const errors: FieldError[] = [];
  if (fieldRef !== undefined) errors.push(...fieldRefErrors(fieldRef, child(path, "fieldRef"), environmentOnly));
  if (resourceFieldRef !== undefined) errors.push(...resourceRefErrors(resourceFieldRef, child(path, "resourceFieldRef"), false));
  if (configMapKeyRef !== undefined) errors.push(...keyRefErrors(configMapKeyRef, child(path, "configMapKeyRef")));
  if (secretKeyRef !== undefined) errors.push(...keyRefErrors(secretKeyRef, child(path, "secretKeyRef")));
  const given = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef].filter((ref) => ref !== undefined).length;
  if (given === 0) {
    errors.push(
      invalidValue(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"),
    );
  }
  if (variable.value) {
    if (given > 0) errors.push(invalidValue(path, "", "may not be specified when `value` is not empty"));
  } else if (given > 1) {
    errors.push(invalidValue(path, "", "may not have more than one field specified at a time"));
  }
  return errors;
};

export const envErrors = (env: readonly EnvVar[] | undefined, path: string): FieldError[] =>
  (env ?? []).flatMap((variable, index) => {
    const itemPath = at(path, index);
    const named = variable.name
      ? followsRule(envVarName, variable.name, child(itemPath, "name"))
      : [required(child(itemPath, "name"))];
    return [...named, ...valueFromErrors(variable, child(itemPath, "valueFrom"))];
  });

export const envFromErrors = (sources: readonly EnvFromSource[] | undefined, path: string): FieldError[] =>
  (sources ?? []).flatMap((source, index) => {
    const itemPath = at(path, index);
    const errors = source.prefix ? followsRule(envVarName, source.prefix, child(itemPath, "prefix")) : [];
    const refs = (["configMapRef", "secretRef"] as const).filter((ref) => source[ref] !== undefined);
    for (const ref of refs) {
      const name = source[ref]?.name;
      const namePath = child(child(itemPath, ref), "name");
      if (!name) errors.push(required(namePath));
      else errors.push(...dns1123Subdomain(maskTrailingDash(name)).map((message) => invalidValue(namePath, name, message)));
    }
    if (refs.length === 0) errors.push(invalidValue(path, "", "must specify one of: `configMapRef` or `secretRef`"));
    if (refs.length > 1) errors.push(invalidValue(path, "", "may not have more than one field specified at a time"));
    return errors;
  });

/** The labels a node must have. */
export const nodeSelectorErrors = (selector: { [key: string]: string } | undefined, path: string): FieldError[] =>
  Object.keys(selector ?? {}).flatMap((key) => [
    ...followsRule(qualifiedName, key, path),
    ...followsRule(labelValue, selector![key]!, path),
  ]);
