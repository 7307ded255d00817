/** What webhooks leave in the audit log. https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#mutating-webhook-auditing-annotations */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { resourceAttributes } from "../../actors/apiserver/access/attributes.js";
import { Audit } from "../../actors/apiserver/audit/audit.js";
import type { ApiOutcome } from "../../actors/apiserver/request.js";
import type { AuditLevel } from "../../src/api/audit/policy.js";
import type { UntypedObject } from "../../src/api/types.js";
import {
  AdmissionWorld,
  allowing,
  type Decision,
  mutating,
  onConfigMaps,
  setting,
  validating,
  webhook,
} from "./admission-world.js";
import { configMap, configMaps } from "./apiserver-world.js";

const admin = { name: "kubernetes-admin", groups: ["system:masters"] };

function created(world: AdmissionWorld, data: Record<string, string> = {}): ApiOutcome {
  let outcome: ApiOutcome | undefined;
  const body = configMap("one", data) as UntypedObject;
  world.server().request({ verb: "create", path: configMaps, user: admin, body, options: {} }, (told) => {
    outcome = told;
  });
  world.run(15_000);
  return outcome!;
}

const annotationsOf = ({ annotations }: ApiOutcome): Record<string, unknown> =>
  Object.fromEntries([...(annotations ?? [])].map(([key, value]) => [key, value.startsWith("{") ? JSON.parse(value) : value]));

test("whether a mutating webhook changed the object, and by which patch, by its place among all", () => {
  const world = new AdmissionWorld();
  const onPods = [{ ...onConfigMaps, resources: ["pods"] }];
  world.register(mutating, "a", allowing, { rules: onPods });
  world.register(mutating, "b", setting("b", "2"));
  world.register(mutating, "c", setting("b", "2"));
  world.register(mutating, "d", (): Decision => ({ auditAnnotations: { said: "yes" } }));
  const patch = [{ op: "add", path: "/data/b", value: "2" }];
  const by = (name: string) => ({ configuration: name, webhook: `${name}.example.com` });
  assert.equal(annotationsOf(created(world, { a: "1" })), {
    "mutation.webhook.admission.k8s.io/round_0_index_1": { ...by("b"), mutated: true },
    "patch.webhook.admission.k8s.io/round_0_index_1": { ...by("b"), patch, patchType: "JSONPatch" },
    "mutation.webhook.admission.k8s.io/round_0_index_2": { ...by("c"), mutated: false },
    "patch.webhook.admission.k8s.io/round_0_index_2": { ...by("c"), patch, patchType: "JSONPatch" },
    "mutation.webhook.admission.k8s.io/round_0_index_3": { ...by("d"), mutated: false },
    "d.example.com/said": "yes",
  });
});

test("which webhooks failed and were forgiven", () => {
  const world = new AdmissionWorld();
  for (const [path, name] of [
    [mutating, "m"],
    [validating, "v"],
  ] as const)
    world.register(path, name, () => undefined, { failurePolicy: "Ignore", timeoutSeconds: 1 });
  assert.equal(annotationsOf(created(world)), {
    "mutation.webhook.admission.k8s.io/round_0_index_0": { configuration: "m", webhook: "m.example.com", mutated: false },
    "failed-open.mutation.webhook.admission.k8s.io/round_0_index_0": "m.example.com",
    "failed-open.validating.webhook.admission.k8s.io/round_0_index_0": "v.example.com",
  });
});

test("a webhook that is called again tells of it as of another round", () => {
  const world = new AdmissionWorld();
  world.answer("two", setting("b", "2"));
  world.register(mutating, "a", allowing, { reinvocationPolicy: "IfNeeded" });
  world.create(mutating, { metadata: { name: "b" }, webhooks: [webhook("two")] });
  const keys = [...(created(world, { a: "1" }).annotations ?? new Map()).keys()];
  assert.equal(keys, [
    "mutation.webhook.admission.k8s.io/round_0_index_0",
    "patch.webhook.admission.k8s.io/round_0_index_1",
    "mutation.webhook.admission.k8s.io/round_0_index_1",
    "mutation.webhook.admission.k8s.io/round_1_index_0",
  ]);
});

