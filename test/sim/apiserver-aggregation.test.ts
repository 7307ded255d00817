import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { APIService } from "../../src/api/types.js";
import { definitionOf, widgets, widgetVersion } from "../custom/definitions.js";
import { ApiServerWorld } from "./apiserver-world.js";

const aggregation = suite("API services");

const servicesPath = { group: "apiregistration.k8s.io", version: "v1", resource: "apiservices" };
const definitionsPath = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" };
const checkUrl = "https://flavors.default.svc:443/apis/ice.example.org/v1";

const stateOf = (world: ApiServerWorld, name: string): string | undefined => {
  const { object, error } = world.get(servicesPath, name);
  if (error !== undefined) return undefined;
  const { status } = object as unknown as APIService;
  const [condition] = status?.conditions ?? [];
  return condition === undefined ? "" : `${condition.type} ${condition.status} ${condition.reason}: ${condition.message}`;
};

const local = "Available True Local: Local APIServices are always available";

const remote = {
  metadata: { name: "v1.ice.example.org" },
  spec: {
    group: "ice.example.org",
    version: "v1",
    groupPriorityMinimum: 100,
    versionPriority: 10,
    insecureSkipTLSVerify: true,
    service: { namespace: "default", name: "flavors" },
  },
};

const flavors = {
  metadata: { name: "flavors" },
  spec: { ports: [{ port: 443, protocol: "TCP", targetPort: 8443 }] },
};

const slice = {
  metadata: { name: "flavors-1", labels: { "kubernetes.io/service-name": "flavors" } },
  addressType: "IPv4",
  endpoints: [{ addresses: ["10.244.0.9"], conditions: { ready: true } }],
  ports: [{ name: "", port: 8_443, protocol: "TCP" }],
};

const found = {
  kind: "APIResourceList",
  groupVersion: "ice.example.org/v1",
  resources: [{ name: "flavors", namespaced: true, kind: "Flavor", verbs: ["get"] }],
};

function worldWithExtension(): ApiServerWorld {
  const world = new ApiServerWorld().untilServing();
  world.webhooks.serve(checkUrl, () => ({ afterMs: 10, answer: { ok: true, code: 200, body: JSON.stringify(found) } }));
  assert.is(world.create({ group: "", version: "v1", resource: "services", namespace: "default" }, flavors).error, undefined);
  const slices = { group: "discovery.k8s.io", version: "v1", resource: "endpointslices", namespace: "default" };
  assert.is(world.create(slices, slice).error, undefined);
  assert.is(world.create(servicesPath, remote).error, undefined);
  world.run(200);
  return world;
}

aggregation("there is one for every version of every built-in group, and each is available", () => {
  const world = new ApiServerWorld().untilServing();
  const { items } = world.list(servicesPath);
  const names = items.map(({ metadata }) => metadata.name ?? "");
  for (const name of ["v1.", "v1.apps", "v1.batch", "v2.autoscaling", "v1.rbac.authorization.k8s.io"]) {
    assert.ok(names.includes(name), name);
    assert.is(stateOf(world, name), local);
  }
  assert.not.ok(names.includes("v1.apiregistration.k8s.io"));
  const { metadata, spec } = world.get(servicesPath, "v1.apps").object as unknown as APIService;
  assert.equal(metadata.labels, { "kube-aggregator.kubernetes.io/automanaged": "onstart" });
  assert.equal(spec, { group: "apps", version: "v1", groupPriorityMinimum: 17_800, versionPriority: 15 });
});

aggregation("custom resources have theirs as long as their definition serves them", () => {
  const world = new ApiServerWorld({ apiservers: 2 }).untilServing();
  world.create(definitionsPath, widgets);
  world.run(1_000);
  assert.is(stateOf(world, "v1.example.com"), local);
  const gizmos = definitionOf("gizmos", "Gizmo", [{ ...widgetVersion, name: "v1" }]);
  world.create(definitionsPath, gizmos);
  world.run(1_000);
  world.delete(definitionsPath, "widgets.example.com");
  world.run(2_000);
  assert.is(stateOf(world, "v1.example.com"), local, "another definition of the group is there");
  world.delete(definitionsPath, "gizmos.example.com");
  world.run(3_000);
  assert.is(stateOf(world, "v1.example.com"), undefined);
});

aggregation("an extension API server is available once it answers, and in discovery", () => {
  const world = worldWithExtension();
  assert.is(stateOf(world, "v1.ice.example.org"), "Available True Passed: all checks passed");
  const [post] = world.webhooks.posts;
  assert.is(post?.method, "GET");
  assert.equal(post?.connectTo, { host: "10.244.0.9", port: 8_443 });
  assert.equal(world.server().catalog.extensions.apis, [
    { group: "ice.example.org", version: "v1", isCurrent: true, resources: found.resources },
  ]);
  assert.is(
    world.server().catalog.extensions.at("/apis/ice.example.org/v1/namespaces/a/flavors")?.metadata.name,
    "v1.ice.example.org",
  );
  assert.is(world.server().catalog.extensions.at("/apis/ice.example.org"), undefined);
});

aggregation("one that fails says why, and is available again when it is well", () => {
  const world = worldWithExtension();
  world.webhooks.serve(checkUrl, () => ({ afterMs: 10, answer: { ok: true, code: 403, body: "" } }));
  world.run(40_000);
  const at = "https://10.244.0.9:8443/apis/ice.example.org/v1";
  assert.is(
    stateOf(world, "v1.ice.example.org"),
    `Available False FailedDiscoveryCheck: failing or missing response from ${at}: bad status from ${at}: 403`,
  );
  world.webhooks.serve(checkUrl, () => undefined);
  world.run(10_000);
  assert.match(stateOf(world, "v1.ice.example.org") ?? "", "context deadline exceeded");
  world.webhooks.serve(checkUrl, () => ({ afterMs: 10, answer: { ok: true, code: 200, body: JSON.stringify(found) } }));
  world.run(10_000);
  assert.is(stateOf(world, "v1.ice.example.org"), "Available True Passed: all checks passed");
});

aggregation("without its Service one is not available", () => {
  const world = new ApiServerWorld().untilServing();
  world.create(servicesPath, remote);
  world.run(500);
  assert.is(stateOf(world, "v1.ice.example.org"), 'Available False ServiceNotFound: service/flavors in "default" is not present');
  world.create({ group: "", version: "v1", resource: "services", namespace: "default" }, flavors);
  world.run(3_000);
  assert.match(stateOf(world, "v1.ice.example.org") ?? "", "Available False MissingEndpoints");
  world.delete(servicesPath, "v1.ice.example.org");
  world.run(500);
  assert.equal(world.server().catalog.extensions.apis, []);
});

aggregation.run();
