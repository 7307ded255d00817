import { suite } from "uvu";
import * as assert from "uvu/assert";
import { settledStatus } from "../../src/api/custom/conditions.js";
import { definitionErrors, definitionUpdateErrors } from "../../src/api/custom/definition.js";
import { findAll, parseJsonPath } from "../../src/api/custom/json-path.js";
import { fieldErrorText } from "../../src/api/field-errors.js";
import type { CustomResourceDefinition, JSONSchemaProps } from "../../src/api/generated/types.js";
import { deepCopy, type JsonValue } from "../../src/api/json-value.js";
import { widgets } from "../custom/definitions.js";

const definitions = suite("custom resource definitions");

const complete = (change: (definition: CustomResourceDefinition) => void = () => undefined): CustomResourceDefinition => {
  const definition = deepCopy(widgets) as unknown as CustomResourceDefinition;
  definition.spec.names.singular = "widget";
  definition.spec.names.listKind = "WidgetList";
  definition.status = { storedVersions: ["v1"] };
  change(definition);
  return definition;
};

definitions("a sound one has no faults", () => assert.equal(definitionErrors(complete()).map(fieldErrorText), []));

const faults: Array<[what: string, change: (definition: CustomResourceDefinition) => void, errors: string[]]> = [
  [
    "a name that does not follow",
    (d) => (d.metadata.name = "x.example.com"),
    ['metadata.name: Invalid value: "x.example.com": must be spec.names.plural+"."+spec.group'],
  ],
  [
    "no group",
    (d) => Object.assign(d, { metadata: { name: "widgets.plain" }, spec: { ...d.spec, group: "plain" } }),
    ['spec.group: Invalid value: "plain": should be a domain with at least one dot'],
  ],
  [
    "a scope that is none",
    (d) => (d.spec.scope = "Galaxy"),
    ['spec.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespaced"'],
  ],
  [
    "two storage versions",
    (d) => d.spec.versions.push({ ...d.spec.versions[0]!, name: "v2" }),
    [
      'spec.versions: Invalid value: []string{"v1", "v2"}: must have exactly one version marked as storage version',
      'status.storedVersions: Invalid value: []string{"v1"}: must have the storage version v2',
    ],
  ],
  [
    "no schema",
    (d) => Object.assign(d.spec.versions[0]!, { schema: undefined, selectableFields: [] }),
    ["spec.versions[0].schema.openAPIV3Schema: Required value"],
  ],
  [
    "a stored version that is gone",
    (d) => (d.status = { storedVersions: ["v0", "v1"] }),
    [
      'status.storedVersions[0]: Invalid value: "v0": missing from spec.versions; v0 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v0 and removes v0 from status.storedVersions',
    ],
  ],
  [
    "a group of the community",
    (d) => Object.assign(d, { metadata: { name: "widgets.x.k8s.io" }, spec: { ...d.spec, group: "x.k8s.io" } }),
    [
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
  ],
  [
    "a webhook for nothing",
    (d) => (d.spec.conversion = { strategy: "None", webhook: { conversionReviewVersions: ["v1"] } }),
    ["spec.conversion.conversionReviewVersions: Forbidden: should not be set when strategy is not set to Webhook"],
  ],
  [
    "a webhook without a place",
    (d) => (d.spec.conversion = { strategy: "Webhook", webhook: { clientConfig: {}, conversionReviewVersions: ["v1"] } }),
    ["spec.conversion.webhookClientConfig: Required value: exactly one of url or service is required"],
  ],
  [
    "a scale outside of the spec",
    (d) => (d.spec.versions[0]!.subresources!.scale!.specReplicasPath = ".status.x"),
    ['spec.subresources.scale.specReplicasPath: Invalid value: ".status.x": should be a json path under .spec'],
  ],
  [
    "a column of no type",
    (d) => (d.spec.versions[0]!.additionalPrinterColumns = [{ name: "A", type: "text", jsonPath: ".a" }]),
    ['spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string'],
  ],
  [
    "a selectable field that is none",
    (d) => (d.spec.versions[0]!.selectableFields = [{ jsonPath: ".spec.parts" }]),
    [
      'spec.selectableFields[0].jsonPath: Invalid value: ".spec.parts": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
    ],
  ],
];
for (const [what, change, errors] of faults) {
  definitions(what, () => assert.equal(definitionErrors(complete(change)).map(fieldErrorText), errors));
}

const schemas: Array<[what: string, spec: JSONSchemaProps, errors: string[]]> = [
  ["a field without a type", {}, [".type: Required value: must not be empty for specified object fields"]],
  ["an array without items", { type: "array" }, [".items: Required value: must be specified"]],
  [
    "a type inside of a junctor",
    { type: "integer", allOf: [{ type: "integer" }] },
    [".allOf[0].type: Forbidden: must be empty to be structural"],
  ],
  [
    "below the root a junctor may speak of what is not there, as in Kubernetes",
    { type: "object", anyOf: [{ properties: { a: { minimum: 1 } } }] },
    [],
  ],
  ["int or string may say so", { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] }, []],
  [
    "but nothing else of them",
    { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string", pattern: "a" }] },
    [".anyOf[0].type: Forbidden: must be empty to be structural", ".anyOf[1].type: Forbidden: must be empty to be structural"],
  ],
  [
    "a title inside of a junctor",
    { type: "integer", not: { title: "Zero", minimum: 0 } },
    [".not.title: Forbidden: must be empty to be structural"],
  ],
  [
    "a pattern that is none",
    { type: "string", pattern: "(" },
    [
      '.pattern: Invalid value: "(": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ): `(`',
    ],
  ],
  [
    "a default of another type",
    { type: "integer", default: "a" },
    ['.default: Invalid value: "string":  in body must be of type integer: "string"'],
  ],
  [
    "a default with unknown fields",
    { type: "object", properties: {}, default: { a: 1 } },
    ['.default: Invalid value: {"a":1}: must not have unknown fields'],
  ],
  [
    "unique items",
    { type: "array", items: { type: "string" }, uniqueItems: true },
    [".uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic"],
  ],
  ["a reference", { type: "object", $ref: "#/x" }, [".$ref: Forbidden: $ref is not supported"]],
  [
    "properties and additional ones",
    { type: "object", properties: { a: { type: "string" } }, additionalProperties: { type: "string" } },
    [".additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive"],
  ],
  [
    "a map without keys",
    { type: "array", items: { type: "object" }, "x-kubernetes-list-type": "map" },
    [".x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map"],
  ],
  [
    "a rule without a rule",
    { type: "string", "x-kubernetes-validations": [{ rule: " " }] },
    [".x-kubernetes-validations[0].rule: Required value: rule is not specified"],
  ],
];
for (const [what, spec, errors] of schemas) {
  definitions(`schema: ${what}`, () => {
    const path = "spec.validation.openAPIV3Schema.properties[spec]";
    const definition = complete(({ spec: of }) => {
      const [version] = of.versions;
      version!.schema = { openAPIV3Schema: { type: "object", properties: { spec } } };
      delete version!.subresources;
      delete version!.selectableFields;
    });
    const expected = errors.map((error) => path + error);
    assert.equal(definitionErrors(definition).map(fieldErrorText), expected);
  });
}

const approvals: Array<[annotation: string, status: string, reason: string, message: string]> = [
  ["https://example.com/approval", "True", "ApprovedAnnotation", "approved in https://example.com/approval"],
  ["unapproved, for now", "False", "UnapprovedAnnotation", 'not approved: "unapproved, for now"'],
];
for (const [annotation, status, reason, message] of approvals) {
  definitions(`an API of the community's groups says that it is ${reason}`, () => {
    const definition = complete(({ metadata, spec }) => {
      spec.group = "example.k8s.io";
      metadata.annotations = { "api-approved.kubernetes.io": annotation };
    });
    const conditions = settledStatus(definition, [], 0)?.conditions ?? [];
    assert.equal(conditions.at(-1), {
      type: "KubernetesAPIApprovalPolicyConformant",
      status,
      reason,
      message,
      lastTransitionTime: "1970-01-01T00:00:00Z",
    });
  });
}

const convertedBy = (caBundle: string, ...conditions: Array<{ type: string; status: string }>) =>
  complete(({ spec, status }) => {
    const clientConfig = { url: "https://hooks.example.com", caBundle };
    spec.conversion = { strategy: "Webhook", webhook: { conversionReviewVersions: ["v1"], clientConfig } };
    status!.conditions = conditions;
  });
const established = { type: "Established", status: "True" };
const authority = btoa("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");

definitions("whose conversion webhook cannot be trusted is not served before it can", () => {
  const establishedBy = (caBundle: string) => {
    const { conditions = [] } = settledStatus(convertedBy(caBundle), [], 0) ?? {};
    const { status, reason, message } = conditions.find(({ type }) => type === "Established")!;
    return [status, reason, message];
  };
  const accepted = ["True", "InitialNamesAccepted", "the initial names have been accepted"];
  assert.equal(establishedBy(btoa("\n")), ["False", "InvalidCABundle", "The conversion webhook CABundle is invalid"]);
  assert.equal([establishedBy(authority), establishedBy("")], [accepted, accepted]);
});

definitions("whose conversion webhook can be trusted stays so once it is served", () => {
  const errors = (caBundle: string, old: CustomResourceDefinition) =>
    definitionUpdateErrors(convertedBy(caBundle), old).map(fieldErrorText);
  const wrong = (why: string) =>
    `spec.conversion.webhookClientConfig.caBundle: Invalid value: []byte{0x5c, 0x6e}: unable to load root certificates: ${why}`;
  const bad = btoa("\\n");
  assert.equal(errors(bad, convertedBy(authority, established)), [wrong("unable to parse bytes as PEM block")]);
  assert.equal(errors(bad, convertedBy(bad, established)), []);
  assert.equal(errors(bad, convertedBy(authority)), [], "nobody serves it yet");
  assert.equal(errors(authority, convertedBy(authority, established)), []);
});

definitions("once established, the kind stays", () => {
  const old = complete((d) => (d.status!.conditions = [{ type: "Established", status: "True" }]));
  const errors = definitionUpdateErrors(
    complete((d) => (d.spec.names.kind = "Gadget")),
    old,
  );
  assert.equal(errors.map(fieldErrorText), ['spec.names.kind: Invalid value: "Gadget": field is immutable']);
});

const paths: Array<[path: string, found: JsonValue[] | undefined]> = [
  [".a.b", [1]],
  [".list[1].n", [2]],
  [".list[-1].n", [3]],
  [".list[*].n", [1, 2, 3]],
  [".list[0:2].n", [1, 2]],
  ['.list[?(@.t=="x")].n', [1]],
  [".list[?(@.n>=2)].n", [2, 3]],
  [".a['b']", [1]],
  [".a.c\\.d", [4]],
  ["..b", [1]],
  [".missing.b", []],
  ["a b", undefined],
];
for (const [path, found] of paths) {
  definitions(`JSONPath ${path}`, () => {
    const value: JsonValue = { a: { b: 1, "c.d": 4 }, list: [{ n: 1, t: "x" }, { n: 2, t: "y" }, { n: 3 }] };
    const parsed = parseJsonPath(path);
    assert.equal(parsed === undefined ? undefined : findAll(parsed, value), found);
  });
}

definitions.run();
