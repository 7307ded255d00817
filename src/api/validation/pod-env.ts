import { at, child, type FieldError, invalidValue, notSupported, required } from "../field-errors.js";
import type { EnvFromSource, EnvVar, ObjectFieldSelector, ResourceFieldSelector } from "../generated/types.js";
import { configMapKey, envVarName, labelValue, qualifiedName } from "../names.js";
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
  base === "metadata.annotations"
    ? qualifiedName(key.toLowerCase()).map((message) => invalidValue(path, key, message))
    : followsRule(qualifiedName, key, path);

const fieldRefErrors = (ref: ObjectFieldSelector, path: string, supported: readonly string[]): FieldError[] => {
  if (!ref.apiVersion) return [required(child(path, "apiVersion"))];
  if (!ref.fieldPath) return [required(child(path, "fieldPath"))];
  const one = subscript.exec(ref.fieldPath);
  if (one !== null) return subscriptErrors(one[1]!, one[2]!, child(path, "fieldPath"));
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

const resourceRefErrors = (ref: ResourceFieldSelector, path: string, containerNeeded: boolean): FieldError[] => {
  if (containerNeeded && !ref.containerName) return [required(child(path, "containerName"))];
  if (!ref.resource) return [required(child(path, "resource"))];
  const hugePages = /^(limits|requests)\.hugepages-/.test(ref.resource);
  const known = hugePages || resourceNames.includes(ref.resource as (typeof resourceNames)[number]);
  return known ? [] : [notSupported(child(path, "resource"), ref.resource, resourceNames)];
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
  ...(ref.name ? [] : [required(child(path, "name"))]),
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
    for (const ref of refs) if (!source[ref]?.name) errors.push(required(child(child(itemPath, ref), "name")));
    if (refs.length === 0) errors.push(invalidValue(itemPath, "", "must specify one of: `configMapRef` or `secretRef`"));
    if (refs.length > 1) errors.push(invalidValue(itemPath, "", "may not have more than one field specified at a time"));
    return errors;
  });

/** The labels a node must have. */
export const nodeSelectorErrors = (selector: { [key: string]: string } | undefined, path: string): FieldError[] =>
  Object.keys(selector ?? {}).flatMap((key) => [
    ...followsRule(qualifiedName, key, path),
    ...followsRule(labelValue, selector![key]!, path),
  ]);
