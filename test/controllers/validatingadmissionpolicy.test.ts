/** Policies are checked against the types of what they match. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { reconcilePolicy } from "../../actors/controller-manager/controllers/validatingadmissionpolicy/controller.js";
import { resourcesOf } from "../../src/api/custom/version.js";
import type { CustomResourceDefinition, ValidatingAdmissionPolicy } from "../../src/api/types.js";

const policy = (expression: string, resources: string[], more: object = {}): ValidatingAdmissionPolicy => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingAdmissionPolicy",
  metadata: { name: "demo", generation: 2 },
  spec: {
    matchConstraints: {
      resourceRules: [{ operations: ["CREATE"], apiGroups: ["apps", ""], apiVersions: ["v1"], resources }],
    },
    validations: [{ expression }],
    ...more,
  },
});

const statusOf = (
  of: ValidatingAdmissionPolicy,
  custom: Parameters<typeof reconcilePolicy>[1] = [],
): ValidatingAdmissionPolicy["status"] => {
  const [write] = reconcilePolicy(of, custom).writes ?? [];
  return write?.request.verb === "update" ? (write.request.object as ValidatingAdmissionPolicy).status : undefined;
};

test("a field that the kind does not have is told of, with the kind and the place", () => {
  assert.equal(statusOf(policy("object.replicas > 1", ["deployments"])), {
    observedGeneration: 2,
    typeChecking: {
      expressionWarnings: [
        {
          fieldRef: "spec.validations[0].expression",
          warning:
            "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n",
        },
      ],
    },
  });
});

test("an expression may be right for one kind and wrong for another", () => {
  const [warning, ...more] =
    statusOf(policy("object.spec.replicas > 1", ["deployments", "pods"]))?.typeChecking?.expressionWarnings ?? [];
  assert.match(warning?.warning ?? "", /^\/v1, Kind=Pod: ERROR: <input>:1:12: undefined field 'replicas'/);
  assert.equal(more, []);
});

test("what is right is checked without a word; wildcards are not looked at", () => {
  assert.equal(statusOf(policy("object.spec.replicas > 1", ["deployments"])), { observedGeneration: 2, typeChecking: {} });
  assert.equal(statusOf(policy("object.anything > 1", ["*"])), { observedGeneration: 2, typeChecking: {} });
});

test("variables have the types of their expressions, and messages are checked too", () => {
  const more = {
    variables: [{ name: "template", expression: "object.spec.template" }],
    validations: [
      { expression: "variables.template.spec.containers.all(c, c.image != '')", messageExpression: "variables.template.none" },
    ],
  };
  const warnings = statusOf(policy("", ["deployments"], more))?.typeChecking?.expressionWarnings ?? [];
  assert.equal(
    warnings.map(({ fieldRef }) => fieldRef),
    ["spec.validations[0].messageExpression"],
  );
});

test("a policy that was checked is let be until it changes", () => {
  const checked = { ...policy("true", ["pods"]), status: { observedGeneration: 2, typeChecking: {} } };
  assert.equal(reconcilePolicy(checked, []), {});
  assert.is(reconcilePolicy({ ...checked, metadata: { ...checked.metadata, generation: 3 } }, []).writes?.length, 1);
});

const widgets = resourcesOf({
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    names: { kind: "Widget", plural: "widgets" },
    scope: "Namespaced",
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: { spec: { type: "object", properties: { size: { type: "integer" }, "x-y": { type: "string" } } } },
          },
        },
      },
    ],
  },
  status: {
    acceptedNames: { kind: "Widget", plural: "widgets" },
    conditions: [
      { type: "NamesAccepted", status: "True" },
      { type: "Established", status: "True" },
    ],
    storedVersions: ["v1"],
  },
} as CustomResourceDefinition).served;

const ofWidgets = {
  resourceRules: [{ operations: ["*"], apiGroups: ["example.com"], apiVersions: ["v1"], resources: ["widgets"] }],
};
const widgetRows: Array<[expression: string, warning: RegExp | undefined]> = [
  [
    "object.spec.size > 1 && object.spec.x__dash__y == 'a' && object.metadata.labels['a'] == 'b' && object.kind == 'Widget'",
    undefined,
  ],
  ["object.spec.colour == 'red'", /^example\.com\/v1, Kind=Widget: ERROR: <input>:1:12: undefined field 'colour'/],
  ["object.spec.size == 'large'", /found no matching overload for '_==_' applied to '\(int, string\)'/],
  ["object.spec.size == params.spec.size", undefined],
  ["params.spec.most > 1", /undefined field 'most'/],
];
for (const [expression, warning] of widgetRows)
  test(`custom kinds are checked by their schemas, what is matched and the parameters: ${expression}`, () => {
    const paramKind = { apiVersion: "example.com/v1", kind: "Widget" };
    const status = statusOf(policy(expression, [], { matchConstraints: ofWidgets, paramKind }), widgets);
    const [found] = status?.typeChecking?.expressionWarnings ?? [];
    if (warning === undefined) assert.is(found, undefined);
    else assert.match(found?.warning ?? "", warning);
  });

test("parameters of a kind that nobody knows cannot be spoken of", () => {
  const paramKind = { apiVersion: "example.com/v2", kind: "Limit" };
  const status = statusOf(policy("params.most > 1", ["pods"], { paramKind }));
  assert.match(status?.typeChecking?.expressionWarnings?.[0]?.warning ?? "", /undeclared reference to 'params'/);
});

test("what is wrong for several kinds is told of each, in order, and the core group stands for any", () => {
  const status = statusOf(
    policy("object.colour == 'red'", ["events"], {
      matchConstraints: {
        resourceRules: [{ operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["events", "pods"] }],
      },
    }),
  );
  const told = status?.typeChecking?.expressionWarnings?.[0]?.warning.match(/^\S*, Kind=\w+/gm);
  assert.equal(told, ["/v1, Kind=Event", "/v1, Kind=Pod", "events.k8s.io/v1, Kind=Event"]);
});

test("a policy that is there before its kinds is checked again when they come", () => {
  const before = policy("object.spec.colour == 'red'", [], { matchConstraints: ofWidgets });
  const checked = { ...before, status: statusOf(before) ?? {} };
  assert.equal(checked.status.typeChecking, {}, "nothing is known of it yet");
  assert.is(statusOf(checked, widgets)?.typeChecking?.expressionWarnings?.length, 1);
});

test.run();
