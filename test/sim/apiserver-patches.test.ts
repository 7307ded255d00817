/** What the API server says of patches that do not fit, and who may create by applying. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { PatchType, ResourcePath } from "../../actors/apiserver/messages.js";
import type { ApiOutcome } from "../../actors/apiserver/request.js";
import { readPatchText } from "../../src/api/patch/patch-text.js";
import { widget, widgets } from "../custom/definitions.js";
import { ApiServerWorld, configMap, configMaps, deployments } from "./apiserver-world.js";

const json = "application/json-patch+json";
const merge = "application/merge-patch+json";
const strategic = "application/strategic-merge-patch+json";
const applied = "application/apply-patch+yaml";

const definitionsPath: ResourcePath = {
  group: "apiextensions.k8s.io",
  version: "v1",
  resource: "customresourcedefinitions",
};
const widgetsPath: ResourcePath = { group: "example.com", version: "v1", resource: "widgets", namespace: "default" };

const deployment = {
  kind: "Deployment",
  apiVersion: "apps/v1",
  metadata: { name: "one" },
  spec: {
    selector: { matchLabels: { app: "one" } },
    template: { metadata: { labels: { app: "one" } }, spec: { containers: [{ name: "web", image: "nginx" }] } },
  },
};

/** A world with one object of each resource, made once: what is refused changes nothing. */
function furnished(): ApiServerWorld {
  const world = new ApiServerWorld().untilServing();
  world.create(definitionsPath, widgets);
  world.run(2_000);
  world.create(configMaps, configMap("one", { a: "1" }));
  world.create(deployments, deployment);
  assert.is(world.create(widgetsPath, widget("one")).error, undefined);
  return world;
}
const shared = furnished();

/** The answer to a patch that is given as text, with its warnings. */
function patched(
  path: ResourcePath,
  type: Exclude<PatchType, typeof applied>,
  text: string,
  fieldValidation: "Strict" | "Warn" | "Ignore",
) {
  let outcome: ApiOutcome | undefined;
  const read = readPatchText(text, type);
  if (!read.ok) throw new Error("the test's patch is no JSON");
  const user = { name: "kubernetes-admin", groups: ["system:masters"] };
  const asked = { path: { ...path, name: "one" }, user, fieldManager: "test", options: { fieldValidation, dryRun: true } };
  shared.server().request({ verb: "patch", patchType: type, ...asked, ...read.value }, (answer) => (outcome = answer));
  shared.run(5_000);
  if (outcome === undefined) throw new Error("the patch was not answered");
  return outcome;
}

const minded: Array<
  [
    title: string,
    path: ResourcePath,
    type: typeof json | typeof merge | typeof strategic,
    text: string,
    problems: readonly string[],
  ]
> = [
  ["an unknown field", deployments, merge, '{"spec":{"replica":2}}', ['unknown field "spec.replica"']],
  [
    "an unknown field",
    deployments,
    strategic,
    '{"spec":{"template":{"spec":{"containers":[{"name":"web","imag":"x"}]}}}}',
    ['unknown field "spec.template.spec.containers[0].imag"'],
  ],
  ["an unknown field", deployments, json, '[{"op":"add","path":"/spec/replica","value":2}]', ['unknown field "spec.replica"']],
  [
    "one of each",
    deployments,
    merge,
    '{"spec":{"replica":2,"paused":true,"paused":false}}',
    ['duplicate field "spec.paused"', 'unknown field "spec.replica"'],
  ],
  [
    "one of each",
    deployments,
    json,
    '[{"op":"add","op":"add","path":"/spec/replica","value":2,"why":""}]',
    ['json patch unknown field "[0].why"', 'json patch duplicate field "[0].op"', 'unknown field "spec.replica"'],
  ],
  ["a field given twice", configMaps, strategic, '{"data":{"a":"1","a":"2"}}', ['duplicate field "data.a"']],
  ["an unknown field", widgetsPath, merge, '{"spec":{"colour":"red"}}', ['unknown field "spec.colour"']],
  ["an unknown field", widgetsPath, json, '[{"op":"add","path":"/spec/colour","value":"red"}]', ['unknown field "spec.colour"']],
];
for (const [title, path, type, text, problems] of minded) {
  test(`${title} in a ${type} of ${path.resource} is refused, told or passed over`, () => {
    const strict = patched(path, type, text, "Strict");
    if (strict.ok) throw new Error("field validation Strict minds it");
    assert.is(strict.error.code, 422);
    const { message = "", reason } = strict.error.status;
    assert.is(reason, "Invalid");
    assert.ok(message.startsWith(' "" is invalid: patch: Invalid value: "'), message);
    assert.ok(message.endsWith(`: strict decoding error: ${problems.join(", ")}`), message);
    const warned = patched(path, type, text, "Warn");
    assert.ok(warned.ok);
    assert.equal(warned.warnings, problems);
    const ignored = patched(path, type, text, "Ignore");
    assert.ok(ignored.ok);
    assert.is(ignored.warnings, undefined);
  });
}

