import { suite } from "uvu";
import * as assert from "uvu/assert";
import { rulesNotHeld, ruleText } from "../../src/api/access/policy-rules.js";
import { privilegeEscalation } from "../../src/api/admission/privilege-escalation.js";
import type { PolicyRule } from "../../src/api/types.js";
import { clusterOf, refusal } from "../admission/world.js";
import { aBinding, aClusterRole, aRole, user } from "./world.js";

const escalation = suite("privilege escalation");

/** `verbs on groups/resources [named names]`, or `verbs of paths`; lists with commas. */
function rule(text: string): PolicyRule {
  const path = /^(\S+) of (\S+)$/.exec(text);
  if (path !== null) return { verbs: path[1]!.split(","), nonResourceURLs: path[2]!.split(",") };
  const [, verbs = "", groups = "", resources = "", names] = /^(\S+) on ([^/]*)\/(\S+)(?: named (\S+))?$/.exec(text) ?? [];
  return {
    verbs: verbs.split(","),
    apiGroups: groups.split(","),
    resources: resources.split(","),
    ...(names === undefined ? {} : { resourceNames: names.split(",") }),
  };
}

const rows: Array<[held: string[], wanted: string, missing: string[]]> = [
  [["get,list on /pods"], "get on /pods", []],
  [["get on /pods"], "get,list,watch on /pods", ['{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}']],
  [["get on /pods", "list on /pods"], "get,list on /pods", []],
  [["* on /pods"], "delete on /pods", []],
  [["get on */*"], "get on apps/deployments", []],
  [["get on */*"], "* on apps/deployments", ['{APIGroups:["apps"], Resources:["deployments"], Verbs:["*"]}']],
  [["get on /pods"], "get on /pods/log", ['{APIGroups:[""], Resources:["pods/log"], Verbs:["get"]}']],
  [["get on /*/log"], "get on /pods/log", []],
  [["get on /*/log"], "get on /*/log", []],
  [["get on /pods"], "get on /pods named a", []],
  [["get on /pods named a,b"], "get on /pods named a", []],
  [["get on /pods named a"], "get on /pods", ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}']],
  [
    ["get on /pods named a"],
    "get on /pods named a,b",
    ['{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}'],
  ],
  [["get on ,apps/x"], "get on ,apps,batch/x", ['{APIGroups:["batch"], Resources:["x"], Verbs:["get"]}']],
  [["get of /healthz"], "get of /healthz", []],
  [["get of /healthz/*"], "get of /healthz/etcd", []],
  [["get of *"], "get of /a,/b", []],
  [["get of /healthz"], "get of /healthz/*", ['{NonResourceURLs:["/healthz/*"], Verbs:["get"]}']],
  [["* on */*"], "get of /a", ['{NonResourceURLs:["/a"], Verbs:["get"]}']],
];
for (const [held, wanted, missing] of rows) {
  escalation(`who holds ${held.join(" and ")} lacks of ${wanted}: ${missing.join(" ") || "nothing"}`, () =>
    assert.equal(rulesNotHeld(held.map(rule), [rule(wanted)]).map(ruleText), missing),
  );
}

const boss = user("boss", "chiefs", "system:authenticated");
const cluster = (...more: object[]) =>
  clusterOf(
    aClusterRole("own", ["get list", "pods"]),
    aClusterRole("other", ["get", "nodes"]),
    aRole("team", "local", ["get", "configmaps"]),
    aBinding("", "own", "ClusterRole own", "Group chiefs"),
    aBinding("team", "local", "Role local", "User boss"),
    ...more,
  );
const grants = (name: string, role: string, ...verbs: string[]) => [
  aClusterRole(name, [verbs.join(" "), role, { apiGroups: ["rbac.authorization.k8s.io"] }]),
  aBinding("", name, `ClusterRole ${name}`, "User boss"),
];
const attempt = (object: object, of = cluster(), old?: object, by = boss) => {
  const { kind } = object as { kind: string };
  const resource = `${kind.toLowerCase()}s.rbac.authorization.k8s.io`;
  const asked = { resource, object, user: by, ...(old === undefined ? {} : { old, operation: "UPDATE" as const }) };
  return refusal(privilegeEscalation, asked, of);
};
const lacks =
  'user "boss" (groups=["chiefs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:';
