/** MutatingAdmissionPolicy: https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/ */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { UntypedObject } from "../../src/api/types.js";
import { AdmissionWorld, allowing, mutating, setting } from "./admission-world.js";
import { configMap, configMaps, podOf, podsPath } from "./apiserver-world.js";

const registration = (resource: string) => ({ group: "admissionregistration.k8s.io", version: "v1alpha1", resource });
const policies = registration("mutatingadmissionpolicies");
const bindings = registration("mutatingadmissionpolicybindings");

const ruleFor = (resource: string) => ({ operations: ["*"], apiGroups: [""], apiVersions: ["*"], resources: [resource] });
const apply = (expression: string) => ({ patchType: "ApplyConfiguration", applyConfiguration: { expression } });
const patch = (expression: string) => ({ patchType: "JSONPatch", jsonPatch: { expression } });

/** Registers a policy and binds it; fails where it is not let in. */
function bind(world: AdmissionWorld, mutations: readonly object[], spec: object = {}, name = "demo", binding: object = {}): void {
  const whole = {
    matchConstraints: { resourceRules: [ruleFor("configmaps")] },
    mutations,
    reinvocationPolicy: "Never",
    ...spec,
  };
  const policy = world.create(policies, { metadata: { name }, spec: whole });
  assert.is(policy.error, undefined, policy.error?.message);
  const { error } = world.create(bindings, { metadata: { name }, spec: { policyName: name, ...binding } });
  assert.is(error, undefined, error?.message);
}

const dataOf = (object: UntypedObject): unknown => object.data;
const made = (world: AdmissionWorld, name = "one") => world.create(configMaps, configMap(name, { a: "1" }));

test("a configuration is merged into the object", () => {
  const world = new AdmissionWorld();
  bind(world, [apply('Object{metadata: Object.metadata{labels: {"seen": "yes"}}, data: {"b": object.data.a + "0"}}')]);
  const { object, error } = made(world);
  assert.is(error, undefined);
  assert.equal(object.metadata.labels, { seen: "yes" });
  assert.equal(dataOf(object), { a: "1", b: "10" });
});

test("lists of a pod are merged by their keys: a sidecar is added, a container is kept", () => {
  const world = new AdmissionWorld();
  world.account();
  const sidecar = 'Object{spec: Object.spec{containers: [Object.spec.containers{name: "sidecar", image: "envoy"}]}}';
  const once = { matchConditions: [{ name: "none-yet", expression: "!object.spec.containers.exists(c, c.name == 'sidecar')" }] };
  bind(world, [apply(sidecar)], { matchConstraints: { resourceRules: [ruleFor("pods")] }, ...once });
  const { object, error } = world.create(podsPath, podOf("web"));
  assert.is(error, undefined, error?.message);
  const { containers } = object.spec as { containers: Array<{ name: string; image: string; imagePullPolicy: string }> };
  assert.equal(
    containers.map(({ name, image, imagePullPolicy }) => [name, image, imagePullPolicy]),
    [
      ["main", "nginx", "Always"],
      ["sidecar", "envoy", "Always"],
    ],
  );
});

test("a JSON patch is applied; one whose test does not hold is not, and that is no fault", () => {
  const world = new AdmissionWorld();
  const expression = `[
    JSONPatch{op: "test", path: "/data/a", value: "1"},
    JSONPatch{op: "add", path: "/metadata/annotations", value: {}},
    JSONPatch{op: "add", path: "/metadata/annotations/" + jsonpatch.escapeKey("example.com/seen"), value: "yes"},
    JSONPatch{op: "replace", path: "/data/a", value: "2"}
  ]`;
  bind(world, [patch(expression)]);
  const { object } = made(world);
  assert.equal(dataOf(object), { a: "2" });
  assert.equal(object.metadata.annotations, { "example.com/seen": "yes" });
  const other = world.create(configMaps, configMap("two", { a: "3" }));
  assert.equal(dataOf(other.object), { a: "3" });
});

test("mutations of one policy, and policies by their names, see what came before", () => {
  const world = new AdmissionWorld();
  bind(world, [apply('Object{data: {"b": object.data.a}}'), apply('Object{data: {"c": object.data.b}}')], {}, "first");
  bind(world, [apply('Object{data: {"d": object.data.c}}')], {}, "second");
  assert.equal(dataOf(made(world).object), { a: "1", b: "1", c: "1", d: "1" });
});

