/**
 * What the expressions of a policy say of fields that the kinds which it matches do not have: told in its status, since the
 * policy may be meant for others.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#type-checking
 */
import { compile } from "../cel/compile.js";
import * as types from "../cel/language/types.js";
import { declareType } from "../cel/schema/declared-type.js";
import type { Resource } from "../kinds.js";
import type { ExpressionWarning, ValidatingAdmissionPolicySpec } from "../types.js";
import { admissionEnvironment, type Declared } from "./environment.js";
import { schemaType } from "./schema-types.js";
import { composed } from "./variables.js";

/** More kinds are not looked at. */
const kindsMost = 10;

/** Finds the resource of a group and version by its name in paths. */
type FindResource = (group: string, version: string, plural: string) => Resource | undefined;

export function expressionWarnings(spec: ValidatingAdmissionPolicySpec, find: FindResource): ExpressionWarning[] {
  const kinds = kindsOf(spec, find);
  const check = (expression: string): string => kinds.map((kind) => warningFor(spec, kind, expression)).join("");
  return (spec.validations ?? []).flatMap(({ expression, messageExpression = "" }, index) => {
    const path = `spec.validations[${index}]`;
    const warnings = [{ fieldRef: `${path}.expression`, warning: check(expression) }];
    if (messageExpression !== "") warnings.push({ fieldRef: `${path}.messageExpression`, warning: check(messageExpression) });
    return warnings.filter(({ warning }) => warning !== "");
  });
}

/** The kinds that the rules name in full, in order; a wildcard may stand for anything. */
function kindsOf({ matchConstraints }: ValidatingAdmissionPolicySpec, find: FindResource): Resource[] {
  const found = new Map<string, Resource>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of matchConstraints?.resourceRules ?? []) {
    for (const group of apiGroups) {
      for (const version of apiVersions) {
        for (const name of resources) {
          const resource = find(group, version, name);
          if (resource !== undefined) found.set(`${group}/${version}/${resource.kind}`, resource);
        }
      }
    }
  }
  const names = [...found.keys()].sort((one, other) => (one < other ? -1 : 1));
  return names.slice(0, kindsMost).map((name) => found.get(name)!);
}

/** The type of a kind's objects; undefined when nothing is known of them. */
function objectType({ custom, kind, type }: Resource): types.StructType | undefined {
  if (custom === undefined) return schemaType(type);
  const declared = declareType(custom.schema, kind, false)?.type;
  if (declared?.kind !== "struct") return undefined;
  const field = (name: string): types.CelType | undefined => {
    if (name === "apiVersion" || name === "kind") return types.string;
    return name === "metadata" ? schemaType("ObjectMeta") : declared.field(name);
  };
  return { ...declared, field };
}

function warningFor(spec: ValidatingAdmissionPolicySpec, kind: Resource, expression: string): string {
  const object = objectType(kind);
  if (object === undefined) return "";
  const params = spec.paramKind !== undefined;
  const { types: variables } = composed(spec.variables ?? [], params, { object });
  const declared: Declared = { params, authorizer: true, object, ...variables };
  const compiled = compile(expression, admissionEnvironment(declared));
  if (compiled.ok) return "";
  return `${kind.group === "" ? "" : `${kind.group}/`}${kind.version}, Kind=${kind.kind}: ${compiled.message}\n`;
}
