import * as assert from "uvu/assert";
import { compile, type Environment } from "../../../src/api/cel/compile.js";
import { fromJson, toJson } from "../../../src/api/cel/json.js";
import type { Binding } from "../../../src/api/cel/language/frame.js";
import { dyn } from "../../../src/api/cel/language/types.js";
import { CelError } from "../../../src/api/cel/language/values.js";
import type { JsonObject, JsonValue } from "../../../src/api/json-value.js";

/** An environment in which each of the names is a variable of any type. */
export const dynamicEnvironment = (names: readonly string[]): Environment => ({
  variables: new Map(names.map((name) => [name, { type: dyn }])),
});

/** What an expression gives: its value as JSON, or `{ error }` of compiling or evaluating it. */
export const run = (expression: string, variables: JsonObject = {}): JsonValue => {
  const compilation = compile(expression, dynamicEnvironment(Object.keys(variables)));
  if (!compilation.ok) return { error: compilation.errors[0]!.message };
  const bindings = new Map<string, Binding>(Object.entries(variables).map(([name, value]) => [name, fromJson(value)]));
  const evaluation = compilation.program.evaluate(bindings);
  if (!evaluation.ok) return { error: evaluation.message };
  const json = toJson(evaluation.value);
  return json instanceof CelError ? { error: json.message } : json;
};

/** A row of a table: an expression, the value or error wanted, and the variables if there are any. */
export type Row = readonly [expression: string, wanted: JsonValue, variables?: JsonObject];

export const checkRow = ([expression, wanted, variables]: Row): void => {
  assert.equal(run(expression, variables), wanted, expression);
};

export const error = (message: string): JsonValue => ({ error: message });
