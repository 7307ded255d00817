/** ValidatingAdmissionPolicy: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ApiOutcome } from "../../actors/apiserver/request.js";
import type { UntypedObject } from "../../src/api/types.js";
import { AdmissionWorld, denying, validating, webhook } from "./admission-world.js";
import { configMap, configMaps, namespacesPath, podOf } from "./apiserver-world.js";

const registration = (resource: string) => ({ group: "admissionregistration.k8s.io", version: "v1", resource });
const policies = registration("validatingadmissionpolicies");
const bindings = registration("validatingadmissionpolicybindings");
const deployments = { group: "apps", version: "v1", resource: "deployments", namespace: "default" };

const ruleFor = (resource: string, group = "") => ({
  operations: ["*"],
  apiGroups: [group],
  apiVersions: ["*"],
  resources: [resource],
});

/** Registers a policy for ConfigMaps and binds it; fails where it is not let in. */
function bind(world: AdmissionWorld, spec: object, binding: object = {}): void {
  const whole = { matchConstraints: { resourceRules: [ruleFor("configmaps")] }, ...spec };
  const policy = world.create(policies, { metadata: { name: "demo" }, spec: whole });
  assert.is(policy.error, undefined, policy.error?.message);
  const bound = { policyName: "demo", validationActions: ["Deny"], ...binding };
  const { error } = world.create(bindings, { metadata: { name: "demo-binding" }, spec: bound });
  assert.is(error, undefined, error?.message);
}

const onlyOne = { validations: [{ expression: "object.data.a == '1'" }] };
const made = (world: AdmissionWorld, data: Record<string, string>, name = "one") =>
  world.create(configMaps, configMap(name, data));
const text = (error: { message?: string } | undefined): string => error?.message ?? "it was let in";

/** Creates as somebody other than the administrator, and tells the whole outcome. */
function outcomeOf(world: AdmissionWorld, data: Record<string, string>, user = "kubernetes-admin", name = "one"): ApiOutcome {
  let outcome: ApiOutcome | undefined;
  const body = configMap(name, data) as UntypedObject;
  const groups = user === "kubernetes-admin" ? ["system:masters"] : ["system:authenticated"];
  const request = { verb: "create", path: configMaps, user: { name: user, groups }, body, options: {} } as const;
  world.server().request(request, (told) => {
    outcome = told;
  });
  world.run(1_000);
  return outcome!;
}

test("a policy that is bound refuses what its expression finds false", () => {
  const world = new AdmissionWorld();
  bind(world, onlyOne);
  assert.is(made(world, { a: "1" }).error, undefined);
  const { error } = made(world, { a: "2" }, "two");
  const message = `ValidatingAdmissionPolicy 'demo' with binding 'demo-binding' denied request: failed expression: object.data.a == '1'`;
  assert.is(error?.message, `configmaps "two" is forbidden: ${message}`);
  assert.equal([error?.code, error?.reason], [422, "Invalid"]);
  assert.equal(error?.details, { name: "two", kind: "configmaps", causes: [{ message }] });
  assert.is(world.delete(bindings, "demo-binding").error, undefined);
  assert.is(made(world, { a: "2" }, "two").error, undefined, "without a binding it does nothing");
});

test("a message, a message that is computed, and a reason", () => {
  const world = new AdmissionWorld();
  bind(world, {
    validations: [
      { expression: "object.data.a != 'x'", message: "a must not be x", reason: "Forbidden" },
      { expression: "object.data.a != 'y'", messageExpression: "'a is ' + object.data.a", message: "unused" },
      {
        expression: "object.data.a != 'z'",
        messageExpression: "string(object.data.none)",
        message: "when it cannot be computed",
      },
    ],
  });
  const forbidden = made(world, { a: "x" }).error;
  assert.match(text(forbidden), /denied request: a must not be x$/);
  assert.equal([forbidden?.code, forbidden?.reason], [403, "Forbidden"]);
  assert.match(text(made(world, { a: "y" }).error), /denied request: a is y$/);
  assert.match(text(made(world, { a: "z" }).error), /denied request: when it cannot be computed$/);
});

test("an error refuses, unless failures are to be ignored", () => {
  const world = new AdmissionWorld();
  bind(world, onlyOne);
  assert.match(text(made(world, { b: "1" }).error), /expression 'object\.data\.a == '1'' resulted in error: no such key: a$/);
  world.patch(policies, "demo", { spec: { failurePolicy: "Ignore" } });
  assert.is(made(world, { b: "1" }).error, undefined);
});

