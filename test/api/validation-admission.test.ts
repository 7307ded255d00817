/** What is wrong with configurations of webhooks and policies, in Kubernetes' words. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { defaulterFor } from "../../src/api/defaults/defaults.js";
import { fieldErrorText } from "../../src/api/field-errors.js";
import { builtinResources } from "../../src/api/kinds.js";
import type { UntypedObject } from "../../src/api/types.js";
import { validationOptions } from "../../src/api/validation/options.js";
import { validateCreate, validateUpdate } from "../../src/api/validation/validation.js";

const test = suite("validation of admission configurations");
const options = validationOptions();
const resourceOf = (kind: string, version = "v1") =>
  builtinResources().byObject(`admissionregistration.k8s.io/${version}`, kind)!;

const made = (kind: string, object: object, version = "v1"): UntypedObject =>
  defaulterFor("admissionregistration.k8s.io", version, kind)({ metadata: { name: "a" }, ...object } as UntypedObject);

const errorsOf = (kind: string, object: object, version = "v1"): string[] =>
  validateCreate(resourceOf(kind, version), made(kind, object, version), options).map(fieldErrorText);

const rule = { operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] };
const good = {
  name: "judge.example.com",
  clientConfig: { url: "https://hooks.example.com/judge" },
  rules: [rule],
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
};

const hookCases: ReadonlyArray<readonly [title: string, hook: object, errors: string[]]> = [
  ["a good one", {}, []],
  [
    "a name of two parts",
    { name: "judge.com" },
    ['name: Invalid value: "judge.com": should be a domain with at least three segments separated by dots'],
  ],
  ["no name", { name: "" }, ["name: Required value"]],
  [
    "http",
    { clientConfig: { url: "http://a.example.com" } },
    [`clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`],
  ],
  [
    "a query and a fragment",
    { clientConfig: { url: "https://a.example.com/?q=1#f" } },
    [
      'clientConfig.url: Invalid value: "f": fragments are not permitted in the URL',
      'clientConfig.url: Invalid value: "q=1": query parameters are not permitted in the URL',
    ],
  ],
  [
    "both places",
    { clientConfig: { url: "https://a.example.com", service: { name: "a", namespace: "b" } } },
    ["clientConfig: Required value: exactly one of url or service is required"],
  ],
  ["no place", { clientConfig: {} }, ["clientConfig: Required value: exactly one of url or service is required"]],
  [
    "a service without a namespace and with an odd path",
    { clientConfig: { service: { name: "a", namespace: "", path: "x//y" } } },
    [
      "clientConfig.service.namespace: Required value: service namespace is required",
      `clientConfig.service.path: Invalid value: "x//y": must start with a '/'`,
      'clientConfig.service.path: Invalid value: "x//y": segment[0] may not be empty',
    ],
  ],
  ["no effects said", { sideEffects: undefined }, ["sideEffects: Required value: must specify one of None, NoneOnDryRun"]],
  [
    "a long wait",
    { timeoutSeconds: 31 },
    ["timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds"],
  ],
  [
    "unknown policies",
    { failurePolicy: "Retry", matchPolicy: "Some" },
    [
      'failurePolicy: Unsupported value: "Retry": supported values: "Fail", "Ignore"',
      'matchPolicy: Unsupported value: "Some": supported values: "Equivalent", "Exact"',
    ],
  ],
  [
    "reviews that nobody speaks",
    { admissionReviewVersions: ["v2", "v2"] },
    [
      'admissionReviewVersions[1]: Invalid value: "v2": duplicate version',
      'admissionReviewVersions: Invalid value: []string{"v2", "v2"}: must include at least one of v1, v1beta1',
    ],
  ],
  ["no reviews", { admissionReviewVersions: [] }, ["admissionReviewVersions: Required value: must specify one of v1, v1beta1"]],
  [
    "a rule of everything and more",
    { rules: [{ ...rule, operations: ["*", "CREATE"], resources: ["*", "pods", "pods/*", "pods/log"] }] },
    [
      `rules[0].operations: Invalid value: []string{"*", "CREATE"}: if '*' is present, must not specify other operations`,
      `rules[0].resources[3]: Invalid value: "pods/log": if 'pods/*' is present, must not specify pods/log`,
      `rules[0].resources: Invalid value: []string{"*", "pods", "pods/*", "pods/log"}: if '*' is present, must not specify other resources without subresources`,
    ],
  ],
  [
    "an empty rule",
    { rules: [{ scope: "All" }] },
    [
      "rules[0].operations: Required value",
      "rules[0].apiGroups: Required value",
      "rules[0].apiVersions: Required value",
      "rules[0].resources: Required value",
      'rules[0].scope: Unsupported value: "All": supported values: "*", "Cluster", "Namespaced"',
    ],
  ],
  [
    "a condition that does not compile",
    { matchConditions: [{ name: "a", expression: "object." }] },
    [
      "matchConditions[0].expression: Invalid value: \"object.\": compilation failed: ERROR: <input>:1:8: Syntax error: mismatched input '<EOF>' expecting {'?', IDENTIFIER, ESC_IDENTIFIER}\n | object.\n | .......^",
    ],
  ],
  [
    "conditions of one name that are no bool",
    {
      matchConditions: [
        { name: "a", expression: "'x'" },
        { name: "a", expression: "true" },
      ],
    },
    [
      `matchConditions[0].expression: Invalid value: "'x'": must evaluate to bool`,
      'matchConditions[1].name: Duplicate value: "a"',
    ],
  ],
];

for (const [title, hook, errors] of hookCases) {
  test(`a webhook: ${title}`, () => {
    const found = errorsOf("ValidatingWebhookConfiguration", { webhooks: [{ ...good, ...hook }] });
    assert.equal(
      found.slice(0, errors.length === 0 ? undefined : errors.length),
      errors.map((error) => `webhooks[0].${error}`),
    );
  });
}

test("webhooks of one name are a mistake, unless they were there before; so are effects", () => {
  const two = { webhooks: [good, good] };
  assert.equal(errorsOf("MutatingWebhookConfiguration", two), ['webhooks[1].name: Duplicate value: "judge.example.com"']);
  const odd = made("MutatingWebhookConfiguration", { webhooks: [good, { ...good, sideEffects: "Some" }] });
  const update = (now: UntypedObject, old: UntypedObject) =>
    validateUpdate(resourceOf("MutatingWebhookConfiguration"), now, old, undefined, options).map(fieldErrorText);
  assert.equal(update(odd, odd), []);
  const plain = made("MutatingWebhookConfiguration", { webhooks: [good] });
  assert.is(update(odd, plain).length, 2);
});

const spec = { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: "true" }] };

const policyCases: ReadonlyArray<readonly [title: string, spec: object, errors: string[]]> = [
  ["a good one", {}, []],
  ["nothing to match", { matchConstraints: undefined }, ["matchConstraints: Required value"]],
  ["no rules", { matchConstraints: {} }, ["matchConstraints.resourceRules: Required value"]],
  [
    "nothing to judge",
    { validations: [] },
    [
      "validations: Required value: validations or auditAnnotations must contain at least one item",
      "auditAnnotations: Required value: validations or auditAnnotations must contain at least one item",
    ],
  ],
  ["no bool", { validations: [{ expression: "1" }] }, ['validations[0].expression: Invalid value: "1": must evaluate to bool']],
  [
    "no expression",
    { validations: [{ expression: " " }] },
    ["validations[0].expression: Required value: expression is not specified"],
  ],
  [
    "parameters without a kind",
    { validations: [{ expression: "params.x == 1" }] },
    [
      `validations[0].expression: Invalid value: "params.x == 1": compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params.x == 1\n | ^`,
    ],
  ],
  [
    "odd messages",
    { validations: [{ expression: "true", message: "a\nb", messageExpression: "1", reason: "NotFound" }] },
    [
      'validations[0].messageExpression: Invalid value: "1": must evaluate to string',
      'validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
      'validations[0].reason: Unsupported value: "NotFound": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"',
    ],
  ],
  [
    "odd parameters",
    { paramKind: { apiVersion: "a/b/c", kind: "" } },
    ['paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c', "paramKind.kind: Required value"],
  ],
  [
    "odd variables",
    {
      variables: [
        { name: "for", expression: "1" },
        { name: "next", expression: "variables.later" },
      ],
    },
    [
      'variables[0].name: Invalid value: "for": name is not a valid CEL identifier',
      `variables[1].expression: Invalid value: "variables.later": compilation failed: ERROR: <input>:1:10: undefined field 'later'\n | variables.later\n | .........^`,
    ],
  ],
  [
    "odd annotations",
    { auditAnnotations: [{ key: "a b", valueExpression: "1" }] },
    [
      "auditAnnotations[0].key: Invalid value: \"a/a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type]',
    ],
  ],
  [
    "an annotation with spaces around its expression",
    { auditAnnotations: [{ key: "a", valueExpression: "  nobody " }] },
    [
      `auditAnnotations[0].valueExpression: Invalid value: "  nobody ": compilation failed: ERROR: <input>:1:1: undeclared reference to 'nobody' (in container '')\n | nobody\n | ^`,
    ],
  ],
];

for (const [title, more, errors] of policyCases) {
  test(`a policy: ${title}`, () => {
    const found = errorsOf("ValidatingAdmissionPolicy", { spec: { ...spec, ...more } });
    assert.equal(
      found,
      errors.map((error) => `spec.${error}`),
    );
  });
}

test("what type checking has found says what and where, and conditions are whole", () => {
  const policy = (status: object) => made("ValidatingAdmissionPolicy", { spec, status });
  const errors = (status: object) =>
    validateUpdate(resourceOf("ValidatingAdmissionPolicy"), policy(status), policy({}), "status", options).map(fieldErrorText);
  const good = { type: "Checked", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z", reason: "Done", message: "" };
  assert.equal(errors({ typeChecking: { expressionWarnings: [{ fieldRef: "spec", warning: "odd" }] }, conditions: [good] }), []);
  const wrong = [
    { ...good, reason: "not so", status: "Maybe", observedGeneration: -1 },
    { type: "Checked", status: "True", message: "x".repeat(32_769) },
  ];
  assert.equal(errors({ typeChecking: { expressionWarnings: [{ fieldRef: " " }] }, conditions: wrong }), [
    "status.typeChecking.expressionWarnings[0].warning: Required value",
    "status.typeChecking.expressionWarnings[0].fieldRef: Required value",
    'status.conditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
    "status.conditions[0].observedGeneration: Invalid value: -1: must be greater than or equal to zero",
    "status.conditions[0].reason: Invalid value: \"not so\": a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')",
    'status.conditions[1].type: Duplicate value: "Checked"',
    "status.conditions[1].lastTransitionTime: Required value: must be set",
    "status.conditions[1].reason: Required value: must be set",
    "status.conditions[1].message: Too long: may not be more than 32768 bytes",
  ]);
});

const bindingCases: ReadonlyArray<readonly [title: string, spec: object, errors: string[]]> = [
  ["a good one", {}, []],
  ["of no policy", { policyName: "" }, ["policyName: Required value"]],
  [
    "odd rules",
    { matchResources: { matchPolicy: "Odd" } },
    ['matchResouces.matchPolicy: Unsupported value: "Odd": supported values: "Equivalent", "Exact"'],
  ],
  [
    "odd actions",
    { validationActions: ["Deny", "Warn", "Shout"] },
    [
      'validationActions[2]: Unsupported value: "Shout": supported values: "Audit", "Deny", "Warn"',
      'validationActions: Invalid value: []string{"Deny", "Warn", "Shout"}: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    ],
  ],
  ["no action", { validationActions: [] }, ["validationActions: Required value: at least one validation action is required"]],
  [
    "a parameter by name and labels",
    { paramRef: { name: "a", selector: {} } },
    [
      "paramRef.name: Forbidden: name and selector are mutually exclusive",
      "paramRef.selector: Forbidden: name and selector are mutually exclusive",
      "paramRef.parameterNotFoundAction: Required value",
    ],
  ],
  [
    "a parameter by nothing",
    { paramRef: { parameterNotFoundAction: "Warn" } },
    [
      "paramRef: Required value: one of name or selector must be specified",
      'paramRef.parameterNotFoundAction: Unsupported value: "Warn": supported values: "Deny", "Allow"',
    ],
  ],
];

for (const [title, more, errors] of bindingCases) {
  test(`a binding: ${title}`, () => {
    const found = errorsOf("ValidatingAdmissionPolicyBinding", {
      spec: { policyName: "a", validationActions: ["Deny"], ...more },
    });
    assert.equal(
      found,
      errors.map((error) => `spec.${error}`),
    );
  });
}

const changing = {
  matchConstraints: { resourceRules: [rule] },
  reinvocationPolicy: "Never",
  mutations: [{ patchType: "JSONPatch", jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/data"}]' } }],
};

const changingCases: ReadonlyArray<readonly [title: string, spec: object, errors: string[]]> = [
  ["a good one", {}, []],
  ["nothing to change", { mutations: [] }, ["mutations: Required value: mutations must contain at least one item"]],
  [
    "a change of what is deleted",
    { matchConstraints: { resourceRules: [{ ...rule, operations: ["CREATE", "DELETE"] }] } },
    [
      'matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
    ],
  ],
  [
    "a patch of another type",
    { mutations: [{ patchType: "JSONPatch", applyConfiguration: { expression: "Object{}" } }] },
    [
      "mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch",
      'mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
    ],
  ],
  [
    "patches that say nothing, or nothing sound",
    {
      mutations: [
        { patchType: "ApplyConfiguration", applyConfiguration: { expression: " " } },
        { patchType: "JSONPatch", jsonPatch: { expression: "  nobody " } },
        { patchType: "Other" },
        {},
      ],
    },
    [
      "mutations[0].applyConfiguration.expression: Required value",
      `mutations[1].jsonPatch.expression: Invalid value: "nobody": compilation failed: ERROR: <input>:1:1: undeclared reference to 'nobody' (in container '')\n | nobody\n | ^`,
      'mutations[2].patchType: Unsupported value: "Other": supported values: "ApplyConfiguration", "JSONPatch"',
      "mutations[3].patchType: Required value",
    ],
  ],
];

for (const [title, more, errors] of changingCases)
  test(`a mutating policy: ${title}`, () =>
    assert.equal(
      errorsOf("MutatingAdmissionPolicy", { spec: { ...changing, ...more } }, "v1alpha1"),
      errors.map((error) => `spec.${error}`),
    ));

test("a mutating binding does not choose what is deleted", () => {
  const matchResources = { resourceRules: [{ ...rule, operations: ["DELETE"] }] };
  assert.equal(errorsOf("MutatingAdmissionPolicyBinding", { spec: { policyName: "a", matchResources } }, "v1alpha1"), [
    'spec.matchResources.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
  ]);
});

test.run();
