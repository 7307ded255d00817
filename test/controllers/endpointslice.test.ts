import { test } from "uvu";
import * as assert from "uvu/assert";
import { endpointSliceController } from "../../actors/controller-manager/controllers/endpointslice/controller.js";
import { pack } from "../../actors/controller-manager/controllers/endpointslice/packing.js";
import { reconcileEndpointSlices } from "../../actors/controller-manager/controllers/endpointslice/reconcile.js";
import type { Plan } from "../../actors/controller-manager/engine/plan.js";
import type { Endpoint, EndpointSlice, Node, Pod, Service } from "../../src/api/types.js";
import { controllerWorld } from "./controller-world.js";
import { type PodParts, pod, service } from "./service-fixtures.js";

const knownNode = (name: string): Node | undefined =>
  name === "gone" ? undefined : { metadata: { name, labels: { "topology.kubernetes.io/zone": "east" } } };

const plan = (of: { service?: Service; pods?: Pod[]; existing?: EndpointSlice[] }): Plan =>
  reconcileEndpointSlices({ service: of.service ?? service(), pods: of.pods ?? [], node: knownNode }, of.existing ?? []);

const requests = ({ writes = [] }: Plan) => writes.map(({ request }) => request);
const written = (of: Plan): EndpointSlice[] =>
  requests(of).flatMap((request) => ("object" in request ? [request.object as EndpointSlice] : []));
const verbs = (of: Plan): string[] =>
  requests(of).map(({ verb, path }) => ("name" in path && path.name ? `${verb} ${path.name}` : verb));

/** What the API server would have after the plan's creates. */
const stored = (of: Plan, first = 1): EndpointSlice[] =>
  written(of).map((slice, index) => ({
    ...slice,
    metadata: {
      ...slice.metadata,
      name: slice.metadata.name ?? `web-${first + index}`,
      uid: `slice-${first + index}`,
      resourceVersion: "1",
    },
  }));

test("a slice says whose it is, and what each pod serves", () => {
  const made = plan({ service: service({}, { tier: "front" }), pods: [pod("a")] });
  assert.equal(written(made), [
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        generateName: "web-",
        namespace: "default",
        labels: {
          tier: "front",
          "kubernetes.io/service-name": "web",
          "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        },
        ownerReferences: [
          { apiVersion: "v1", kind: "Service", name: "web", uid: "service-1", controller: true, blockOwnerDeletion: true },
        ],
      },
      addressType: "IPv4",
      endpoints: [
        {
          addresses: ["10.244.0.5"],
          conditions: { ready: true, serving: true, terminating: false },
          targetRef: { kind: "Pod", namespace: "default", name: "a", uid: "uid-a" },
          nodeName: "node-1",
          zone: "east",
        },
      ],
      ports: [{ name: "", port: 8080, protocol: "TCP" }],
    },
  ]);
});

test("endpoints of a Service that prefers what is close are for their own zone, once they are ready", () => {
  const close = service({ trafficDistribution: "PreferClose" });
  const hintsOf = (of: Plan) => written(of).flatMap(({ endpoints = [] }) => endpoints.map(({ hints }) => hints));
  assert.equal(hintsOf(plan({ service: close, pods: [pod("a")] })), [{ forZones: [{ name: "east" }] }]);
  assert.equal(hintsOf(plan({ service: close, pods: [pod("a", { ready: false })] })), [undefined]);
  const existing = stored(plan({ service: close, pods: [pod("a")] }));
  assert.equal(hintsOf(plan({ pods: [pod("a")], existing })), [undefined], "hints go when the Service prefers it no more");
});

const conditionRows: Array<[string, PodParts, boolean, [boolean, boolean, boolean] | undefined]> = [
  ["ready", {}, false, [true, true, false]],
  ["not ready", { ready: false }, false, [false, false, false]],
  ["on its way out, still ready", { leaving: true }, false, [false, true, true]],
  ["on its way out, not ready", { leaving: true, ready: false }, false, [false, false, true]],
  ["not ready, published all the same", { ready: false }, true, [true, false, false]],
  ["on its way out, published all the same", { leaving: true, ready: false }, true, [true, false, true]],
  ["finished", { phase: "Succeeded" }, false, undefined],
  ["failed", { phase: "Failed" }, true, undefined],
  ["without address", { ip: "" }, false, undefined],
  ["on a node that is gone", { node: "gone" }, false, undefined],
  ["on a node that is gone, published all the same", { node: "gone" }, true, [true, true, false]],
];
for (const [what, parts, publishNotReadyAddresses, expected] of conditionRows) {
  test(`ready, serving and terminating of a pod that is ${what}`, () => {
    const [slice] = written(plan({ service: service({ publishNotReadyAddresses }), pods: [pod("a", parts)] }));
    const [endpoint] = slice?.endpoints ?? [];
    const { ready, serving, terminating } = endpoint?.conditions ?? {};
    assert.equal(endpoint && [ready, serving, terminating], expected);
  });
}