test("a patch is told of only where requests are", () => {
  const world = new AdmissionWorld();
  world.register(mutating, "b", setting("b", "2"));
  const outcome = created(world, { a: "1" });
  const toldAt = (level: AuditLevel): string[] => {
    const lines: string[] = [];
    const policy = { rules: [{ level }] };
    const { host } = world.simulation.component("apiserver/0")!;
    const audited = new Audit(host, { policy, write: (line) => lines.push(line) }).begin({
      asker: admin,
      attributes: resourceAttributes("create", configMaps),
      version: "v1",
      requestUri: "/api/v1/namespaces/default/configmaps",
      sourceIps: [],
      userAgent: "",
      longRunning: false,
    });
    audited?.decided({ allowed: true, reason: "" });
    audited?.answered(outcome);
    audited?.completed();
    const { annotations } = JSON.parse(lines.at(-1)!) as { annotations: object };
    return Object.keys(annotations).filter((key) => key.includes("webhook"));
  };
  const [mutation, patch] = ["mutation", "patch"].map((what) => `${what}.webhook.admission.k8s.io/round_0_index_0`);
  assert.equal(toldAt("Metadata"), [mutation]);
  assert.equal(toldAt("Request"), [mutation, patch]);
});

/** The server writes ConfigMaps of its own, elsewhere. */
const inDefault = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "default" } } };

const onlyOne = {
  matchConstraints: { ...inDefault, resourceRules: [{ ...onConfigMaps, operations: ["CREATE"] }] },
  validations: [{ expression: "object.data.a == '1'" }],
};

const registration = (resource: string) => ({ group: "admissionregistration.k8s.io", version: "v1", resource });

function bound(world: AdmissionWorld, spec: object, validationActions: string[]): void {
  world.create(registration("validatingadmissionpolicies"), { metadata: { name: "demo" }, spec });
  const binding = { metadata: { name: "demo" }, spec: { policyName: "demo", validationActions } };
  world.create(registration("validatingadmissionpolicybindings"), binding);
}

/** The series of a metric that have counted something, but for what the server itself does. */
const measured = (world: AdmissionWorld, ...names: string[]): string[] =>
  world
    .server()
    .metrics.registry.text()
    .split("\n")
    .filter((line) => names.some((name) => line.startsWith(`apiserver_${name}`)));

test("webhooks are counted by what came of asking them, once for a request", () => {
  const world = new AdmissionWorld();
  world.register(mutating, "good", setting("b", "2"), inDefault);
  world.register(mutating, "lost", () => undefined, { ...inDefault, failurePolicy: "Ignore", timeoutSeconds: 1 });
  world.register(validating, "judge", () => ({ allowed: false, status: { message: "no", code: 418 } }), inDefault);
  created(world, { a: "1" });
  assert.equal(measured(world, "admission_webhook_request_total", "admission_webhook_fail_open_count"), [
    'apiserver_admission_webhook_fail_open_count{name="lost.example.com",type="admit"} 1',
    'apiserver_admission_webhook_request_total{name="good.example.com",type="admit",operation="CREATE",code="200",rejected="false"} 1',
    'apiserver_admission_webhook_request_total{name="lost.example.com",type="admit",operation="CREATE",code="400",rejected="false"} 1',
    'apiserver_admission_webhook_request_total{name="judge.example.com",type="validating",operation="CREATE",code="418",rejected="true"} 1',
  ]);
  assert.equal(measured(world, "admission_webhook_rejection_count"), [
    'apiserver_admission_webhook_rejection_count{name="judge.example.com",type="validating",operation="CREATE",error_type="no_error",rejection_code="418"} 1',
  ]);
  const took =
    'webhook_admission_duration_seconds_bucket{name="good.example.com",type="admit",operation="CREATE",rejected="false"';
  assert.equal(
    measured(world, `admission_${took}`).map((line) => line.slice(line.indexOf('le="'))),
    ['le="0.005"} 0', ...["0.025", "0.1", "0.5", "1", "2.5", "10", "25", "+Inf"].map((bound) => `le="${bound}"} 1`)],
  );
});

