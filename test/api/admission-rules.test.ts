/** Which requests rules match. https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-rules */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { AdmissionOperation } from "../../src/api/admission/plugin.js";
import {
  equivalentsOf,
  isExempt,
  matchedAs,
  matchesName,
  matchesRule,
  type Rule,
} from "../../src/api/dynamic-admission/rules.js";
import { builtinResources } from "../../src/api/kinds.js";

const test = suite("admission rules");

const place = (text: string, operation: AdmissionOperation = "CREATE") => {
  const [group = "", version = "", path = "", scope = ""] = text.split(" ");
  const [resource = "", subresource = ""] = path.split("/");
  return { operation, group: group === "core" ? "" : group, version, resource, subresource, namespaced: scope !== "cluster" };
};

const all: Rule = { operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*"] };
const pods = place("core v1 pods");
const status = place("core v1 pods/status");
const nodes = place("core v1 nodes cluster");

const cases: ReadonlyArray<readonly [string, Rule, ReturnType<typeof place>, boolean]> = [
  ["everything matches an object", all, pods, true],
  ["one star is no subresource", all, status, false],
  ["two stars are", { ...all, resources: ["*/*"] }, status, true],
  ["two stars are the object too", { ...all, resources: ["*/*"] }, pods, true],
  ["pods/* is a subresource of pods", { ...all, resources: ["pods/*"] }, status, true],
  ["pods/* is pods too", { ...all, resources: ["pods/*"] }, pods, true],
  ["*/status is any status", { ...all, resources: ["*/status"] }, status, true],
  ["*/status is not the object", { ...all, resources: ["*/status"] }, pods, false],
  ["another resource", { ...all, resources: ["services"] }, pods, false],
  ["another group", { ...all, apiGroups: ["apps"] }, pods, false],
  ["another version", { ...all, apiVersions: ["v2"] }, pods, false],
  ["another operation", { ...all, operations: ["UPDATE", "DELETE"] }, pods, false],
  ["one of the operations", { ...all, operations: ["UPDATE", "CREATE"] }, pods, true],
  ["no rule at all", {}, pods, false],
  ["namespaced", { ...all, scope: "Namespaced" }, pods, true],
  ["namespaced, of the cluster", { ...all, scope: "Namespaced" }, nodes, false],
  ["cluster", { ...all, scope: "Cluster" }, nodes, true],
  ["cluster, in a namespace", { ...all, scope: "Cluster" }, pods, false],
  ["any scope", { ...all, scope: "*" }, nodes, true],
];

for (const [name, rule, at, expected] of cases) test(name, () => assert.is(matchesRule(rule, at), expected));

test("names of policies' rules: none are all", () => {
  assert.is(matchesName({}, "a"), true);
  assert.is(matchesName({ resourceNames: ["a", "b"] }, "b"), true);
  assert.is(matchesName({ resourceNames: ["a"] }, "b"), false);
});

test("another version of the same resource matches where equivalents do, and only there", () => {
  const table = builtinResources();
  const asked = table.byResource("autoscaling", "v1", "horizontalpodautoscalers")!;
  const at = place("autoscaling v1 horizontalpodautoscalers");
  const rules: Rule[] = [{ ...all, apiGroups: ["autoscaling"], apiVersions: ["v2"] }];
  const equivalents = equivalentsOf(table.resources, asked, "");
  assert.equal(equivalents.map(({ version }) => version).sort(), ["v1", "v2"]);
  assert.is(
    matchedAs(rules, "Exact", at, asked, () => equivalents),
    undefined,
  );
  assert.is(matchedAs(rules, "Equivalent", at, asked, () => equivalents)?.as.version, "v2");
  assert.is(
    matchedAs([{ ...all }, ...rules], "Equivalent", at, asked, () => equivalents)?.as.version,
    "v1",
    "an exact match goes first",
  );
});

test("the same objects under another group are equivalent: events", () => {
  const table = builtinResources();
  const events = equivalentsOf(table.resources, table.byResource("", "v1", "events")!, "");
  assert.equal(events.map(({ apiVersion }) => apiVersion).sort(), ["events.k8s.io/v1", "v1"]);
});

test("only those who decide are exempt", () => {
  const group = "admissionregistration.k8s.io";
  assert.is(isExempt({ group, kind: "MutatingWebhookConfiguration" }), true);
  assert.is(isExempt({ group, kind: "ValidatingAdmissionPolicyBinding" }), true);
  assert.is(isExempt({ group: "", kind: "ConfigMap" }), false);
});

test.run();
