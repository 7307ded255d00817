/** Expressions compiled for the place that they stand in: what is wrong with them is what validation says of the field. */
import { compile, type Environment, type Program } from "../cel/compile.js";
import { type CelType, formatType } from "../cel/language/types.js";

export type Compiled =
  | { readonly ok: true; readonly program: Program }
  /** `compilation failed: ERROR: <input>:1:1: …`, `must evaluate to bool`. */
  | { readonly ok: false; readonly message: string };

/** Compiles an expression that must give one of `results`; none for any. */
export function compileFor(expression: string, environment: Environment, results: readonly CelType[]): Compiled {
  const compiled = compile(expression, environment);
  if (!compiled.ok) return { ok: false, message: `compilation failed: ${compiled.message}` };
  const { resultType } = compiled.program;
  const name = formatType(resultType);
  if (results.length > 0 && !results.some((type) => formatType(type) === name)) {
    const names = results.map((type) => (type.kind === "null" ? "null_type" : formatType(type)));
    return {
      ok: false,
      message: names.length === 1 ? `must evaluate to ${names[0]}` : `must evaluate to one of [${names.join(" ")}]`,
    };
  }
  return { ok: true, program: compiled.program };
}
