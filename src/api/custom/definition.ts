/**
 * Faults of CustomResourceDefinitions, in Kubernetes' words and under its paths: what all versions have alike is told of
 * the definition as a whole (`spec.validation`), as Kubernetes' internal form of it has it.
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/custom-resource-definition-v1/
 */
import { at, child, type FieldError, invalidValue, required } from "../field-errors.js";
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
} from "../generated/types.js";
import { deepEqual } from "../json-value.js";
import { dns1035Label, dns1123Subdomain, type NameRule } from "../names.js";
import { immutable, requiredOneOf } from "../validation/common.js";
import { approvalAnnotation, approvalOf } from "./approval.js";
import { caBundleErrors } from "./ca-bundle.js";
import { isEstablished } from "./conditions.js";
import { conversionErrors } from "./conversion-rules.js";
import { definitionSchemaErrors } from "./definition-schema.js";
import { selectableFieldErrors } from "./selectable-fields.js";

export function definitionErrors(definition: CustomResourceDefinition): FieldError[] {
  const { spec, status, metadata } = definition;
  if (spec === undefined) return [required("spec.group"), required("spec.scope"), required("spec.names.plural")];
  const errors: FieldError[] = [];
  if (metadata.name !== `${spec.names?.plural ?? ""}.${spec.group ?? ""}`)
    errors.push(invalidValue("metadata.name", metadata.name ?? "", 'must be spec.names.plural+"."+spec.group'));
  errors.push(...specErrors(spec));
  if (status?.acceptedNames !== undefined) errors.push(...nameErrors(status.acceptedNames, "status.acceptedNames"));
  errors.push(...storedVersionErrors(status?.storedVersions ?? [], spec.versions ?? []), ...approvalErrors(definition));
  if (spec.preserveUnknownFields === true) {
    const why = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
    errors.push(invalidValue("spec.preserveUnknownFields", true, why));
  }
  return errors;
}

export function definitionUpdateErrors(definition: CustomResourceDefinition, old: CustomResourceDefinition): FieldError[] {
  const { spec } = definition;
  const errors = definitionErrors(definition);
  if (spec === undefined || old.spec === undefined) return errors;
  if (isEstablished(old)) {
    errors.push(...immutable(spec.scope, old.spec.scope, "spec.scope"));
    errors.push(...immutable(spec.names?.kind, old.spec.names?.kind, "spec.names.kind"));
    errors.push(...caBundleErrors(definition, old));
  }
  errors.push(...immutable(spec.group, old.spec.group, "spec.group"));
  errors.push(...immutable(spec.names?.plural, old.spec.names?.plural, "spec.names.plural"));
  return errors;
}

/** A write to the status: only the names in it are looked at. */
export const definitionStatusErrors = ({ status }: CustomResourceDefinition): FieldError[] =>
  status?.acceptedNames === undefined ? [] : nameErrors(status.acceptedNames, "status.acceptedNames");

const inOne = (rule: NameRule, value: string, path: string, prefix = ""): FieldError[] => {
  const wrong = rule(value);
  return wrong.length === 0 ? [] : [invalidValue(path, value, `${prefix}${wrong.join(",")}`)];
};

function specErrors(spec: CustomResourceDefinitionSpec): FieldError[] {
  const { group = "", scope, versions = [] } = spec;
  const names = spec.names ?? { plural: "", kind: "" };
  const errors: FieldError[] = [];
  if (group === "") errors.push(required("spec.group"));
  else if (dns1123Subdomain(group).length > 0) errors.push(...inOne(dns1123Subdomain, group, "spec.group"));
  else if (!group.includes(".")) errors.push(invalidValue("spec.group", group, "should be a domain with at least one dot"));
  errors.push(...requiredOneOf(scope, ["Cluster", "Namespaced"], "spec.scope"));
  errors.push(...versionsErrors(versions));
  for (const field of ["plural", "singular", "kind", "listKind"] as const)
    if (!names[field]) errors.push(required(child("spec.names", field)));
  errors.push(...nameErrors(names, "spec.names"));
  errors.push(...conversionErrors(spec.conversion, "spec.conversion"));
  return errors;
}