test("variables are worked out once they are asked for, each from those before it", () => {
  const world = new AdmissionWorld();
  bind(world, {
    variables: [
      { name: "count", expression: "object.data.size()" },
      { name: "many", expression: "variables.count > 2" },
      { name: "broken", expression: "object.data.none" },
    ],
    validations: [{ expression: "!variables.many || variables.broken == ''" }],
  });
  assert.is(made(world, { a: "1" }).error, undefined);
  assert.match(
    text(made(world, { a: "1", b: "2", c: "3" }, "two").error),
    /composited variable "broken" fails to evaluate: no such key: none$/,
  );
});

test("match conditions, the request, the old object and the namespace may be spoken of", () => {
  const world = new AdmissionWorld();
  world.patch(namespacesPath, "default", { metadata: { labels: { team: "red" } } });
  bind(world, {
    matchConditions: [{ name: "not-the-boss", expression: "request.userInfo.username != 'boss'" }],
    validations: [
      { expression: "namespaceObject.metadata.labels.team == 'red'" },
      { expression: "request.operation != 'UPDATE' || oldObject.data.a == object.data.a", message: "a may not change" },
      { expression: "request.operation != 'DELETE' || oldObject.data.a != 'keep'", message: "it is kept" },
      { expression: "request.operation == 'DELETE' || request.name == object.metadata.name" },
    ],
  });
  assert.is(made(world, { a: "keep" }).error, undefined);
  assert.match(text(world.patch(configMaps, "one", { data: { a: "2" } }).error), /a may not change$/);
  assert.match(text(world.delete(configMaps, "one").error), /it is kept$/);
  world.patch(namespacesPath, "default", { metadata: { labels: { team: "blue" } } });
  assert.match(text(made(world, { a: "1" }, "two").error), /failed expression: namespaceObject/);
  assert.ok(outcomeOf(world, { a: "1" }, "boss", "three").ok);
});

test("who may do what can be asked", () => {
  const world = new AdmissionWorld();
  bind(world, {
    validations: [{ expression: "authorizer.requestResource.check('delete').allowed()", message: "only those who may delete" }],
  });
  assert.ok(outcomeOf(world, { a: "1" }).ok);
  world.delete(configMaps, "one");
  const refused = outcomeOf(world, { a: "1" }, "guest");
  assert.match(refused.ok ? "let in" : (refused.error.status.message ?? ""), /only those who may delete$/);
});

test("warnings and notes for the audit log go with the answer", () => {
  const world = new AdmissionWorld();
  const auditAnnotations = [
    { key: "size", valueExpression: "string(object.data.size())" },
    { key: "none", valueExpression: "null" },
  ];
  bind(world, { ...onlyOne, auditAnnotations }, { validationActions: ["Warn", "Audit"] });
  const outcome = outcomeOf(world, { a: "2" });
  assert.ok(outcome.ok);
  assert.equal(outcome.warnings, [
    "Validation failed for ValidatingAdmissionPolicy 'demo' with binding 'demo-binding': failed expression: object.data.a == '1'",
  ]);
  const failure = {
    message: "failed expression: object.data.a == '1'",
    policy: "demo",
    binding: "demo-binding",
    expressionIndex: 0,
    validationActions: ["Warn", "Audit"],
  };
  assert.equal(
    [...(outcome.annotations ?? [])],
    [
      ["validation.policy.admission.k8s.io/validation_failure", JSON.stringify([failure])],
      ["demo/size", "1"],
    ],
  );
});

