/** Who may do what, in a simulated API server: the roles that it begins with, and users that are given others. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ResourcePath } from "../../actors/apiserver/messages.js";
import { bootstrapPolicy } from "../../actors/apiserver/setup/access/policy.js";
import type { UntypedObject } from "../../src/api/types.js";
import { aBinding, aRole } from "../access/world.js";
import { ApiServerWorld, configMap, configMaps, namespacesPath, podsPath } from "./apiserver-world.js";

const rbac = (resource: string, namespace?: string): ResourcePath => ({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  resource,
  ...(namespace === undefined ? {} : { namespace }),
});
const plurals = ["clusterroles", "clusterrolebindings", "roles", "rolebindings"];
const count = (world: ApiServerWorld): number => plurals.reduce((sum, plural) => sum + world.list(rbac(plural)).items.length, 0);

test("a cluster has the bootstrap roles once it serves, also when two servers make them at once", () => {
  for (const apiservers of [1, 2]) {
    const world = new ApiServerWorld({ apiservers }).untilServing();
    assert.is(count(world), bootstrapPolicy().length, `with ${apiservers} API servers`);
    const admin = world.get(rbac("clusterroles"), "cluster-admin").object;
    assert.ok(admin.metadata.uid !== undefined && admin.metadata.creationTimestamp !== undefined, "they are like any object");
  }
});

test("what was taken from a bootstrap role is back after a restart, what went whole too", () => {
  const world = new ApiServerWorld().untilServing();
  const discovery = world.get(rbac("clusterroles"), "system:discovery").object;
  world.update(rbac("clusterroles"), { ...discovery, rules: [] });
  world.delete(rbac("clusterrolebindings"), "system:basic-user");
  world.simulation.kill("apiserver/0");
  world.run(2_000);
  world.untilServing();
  const again = world.get(rbac("clusterroles"), "system:discovery").object as UntypedObject & { rules: unknown[] };
  assert.is(again.rules.length, 11, "a rule for each path");
  assert.is(world.get(rbac("clusterrolebindings"), "system:basic-user").error, undefined);
});

test("a user may what a role allows, where it is bound, from the moment on that it is", () => {
  const world = new ApiServerWorld().untilServing();
  world.create(configMaps, configMap("a"));
  const asJane = () => world.as("jane").list(configMaps).error?.message;
  assert.is(
    asJane(),
    'configmaps is forbidden: User "jane" cannot list resource "configmaps" in API group "" in the namespace "default"',
  );
  world.as().create(rbac("roles", "default"), aRole("default", "reader", ["list watch", "configmaps"]));
  world.create(rbac("rolebindings", "default"), aBinding("default", "readers", "Role reader", "User jane"));
  assert.is(asJane(), undefined);
  assert.is(world.get(configMaps, "a").error?.code, 403, "reading one is another verb");
  assert.is(world.delete(configMaps, "a").error?.code, 403);
  assert.is(world.create(configMaps, configMap("b")).error?.code, 403);
  assert.is(world.patch(configMaps, "a", {}).error?.code, 403);
  const told = world.watch(configMaps);
  world.run(100);
  assert.is(told.ended, false, "she may watch");
  const refused = world.watch(podsPath);
  world.run(100);
  assert.is(
    refused.error?.message,
    'pods is forbidden: User "jane" cannot watch resource "pods" in API group "" in the namespace "default"',
  );
  world.as().delete(rbac("rolebindings", "default"), "readers");
  assert.ok(asJane() !== undefined, "what was taken back is taken at once");
});

test("to speak as somebody else must be allowed, part for part", () => {
  const world = new ApiServerWorld().untilServing();
  const server = world.server();
  const said = (from: Parameters<typeof server.speaker>[0], as: Parameters<typeof server.speaker>[1]) => {
    const speaker = server.speaker(from, as);
    return speaker.ok ? [speaker.value.name, ...speaker.value.groups].join(" ") : speaker.error.status.message;
  };
  assert.is(said("user/0", { user: "jane" }), "jane system:authenticated");
  assert.is(said("user/0", { user: "jane", groups: ["a"] }), "jane a system:authenticated");
  assert.is(said("user/0", { user: "system:anonymous" }), "system:anonymous system:unauthenticated");
  assert.is(
    said("user/0", { user: "system:serviceaccount:a:b" }),
    "system:serviceaccount:a:b system:serviceaccounts system:serviceaccounts:a system:authenticated",
  );
  assert.is(
    said("controller-manager/0", { user: "system:serviceaccount:kube-system:job-controller" }),
    "system:serviceaccount:kube-system:job-controller system:serviceaccounts system:serviceaccounts:kube-system system:authenticated",
  );
  assert.is(
    said("controller-manager/0", { user: "jane" }),
    'users "jane" is forbidden: User "system:kube-controller-manager" cannot impersonate resource "users" in API group "" at the cluster scope',
  );
  assert.is(
    said("kubelet/node-1", { user: "system:serviceaccount:kube-system:job-controller" }),
    'serviceaccounts "job-controller" is forbidden: User "system:node:node-1" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "kube-system": can only create tokens for individual service accounts',
  );
  world.create(rbac("clusterroles"), {
    ...aRole("", "limited", ["impersonate", "users", { resourceNames: ["jane"] }]),
    kind: "ClusterRole",
    metadata: { name: "limited" },
  });
  world.create(rbac("clusterrolebindings"), aBinding("", "limited", "ClusterRole limited", "User system:kube-scheduler"));
  assert.is(said("scheduler/0", { user: "jane" }), "jane system:authenticated");
  assert.ok(
    said("scheduler/0", { user: "jane", groups: ["system:masters"] })?.startsWith('groups "system:masters" is forbidden'),
  );
  assert.ok(said("scheduler/0", { user: "jane", uid: "1" })?.startsWith('uids.authentication.k8s.io "1" is forbidden'));
  const extra = said("scheduler/0", { user: "jane", extra: new Map([["scopes", ["view"]]]) });
  assert.ok(extra?.startsWith('userextras.authentication.k8s.io "view" is forbidden'), extra);
});

test("a namespace may be read by who may read it alone", () => {
  const world = new ApiServerWorld().untilServing();
  world.create(rbac("roles", "default"), aRole("default", "own", ["get", "namespaces"]));
  world.create(rbac("rolebindings", "default"), aBinding("default", "own", "Role own", "User jane"));
  world.as("jane");
  assert.is(world.get(namespacesPath, "default").error, undefined);
  assert.is(world.get(namespacesPath, "kube-system").error?.code, 403);
  assert.is(world.list(namespacesPath).error?.code, 403);
});

test.run();