function nameErrors(names: CustomResourceDefinitionNames, path: string): FieldError[] {
  const { plural = "", singular = "", kind = "", listKind = "", shortNames = [], categories = [] } = names;
  const errors: FieldError[] = [];
  if (plural !== "") errors.push(...inOne(dns1035Label, plural, child(path, "plural")));
  if (singular !== "") errors.push(...inOne(dns1035Label, singular, child(path, "singular")));
  for (const [field, value] of [
    ["kind", kind],
    ["listKind", listKind],
  ] as const) {
    const wrong = value === "" ? [] : dns1035Label(value.toLowerCase());
    if (wrong.length > 0) {
      const why = `may have mixed case, but should otherwise match: ${wrong.join(",")}`;
      errors.push(invalidValue(child(path, field), value, why));
    }
  }
  for (const [index, name] of shortNames.entries())
    errors.push(...inOne(dns1035Label, name, at(child(path, "shortNames"), index)));
  if (kind !== "" && kind === listKind)
    errors.push(invalidValue(child(path, "listKind"), listKind, "kind and listKind may not be the same"));
  for (const [index, name] of categories.entries())
    errors.push(...inOne(dns1035Label, name, at(child(path, "categories"), index)));
  return errors;
}

/** True when every version says the same of something: it is a matter of the definition then. */
const alike = (versions: readonly CustomResourceDefinitionVersion[], field: keyof CustomResourceDefinitionVersion): boolean =>
  versions.every((version) => deepEqual(version[field], versions[0]![field]));

function versionsErrors(versions: readonly CustomResourceDefinitionVersion[]): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, version] of versions.entries()) {
    const path = at("spec.versions", index);
    errors.push(...inOne(dns1035Label, version.name ?? "", child(path, "name")), ...deprecationErrors(version, path));
    if (version.schema?.openAPIV3Schema === undefined) errors.push(required(child(child(path, "schema"), "openAPIV3Schema")));
  }
  const names = new Set(versions.map(({ name }) => name));
  const shown = versions.map(({ name }) => name);
  if (names.size < versions.length) errors.push(invalidValue("spec.versions", shown, "must contain unique version names"));
  if (versions.filter(({ storage }) => storage === true).length !== 1)
    errors.push(invalidValue("spec.versions", shown, "must have exactly one version marked as storage version"));
  if (versions.length === 0) return errors;
  const hasStatus = ({ subresources }: CustomResourceDefinitionVersion): boolean => subresources?.status !== undefined;
  const each = (
    field: "schema" | "subresources" | "additionalPrinterColumns" | "selectableFields",
    wholePath: string,
    check: (version: CustomResourceDefinitionVersion, path: string) => FieldError[],
  ): void => {
    if (alike(versions, field)) errors.push(...check(versions[0]!, wholePath));
    else
      for (const [index, version] of versions.entries()) errors.push(...check(version, child(at("spec.versions", index), field)));
  };
  const anyStatus = versions.some(hasStatus);
  each("schema", "spec.validation", ({ schema, subresources }, path) => {
    const props = schema?.openAPIV3Schema;
    const withStatus = path === "spec.validation" ? anyStatus : subresources?.status !== undefined;
    return props === undefined ? [] : definitionSchemaErrors(props, child(path, "openAPIV3Schema"), withStatus);
  });
  each("subresources", "spec.subresources", ({ subresources }, path) => subresourceErrors(subresources, path));
  each("additionalPrinterColumns", "spec.additionalPrinterColumns", ({ additionalPrinterColumns = [] }, path) =>
    additionalPrinterColumns.flatMap((column, index) => columnErrors(column, at(path, index))),
  );
  each("selectableFields", "spec.selectableFields", ({ selectableFields = [], schema }, path) =>
    selectableFieldErrors(selectableFields, schema?.openAPIV3Schema, path),
  );
  return errors;
}

const deprecationWarningMost = 256;

