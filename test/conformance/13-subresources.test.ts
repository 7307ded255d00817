/**
 * The parts of an object that have paths of their own: status, which is written apart from the spec, scale, and what finalizes a namespace.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/#object-spec-and-status
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Answer, ApiFront } from "../support/api-front.js";
import { until } from "../support/until.js";

const test = suite("subresources");

let front: ApiFront;
test.before(async () => {
  front = await ApiFront.start();
  await front.cluster.waitFor("serviceaccount/default", "exists");
});
test.after(() => front?.stop());

interface Whole {
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly annotations?: object };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: Readonly<Record<string, unknown>>;
}
const read = ({ code, text }: Answer, expected = 200): Whole => {
  assert.is(code, expected, text);
  return JSON.parse(text) as Whole;
};
const send = (method: string, path: string, body: object, type = "application/json"): Promise<Answer> =>
  front.ask(method, path, { headers: { "content-type": type }, body: JSON.stringify(body) });
const get = async (path: string): Promise<Whole> => read(await front.ask("GET", path));
const create = async (path: string, body: object): Promise<Whole> => read(await send("POST", path, body), 201);
const merge = (path: string, body: object): Promise<Answer> => send("PATCH", path, body, "application/merge-patch+json");
const message = ({ text }: Answer): string => (JSON.parse(text) as { message: string }).message;

const core = "/api/v1/namespaces/default";

test("a load balancer's address is a virtual IP unless it is said to be a proxy's; a name has no mode", async () => {
  const ports = [{ port: 80, targetPort: 80 }];
  await create(`${core}/services`, {
    metadata: { name: "balanced" },
    spec: { type: "LoadBalancer", loadBalancerClass: "example.com/internal-vip", ports },
  });
  const path = `${core}/services/balanced/status`;
  const told = (...ingress: object[]): Promise<Answer> =>
    merge(path, { metadata: { annotations: { patchedstatus: "true" } }, status: { loadBalancer: { ingress } } });
  const patched = read(await told({ ip: "203.0.113.1" }, { ip: "203.0.113.2", ipMode: "Proxy" }, { hostname: "a.example.com" }));
  assert.equal(patched.status.loadBalancer, {
    ingress: [{ ip: "203.0.113.1", ipMode: "VIP" }, { ip: "203.0.113.2", ipMode: "Proxy" }, { hostname: "a.example.com" }],
  });
  assert.equal(patched.metadata.annotations, { patchedstatus: "true" });
  const mode = 'Service "balanced" is invalid: status.loadBalancer.ingress[0].ipMode: ';
  assert.is(
    message(await told({ ip: "203.0.113.1", ipMode: "Nat" })),
    `${mode}Unsupported value: "Nat": supported values: "Proxy", "VIP"`,
  );
  assert.is(
    message(await told({ hostname: "a.example.com", ipMode: "VIP" })),
    `${mode}Forbidden: may not be specified when \`ip\` is not set`,
  );
  const condition = {
    type: "StatusUpdate",
    status: "True",
    reason: "E2E",
    message: "Set",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  };
  const latest = await get(`${core}/services/balanced`);
  const changed = { ...latest, spec: { ...latest.spec, ports: [] }, status: { ...latest.status, conditions: [condition] } };
  const updated = read(await send("PUT", path, changed));
  assert.equal(updated.status, changed.status);
  assert.equal(updated.spec, latest.spec, "the spec is not changed by way of the status");
});

test("a node that tells only its capacity has all of it to give, in the canonical form of quantities", async () => {
  await create("/api/v1/nodes", { metadata: { name: "told" }, spec: { unschedulable: true } });
  const patched = read(await merge("/api/v1/nodes/told/status", { status: { capacity: { cpu: "4000m", memory: "1024Mi" } } }));
  assert.equal(patched.status.allocatable, { cpu: "4", memory: "1Gi" });
  assert.equal(patched.status.capacity, patched.status.allocatable);
  assert.is((await front.ask("DELETE", "/api/v1/nodes/told")).code, 200);
});

test("a namespace's status takes conditions, and its finalizers are kept at /finalize", async () => {
  const path = "/api/v1/namespaces/finalized";
  const created = await create("/api/v1/namespaces", { metadata: { name: "finalized" } });
  assert.equal([created.spec.finalizers, created.status.phase], [["kubernetes"], "Active"]);
  const condition = { type: "StatusPatch", status: "True", reason: "E2E", message: "Patched by an e2e test" };
  const patched = read(await merge(`${path}/status`, { status: { conditions: [condition] } }));
  assert.equal(patched.status.conditions, [condition]);
  const finalizers = ["kubernetes", "e2e.example.com/fakeFinalizer"];
  const held = read(await send("PUT", `${path}/finalize`, { ...patched, spec: { finalizers } }));
  assert.equal(held.spec.finalizers, finalizers);
  assert.equal(held.status, patched.status);
  read(await send("PUT", `${path}/finalize`, { ...held, spec: { finalizers: ["kubernetes"] } }));
  assert.equal((await get(path)).spec.finalizers, ["kubernetes"]);
});

test("what somebody writes into a quota's status is put right by its controller", async () => {
  const path = `${core}/resourcequotas/told`;
  const hard = { cpu: "500m", memory: "500Mi" };
  await create(`${core}/resourcequotas`, { metadata: { name: "told" }, spec: { hard } });
  const isHard = (wanted: object) => async () =>
    JSON.stringify((await get(`${path}/status`)).status.hard) === JSON.stringify(wanted);
  await until("the quota is counted", isHard(hard));
  const more = { cpu: "1", memory: "1Gi" };
  const patched = read(await merge(`${path}/status`, { spec: { hard: more }, status: { hard: more } }));
  assert.equal([patched.status.hard, patched.spec.hard], [more, hard]);
  await until("the quota is what its spec says", isHard(hard));
  read(await merge(path, { spec: { hard: more } }));
  await until("the quota is what its spec says now", isHard(more));
  assert.is((await front.ask("DELETE", path)).code, 200);
});

const scaled = [
  { resource: "deployments", root: "/apis/apps/v1" },
  { resource: "replicasets", root: "/apis/apps/v1" },
  { resource: "statefulsets", root: "/apis/apps/v1", more: { serviceName: "web", podManagementPolicy: "Parallel" } },
  { resource: "replicationcontrollers", root: "/api/v1", plain: true },
];
for (const { resource, root, more = {}, plain = false } of scaled)
  test(`${resource} are scaled by what all that scale have in common`, async () => {
    const path = `${root}/namespaces/default/${resource}`;
    const labels = { app: `scaled-${resource}` };
    const selector = plain ? labels : { matchLabels: labels };
    const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: "pause" }] } };
    await create(path, { metadata: { name: "scaled" }, spec: { replicas: 0, selector, template, ...more } });
    const scale = await get(`${path}/scaled/scale`);
    assert.is(scale.kind, "Scale");
    assert.equal([scale.spec, scale.status], [{}, { replicas: 0, selector: `app=scaled-${resource}` }]);
    const whichever = { ...scale, metadata: { ...scale.metadata, resourceVersion: "" }, spec: { replicas: 2 } };
    assert.equal(read(await send("PUT", `${path}/scaled/scale`, whichever)).spec, { replicas: 2 });
    assert.is((await get(`${path}/scaled`)).spec.replicas, 2);
    const patch = { spec: { replicas: 4 } };
    assert.equal(
      read(await send("PATCH", `${path}/scaled/scale`, patch, "application/strategic-merge-patch+json")).spec,
      patch.spec,
    );
    await until("there are as many pods", async () => (await get(`${path}/scaled/scale`)).status.replicas === 4);
    read(await send("DELETE", `${path}/scaled`, { propagationPolicy: "Background" }));
  });

test("endpoints that somebody wrote are mirrored to EndpointSlices as long as they are there", async () => {
  const name = "mirrored";
  const slices = `/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D${name}`;
  interface Slice {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly ports: readonly object[];
    readonly endpoints: ReadonlyArray<{ readonly addresses: readonly string[] }>;
  }
  const mirrored = async (): Promise<readonly Slice[]> =>
    (JSON.parse((await front.ask("GET", slices)).text) as { items: readonly Slice[] }).items;
  const ports = [{ name: "example", port: 80, protocol: "TCP" }];
  await create(`${core}/services`, { metadata: { name }, spec: { ports } });
  const subsets = (ip: string) => [{ ports, addresses: [{ ip }] }];
  await create(`${core}/endpoints`, { metadata: { name, labels: { foo: "bar" } }, subsets: subsets("10.1.2.3") });
  await until("the endpoints are mirrored", async () => (await mirrored()).length === 1);
  const [slice] = await mirrored();
  assert.equal([slice?.ports, slice?.endpoints[0]?.addresses], [ports, ["10.1.2.3"]]);
  assert.is(slice?.metadata.labels.foo, "bar");
  assert.is(slice?.metadata.labels["endpointslice.kubernetes.io/managed-by"], "endpointslicemirroring-controller.k8s.io");
  read(await merge(`${core}/endpoints/${name}`, { subsets: subsets("10.2.3.4") }));
  await until("the change is mirrored", async () => (await mirrored())[0]?.endpoints[0]?.addresses[0] === "10.2.3.4");
  assert.is((await front.ask("DELETE", `${core}/endpoints/${name}`)).code, 200);
  await until("the mirror is gone", async () => (await mirrored()).length === 0);
});

test.run();
