import { test } from "uvu";
import * as assert from "uvu/assert";
import { endpointsController } from "../../actors/controller-manager/controllers/endpoints/controller.js";
import { reconcileEndpoints } from "../../actors/controller-manager/controllers/endpoints/reconcile.js";
import { subsetsOf, withinCapacity } from "../../actors/controller-manager/controllers/endpoints/subsets.js";
import type { EndpointSubset, Endpoints, Pod, Service } from "../../src/api/types.js";
import { controllerWorld } from "./controller-world.js";
import { type PodParts, pod, service } from "./service-fixtures.js";

const names = ({ addresses = [], notReadyAddresses = [] }: EndpointSubset) => [
  addresses.map(({ targetRef }) => targetRef?.name),
  notReadyAddresses.map(({ targetRef }) => targetRef?.name),
];

const rows: Array<[string, PodParts, boolean, "ready" | "not ready" | "left out"]> = [
  ["ready", {}, false, "ready"],
  ["not ready", { ready: false }, false, "not ready"],
  ["not ready, published all the same", { ready: false }, true, "ready"],
  ["on its way out", { leaving: true }, false, "left out"],
  ["on its way out, published all the same", { leaving: true }, true, "ready"],
  ["finished", { phase: "Failed" }, true, "left out"],
  ["without address", { ip: "" }, false, "left out"],
];
for (const [what, parts, publishNotReadyAddresses, expected] of rows) {
  test(`a pod that is ${what} is ${expected}`, () => {
    const [subset] = subsetsOf(service({ publishNotReadyAddresses }), [pod("a", parts)]);
    assert.is(subset === undefined ? "left out" : subset.addresses === undefined ? "not ready" : "ready", expected);
  });
}

test("pods with the same ports share a subset, in the order of their addresses", () => {
  const withPort = (containerPort: number, ip: string) => ({
    ip,
    spec: { containers: [{ name: "main", ports: [{ name: "http", containerPort }] }] },
  });
  const ports = [
    { name: "http", port: 80, targetPort: "http", protocol: "TCP" },
    { name: "admin", port: 81, targetPort: 9000, protocol: "TCP" },
  ];
  const subsets = subsetsOf(service({ ports }), [
    pod("c", withPort(8080, "10.244.0.10")),
    pod("a", withPort(8080, "10.244.0.9")),
    pod("b", { ...withPort(8081, "10.244.0.1"), ready: false }),
    pod("without", { ip: "10.244.0.2" }),
  ]);
  assert.equal(
    subsets.map((subset) => [subset.ports?.map(({ name, port }) => `${name} ${port}`), ...names(subset)]),
    [
      [["admin 9000", "http 8080"], ["a", "c"], []],
      [["admin 9000", "http 8081"], [], ["b"]],
      [["admin 9000"], ["without"], []],
    ],
  );
});

test("a headless Service without ports has addresses without ports, any other without ports has none", () => {
  const named = pod("a", { spec: { containers: [], hostname: "a", subdomain: "web" } });
  assert.equal(subsetsOf(service({ clusterIP: "None", ports: [] }), [named]), [
    {
      addresses: [
        {
          ip: "10.244.0.5",
          hostname: "a",
          nodeName: "node-1",
          targetRef: { kind: "Pod", namespace: "default", name: "a", uid: "uid-a" },
        },
      ],
    },
  ]);
  assert.equal(subsetsOf(service({ ports: [] }), [named]), []);
});

const many = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ ip: `${prefix}.${index >> 8}.${index & 255}` }));
const capacityRows: Array<[string, EndpointSubset[], Array<[number, number]>, boolean]> = [
  ["1000 fit", [{ addresses: many("10.1", 600), notReadyAddresses: many("10.2", 400) }], [[600, 400]], false],
  ["what is not ready goes first", [{ addresses: many("10.1", 900), notReadyAddresses: many("10.2", 400) }], [[900, 100]], true],
  [
    "each subset loses in proportion",
    [{ addresses: many("10.1", 1500) }, { addresses: many("10.2", 500), notReadyAddresses: many("10.3", 1) }],
    [
      [750, 0],
      [250, 0],
    ],
    true,
  ],
  [
    "a subset of which nothing is left is not shown",
    [{ addresses: many("10.1", 1000) }, { notReadyAddresses: many("10.2", 5) }],
    [[1000, 0]],
    true,
  ],
];
for (const [what, subsets, expected, truncated] of capacityRows) {
  test(`capacity of 1000 addresses: ${what}`, () => {
    const shown = withinCapacity(subsets);
    assert.equal(
      shown.subsets.map(({ addresses = [], notReadyAddresses = [] }) => [addresses.length, notReadyAddresses.length]),
      expected,
    );
    assert.is(shown.truncated, truncated);
  });
}