test("a named target port is each pod's own, so pods that differ are in different slices", () => {
  const named = (containerPort: number) => ({
    spec: { containers: [{ name: "main", ports: [{ name: "http", containerPort }] }] },
  });
  const sidecar = {
    spec: {
      containers: [{ name: "main" }],
      initContainers: [{ name: "proxy", restartPolicy: "Always", ports: [{ name: "http", containerPort: 9000 }] }],
    },
  };
  const slices = written(
    plan({
      service: service({ ports: [{ name: "web", port: 80, targetPort: "http", protocol: "TCP", appProtocol: "http" }] }),
      pods: [
        pod("a", { ...named(8080) }),
        pod("b", { ...named(8081), ip: "10.244.0.6" }),
        pod("c", { ...named(8080), ip: "10.244.0.7" }),
        pod("d", { ...sidecar, ip: "10.244.0.8" }),
        pod("without", { ip: "10.244.0.9" }),
      ],
    }),
  );
  const shown = slices.map(({ ports = [], endpoints }) => [
    ports[0]?.port,
    ports[0]?.appProtocol,
    endpoints.map(({ targetRef }) => targetRef?.name),
  ]);
  assert.equal(shown, [
    [8080, "http", ["a", "c"]],
    [8081, "http", ["b"]],
    [9000, "http", ["d"]],
  ]);
});

test("a port of the right name but another protocol does not count", () => {
  const ports = [{ name: "dns", containerPort: 53, protocol: "UDP" }];
  const made = written(
    plan({
      service: service({ ports: [{ port: 53, targetPort: "dns", protocol: "TCP" }] }),
      pods: [pod("a", { spec: { containers: [{ name: "main", ports }] } })],
    }),
  );
  assert.equal(
    made.map(({ endpoints, ports: shown }) => [endpoints, shown]),
    [[[], []]],
  );
});

test("a headless Service has its label, the pods' hostnames, and may have no ports", () => {
  const subdomain = { spec: { containers: [], hostname: "db-0", subdomain: "web" } };
  const [slice] = written(
    plan({
      service: service({ clusterIP: "None", ports: [] }),
      pods: [pod("db-0", subdomain), pod("x", { ip: "10.244.0.6", spec: { hostname: "h", subdomain: "other" } })],
    }),
  );
  assert.is(slice?.metadata.labels?.["service.kubernetes.io/headless"], "");
  assert.equal(
    slice?.endpoints.map(({ hostname }) => hostname),
    ["db-0", undefined],
  );
  assert.equal(slice?.ports, []);
});

test("one slice holds at most 100 endpoints", () => {
  const pods = Array.from({ length: 250 }, (_, index) => pod(`p${index}`, { ip: `10.244.${index >> 8}.${index & 255}` }));
  assert.equal(
    written(plan({ pods })).map(({ endpoints }) => endpoints.length),
    [100, 100, 50],
  );
});

test("both address families have their slices", () => {
  const dual = pod("a");
  dual.status!.podIPs = [{ ip: "10.244.0.5" }, { ip: "fd00::5" }];
  const slices = written(plan({ service: service({ ipFamilies: ["IPv4", "IPv6"] }), pods: [dual] }));
  assert.equal(
    slices.map(({ addressType, endpoints }) => [addressType, endpoints[0]?.addresses]),
    [
      ["IPv4", ["10.244.0.5"]],
      ["IPv6", ["fd00::5"]],
    ],
  );
});

test("without pods there is one empty slice, which later takes the first endpoints", () => {
  const existing = stored(plan({}));
  assert.equal(
    existing.map(({ endpoints, ports }) => [endpoints, ports]),
    [[[], []]],
  );
  assert.equal(verbs(plan({ existing })), []);
  const filled = plan({ existing, pods: [pod("a")] });
  assert.equal(verbs(filled), ["update web-1"]);
  assert.equal(verbs(plan({ existing: stored(filled), pods: [] })), ["update web-1"]);
});

test("only what has changed is written", () => {
  const pods = Array.from({ length: 150 }, (_, index) => pod(`p${index}`, { ip: `10.244.0.${index}` }));
  const existing = stored(plan({ pods }));
  assert.equal(verbs(plan({ pods, existing })), []);
  const changed = pods.map((each, index) => (index === 120 ? pod("p120", { ip: "10.244.0.120", ready: false }) : each));
  assert.equal(verbs(plan({ pods: changed, existing })), ["update web-2"]);
  assert.equal(verbs(plan({ pods: [...pods, pod("new", { ip: "10.244.1.1" })], existing })), ["update web-2"]);
  const relabelled = plan({ service: service({}, { tier: "front" }), pods, existing });
  assert.equal(verbs(relabelled), ["update web-1", "update web-2"]);
});

