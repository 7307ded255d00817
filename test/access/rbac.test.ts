import { suite } from "uvu";
import * as assert from "uvu/assert";
import { forbiddenRequest } from "../../actors/apiserver/access/attributes.js";
import { AccessWorld, aBinding, aClusterRole, aRole, attributes, user } from "./world.js";

const rbac = suite("RBAC");

const jane = user("jane", "developers", "system:authenticated");

const world = () =>
  new AccessWorld([
    aClusterRole("reader", ["get list", "pods pods/log"], ["get", "secrets", { resourceNames: ["tls", "db"] }]),
    aClusterRole("scaler", ["update", "*/scale", { apiGroups: ["*"] }]),
    aClusterRole("everything", ["*", "*", { apiGroups: ["*"] }]),
    aClusterRole("paths", ["get", "x", { apiGroups: [], resources: [], nonResourceURLs: ["/healthz", "/logs/*", "/deep*"] }]),
    aRole("team", "watcher", ["watch", "pods"], ["*", "configmaps"]),
    aBinding("", "read-all", "ClusterRole reader", "User jane"),
    aBinding("", "scale-all", "ClusterRole scaler", "Group developers"),
    aBinding("", "paths", "ClusterRole paths", "Group system:authenticated"),
    aBinding("team", "watchers", "Role watcher", "User jane", "ServiceAccount robot", "ServiceAccount tools/cron"),
    aBinding("team", "local-reader", "ClusterRole everything", "User local"),
    aBinding("", "broken", "ClusterRole lost", "User unlucky"),
    aBinding("team", "broken", "Role lost", "User unlucky"),
  ]);

const read = 'yes: RBAC: allowed by ClusterRoleBinding "read-all" of ClusterRole "reader" to User "jane"';
const scale = 'yes: RBAC: allowed by ClusterRoleBinding "scale-all" of ClusterRole "scaler" to Group "developers"';
const watch = 'yes: RBAC: allowed by RoleBinding "watchers/team" of Role "watcher" to User "jane"';
const paths = 'yes: RBAC: allowed by ClusterRoleBinding "paths" of ClusterRole "paths" to Group "system:authenticated"';
const robot = user("system:serviceaccount:team:robot", "system:serviceaccounts", "system:serviceaccounts:team");
const cron = user("system:serviceaccount:tools:cron", "system:serviceaccounts");

