import { compileRegex } from "../../regex/regex.js";
import { type FunctionDeclaration, memberOverload, type Overload } from "../language/functions.js";
import { int, listOf, string } from "../language/types.js";
import { ArrayList, CelError, type Result, sizeOf, tooCostly } from "../language/values.js";
import { matchCost, matchEstimate } from "./costs.js";

/** Kubernetes' functions on regular expressions. Source: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-regex-library */

const find = (text: string, pattern: string): Result => {
  const compiled = compileRegex(pattern);
  if (!compiled.ok) return new CelError(`Illegal regex: ${compiled.message}`);
  const found = compiled.regex.findAll(text, 1);
  return found === undefined ? tooCostly : (found[0] ?? "");
};

const findAll = (text: string, pattern: string, limit = -1n): Result => {
  const compiled = compileRegex(pattern);
  if (!compiled.ok) return new CelError(`Illegal regex: ${compiled.message}`);
  const most = limit < 0n ? Number.POSITIVE_INFINITY : Number(limit);
  const found = compiled.regex.findAll(text, most);
  return found === undefined ? tooCostly : new ArrayList(found);
};

const searchCost: Pick<Overload, "cost" | "estimate"> = {
  cost: ([text, pattern]) => matchCost(sizeOf(text!), sizeOf(pattern!)),
  estimate: ([text, pattern]) => ({
    cost: matchEstimate(text!.size, pattern!.size),
    resultSize: { min: 0, max: text!.size.max },
  }),
};

export const regexes: readonly FunctionDeclaration[] = [
  { name: "find", overloads: [memberOverload("string_find_string", [string, string], string, find, searchCost)] },
  {
    name: "findAll",
    overloads: [
      memberOverload("string_find_all_string", [string, string], listOf(string), findAll, searchCost),
      memberOverload("string_find_all_string_int", [string, string, int], listOf(string), findAll, searchCost),
    ],
  },
];