const unfit: Array<[title: string, path: ResourcePath, type: PatchType, patch: unknown, code: number, message: RegExp]> = [
  [
    "a text where a map is due",
    configMaps,
    merge,
    { data: "x" },
    422,
    /^ "" is invalid: patch: Invalid value: ".*": json: cannot unmarshal string into Go struct field ConfigMap\.data of type map\[string\]string$/,
  ],
  [
    "what a strategic patch says is shown as Go has it",
    configMaps,
    strategic,
    { data: { a: 7 } },
    422,
    /patch: Invalid value: "map\[data:map\[a:7\]\]": cannot convert int64 to string$/,
  ],
  [
    "another kind",
    configMaps,
    merge,
    { kind: "Secret" },
    422,
    /patch: Invalid value: ".*": converting \(v1\.Secret\) to \(core\.ConfigMap\): unknown conversion$/,
  ],
  ["metadata of the wrong type", widgetsPath, merge, { metadata: { labels: 7 } }, 422, /json: cannot unmarshal number/],
  [
    "a test that does not hold",
    configMaps,
    json,
    [{ op: "test", path: "/data/a", value: "2" }],
    422,
    /^the server rejected our request due to an error in our request$/,
  ],
  [
    "no merge key",
    deployments,
    strategic,
    { spec: { template: { spec: { containers: [{ image: "x" }] } } } },
    400,
    /^map: map\[image:x\] does not contain declared merge key: name$/,
  ],
  [
    "a strategic merge patch of a custom resource",
    widgetsPath,
    strategic,
    { spec: {} },
    415,
    /accepted media types include: application\/json-patch\+json, application\/merge-patch\+json/,
  ],
];
for (const [title, path, type, patch, code, message] of unfit) {
  test(`a patch is refused: ${title}`, () => {
    const { error } = shared.patch(path, "one", patch, type);
    assert.is(error?.code, code);
    assert.match(error?.message ?? "", message);
  });
}

test("a scale is patched as strictly as any object", () => {
  const wrong = shared.patch(deployments, "one", { spec: { replicas: "two" } }, merge, "scale");
  assert.is(wrong.error?.code, 422);
  assert.match(
    wrong.error?.message ?? "",
    /cannot unmarshal string into Go struct field ScaleSpec\.spec\.replicas of type int32/,
  );
  const unknown = shared.patch(deployments, "one", { spec: { replica: 2 } }, merge, "scale", { fieldValidation: "Strict" });
  assert.match(unknown.error?.message ?? "", /strict decoding error: unknown field "spec\.replica"$/);
  assert.is(shared.patch(widgetsPath, "one", { spec: {} }, strategic, "scale").error?.code, 415);
});

