import { type FunctionDeclaration, globalOverload } from "../language/functions.js";
import { string } from "../language/types.js";
import { traversal, traversalEstimate } from "./costs.js";

/** Keys as parts of JSON pointers. Source: https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/#patch-type-json-patch */
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
