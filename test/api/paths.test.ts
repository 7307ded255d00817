import { test } from "uvu";
import * as assert from "uvu/assert";
import { builtinResources } from "../../src/api/kinds.js";
import { parsePath, pathOf, storageKey, storagePrefix } from "../../src/api/paths.js";

const table: Array<[string, object | undefined]> = [
  ["/api/v1/pods", { group: "", version: "v1", watch: false, resource: "pods" }],
  ["/api/v1/pods/", { group: "", version: "v1", watch: false, resource: "pods" }],
  ["/api/v1/namespaces", { group: "", version: "v1", watch: false, resource: "namespaces" }],
  ["/api/v1/namespaces/a", { group: "", version: "v1", watch: false, resource: "namespaces", name: "a" }],
  [
    "/api/v1/namespaces/a/status",
    { group: "", version: "v1", watch: false, resource: "namespaces", name: "a", subresource: "status" },
  ],
  [
    "/api/v1/namespaces/a/finalize",
    { group: "", version: "v1", watch: false, resource: "namespaces", name: "a", subresource: "finalize" },
  ],
  ["/api/v1/namespaces/a/pods", { group: "", version: "v1", watch: false, namespace: "a", resource: "pods" }],
  [
    "/api/v1/namespaces/a/pods/b/log",
    { group: "", version: "v1", watch: false, namespace: "a", resource: "pods", name: "b", subresource: "log" },
  ],
  [
    "/api/v1/namespaces/a/services/b/proxy/x/y",
    {
      group: "",
      version: "v1",
      watch: false,
      namespace: "a",
      resource: "services",
      name: "b",
      subresource: "proxy",
      rest: "x/y",
    },
  ],
  ["/apis/apps/v1/deployments", { group: "apps", version: "v1", watch: false, resource: "deployments" }],
  ["/apis/apps/v1/watch/deployments", { group: "apps", version: "v1", watch: true, resource: "deployments" }],
  [
    "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode",
    { group: "rbac.authorization.k8s.io", version: "v1", watch: false, resource: "clusterroles", name: "system:node" },
  ],
  ["/api/v1/pods/%E0%A4%A", undefined],
  ["/api", undefined],
  ["/api/v1", undefined],
  ["/apis", undefined],
  ["/apis/apps", undefined],
  ["/apis/apps/v1/", undefined],
  ["/healthz", undefined],
  ["/", undefined],
];

for (const [path, expected] of table) {
  test(`${path} is ${expected === undefined ? "no resource" : "taken apart"}`, () => assert.equal(parsePath(path), expected));
}

const resources = builtinResources();
const pods = resources.byObject("v1", "Pod")!;
const clusterRoles = resources.byObject("rbac.authorization.k8s.io/v1", "ClusterRole")!;

test("a written path reads back", () => {
  assert.is(pathOf(pods, { namespace: "a", name: "b", subresource: "log" }), "/api/v1/namespaces/a/pods/b/log");
  assert.is(pathOf(pods), "/api/v1/pods");
  assert.is(pathOf(clusterRoles, { name: "system:node" }), "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode");
});

test("keys name group, resource, namespace and name", () => {
  assert.is(storageKey(pods, "a", "b"), "/registry/core/pods/a/b");
  assert.is(storagePrefix(pods), "/registry/core/pods/");
  assert.is(storagePrefix(pods, "a"), "/registry/core/pods/a/");
  assert.is(storageKey(clusterRoles, "", "admin"), "/registry/rbac.authorization.k8s.io/clusterroles/admin");
  assert.is(storageKey(resources.byObject("events.k8s.io/v1", "Event")!, "a", "b"), "/registry/core/events/a/b");
});

test.run();