const refusals: Array<[title: string, decide: () => Decision | undefined, more: object, counted: string]> = [
  [
    "a webhook that does not answer",
    () => undefined,
    { timeoutSeconds: 1 },
    'error_type="calling_webhook_error",rejection_code="400"',
  ],
  [
    "a patch that does not apply",
    () => ({ patch: [{ op: "remove", path: "/data/none" }] }),
    {},
    'error_type="apiserver_internal_error",rejection_code="0"',
  ],
];
for (const [title, decide, more, counted] of refusals)
  test(`${title} is counted as what it is`, () => {
    const world = new AdmissionWorld();
    world.register(mutating, "bad", decide, { ...inDefault, ...more });
    world.create(configMaps, configMap("one", { a: "1" }));
    assert.equal(measured(world, "admission_webhook_rejection_count"), [
      `apiserver_admission_webhook_rejection_count{name="bad.example.com",type="admit",operation="CREATE",${counted}} 1`,
    ]);
  });

test("match conditions are counted when they keep a webhook from being asked, and when they fail", () => {
  const world = new AdmissionWorld();
  const matchConditions = (expression: string) => ({ ...inDefault, matchConditions: [{ name: "one", expression }] });
  world.register(mutating, "never", allowing, matchConditions("false"));
  world.register(mutating, "fails", allowing, { ...matchConditions("object.data.none == '1'"), failurePolicy: "Ignore" });
  created(world, { a: "1" });
  const of = (name: string) => `{name="${name}.example.com",kind="webhook",type="admit",operation="CREATE"} 1`;
  assert.equal(measured(world, "admission_match_condition_exclusions", "admission_match_condition_evaluation_errors"), [
    `apiserver_admission_match_condition_evaluation_errors_total${of("fails")}`,
    `apiserver_admission_match_condition_exclusions_total${of("fails")}`,
    `apiserver_admission_match_condition_exclusions_total${of("never")}`,
  ]);
  assert.is(measured(world, "admission_match_condition_evaluation_seconds_count").length, 2);
});

test("policies are counted by what they enforce", () => {
  const world = new AdmissionWorld();
  world.register(validating, "judge", allowing, inDefault);
  bound(world, onlyOne, ["Deny", "Audit"]);
  created(world, { a: "2" });
  created(world, { a: "1" });
  const of = (errorType: string, action: string, count: number) =>
    `apiserver_validating_admission_policy_check_total{policy="demo",policy_binding="demo",error_type="${errorType}",enforcement_action="${action}"} ${count}`;
  assert.equal(measured(world, "validating_admission_policy_check_total"), [
    of("no_error", "deny", 1),
    of("no_error", "audit", 1),
  ]);
  assert.is(measured(world, "validating_admission_policy_check_duration_seconds_count").length, 2);
  const failing = { ...onlyOne, validations: [{ expression: "object.data.none == '1'" }], failurePolicy: "Ignore" };
  const { error } = world.patch(registration("validatingadmissionpolicies"), "demo", { spec: failing });
  assert.is(error, undefined);
  world.delete(configMaps, "one");
  created(world, { a: "1" });
  assert.equal(measured(world, "validating_admission_policy_check_total").slice(2), [of("invalid_error", "allow", 1)]);
});

test("both steps of admission and each plugin are measured, once however often the request is planned", () => {
  const world = new AdmissionWorld();
  world.register(mutating, "slow", () => ({ afterMs: 200 }));
  const steps = () => measured(world, "admission_step_admission_duration_seconds").filter((line) => line.includes('"UPDATE"'));
  created(world, { a: "1" });
  const before = steps().filter((line) => line.includes("seconds_count"));
  world.patch(configMaps, "one", { data: { a: "2" } });
  const counted = (line: string) => Number(line.slice(line.lastIndexOf(" ") + 1));
  for (const type of ["admit", "validate"]) {
    const now = steps().find((line) => line.includes(`seconds_count{type="${type}"`))!;
    const then = before.find((line) => line.includes(`seconds_count{type="${type}"`));
    assert.is(counted(now) - (then === undefined ? 0 : counted(then)), 1, type);
  }
  const bucket = steps().find((line) =>
    line.includes('seconds_bucket{type="admit",operation="UPDATE",rejected="false",le="0.5"}'),
  );
  assert.ok(bucket !== undefined && counted(bucket) >= 1, "the time that webhooks take is in it");
  assert.ok(steps().some((line) => line.startsWith("apiserver_admission_step_admission_duration_seconds_summary_sum")));
  const plugins = measured(world, "admission_controller_admission_duration_seconds_count").map((line) => line.split('"')[1]);
  for (const name of ["NamespaceLifecycle", "MutatingAdmissionWebhook"]) assert.ok(plugins.includes(name), name);
});

