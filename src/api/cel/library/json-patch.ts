import { type FunctionDeclaration, globalOverload } from "../language/functions.js";
import { dyn, type StructType, string, structType } from "../language/types.js";
import { traversal, traversalEstimate } from "./costs.js";

/**
 * What MutatingAdmissionPolicies make patches of: `JSONPatch{op: "add", path: "/a", value: 1}`.
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/#patch-type-json-patch
 */
export const jsonPatchType: StructType = structType(
  "JSONPatch",
  new Map([
    ["op", string],
    ["path", string],
    ["from", string],
    ["value", dyn],
  ]),
);

export const jsonPatch: readonly FunctionDeclaration[] = [
  {
    name: "jsonpatch.escapeKey",
    overloads: [
      globalOverload(
        "string_jsonpatch_escapeKey_string",
        [string],
        string,
        (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1"),
        { cost: traversal(0), estimate: traversalEstimate(0) },
      ),
    ],
  },
];