const rows: Array<[string, Parameters<AccessWorld["may"]>[0], string, string]> = [
  ["a verb that a role has", jane, "list pods", read],
  ["in every namespace, when it is bound for the cluster", jane, "get pods in other named web", read],
  ["not a verb that it lacks", jane, "delete pods in other named web", "no"],
  ["not another API group", jane, "list pods.metrics.k8s.io", "no"],
  ["a subresource that is named", jane, "get pods/log in other named web", read],
  ["not a subresource because of its resource", jane, "get pods/exec in other named web", "no"],
  ["a subresource of any resource", jane, "update deployments.apps/scale in a named web", scale],
  ["not the resources themselves for it", jane, "update deployments.apps in a named web", "no"],
  ["an object by its name", jane, "get secrets in a named tls", read],
  ["not objects of other names", jane, "get secrets in a named other", "no"],
  ["not all of them", jane, "list secrets in a", "no"],
  ["a list of one, if it may be read by name", jane, "list secrets in a where metadata.name=tls", "no"],
  ["what a role of the namespace allows", jane, "watch pods in team", watch],
  ["any verb for a star", jane, "patch configmaps in team named x", watch],
  ["not in another namespace", jane, "watch pods in other", "no"],
  ["not for the whole cluster", jane, "watch pods", "no"],
  [
    "a role of the cluster within one namespace",
    user("local"),
    "delete deployments.apps in team named x",
    'yes: RBAC: allowed by RoleBinding "local-reader/team" of ClusterRole "everything" to User "local"',
  ],
  ["not outside of it", user("local"), "delete deployments.apps in other named x", "no"],
  ["not what belongs to the cluster", user("local"), "get nodes named n", "no"],
  [
    "a service account of the binding's namespace",
    robot,
    "watch pods in team",
    'yes: RBAC: allowed by RoleBinding "watchers/team" of Role "watcher" to ServiceAccount "robot/"',
  ],
  [
    "a service account of another one",
    cron,
    "watch pods in team",
    'yes: RBAC: allowed by RoleBinding "watchers/team" of Role "watcher" to ServiceAccount "cron/tools"',
  ],
  ["a path", jane, "get /healthz", paths],
  ["not what lies under it", jane, "get /healthz/etcd", "no"],
  ["what lies under a path with a star", jane, "get /logs/kube/today", paths],
  ["what begins as a path with a star", jane, "get /deeper", paths],
  ["not another method", jane, "post /healthz", "no"],
  ["not a stranger", user("joe"), "list pods", "no"],
  ["whoever is in system:masters, whatever the roles say", user("root", "system:masters"), "delete nodes named n", "yes"],
  [
    "not by roles that are not there, which it says",
    user("unlucky"),
    "list pods in team",
    'no: RBAC: [clusterrole.rbac.authorization.k8s.io "lost" not found, role.rbac.authorization.k8s.io "lost" not found]',
  ],
];
for (const [what, who, question, expected] of rows) {
  rbac(`allows ${what} (${question})`, () => {
    const { authorizer } = world();
    const ask = () => {
      const { allowed, reason } = authorizer.authorize(who, attributes(question));
      return `${allowed ? "yes" : "no"}${reason === "" ? "" : `: ${reason}`}`;
    };
    assert.is(ask(), expected);
    assert.is(ask(), expected, "asked again it says the same");
  });
}

rbac("forgets what it knew when a binding or a role changes", () => {
  const of = world();
  assert.is(of.may(jane, "list pods"), read);
  of.put(aClusterRole("reader", ["get", "pods"]));
  assert.is(of.may(jane, "list pods"), "no", "a role that lost a verb");
  of.put(aClusterRole("reader", ["list", "pods"]));
  assert.is(of.may(jane, "list pods"), read, "a role that got it back");
  of.remove(aBinding("", "read-all", "ClusterRole reader"));
  assert.is(of.may(jane, "list pods"), "no", "a binding that went");
});

rbac("keeps only so many answers for a user, and still answers", () => {
  const of = world();
  for (let index = 0; index < 10_000; index += 1) of.may(jane, `list pods in namespace-${index}`);
  assert.is(of.may(jane, "list pods in another"), read);
});

const refusals: Array<[string, string]> = [
  [
    "list pods in default",
    'pods is forbidden: User "joe" cannot list resource "pods" in API group "" in the namespace "default"',
  ],
  [
    "get deployments.apps/scale in a named web",
    'deployments.apps "web" is forbidden: User "joe" cannot get resource "deployments/scale" in API group "apps" in the namespace "a"',
  ],
  ["list nodes", 'nodes is forbidden: User "joe" cannot list resource "nodes" in API group "" at the cluster scope'],
  [
    "get namespaces named a",
    'namespaces "a" is forbidden: User "joe" cannot get resource "namespaces" in API group "" in the namespace "a"',
  ],
  ["get /metrics", 'forbidden: User "joe" cannot get path "/metrics"'],
];
for (const [question, message] of refusals) {
  rbac(`refuses in Kubernetes' words: ${question}`, () => {
    const asked = attributes(question);
    const error = forbiddenRequest(user("joe"), asked, { allowed: false, reason: "" });
    assert.equal([error.code, error.status.reason, error.status.message], [403, "Forbidden", message]);
    const why = forbiddenRequest(user("joe"), asked, { allowed: false, reason: "RBAC: no" });
    assert.is(why.status.message, `${message}: RBAC: no`);
  });
}

rbac.run();