test("what fails refuses, unless failures are to be ignored", () => {
  const world = new AdmissionWorld();
  bind(world, [apply('Object{data: {"b": object.data.none}}')]);
  const { error } = made(world);
  const message = `policy 'demo' with binding 'demo' denied request: expression 'Object{data: {"b": object.data.none}}' resulted in error: no such key: none`;
  assert.is(error?.message, message);
  assert.equal([error?.code, error?.reason], [403, "Invalid"]);
  world.patch(policies, "demo", { spec: { failurePolicy: "Ignore" } });
  assert.equal(dataOf(made(world).object), { a: "1" });
});

test("parts must be named by their paths, and what is owned as a whole cannot be applied", () => {
  const world = new AdmissionWorld();
  world.account();
  const matchConstraints = { resourceRules: [ruleFor("pods")] };
  bind(world, [apply("Object{spec: Object.wrong{priority: 1}}")], { matchConstraints });
  assert.match(
    world.create(podsPath, podOf("web")).error?.message ?? "",
    /type mismatch: unexpected type name "Object\.wrong", expected "Object\.spec", which matches field name path from root Object type$/,
  );
  const mutations = [apply('Object{spec: Object.spec{tolerations: [Object.spec.tolerations{key: "a"}]}}')];
  world.patch(policies, "demo", { spec: { mutations } });
  assert.match(
    world.create(podsPath, podOf("web")).error?.message ?? "",
    /error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: \.spec\.tolerations/,
  );
});

test("policies change the object before webhooks are asked; who wishes it acts again on what they changed", () => {
  const world = new AdmissionWorld();
  world.register(mutating, "changer", setting("w", "1"), {});
  bind(world, [apply('Object{data: {"count": string(object.data.size() + 1)}}')], { reinvocationPolicy: "IfNeeded" });
  assert.equal(dataOf(made(world).object), { a: "1", count: "4", w: "1" });
  assert.equal(dataOf(world.asked("changer")[0]!.object!), { a: "1", count: "2" });
  world.register(mutating, "watcher", allowing, { reinvocationPolicy: "IfNeeded" });
  made(world, "two");
  assert.equal(
    world.asked("watcher").map(({ object }) => dataOf(object!)),
    [
      { a: "1", count: "2", w: "1" },
      { a: "1", count: "4", w: "1" },
    ],
  );
});

test("parameters, updates, and deletes that it has no part in", () => {
  const world = new AdmissionWorld();
  world.create({ ...configMaps, namespace: "kube-system" }, configMap("defaults", { team: "red" }));
  const paramRef = { name: "defaults", namespace: "kube-system", parameterNotFoundAction: "Deny" };
  const spec = { paramKind: { apiVersion: "v1", kind: "ConfigMap" } };
  bind(world, [apply('Object{data: {"team": params.data.team}}')], spec, "demo", { paramRef });
  assert.equal(dataOf(made(world).object), { a: "1", team: "red" });
  assert.equal(dataOf(world.patch(configMaps, "one", { data: { team: "blue" } }).object), { a: "1", team: "red" });
  assert.is(world.delete(configMaps, "one").error, undefined);
});

test("a policy that cannot be meant is refused when it is written", () => {
  const world = new AdmissionWorld();
  const matchConstraints = { resourceRules: [{ ...ruleFor("pods"), operations: ["DELETE"] }] };
  const written = (spec: object) =>
    world.create(policies, { metadata: { name: "demo" }, spec }).error?.message ?? "it was let in";
  assert.match(
    written({ matchConstraints, mutations: [] }),
    /spec\.matchConstraints\.resourceRules\.operations: Unsupported value: "DELETE".*spec\.mutations: Required value: mutations must contain at least one item/,
  );
  const good = { resourceRules: [ruleFor("pods")] };
  assert.match(
    written({ matchConstraints: good, mutations: [apply("object")] }),
    /spec\.mutations\[0\]\.applyConfiguration\.expression: Invalid value: "object": must evaluate to Object/,
  );
  assert.match(
    written({ matchConstraints: good, mutations: [patch("[1]")] }),
    /spec\.mutations\[0\]\.jsonPatch\.expression: Invalid value: "\[1\]": must evaluate to list\(JSONPatch\)/,
  );
  assert.match(
    written({ matchConstraints: good, mutations: [{ patchType: "JSONPatch" }] }),
    /spec\.mutations\[0\]\.jsonPatch: Required value/,
  );
});

test.run();