const endpoint = (name: string): Endpoint => ({ addresses: [name], targetRef: { kind: "Pod", name } });
const slice = (name: string, names: string[]): EndpointSlice => ({
  metadata: { name },
  addressType: "IPv4",
  endpoints: names.map(endpoint),
});
const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

test("endpoints to add go into slices that change anyway, then into the fullest one with room, then into new ones", () => {
  const existing = [slice("a", names("a", 60)), slice("b", names("b", 90)), slice("c", names("c", 40))];
  const kept = [...names("a", 60), ...names("b", 90), ...names("c", 39)];
  const shape = (wanted: string[]) => {
    const { create, update, unchanged } = pack(wanted.map(endpoint), existing, () => false);
    return {
      create: create.map((each) => each.length),
      update: update.map((each) => `${each.slice.metadata.name} ${each.endpoints.length}`),
      unchanged: unchanged.map(({ metadata }) => metadata.name),
    };
  };
  assert.equal(shape([...kept, ...names("new", 5)]), { create: [], update: ["c 44"], unchanged: ["a", "b"] });
  const all = [...kept, "c39"];
  assert.equal(shape([...all, ...names("new", 5)]), { create: [], update: ["b 95"], unchanged: ["a", "c"] });
  assert.equal(shape([...all, ...names("new", 30)]), { create: [], update: ["a 90"], unchanged: ["b", "c"] });
  assert.equal(shape([...all, ...names("new", 70)]), { create: [70], update: [], unchanged: ["a", "b", "c"] });
  assert.equal(shape([...all, ...names("new", 130)]), { create: [100], update: ["a 90"], unchanged: ["b", "c"] });
});

const leftAlone: Array<[string, Service]> = [
  ["without selector", { metadata: service().metadata, spec: { clusterIP: "10.96.0.10" } }],
  ["of type ExternalName", service({ type: "ExternalName", externalName: "example.com" })],
];
for (const [what, each] of leftAlone) {
  test(`a Service ${what} is left to others`, () => assert.equal(plan({ service: each, pods: [pod("a")] }), {}));
}

test("slices of a Service that is gone go, slices of other managers stay", () => {
  const existing = stored(plan({ pods: [pod("a")] }));
  const foreign: EndpointSlice = {
    ...existing[0]!,
    metadata: { ...existing[0]!.metadata, name: "mine", labels: { "kubernetes.io/service-name": "web" } },
  };
  assert.equal(verbs(reconcileEndpointSlices({}, [...existing, foreign])), ["delete web-1"]);
  const successor = { ...service(), metadata: { ...service().metadata, uid: "service-2" } };
  assert.equal(verbs(plan({ service: successor, pods: [pod("a")], existing: [...existing, foreign] })), [
    "create",
    "delete web-1",
  ]);
});

test("a write that fails is told of the Service", () => {
  const [write] = plan({ pods: [pod("a")] }).writes ?? [];
  const event = write?.onFailure?.({ code: "rejected", message: "no" });
  assert.is(event?.reason, "FailedToUpdateEndpointSlices");
  assert.is(
    event?.message,
    "Error updating Endpoint Slices for Service default/web: failed to create EndpointSlice for Service default/web: no",
  );
});

test("through the engine: slices follow the pods, their readiness, their nodes and the Service", () => {
  const world = controllerWorld(endpointSliceController, (api) => {
    api.put("nodes", { metadata: { name: "node-1" } });
    api.put("services", service());
  });
  const { api, simulation } = world;
  const shown = () => {
    const slices = api.of("endpointslices", "discovery.k8s.io") as unknown as EndpointSlice[];
    return slices.flatMap(({ endpoints }) =>
      endpoints.map(({ targetRef, conditions }) => `${targetRef?.name} ${conditions?.ready}`),
    );
  };
  assert.equal(world.writes(), ["create endpointslices"]);
  api.put("pods", pod("a"));
  api.put("pods", pod("b", { ip: "10.244.0.6", ready: false }));
  simulation.run(200);
  assert.equal(shown(), ["a true", "b false"]);
  api.put("pods", pod("b", { ip: "10.244.0.6" }));
  simulation.run(200);
  assert.equal(shown(), ["a true", "b true"]);
  api.put("pods", { ...pod("b", { ip: "10.244.0.6" }), metadata: { ...pod("b").metadata, labels: { app: "other" } } });
  simulation.run(200);
  assert.equal(shown(), ["a true"]);
  api.remove("nodes", "node-1");
  simulation.run(200);
  assert.equal(shown(), []);
  api.put("nodes", { metadata: { name: "node-1" } });
  simulation.run(200);
  assert.equal(shown(), ["a true"]);
  const [made] = api.of("endpointslices", "discovery.k8s.io");
  api.remove("endpointslices", `default/${made?.metadata.name}`, "discovery.k8s.io");
  simulation.run(200);
  assert.equal(shown(), ["a true"]);
  api.remove("services", "default/web");
  simulation.run(200);
  assert.equal(api.of("endpointslices", "discovery.k8s.io"), []);
});

test.run();