function deprecationErrors({ deprecated, deprecationWarning }: CustomResourceDefinitionVersion, path: string): FieldError[] {
  if (deprecationWarning === undefined) return [];
  const wrong: string[] = [];
  if (deprecated !== true) wrong.push("can only be set for deprecated versions");
  else {
    if (deprecationWarning.length > deprecationWarningMost) wrong.push("must be <= 256 characters long");
    if (deprecationWarning === "") wrong.push("must not be an empty string");
    const unprintable = deprecationWarning.search(/[\p{C}\p{Zl}\p{Zp}]/u);
    if (unprintable !== -1)
      wrong.push(`must only contain printable UTF-8 characters; non-printable character found at index ${unprintable}`);
  }
  return wrong.map((why) => invalidValue(child(path, "deprecationWarning"), deprecationWarning, why));
}

function pathErrors(value: string, path: string, roots: readonly string[], where: string): FieldError[] {
  if (!value.startsWith(".")) return [invalidValue(path, value, "must be a simple json path starting with .")];
  if (roots.some((root) => value.startsWith(`.${root}.`))) return [];
  return [invalidValue(path, value, `should be a json path under ${where}`)];
}

function subresourceErrors(subresources: CustomResourceSubresources | undefined, path: string): FieldError[] {
  const { scale } = subresources ?? {};
  if (scale === undefined) return [];
  const errors: FieldError[] = [];
  for (const [field, root] of [
    ["specReplicasPath", "spec"],
    ["statusReplicasPath", "status"],
  ] as const) {
    const value = scale[field] ?? "";
    const fieldPath = child(path, `scale.${field}`);
    errors.push(...(value === "" ? [required(fieldPath)] : pathErrors(value, fieldPath, [root], `.${root}`)));
  }
  const { labelSelectorPath = "" } = scale;
  if (labelSelectorPath !== "") {
    const selectorPath = child(path, "scale.labelSelectorPath");
    errors.push(...pathErrors(labelSelectorPath, selectorPath, ["spec", "status"], "either .spec or .status"));
  }
  return errors;
}

const columnTypes = ["boolean", "date", "integer", "number", "string"];
const columnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

function columnErrors({ name, type, format = "", jsonPath }: CustomResourceColumnDefinition, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const oneOf = (texts: readonly string[]): string => `must be one of ${texts.join(",")}`;
  if (!name) errors.push(required(child(path, "name")));
  if (!type) errors.push(required(child(path, "type"), oneOf(columnTypes)));
  else if (!columnTypes.includes(type)) errors.push(invalidValue(child(path, "type"), type, oneOf(columnTypes)));
  if (format !== "" && !columnFormats.includes(format))
    errors.push(invalidValue(child(path, "format"), format, oneOf(columnFormats)));
  if (!jsonPath) errors.push(required(child(path, "JSONPath")));
  else if (!jsonPath.startsWith("."))
    errors.push(invalidValue(child(path, "JSONPath"), jsonPath, "must be a simple json path starting with ."));
  return errors;
}

function storedVersionErrors(stored: readonly string[], versions: readonly CustomResourceDefinitionVersion[]): FieldError[] {
  const path = "status.storedVersions";
  if (stored.length === 0) return [invalidValue(path, stored, "must have at least one stored version")];
  const errors: FieldError[] = [];
  for (const { name, storage } of versions) {
    if (storage === true && !stored.includes(name))
      errors.push(invalidValue(path, stored, `must have the storage version ${name}`));
  }
  for (const [index, name] of stored.entries()) {
    if (versions.some((version) => version.name === name)) continue;
    const why = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    errors.push(invalidValue(at(path, index), name, why));
  }
  return errors;
}

/** Groups of the community want their approval named. */
function approvalErrors(definition: CustomResourceDefinition): FieldError[] {
  const approval = approvalOf(definition);
  const path = at("metadata.annotations", approvalAnnotation);
  if (approval?.state === "missing") return [required(path, approval.message)];
  if (approval?.state !== "invalid") return [];
  return [invalidValue(path, definition.metadata.annotations?.[approvalAnnotation], approval.message)];
}