test("parameters are found by name, by labels, in the namespace of the request; missing ones refuse or let in", () => {
  const world = new AdmissionWorld();
  const spec = {
    paramKind: { apiVersion: "v1", kind: "ConfigMap" },
    matchConstraints: { resourceRules: [ruleFor("deployments", "apps")] },
    validations: [
      { expression: "object.spec.replicas <= int(params.data.max)", messageExpression: "'at most ' + params.data.max" },
    ],
  };
  bind(world, spec, { paramRef: { name: "limits", namespace: "default", parameterNotFoundAction: "Deny" } });
  const deployment = (name: string, replicas: number) => ({
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { a: "b" } },
      template: { metadata: { labels: { a: "b" } }, spec: podOf("x").spec },
    },
  });
  const deploy = (name: string, replicas: number) => text(world.create(deployments, deployment(name, replicas)).error);
  assert.match(
    deploy("a", 1),
    /denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction$/,
  );
  world.create(configMaps, configMap("limits", { max: "3" }, { limits: "yes" }));
  assert.is(deploy("a", 3), "it was let in");
  assert.match(deploy("b", 4), /denied request: at most 3$/);
  world.create(configMaps, configMap("more-limits", { max: "2" }, { limits: "yes" }));
  const selector = { matchLabels: { limits: "yes" } };
  world.patch(bindings, "demo-binding", { spec: { paramRef: { name: null, namespace: null, selector } } });
  assert.match(deploy("b", 3), /denied request: at most 2$/, "each parameter is judged by");
  world.patch(bindings, "demo-binding", {
    spec: { paramRef: { selector: { matchLabels: { limits: "none" } }, parameterNotFoundAction: "Allow" } },
  });
  assert.is(deploy("b", 9), "it was let in");
});

test("a kind of parameters that is not there is a fault of the policy", () => {
  const world = new AdmissionWorld();
  bind(
    world,
    { paramKind: { apiVersion: "example.com/v1", kind: "Limit" }, ...onlyOne },
    { paramRef: { name: "limits", parameterNotFoundAction: "Allow" } },
  );
  assert.match(
    text(made(world, { a: "1" }).error),
    /ValidatingAdmissionPolicy 'demo' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'example\.com\/v1, Kind=Limit'$/,
  );
});

test("resources are excluded, and named; bindings narrow their policy", () => {
  const world = new AdmissionWorld();
  const matchConstraints = {
    resourceRules: [ruleFor("configmaps")],
    excludeResourceRules: [{ ...ruleFor("configmaps"), resourceNames: ["free"] }],
  };
  const narrowed = { matchResources: { objectSelector: { matchLabels: { judged: "yes" } } } };
  bind(world, { ...onlyOne, matchConstraints }, narrowed);
  assert.is(made(world, { a: "2" }, "one").error, undefined, "its labels do not have it judged");
  assert.is(world.create(configMaps, configMap("free", { a: "2" }, { judged: "yes" })).error, undefined);
  assert.is(world.create(configMaps, configMap("two", { a: "2" }, { judged: "yes" })).error?.code, 422);
});

test("policies judge before webhooks are asked", () => {
  const world = new AdmissionWorld();
  world.register(validating, "judge", denying("by the webhook"));
  bind(world, onlyOne);
  assert.match(text(made(world, { a: "2" }).error), /ValidatingAdmissionPolicy/);
  assert.equal(world.asked("judge"), []);
  assert.match(text(made(world, { a: "1" }).error), /by the webhook$/);
});

test("a webhook is asked only where its match conditions hold; where they fail it depends on its failure policy", () => {
  const world = new AdmissionWorld();
  const matchConditions = [{ name: "big", expression: "object.data.size() > 1" }];
  world.register(validating, "judge", denying("too big"), { matchConditions });
  assert.is(made(world, { a: "1" }).error, undefined);
  assert.match(text(made(world, { a: "1", b: "2" }, "two").error), /too big$/);
  const failing = [{ name: "fails", expression: "object.data.none == ''" }];
  world.patch(validating, "judge", { webhooks: [webhook("judge", { matchConditions: failing })] });
  assert.is(
    text(made(world, { a: "1" }, "two").error),
    `configmaps "two" is forbidden: expression 'object.data.none == ''' resulted in error: no such key: none`,
  );
  world.patch(validating, "judge", { webhooks: [webhook("judge", { matchConditions: failing, failurePolicy: "Ignore" })] });
  assert.is(made(world, { a: "1" }, "two").error, undefined);
});

test("expressions share what they may cost", () => {
  const world = new AdmissionWorld();
  const dear = "object.data.all(a, object.data.all(b, object.data.all(c, object.data.all(d, a + b + c + d != ''))))";
  bind(world, { validations: [{ expression: dear }] });
  const data = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`key-${index}`, "value"]));
  assert.match(text(made(world, data).error), /resulted in error: operation cancelled: actual cost limit exceeded$/);
});

test("v1beta1 shows the same policies", () => {
  const world = new AdmissionWorld();
  bind(world, onlyOne);
  const { object } = world.get({ ...policies, version: "v1beta1" }, "demo");
  assert.is(object.apiVersion, "admissionregistration.k8s.io/v1beta1");
});

test.run();
