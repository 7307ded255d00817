import { compileRegex } from "../../regex/regex.js";
import { type FunctionDeclaration, memberOverload } from "../language/functions.js";
import { multiplyRanges, scaleRange } from "../language/ranges.js";
import { bool, string } from "../language/types.js";
import { CelError, type Result, sizeOf, tooCostly } from "../language/values.js";
import { matchCost, matchEstimate, stringTraversalFactor, traversal } from "./costs.js";

/** The string functions of CEL itself. Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#string-functions */

const matches = (text: string, pattern: string): Result => {
  const compiled = compileRegex(pattern);
  return compiled.ok ? (compiled.regex.matches(text) ?? tooCostly) : new CelError(compiled.message);
};

/** The work of `contains` is the product of both lengths. */
const substringCost: Pick<Parameters<typeof memberOverload>[4] & object, "cost" | "estimate"> = {
  cost: ([text, part]) => Math.ceil(sizeOf(text!) * stringTraversalFactor) * Math.ceil(sizeOf(part!) * stringTraversalFactor),
  estimate: ([text, part]) => ({
    cost: multiplyRanges(scaleRange(text!.size, stringTraversalFactor), scaleRange(part!.size, stringTraversalFactor)),
  }),
};

/** `startsWith` and `endsWith` cost what their argument is long; at run time cel-go charges for the text. */
const affixCost: typeof substringCost = {
  cost: traversal(0),
  estimate: ([, affix]) => ({ cost: scaleRange(affix!.size, stringTraversalFactor) }),
};

export const text: readonly FunctionDeclaration[] = [
  {
    name: "contains",
    overloads: [
      memberOverload(
        "contains_string",
        [string, string],
        bool,
        (whole: string, part: string) => whole.includes(part),
        substringCost,
      ),
    ],
  },
  {
    name: "startsWith",
    overloads: [
      memberOverload(
        "starts_with_string",
        [string, string],
        bool,
        (whole: string, part: string) => whole.startsWith(part),
        affixCost,
      ),
    ],
  },
  {
    name: "endsWith",
    overloads: [
      memberOverload(
        "ends_with_string",
        [string, string],
        bool,
        (whole: string, part: string) => whole.endsWith(part),
        affixCost,
      ),
    ],
  },
  {
    name: "matches",
    overloads: [true, false].map((member) => ({
      ...memberOverload("matches_string", [string, string], bool, matches, {
        cost: ([whole, pattern]) => matchCost(sizeOf(whole!), sizeOf(pattern!)),
        estimate: ([whole, pattern]) => ({ cost: matchEstimate(whole!.size, pattern!.size) }),
      }),
      member,
    })),
  },
];
