import { test } from "uvu";
import * as assert from "uvu/assert";
import { endpointSliceMirroringController } from "../../actors/controller-manager/controllers/endpointslice-mirroring/controller.js";
import { reconcileMirror } from "../../actors/controller-manager/controllers/endpointslice-mirroring/reconcile.js";
import type { EndpointSlice, Endpoints, Service } from "../../src/api/types.js";
import { controllerWorld } from "./controller-world.js";

const service = (spec: Service["spec"] = {}): Service => ({ metadata: { name: "db", namespace: "default", uid: "s" }, spec });
const endpoints = (subsets: NonNullable<Endpoints["subsets"]>, metadata: object = {}): Endpoints => ({
  metadata: { name: "db", namespace: "default", uid: "e", ...metadata },
  subsets,
});
const ports = [{ name: "sql", port: 5432, protocol: "TCP" }];
const slice = (name: string): EndpointSlice => ({
  metadata: {
    name,
    labels: {
      "kubernetes.io/service-name": "db",
      "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io",
    },
  },
  addressType: "IPv4",
  endpoints: [{ addresses: ["10.1.0.1"], conditions: { ready: true } }],
  ports,
});
const done = (...of: Parameters<typeof reconcileMirror>): string[] =>
  (reconcileMirror(...of).writes ?? []).map(({ request }) =>
    [request.verb, "name" in request.path ? request.path.name : ""].join(" ").trim(),
  );

test("addresses become endpoints, by address family", () => {
  const subsets = [
    { addresses: [{ ip: "10.1.0.1", hostname: "a" }, { ip: "fd00::1" }], notReadyAddresses: [{ ip: "10.1.0.2" }], ports },
    { addresses: [{ ip: "10.1.0.3" }], ports: [{ port: 80 }] },
  ];
  const { writes = [] } = reconcileMirror(endpoints(subsets, { labels: { tier: "back" } }), service(), []);
  const made = writes.map(({ request }) => (request.verb === "create" ? (request.object as EndpointSlice) : undefined)!);
  assert.equal(
    made.map(({ addressType, endpoints: shown, ports: on = [] }) => [
      addressType,
      on[0]?.port,
      shown.map((each) => `${each.addresses[0]} ${each.conditions?.ready}`),
    ]),
    [
      ["IPv4", 5432, ["10.1.0.1 true", "10.1.0.2 false"]],
      ["IPv4", 80, ["10.1.0.3 true"]],
      ["IPv6", 5432, ["fd00::1 true"]],
    ],
  );
  assert.equal(made[0]?.metadata.labels, {
    tier: "back",
    "kubernetes.io/service-name": "db",
    "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io",
  });
  assert.equal(
    made[0]?.metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`),
    ["Endpoints db"],
  );
});

const subsets = [{ addresses: [{ ip: "10.1.0.1" }], ports }];
const rows: Array<[string, Parameters<typeof reconcileMirror>, string[]]> = [
  ["nothing has changed", [endpoints(subsets), service(), [slice("x")]], []],
  ["an address is another one", [endpoints([{ addresses: [{ ip: "10.1.0.9" }], ports }]), service(), [slice("x")]], ["update x"]],
  ["there are no addresses any more", [endpoints([]), service(), [slice("x")]], ["delete x"]],
  ["there is no Service", [endpoints(subsets), undefined, [slice("x")]], ["delete x"]],
  ["the Service has a selector", [endpoints(subsets), service({ selector: { app: "db" } }), [slice("x")]], ["delete x"]],
  ["the endpoints are gone", [undefined, service(), [slice("x")]], ["delete x"]],
  [
    "the endpoints are not to be mirrored",
    [endpoints(subsets, { labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } }), service(), []],
    [],
  ],
  [
    "the endpoints hold an election",
    [endpoints(subsets, { annotations: { "control-plane.alpha.kubernetes.io/leader": "{}" } }), service(), []],
    [],
  ],
];
for (const [what, of, expected] of rows)
  test(`when ${what}: ${expected.join(", ") || "no write"}`, () => assert.equal(done(...of), expected));

test("more addresses than can be mirrored are told", () => {
  const many = Array.from({ length: 1_003 }, (_, index) => ({ ip: `10.2.${index >> 8}.${index & 255}` }));
  const { writes = [], events = [] } = reconcileMirror(endpoints([{ addresses: many, ports }]), service(), []);
  assert.is(writes.length, 10);
  assert.equal(
    events.map(({ reason, message }) => `${reason}: ${message}`),
    [
      "TooManyAddressesToMirror: A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 3 addresses were skipped",
    ],
  );
});

test("through the engine: a user's endpoints are mirrored, and followed", () => {
  const world = controllerWorld(endpointSliceMirroringController, (api) => {
    api.put("services", service());
    api.put("endpoints", endpoints(subsets));
  });
  const { api, simulation } = world;
  const shown = () =>
    (api.of("endpointslices", "discovery.k8s.io") as unknown as EndpointSlice[]).flatMap((each) =>
      each.endpoints.map(({ addresses }) => addresses[0]),
    );
  assert.equal(shown(), ["10.1.0.1"]);
  api.put("endpoints", endpoints([{ addresses: [{ ip: "10.1.0.7" }], ports }]));
  simulation.run(200);
  assert.equal(shown(), ["10.1.0.7"]);
  assert.equal(world.writes(), [
    "create endpointslices",
    `update endpointslices ${api.of("endpointslices", "discovery.k8s.io")[0]?.metadata.name}`,
  ]);
  api.remove("services", "default/db");
  simulation.run(200);
  assert.equal(shown(), []);
});

test.run();