const nodes = '{APIGroups:[""], Resources:["nodes"], Verbs:["get"]}';

escalation("a role may have what its maker holds, in its namespace too", () => {
  assert.is(attempt(aClusterRole("new", ["get", "pods"])), "");
  assert.is(attempt(aRole("team", "new", ["get", "configmaps pods"])), "");
  assert.is(
    attempt(aRole("elsewhere", "new", ["get", "configmaps"])),
    `roles.rbac.authorization.k8s.io "new" is forbidden: ${lacks}\n{APIGroups:[""], Resources:["configmaps"], Verbs:["get"]}`,
  );
  assert.is(
    attempt(aClusterRole("new", ["get", "pods nodes"])),
    `clusterroles.rbac.authorization.k8s.io "new" is forbidden: ${lacks}\n${nodes}`,
  );
});

escalation("who may escalate may grant anything, and so may system:masters", () => {
  const role = aClusterRole("new", ["get", "nodes"]);
  assert.is(attempt(role, cluster(...grants("up", "clusterroles", "escalate"))), "");
  assert.is(attempt(role, cluster(), undefined, user("root", "system:masters")), "");
});

escalation("to gather roles one must hold everything", () => {
  const gathering = { ...aClusterRole("new"), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: "b" } }] } };
  const refused =
    'clusterroles.rbac.authorization.k8s.io "new" is forbidden: must have cluster-admin privileges to use an aggregationRule';
  assert.is(attempt(gathering), refused);
  assert.is(
    attempt({ ...gathering, metadata: { name: "new", labels: {} } }, cluster(), gathering),
    "",
    "one that gathered before",
  );
  assert.is(attempt(aClusterRole("new"), cluster(), gathering), refused, "to cease to gather is as grave");
});

escalation("a binding grants its role's rules", () => {
  assert.is(attempt(aBinding("team", "new", "ClusterRole own", "User friend")), "");
  assert.is(attempt(aBinding("team", "new", "Role local", "User friend")), "");
  assert.is(
    attempt(aBinding("", "new", "ClusterRole other", "User friend")),
    `clusterrolebindings.rbac.authorization.k8s.io "new" is forbidden: ${lacks}\n${nodes}`,
  );
  assert.is(
    attempt(aBinding("", "new", "ClusterRole lost", "User friend")),
    'clusterrole.rbac.authorization.k8s.io "lost" not found',
  );
});

escalation("who may bind a role may bind it, that one", () => {
  const may = cluster(
    aClusterRole("binder", ["bind", "clusterroles", { apiGroups: ["rbac.authorization.k8s.io"], resourceNames: ["other"] }]),
    aBinding("", "binder", "ClusterRole binder", "User boss"),
    aClusterRole("third", ["get", "secrets"]),
  );
  assert.is(attempt(aBinding("", "new", "ClusterRole other", "User friend"), may), "");
  assert.ok(attempt(aBinding("", "new", "ClusterRole third", "User friend"), may).includes(lacks));
});

escalation("the garbage collector may let go of what it could not grant", () => {
  const role = aClusterRole("new", ["get", "nodes"]);
  const owned = { ...role, metadata: { name: "new", ownerReferences: [{ uid: "1" }], finalizers: ["x"] } };
  assert.is(attempt(role, cluster(), owned), "");
  assert.ok(attempt({ ...role, metadata: { name: "new", labels: { a: "b" } } }, cluster(), owned).includes(lacks));
});

escalation("roles that could not be found out are told", () => {
  const broken = cluster(aBinding("", "broken", "ClusterRole lost", "User boss"));
  const told = attempt(aClusterRole("new", ["get", "nodes"]), broken);
  assert.ok(told.endsWith('; resolution errors: [clusterrole.rbac.authorization.k8s.io "lost" not found]'), told);
});

escalation.run();
