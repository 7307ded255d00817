import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ApiOutcome } from "../../actors/apiserver/request.js";
import type { UntypedObject } from "../../src/api/types.js";
import { definitionOf } from "../custom/definitions.js";
import { ApiServerWorld } from "./apiserver-world.js";

/** Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules */
const rules = suite("rules of custom resources");

const definitionsPath = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" };
const ratesPath = { group: "example.com", version: "v1", resource: "rates", namespace: "default" };

const user = { name: "kubernetes-admin", groups: ["system:masters"] };

const definition = (specRules: readonly object[], nameRules: readonly object[] = []) => {
  const name = { type: "string", maxLength: 20, "x-kubernetes-validations": nameRules };
  const properties = { least: { type: "integer" }, most: { type: "integer" }, name };
  const spec = { type: "object", required: ["least"], properties, "x-kubernetes-validations": specRules };
  const schema = { openAPIV3Schema: { type: "object", properties: { spec } } };
  return definitionOf("rates", "Rate", [{ name: "v1", served: true, storage: true, schema }]);
};

const rate = (name: string, spec: object) => ({
  apiVersion: "example.com/v1",
  kind: "Rate",
  metadata: { name, namespace: "default" },
  spec,
});

const worldWith = (specRules: readonly object[], nameRules: readonly object[] = []): ApiServerWorld => {
  const world = new ApiServerWorld({}).untilServing();
  assert.is(world.create(definitionsPath, definition(specRules, nameRules)).error, undefined);
  world.run(100);
  return world;
};

rules("an object that breaks a rule is refused with the rule's message", () => {
  const world = worldWith([{ rule: "self.least <= self.most", messageExpression: "'%d > %d'.format([self.least, self.most])" }]);
  assert.is(world.create(ratesPath, rate("good", { least: 1, most: 2 })).error, undefined);
  const { error } = world.create(ratesPath, rate("bad", { least: 3, most: 2 }));
  assert.equal([error?.code, error?.message], [422, 'Rate.example.com "bad" is invalid: spec: Invalid value: "object": 3 > 2']);
});

rules("rules are not held against an object that does not fit its schema", () => {
  const world = worldWith([{ rule: "self.least <= self.most" }]);
  const { error } = world.create(ratesPath, rate("bad", { most: 2 }));
  assert.is(
    error?.message,
    'Rate.example.com "bad" is invalid: [spec.least: Required value, <nil>: Invalid value: "null": some validation rules ' +
      "were not checked because the object was invalid; correct the existing errors to complete validation]",
  );
});

rules("a transition rule is held against a change", () => {
  const world = worldWith([], [{ rule: "self == oldSelf", message: "name is immutable" }]);
  assert.is(world.create(ratesPath, rate("one", { least: 1, name: "a" })).error, undefined);
  assert.is(world.patch(ratesPath, "one", { spec: { least: 2 } }).error, undefined);
  const { error } = world.patch(ratesPath, "one", { spec: { name: "b" } });
  assert.is(error?.message, 'Rate.example.com "one" is invalid: spec.name: Invalid value: "string": name is immutable');
});

rules("what broke a rule before is warned of when something else changes", () => {
  const world = worldWith([]);
  assert.is(world.create(ratesPath, rate("one", { least: 1, name: "wrong" })).error, undefined);
  const { object } = world.get(definitionsPath, "rates.example.com");
  const { spec } = definition([], [{ rule: "self == 'right'" }]);
  const changed = { ...object, spec: { ...(object.spec as object), ...spec } } as UntypedObject;
  assert.is(world.update(definitionsPath, changed).error, undefined);
  world.run(1_000);
  let outcome: ApiOutcome | undefined;
  const path = { ...ratesPath, name: "one" };
  const patchType = "application/merge-patch+json" as const;
  const request = { verb: "patch" as const, path, user, patchType, patch: { spec: { least: 2 } }, options: {} };
  world.server().request(request, (told) => {
    outcome = told;
  });
  world.run(1_000);
  assert.equal(outcome?.warnings, ["spec.name: Invalid value: \"string\": failed rule: self == 'right'"]);
});

rules("a definition whose rules are wrong is refused", () => {
  const world = new ApiServerWorld({}).untilServing();
  const { error } = world.create(definitionsPath, definition([{ rule: "self.nope > 1" }]));
  assert.is(error?.code, 422);
  assert.match(
    error?.message ?? "",
    'properties[spec].x-kubernetes-validations[0].rule: Invalid value: apiextensions.ValidationRule{Rule:"self.nope > 1"',
  );
  assert.match(
    error?.message ?? "",
    "compilation failed: ERROR: <input>:1:5: undefined field 'nope'\n | self.nope > 1\n | ....^",
  );
});

rules.run();
