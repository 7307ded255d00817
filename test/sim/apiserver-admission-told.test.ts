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

test.run();