const plan = (of: { service?: Service | undefined; pods?: Pod[]; endpoints?: Endpoints | undefined }) => {
  const { writes = [] } = reconcileEndpoints({ service: service(), pods: [], endpoints: undefined, ...of });
  return writes;
};
const objectOf = (writes: ReturnType<typeof plan>): Endpoints => {
  const request = writes[0]?.request;
  assert.ok(request !== undefined && "object" in request, "an object is written");
  return request.object as Endpoints;
};

test("the object has the Service's labels, whose it is, and says when it does not show all", () => {
  const pods = Array.from({ length: 1001 }, (_, index) => pod(`p${index}`, { ip: `10.244.${index >> 8}.${index & 255}` }));
  const { metadata } = objectOf(plan({ service: service({ clusterIP: "None" }, { tier: "front" }), pods }));
  assert.equal(metadata, {
    name: "web",
    namespace: "default",
    labels: { tier: "front", "service.kubernetes.io/headless": "", "endpoints.kubernetes.io/managed-by": "endpoint-controller" },
    annotations: { "endpoints.kubernetes.io/over-capacity": "truncated" },
  });
  const fewer = plan({
    service: service({ clusterIP: "None" }, { tier: "front" }),
    pods: [pod("a")],
    endpoints: { metadata, subsets: [] },
  });
  assert.equal(objectOf(fewer).metadata.annotations, {});
});

test("nothing is written when nothing has changed", () => {
  const endpoints = objectOf(plan({ pods: [pod("a")] }));
  assert.equal(plan({ pods: [pod("a")], endpoints }), []);
  assert.is(plan({ pods: [pod("a", { ready: false })], endpoints })[0]?.request.verb, "update");
});

test("a Service without selector or of type ExternalName is left to its user; endpoints without Service go", () => {
  const endpoints = objectOf(plan({}));
  assert.equal(plan({ service: { metadata: service().metadata, spec: {} }, pods: [pod("a")] }), []);
  assert.equal(plan({ service: service({ type: "ExternalName" }), pods: [pod("a")] }), []);
  assert.is(plan({ service: undefined, endpoints })[0]?.request.verb, "delete");
  assert.equal(plan({ service: undefined }), []);
});

test("a write that fails is told", () => {
  const told = (writes: ReturnType<typeof plan>) => {
    const event = writes[0]?.onFailure?.({ code: "rejected", message: "no" });
    return [event?.reason, event?.message, event?.involvedObject.kind];
  };
  assert.equal(told(plan({})), ["FailedToCreateEndpoint", "Failed to create endpoint for service default/web: no", "Endpoints"]);
  const endpoints = objectOf(plan({}));
  assert.equal(told(plan({ endpoints, pods: [pod("a")] })), [
    "FailedToUpdateEndpoint",
    "Failed to update endpoint default/web: no",
    "Endpoints",
  ]);
});

test("through the engine: endpoints follow the Service and its pods", () => {
  const world = controllerWorld(endpointsController, (api) => {
    api.put("services", service());
    api.put("endpoints", {
      metadata: { name: "web", namespace: "gone", labels: { "endpoints.kubernetes.io/managed-by": "endpoint-controller" } },
    });
    api.put("endpoints", { metadata: { name: "mine", namespace: "default" } });
  });
  const { api, simulation } = world;
  assert.equal(world.writes().sort(), ["create endpoints", "delete endpoints web"]);
  const shown = () => ((api.get("endpoints", "default/web") as Endpoints | undefined)?.subsets ?? []).map(names);
  api.put("pods", pod("a"));
  simulation.run(600);
  assert.equal(shown(), [[["a"], []]]);
  api.put("pods", pod("a", { ready: false }));
  simulation.run(600);
  assert.equal(shown(), [[[], ["a"]]]);
  api.remove("endpoints", "default/web");
  simulation.run(600);
  assert.equal(shown(), [[[], ["a"]]]);
  api.remove("services", "default/web");
  simulation.run(600);
  assert.equal(
    api.of("endpoints").map(({ metadata }) => metadata.name),
    ["mine"],
  );
});

test.run();