test("webhooks see who owns what, now and before, and may change it", () => {
  const world = new AdmissionWorld();
  const managers = (object: UntypedObject | null) => object?.metadata.managedFields?.map(({ manager }) => manager);
  world.register(mutating, "changer", ({ request: { operation } }) =>
    operation === "UPDATE" ? { patch: [{ op: "add", path: "/metadata/managedFields", value: [] }] } : {},
  );
  world.register(validating, "judge", allowing);
  world.create(configMaps, configMap("one", { a: "1" }), 0, false, "ann");
  world.apply(configMaps, configMap("one", { b: "2" }), "bob");
  const [, changed] = world.asked("changer");
  assert.equal([managers(changed!.object), managers(changed!.oldObject)], [["bob", "ann"], ["ann"]]);
  const [, judged] = world.asked("judge");
  assert.equal([managers(judged!.object), managers(judged!.oldObject)], [undefined, ["ann"]]);
  assert.is(world.get(configMaps, "one").object.metadata.managedFields, undefined);
  world.delete(configMaps, "one");
  assert.is(world.asked("judge").at(-1)?.object, null);
});

test("what a webhook makes of managedFields that nobody can read is not taken, and warned of", () => {
  const world = new AdmissionWorld();
  const patch = [{ op: "replace", path: "/metadata/managedFields/0/operation", value: "Invent" }];
  world.register(mutating, "changer", () => ({ patch }));
  const outcome = created(world, { a: "1" });
  assert.equal(outcome.ok && outcome.warnings, [
    ".metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; " +
      "please fix your requests: operation must be `Apply` or `Update`",
  ]);
  assert.is(world.get(configMaps, "one").object.metadata.managedFields?.[0]?.operation, "Update");
});

test("owners that a webhook names twice are warned of", () => {
  const world = new AdmissionWorld();
  const owner = { apiVersion: "v1", kind: "Node", name: "node-1", uid: "u-1" };
  world.register(mutating, "owner", () => ({ patch: [{ op: "add", path: "/metadata/ownerReferences", value: [owner, owner] }] }));
  const outcome = created(world, { a: "1" });
  assert.equal(outcome.ok && outcome.warnings, [
    ".metadata.ownerReferences contains duplicate entries after mutating admission happens; API server dedups owner references in 1.20+, " +
      "and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: u-1",
  ]);
});

test("what a webhook says of the objects of a collection that is deleted is told with the one answer, each text once", () => {
  const world = new AdmissionWorld();
  for (const name of ["one", "two"]) world.create(configMaps, configMap(name));
  world.register(
    validating,
    "judge",
    ({ request: { oldObject } }) => ({
      warnings: ["all go", `${oldObject?.metadata.name} goes`],
      auditAnnotations: { seen: "yes" },
    }),
    { rules: [{ operations: ["DELETE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }] },
  );
  let outcome: ApiOutcome | undefined;
  world.server().request({ verb: "deletecollection", path: configMaps, user: admin, options: {}, selection: {} }, (told) => {
    outcome = told;
  });
  world.run(2_000);
  assert.is(outcome?.ok, true);
  assert.equal([...(outcome?.warnings ?? [])].sort(), ["all go", "one goes", "two goes"]);
  assert.ok([...(outcome?.annotations?.keys() ?? [])].some((key) => key.endsWith("/seen")));
});

test.run();
