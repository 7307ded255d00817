/** Schemas with rules, shortly written. */
import type { JSONSchemaProps, ValidationRule } from "../../../src/api/generated/types.js";

type Rule = string | ValidationRule;

export const withRules = (schema: JSONSchemaProps, ...rules: readonly Rule[]): JSONSchemaProps => ({
  ...schema,
  "x-kubernetes-validations": rules.map((rule) => (typeof rule === "string" ? { rule } : rule)),
});

export const object = (properties: Record<string, JSONSchemaProps>, ...rules: readonly Rule[]): JSONSchemaProps =>
  withRules({ type: "object", properties }, ...rules);

export const string: JSONSchemaProps = { type: "string" };

export const integer: JSONSchemaProps = { type: "integer" };

export const spec = (properties: Record<string, JSONSchemaProps>, ...rules: readonly Rule[]): JSONSchemaProps =>
  object({ spec: object(properties, ...rules) });

export const replicas = { minReplicas: integer, replicas: integer, maxReplicas: integer };
