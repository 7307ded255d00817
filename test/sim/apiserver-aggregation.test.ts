import { suite } from "uvu";
import * as assert from "uvu/assert";
import { documentFor } from "../../actors/apiserver/http/documents.js";
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

function worldWithExtension(service: object = remote): ApiServerWorld {
  const world = new ApiServerWorld().untilServing();
  world.webhooks.serve(checkUrl, () => ({ afterMs: 10, answer: { ok: true, code: 200, body: JSON.stringify(found) } }));
  assert.is(world.create({ group: "", version: "v1", resource: "services", namespace: "default" }, flavors).error, undefined);
  const slices = { group: "discovery.k8s.io", version: "v1", resource: "endpointslices", namespace: "default" };
  assert.is(world.create(slices, slice).error, undefined);
  assert.is(world.create(servicesPath, service).error, undefined);
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
  assert.equal(world.server().catalog.extensions.discovery.extensions, [
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

aggregation("a slow answer to what one serves does not make it unavailable, and what it said before is told as stale", () => {
  const world = worldWithExtension({ ...remote, spec: { ...remote.spec, insecureSkipTLSVerify: false, caBundle: "eA==" } });
  assert.is(stateOf(world, "v1.ice.example.org"), "Available True Passed: all checks passed");
  const [first, second] = world.webhooks.posts;
  assert.equal([first?.insecure, second?.insecure, second?.certificateAuthority], [true, false, "x"]);
  let asked = 0;
  world.webhooks.serve(checkUrl, () => {
    asked += 1;
    return asked % 2 === 1 ? { afterMs: 10, answer: { ok: true, code: 200, body: JSON.stringify(found) } } : undefined;
  });
  world.run(40_000);
  assert.is(stateOf(world, "v1.ice.example.org"), "Available True Passed: all checks passed");
  const [told] = world.server().catalog.extensions.discovery.extensions;
  assert.equal([told?.isCurrent, told?.resources], [false, found.resources]);
});

const documentsAt = (world: ApiServerWorld, path: string): Record<string, never> | undefined => {
  const document = documentFor(world.server().catalog, path, "", "");
  return document === undefined ? undefined : JSON.parse(String(document.body));
};

const swagger = (description: string) => ({
  swagger: "2.0",
  paths: {
    "/apis/ice.example.org/v1/flavors": { get: { operationId: "listFlavors" } },
    "/apis/other.example.org/v1/flavors": { get: { operationId: "somebodyElses" } },
  },
  definitions: { Flavor: { type: "object", description } },
});

const origin = "https://flavors.default.svc:443";

aggregation("OpenAPI of an extension is asked for when it is available, every minute, and by its ETag", () => {
  const world = worldWithExtension();
  const asked: Array<string | undefined> = [];
  world.webhooks.serve(`${origin}/openapi/v2`, ({ ifNoneMatch }) => {
    asked.push(ifNoneMatch);
    const answer = ifNoneMatch === undefined ? { code: 200, body: JSON.stringify(swagger("a")) } : { code: 304, body: "" };
    return { afterMs: 10, answer: { ok: true, etag: '"1"', ...answer } };
  });
  const index = { paths: { "apis/ice.example.org/v1": { serverRelativeURL: "/openapi/v3/apis/ice.example.org/v1?hash=7" } } };
  world.webhooks.serve(`${origin}/openapi/v3`, () => ({
    afterMs: 10,
    answer: { ok: true, code: 200, body: JSON.stringify(index) },
  }));
  // It was asked as soon as it was available, when it had none.
  world.run(61_000);
  assert.equal(asked, [undefined]);
  const paths = Object.keys((documentsAt(world, "/openapi/v2") as { paths?: object } | undefined)?.paths ?? {});
  assert.ok(paths.includes("/apis/ice.example.org/v1/flavors"), "the merged document has the extension's paths");
  assert.not.ok(paths.includes("/apis/other.example.org/v1/flavors"), "but not those of others");
  const listed = (documentsAt(world, "/openapi/v3") as { paths: Record<string, unknown> } | undefined)?.paths ?? {};
  assert.equal(listed["apis/ice.example.org/v1"], index.paths["apis/ice.example.org/v1"]);
  const { extensions } = world.server().catalog;
  assert.is(extensions.at("/openapi/v3/apis/ice.example.org/v1")?.metadata.name, "v1.ice.example.org", "it answers for itself");
  const before = extensions.openApi;
  world.run(60_000);
  assert.equal(asked, [undefined, '"1"']);
  assert.is(extensions.openApi, before, "what has not changed is not made anew");
  world.delete(servicesPath, "v1.ice.example.org");
  world.run(100);
  assert.equal(
    (documentsAt(world, "/openapi/v3") as { paths: Record<string, unknown> } | undefined)?.paths["apis/ice.example.org/v1"],
    undefined,
  );
});

aggregation("one that knows only OpenAPI 2 has its documents converted; one that fails is asked less and less often", () => {
  const world = worldWithExtension();
  world.webhooks.serve(`${origin}/openapi/v3`, () => ({ afterMs: 10, answer: { ok: true, code: 404, body: "" } }));
  const asked: number[] = [];
  let body = "{";
  world.webhooks.serve(`${origin}/openapi/v2`, () => {
    asked.push(Math.round(world.server().host.clock.nowMs() / 60_000));
    return { afterMs: 10, answer: { ok: true, code: 200, body } };
  });
  const first = Math.round(world.server().host.clock.nowMs() / 60_000);
  world.run(8 * 60_000);
  assert.equal(
    asked.map((minute) => minute - first),
    [1, 3, 7],
  );
  assert.is(documentsAt(world, "/openapi/v3/apis/ice.example.org/v1"), undefined);
  body = JSON.stringify(swagger("a"));
  world.run(8 * 60_000);
  const document = documentsAt(world, "/openapi/v3/apis/ice.example.org/v1") as { openapi?: string } | undefined;
  assert.is(document?.openapi, "3.0.0");
  const url = (documentsAt(world, "/openapi/v3") as { paths: Record<string, { serverRelativeURL: string }> } | undefined)?.paths[
    "apis/ice.example.org/v1"
  ]?.serverRelativeURL;
  assert.match(url ?? "", /^\/openapi\/v3\/apis\/ice\.example\.org\/v1\?hash=/);
});

aggregation("one that does not answer at all is given up after a minute", () => {
  const world = worldWithExtension();
  world.webhooks.serve(`${origin}/openapi/v2`, () => undefined);
  world.webhooks.serve(`${origin}/openapi/v3`, () => ({ afterMs: 10, answer: { ok: true, code: 500, body: "" } }));
  world.run(10 * 60_000);
  const asked = world.webhooks.posts.filter(({ url }) => url.endsWith("/openapi/v2")).length;
  assert.ok(asked >= 3 && asked <= 5, `it was asked ${asked} times`);
  assert.equal(world.server().catalog.extensions.openApi.v2, []);
});

aggregation("the problem of a Service without the port, or of an address without it, names them", () => {
  const world = new ApiServerWorld().untilServing();
  const servicesAt = { group: "", version: "v1", resource: "services", namespace: "default" };
  world.create(servicesAt, { metadata: { name: "flavors" }, spec: { ports: [{ name: "https", port: 8_443 }] } });
  world.create(servicesPath, remote);
  world.run(3_000);
  assert.is(
    stateOf(world, "v1.ice.example.org"),
    'Available False ServicePortError: service/flavors in "default" is not listening on port 443',
  );
  world.patch(servicesAt, "flavors", { spec: { ports: [{ name: "https", port: 443 }] } });
  world.run(3_000);
  assert.is(
    stateOf(world, "v1.ice.example.org"),
    'Available False EndpointsNotFound: cannot find endpointslices for service/flavors in "default"',
  );
  world.create({ group: "discovery.k8s.io", version: "v1", resource: "endpointslices", namespace: "default" }, slice);
  world.run(3_000);
  assert.is(
    stateOf(world, "v1.ice.example.org"),
    'Available False MissingEndpoints: endpointslices for service/flavors in "default" have no addresses with port name "https"',
  );
});

aggregation("discovery lists groups and versions by the priorities of their APIServices", () => {
  const world = worldWithExtension();
  world.create(definitionsPath, widgets);
  const important = {
    ...remote,
    metadata: { name: "v2.ice.example.org" },
    spec: { ...remote.spec, version: "v2", groupPriorityMinimum: 17_790 },
  };
  assert.is(world.create(servicesPath, important).error, undefined);
  world.run(1_000);
  const { groups } = documentsAt(world, "/apis") as unknown as {
    groups: Array<{ name: string; versions: Array<{ version: string }> }>;
  };
  assert.equal(
    groups.slice(0, 4).map(({ name }) => name),
    ["apiregistration.k8s.io", "apps", "ice.example.org", "events.k8s.io"],
  );
  assert.is(groups.at(-1)?.name, "example.com", "custom resources come last");
  assert.equal(
    groups[2]?.versions.map(({ version }) => version),
    ["v2", "v1"],
  );
});

aggregation("without its Service one is not available", () => {
  const world = new ApiServerWorld().untilServing();
  world.create(servicesPath, remote);
  world.run(500);
  assert.is(stateOf(world, "v1.ice.example.org"), 'Available False ServiceNotFound: service/flavors in "default" is not present');
  world.create({ group: "", version: "v1", resource: "services", namespace: "default" }, flavors);
  world.run(3_000);
  assert.match(stateOf(world, "v1.ice.example.org") ?? "", "Available False EndpointsNotFound");
  world.delete(servicesPath, "v1.ice.example.org");
  world.run(500);
  assert.equal(world.server().catalog.extensions.discovery.extensions, []);
});

aggregation.run();
