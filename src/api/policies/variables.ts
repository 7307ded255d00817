import type { CelType } from "../cel/language/types.js";
import { admissionEnvironment, type Declared } from "./environment.js";
import type { Variable } from "./evaluation.js";
import { compileFor } from "./expressions.js";

interface Composed {
  readonly variables: readonly Variable[];
  /** For the environment of what uses them; empty when there are none. */
  readonly types: { readonly variables?: ReadonlyMap<string, CelType> };
}

/** Compiles the variables of a policy: each may use those before it. One that does not compile is of no type to others. */
export function composed(
  declared: ReadonlyArray<{ readonly name?: string; readonly expression?: string }>,
  params: Declared["params"],
  more: Pick<Declared, "structTypes" | "object"> = {},
): Composed {
  const types = new Map<string, CelType>();
  const variables = declared.map(({ name = "", expression = "" }) => {
    const environment = admissionEnvironment({ params, authorizer: true, variables: new Map(types), ...more });
    const compiled = compileFor(expression, environment, []);
    if (compiled.ok) types.set(name, compiled.program.resultType);
    return { name, compiled };
  });
  return { variables, types: variables.length === 0 ? {} : { variables: types } };
}