test("a strategic merge passes over what the patch says of its kind, as of a scale that is patched by the kind of what is scaled", () => {
  const misnamed = { apiVersion: "apps/v1", kind: "Deployment", spec: { replicas: 4 } };
  const scale = shared.patch(deployments, "one", misnamed, strategic, "scale", { dryRun: true });
  assert.is(scale.error, undefined);
  assert.is(scale.object?.kind, "Scale");
  assert.is(scale.object?.apiVersion, "autoscaling/v1");
  const { object } = shared.patch(configMaps, "one", { apiVersion: "v9", kind: "Secret" }, strategic, undefined, {
    dryRun: true,
  });
  assert.is(object?.kind, "ConfigMap");
  assert.is(object?.apiVersion, "v1");
  const refused = shared.patch(configMaps, "one", { kind: 7 }, strategic);
  assert.match(refused.error?.message ?? "", /cannot convert int64 to string$/);
});

test("managers that a client sends must have names", () => {
  const owned = {
    operation: "Update",
    apiVersion: "v1",
    time: "2020-01-01T00:00:00Z",
    fieldsType: "FieldsV1",
    fieldsV1: { "f:data": {} },
  };
  const sent = [
    { ...owned, manager: "fine" },
    { ...owned, manager: "x".repeat(129) },
    { ...owned, manager: "bell\u0007", subresource: "s".repeat(257) },
  ];
  const expected =
    'ConfigMap "two" is invalid: [metadata.managedFields[0].manager: Invalid value: "bell\\a": invalid character U+0007 (at position 4), ' +
    "metadata.managedFields[0].subresource: Too long: may not be more than 256 bytes, " +
    "metadata.managedFields[2].manager: Too long: may not be more than 128 bytes]";
  const created = shared.create(configMaps, { ...configMap("two"), metadata: { name: "two", managedFields: sent } });
  assert.is(created.error?.code, 422);
  assert.is(created.error?.message, expected);
  const { error } = shared.patch(configMaps, "one", { metadata: { managedFields: sent } });
  assert.is(error?.code, 422);
  assert.match(error?.message ?? "", 'ConfigMap "one" is invalid: [metadata.managedFields[');
});

test("who may patch may not for that alone create by applying", () => {
  const world = furnished();
  const roles: ResourcePath = { group: "rbac.authorization.k8s.io", version: "v1", resource: "roles", namespace: "default" };
  const rule = { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "patch"] };
  world.create(roles, { metadata: { name: "patcher" }, rules: [rule] });
  world.create(
    { ...roles, resource: "rolebindings" },
    {
      metadata: { name: "patcher" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "jane" }],
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "patcher" },
    },
  );
  world.run(1_000);
  world.as("jane");
  assert.is(world.apply(configMaps, configMap("one", { b: "2" }), "jane").error, undefined);
  const { error } = world.apply(configMaps, configMap("two", { b: "2" }), "jane");
  assert.is(error?.code, 403);
  assert.is(error?.message, 'configmaps "two" is forbidden: ', "RBAC gives no reason, and kube-apiserver words none here");
  world.as();
  world.create(roles, { metadata: { name: "creator" }, rules: [{ ...rule, verbs: ["create"] }] });
  world.create(
    { ...roles, resource: "rolebindings" },
    {
      metadata: { name: "creator" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "jane" }],
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "creator" },
    },
  );
  world.run(1_000);
  assert.is(world.as("jane").apply(configMaps, configMap("two", { b: "2" }), "jane").error, undefined);
});

test("a list whose last item a component takes away is gone", () => {
  const world = new ApiServerWorld().untilServing();
  world.create(configMaps, { ...configMap("held"), metadata: { name: "held", finalizers: ["example.com/hold"] } });
  const patch = { metadata: { "$deleteFromPrimitiveList/finalizers": ["example.com/hold"] } };
  const user = { name: "controller", groups: [] };
  const asked = { verb: "patch", patchType: strategic, path: { ...configMaps, name: "held" }, user, options: {}, patch } as const;
  world.server().request({ ...asked, typed: true }, () => undefined);
  world.run(1_000);
  assert.not.ok("finalizers" in world.get(configMaps, "held").object.metadata);
});

test.run();
