import type { StructuralSchema } from "../../custom/schema.js";
import type { ValidationRule } from "../../generated/types.js";
import { compile, type Environment, type Program } from "../compile.js";
import { optionalOf } from "../language/types.js";
import { type DeclaredType, declareType } from "./declared-type.js";
import { normalizeFieldPath } from "./field-path.js";

/**
 * The rules of a schema's node, compiled: x-kubernetes-validations.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
 */
export interface CompiledRule {
  readonly rule: ValidationRule;
  /** Undefined when the rule does not compile. */
  readonly program: Program | undefined;
  /** Why it does not: `compilation failed: ERROR: …`, `cel expression must evaluate to a bool`. */
  readonly error: string | undefined;
  /** A transition rule, which is held against a change only. */
  readonly usesOldSelf: boolean;
  readonly messageProgram: Program | undefined;
  readonly messageError: string | undefined;
  /** The field that is told of, relative to the node; "" for the node itself. */
  readonly fieldPath: string;
}

/** The name that the type of `self` has in messages. */
const selfTypeName = "selfType";

const environmentOf = ({ type, size }: DeclaredType, optionalOldSelf: boolean): Environment => ({
  variables: new Map([
    ["self", { type, size }],
    ["oldSelf", { type: optionalOldSelf ? optionalOf(type) : type, size }],
  ]),
});

type Compiled = { readonly program: Program } | { readonly error: string };

const compileAs = (
  expression: string,
  environment: Environment,
  kind: "bool" | "string",
  failures: readonly [string, string],
): Compiled => {
  const compilation = compile(expression, environment);
  if (!compilation.ok) return { error: `${failures[0]}: ${compilation.message}` };
  return compilation.program.resultType.kind === kind ? { program: compilation.program } : { error: failures[1] };
};

const compileRule = (rule: ValidationRule, schema: StructuralSchema, declared: DeclaredType): CompiledRule => {
  const environment = environmentOf(declared, rule.optionalOldSelf === true);
  const failures = ["compilation failed", "cel expression must evaluate to a bool"] as const;
  const compiled = compileAs(rule.rule, environment, "bool", failures);
  const messageFailures = ["messageExpression compilation failed", "messageExpression must evaluate to a string"] as const;
  const { messageExpression = "" } = rule;
  const message =
    messageExpression === "" || "error" in compiled
      ? undefined
      : compileAs(messageExpression, environment, "string", messageFailures);
  return {
    rule,
    program: "program" in compiled ? compiled.program : undefined,
    error: "error" in compiled ? compiled.error : undefined,
    usesOldSelf: "program" in compiled && compiled.program.variables.has("oldSelf"),
    messageProgram: message !== undefined && "program" in message ? message.program : undefined,
    messageError: message !== undefined && "error" in message ? message.error : undefined,
    fieldPath: rule.fieldPath === undefined ? "" : (normalizeFieldPath(rule.fieldPath, schema) ?? ""),
  };
};

/** A schema's node with its rules, and those of what is in it. */
export interface RuleNode {
  readonly schema: StructuralSchema;
  readonly declared: DeclaredType | undefined;
  /** At the root of a resource expressions see apiVersion, kind and the name. */
  readonly isResourceRoot: boolean;
  readonly rules: readonly CompiledRule[];
  readonly properties: ReadonlyMap<string, RuleNode>;
  readonly values: RuleNode | undefined;
  readonly items: RuleNode | undefined;
}

const hasRules = (schema: StructuralSchema): boolean => {
  if (schema.rules.length > 0 || (schema.items !== undefined && hasRules(schema.items))) return true;
  if (typeof schema.additionalProperties === "object" && hasRules(schema.additionalProperties)) return true;
  return [...schema.properties.values()].some(hasRules);
};

const compileNode = (
  schema: StructuralSchema,
  declared: DeclaredType | undefined,
  isResourceRoot: boolean,
): RuleNode | undefined => {
  if (!hasRules(schema)) return undefined;
  const below = (nested: StructuralSchema, type: DeclaredType | undefined): RuleNode | undefined =>
    compileNode(nested, type ?? declareType(nested, selfTypeName, nested.isEmbeddedResource), nested.isEmbeddedResource);
  const properties = new Map<string, RuleNode>();
  for (const [name, property] of schema.properties) {
    const node = below(property, declared?.properties?.get(name));
    if (node !== undefined) properties.set(name, node);
  }
  const values = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
  return {
    schema,
    declared,
    isResourceRoot,
    rules: declared === undefined ? [] : schema.rules.map((rule) => compileRule(rule, schema, declared)),
    properties,
    values: values === undefined ? undefined : below(values, declared?.items),
    items: schema.items === undefined ? undefined : below(schema.items, declared?.items),
  };
};

type Known = { readonly node: RuleNode | undefined };
const [ofResources, ofValues] = [new WeakMap<StructuralSchema, Known>(), new WeakMap<StructuralSchema, Known>()];

/** The rules of a schema, compiled when they are first needed; undefined when it has none. */
export const rulesOf = (schema: StructuralSchema, isResourceRoot: boolean): RuleNode | undefined => {
  const compiled = isResourceRoot ? ofResources : ofValues;
  const known = compiled.get(schema);
  if (known !== undefined) return known.node;
  const node = hasRules(schema)
    ? compileNode(schema, declareType(schema, selfTypeName, isResourceRoot), isResourceRoot)
    : undefined;
  compiled.set(schema, { node });
  return node;
};
