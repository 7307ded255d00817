/** Policies are checked against the types of what they match. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { reconcilePolicy } from "../../actors/controller-manager/controllers/validatingadmissionpolicy/controller.js";
import { resourcesOf } from "../../src/api/custom/version.js";
import { builtinResources } from "../../src/api/kinds.js";
import type { CustomResourceDefinition, ValidatingAdmissionPolicy } from "../../src/api/types.js";
import { widgets } from "../custom/definitions.js";

const established = {
  ...widgets,
  status: { acceptedNames: widgets.spec.names, conditions: [{ type: "Established", status: "True" }] },
} as unknown as CustomResourceDefinition;
const table = builtinResources().with(resourcesOf(established).served);
const find = (group: string, version: string, plural: string) => table.byResource(group, version, plural);

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

const statusOf = (of: ValidatingAdmissionPolicy): ValidatingAdmissionPolicy["status"] => {
  const [write] = reconcilePolicy(of, find).writes ?? [];
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
  assert.match(warning?.warning ?? "", /^v1, Kind=Pod: ERROR: <input>:1:12: undefined field 'replicas'/);
  assert.equal(more, []);
});

test("what is right is checked without a word; wildcards are not looked at", () => {
  assert.equal(statusOf(policy("object.spec.replicas > 1", ["deployments"])), { observedGeneration: 2, typeChecking: {} });
  assert.equal(statusOf(policy("object.anything > 1", ["*"])), { observedGeneration: 2, typeChecking: {} });
});

test("the fields of a custom resource have the types that its definition gives them", () => {
  const matchConstraints = {
    resourceRules: [{ operations: ["CREATE"], apiGroups: ["example.com"], apiVersions: ["v1"], resources: ["widgets"] }],
  };
  const checked = (expression: string) =>
    (statusOf(policy(expression, [], { matchConstraints }))?.typeChecking?.expressionWarnings ?? []).map(
      ({ warning }) => warning,
    );
  assert.equal(checked("object.spec.replicas > 1 && object.metadata.namespace != '' && object.kind == 'Widget'"), []);
  assert.match(checked("object.spec.replicas > '1'").join(), /found no matching overload for '_>_' applied to '\(int, string\)'/);
  assert.match(checked("object.spec.maxRetries < 10").join(), /^example.com\/v1, Kind=Widget: .* undefined field 'maxRetries'/);
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
  assert.equal(reconcilePolicy(checked, find), {});
  assert.is(reconcilePolicy({ ...checked, metadata: { ...checked.metadata, generation: 3 } }, find).writes?.length, 1);
});

test.run();
