/**
 * What expressions of policies and match conditions may speak of.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-expression
 */
import type { Environment, VariableDeclaration } from "../cel/compile.js";
import * as types from "../cel/language/types.js";
import { authorizerType, resourceCheckType } from "../cel/library/authorization.js";

const { string, structType, listOf, mapOf, dyn, bool } = types;

const fields = (...declared: ReadonlyArray<readonly [string, types.CelType]>) => new Map(declared);

const groupVersionKind = structType(
  "kubernetes.GroupVersionKind",
  fields(["group", string], ["version", string], ["kind", string]),
);
const groupVersionResource = structType(
  "kubernetes.GroupVersionResource",
  fields(["group", string], ["version", string], ["resource", string]),
);
const userInfo = structType(
  "kubernetes.UserInfo",
  fields(["username", string], ["uid", string], ["groups", listOf(string)], ["extra", mapOf(string, listOf(string))]),
);

/** The AdmissionRequest without the objects, which are variables of their own. */
const request = structType(
  "kubernetes.AdmissionRequest",
  fields(
    ["kind", groupVersionKind],
    ["resource", groupVersionResource],
    ["subResource", string],
    ["requestKind", groupVersionKind],
    ["requestResource", groupVersionResource],
    ["requestSubResource", string],
    ["name", string],
    ["namespace", string],
    ["operation", string],
    ["userInfo", userInfo],
    ["dryRun", bool],
    ["options", dyn],
  ),
);

const namespaceMetadata = structType(
  "kubernetes.NamespaceMetadata",
  fields(
    ["name", string],
    ["generateName", string],
    ["namespace", string],
    ["labels", mapOf(string, string)],
    ["annotations", mapOf(string, string)],
    ["UID", string],
    ["creationTimestamp", types.timestamp],
    ["deletionGracePeriodSeconds", types.int],
    ["deletionTimestamp", types.timestamp],
    ["generation", types.int],
    ["resourceVersion", string],
    ["finalizers", listOf(string)],
  ),
);
const namespaceCondition = structType(
  "kubernetes.NamespaceCondition",
  fields(["status", string], ["type", string], ["lastTransitionTime", types.timestamp], ["message", string], ["reason", string]),
);
const namespaceObject = structType(
  "kubernetes.Namespace",
  fields(
    ["metadata", namespaceMetadata],
    ["spec", structType("kubernetes.NamespaceSpec", fields(["finalizers", listOf(string)]))],
    ["status", structType("kubernetes.NamespaceStatus", fields(["conditions", listOf(namespaceCondition)], ["phase", string]))],
  ),
);

export interface Declared {
  /** Whether there are parameters, or their type where that is known. */
  readonly params: boolean | types.CelType;
  readonly authorizer: boolean;
  /** The variables that a policy composes, by name, in the order in which they are declared. */
  readonly variables?: ReadonlyMap<string, types.CelType>;
  /** The type of what is admitted, where it is known; absent: anything. */
  readonly object?: types.CelType;
  /** Types that the expression may make: those of a mutation. */
  readonly structTypes?: Environment["structTypes"];
}

/** The name by which expressions reach the variables of a policy. */
export const variablesName = "variables";

export function admissionEnvironment(declared: Declared): Environment {
  const { object = dyn, variables } = declared;
  const declarations: Array<readonly [string, VariableDeclaration]> = [
    ["object", { type: object }],
    ["oldObject", { type: object }],
    ["namespaceObject", { type: namespaceObject }],
    ["request", { type: request }],
  ];
  if (declared.params !== false) declarations.push(["params", { type: declared.params === true ? dyn : declared.params }]);
  if (declared.authorizer) {
    declarations.push(["authorizer", { type: authorizerType }]);
    declarations.push(["authorizer.requestResource", { type: resourceCheckType }]);
  }
  if (variables !== undefined) declarations.push([variablesName, { type: structType("kubernetes.variables", variables) }]);
  return {
    variables: new Map(declarations),
    ...(declared.structTypes === undefined ? {} : { structTypes: declared.structTypes }),
  };
}
