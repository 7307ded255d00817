import { suite } from "uvu";
import * as assert from "uvu/assert";
import { definitionRuleErrors } from "../../../src/api/cel/schema/definition-rules.js";
import { readSchema } from "../../../src/api/custom/schema.js";
import { fieldErrorText } from "../../../src/api/field-errors.js";
import type { JSONSchemaProps } from "../../../src/api/generated/types.js";
import { replicas, spec, string, withRules } from "./rule-schemas.js";

/** In the order of https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules */
const test = suite("CEL: rules in definitions");

const path = "spec.versions[0].schema.openAPIV3Schema";

const definitionErrors = (schema: JSONSchemaProps): string[] =>
  definitionRuleErrors(readSchema(schema), path).map(fieldErrorText);

const specPath = `${path}.properties[spec]`;

const shown = (rule: string, messageExpression = "") =>
  `apiextensions.ValidationRule{Rule:"${rule}", Message:"", MessageExpression:"${messageExpression}", Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", OptionalOldSelf:(*bool)(nil)}`;

const hint =
  "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";

const definitions: ReadonlyArray<readonly [what: string, schema: JSONSchemaProps, errors: readonly string[]]> = [
  ["a good rule", spec(replicas, "self.replicas > 0"), []],
  [
    "a rule that does not compile",
    spec(replicas, "self.replica > 0"),
    [
      `${specPath}.x-kubernetes-validations[0].rule: Invalid value: ${shown("self.replica > 0")}: compilation failed: ERROR: <input>:1:5: undefined field 'replica'\n | self.replica > 0\n | ....^`,
    ],
  ],
  [
    "a rule of another type",
    spec(replicas, "self.replicas"),
    [
      `${specPath}.x-kubernetes-validations[0].rule: Invalid value: ${shown("self.replicas")}: cel expression must evaluate to a bool`,
    ],
  ],
  [
    "a messageExpression of another type",
    spec(replicas, { rule: "true", messageExpression: "1" }),
    [
      `${specPath}.x-kubernetes-validations[0].messageExpression: Invalid value: ${shown("true", "1")}: messageExpression must evaluate to a string`,
    ],
  ],
  [
    "a messageExpression without bounds",
    spec(replicas, { rule: "true", messageExpression: "'not ' + string(self.replicas)" }),
    [
      `${specPath}.x-kubernetes-validations[0].messageExpression: Forbidden: estimated messageExpression cost exceeds budget by factor of more than 100x ${hint}`,
      `${specPath}.x-kubernetes-validations[0].messageExpression: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
      `${path}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${hint}`,
    ],
  ],
  [
    "a rule without bounds",
    spec({ names: { type: "array", items: string } }, "self.names.all(a, self.names.all(b, a == b))"),
    [
      `${specPath}.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${hint}`,
      `${specPath}.x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
      `${path}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${hint}`,
    ],
  ],
  [
    "the same with bounds",
    spec(
      { names: { type: "array", maxItems: 100, items: { type: "string", maxLength: 20 } } },
      "self.names.all(a, self.names.all(b, a == b))",
    ),
    [],
  ],
  [
    "rules in lists cost as often as they can be there",
    spec({
      names: { type: "array", items: withRules({ type: "string", maxLength: 10 }, "self.contains('012345678901234567890')") },
    }),
    [
      `${specPath}.properties[names].items.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of 1.363149x ${hint}`,
    ],
  ],
  [
    "oldSelf where no old value can be told",
    spec({ names: { type: "array", maxItems: 10, items: withRules({ type: "string", maxLength: 10 }, "self == oldSelf") } }),
    [
      `${specPath}.properties[names].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${specPath}.properties[names]`,
    ],
  ],
  [
    "optionalOldSelf without oldSelf",
    spec(replicas, { rule: "true", optionalOldSelf: true }),
    [
      `${specPath}.x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`,
    ],
  ],
  [
    "a fieldPath that there is not",
    spec(replicas, { rule: "true", fieldPath: ".nope" }),
    [`${specPath}.x-kubernetes-validations[0].fieldPath: Invalid value: ".nope": fieldPath must be a valid path`],
  ],
];

for (const [what, schema, errors] of definitions) {
  test(`definitions: ${what}`, () => assert.equal(definitionErrors(schema), errors));
}

test.run();
