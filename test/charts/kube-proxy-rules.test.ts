import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Balancer } from "../../actors/kube-proxy/balancer.js";
import { rulesFor } from "../../actors/kube-proxy/rules.js";
import { seededRandom } from "../../src/actor/random.js";
import type { Endpoint, EndpointSlice, Service } from "../../src/api/types.js";

const rules = suite("kube-proxy's rules");

const place = { nodeName: "node-1", nodeAddress: "127.1.0.1", machineAddress: "127.0.0.1" };

const service = (spec: Service["spec"]): Service => ({ metadata: { namespace: "default", name: "web", uid: "7" }, spec });
const slice = (endpoints: Endpoint[]): EndpointSlice => ({
  metadata: { namespace: "default", name: "web-x" },
  addressType: "IPv4",
  ports: [{ name: "http", port: 8080 }],
  endpoints,
});
const ready = (ip: string, nodeName = "node-1"): Endpoint => ({ addresses: [ip], nodeName, conditions: { ready: true } });
const http = { name: "http", port: 80 };
const listenersOf = (spec: Service["spec"], endpoints: Endpoint[]) =>
  rulesFor([service(spec)], () => [slice(endpoints)], place).listeners.map(
    ({ address, port, endpoints: behind }) =>
      `${address}:${port} -> ${behind.map((each) => `${each.ip}:${each.port}`).join(" ") || "nothing"}`,
  );

const terminating = (ip: string, serving: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready: false, serving, terminating: true },
});
const clusterIPs = { clusterIP: "127.96.0.10", clusterIPs: ["127.96.0.10"] };

const cases: Array<{ when: string; spec: Service["spec"]; endpoints: Endpoint[]; listeners: string[] }> = [
  {
    when: "a Service has ready endpoints on any node",
    spec: { ...clusterIPs, ports: [http] },
    endpoints: [ready("127.1.0.6", "node-2"), ready("127.1.0.5")],
    listeners: ["127.96.0.10:80 -> 127.1.0.5:8080 127.1.0.6:8080"],
  },
  {
    when: "an endpoint is not ready",
    spec: { ...clusterIPs, ports: [http] },
    endpoints: [{ addresses: ["127.1.0.5"], conditions: { ready: false } }],
    listeners: ["127.96.0.10:80 -> nothing"],
  },
  {
    when: "only terminating endpoints are left and one still serves",
    spec: { ...clusterIPs, ports: [http] },
    endpoints: [terminating("127.1.0.5", true), terminating("127.1.0.6", false)],
    listeners: ["127.96.0.10:80 -> 127.1.0.5:8080"],
  },
  {
    when: "internal traffic stays on the node",
    spec: { ...clusterIPs, ports: [http], internalTrafficPolicy: "Local" },
    endpoints: [ready("127.1.0.5", "node-2")],
    listeners: ["127.96.0.10:80 -> nothing"],
  },
  {
    when: "there is a NodePort",
    spec: { ...clusterIPs, type: "NodePort", ports: [{ ...http, nodePort: 30_080 }] },
    endpoints: [ready("127.1.0.5")],
    listeners: ["127.96.0.10:80 -> 127.1.0.5:8080", "127.1.0.1:30080 -> 127.1.0.5:8080", "127.0.0.1:30080 -> 127.1.0.5:8080"],
  },
  { when: "the Service is headless", spec: { clusterIP: "None", ports: [http] }, endpoints: [ready("127.1.0.5")], listeners: [] },
  {
    when: "the Service is an ExternalName",
    spec: { type: "ExternalName", externalName: "example.com" },
    endpoints: [],
    listeners: [],
  },
];

for (const { when, spec, endpoints, listeners } of cases) {
  rules(`when ${when}: ${listeners.join(", ") || "nothing listens"}`, () =>
    assert.equal(listenersOf(spec, endpoints), listeners),
  );
}

rules("name every Service, and the pods of a headless one", () => {
  const names = (spec: Service["spec"], endpoints: Endpoint[]) => [
    ...rulesFor([service(spec)], () => [slice(endpoints)], place).names,
  ];
  assert.equal(names({ ...clusterIPs }, []), [["web.default.svc.cluster.local", ["127.96.0.10"]]]);
  assert.equal(names({ type: "ExternalName", externalName: "example.com" }, []), [
    ["web.default.svc.cluster.local", ["example.com"]],
  ]);
  assert.equal(names({ clusterIP: "None" }, [{ ...ready("127.1.0.5"), hostname: "web-0" }]), [
    ["web.default.svc.cluster.local", ["127.1.0.5"]],
    ["web-0.web.default.svc.cluster.local", ["127.1.0.5"]],
  ]);
});

rules("say which ports are not proxied", () => {
  const ports = [
    { name: "tcp", port: 53 },
    { name: "udp", port: 53, protocol: "UDP" },
    { name: "other", port: 9, protocol: "SCTP" },
  ];
  const { problems, listeners } = rulesFor([service({ ...clusterIPs, ports })], () => [], place);
  assert.equal(problems, ["default/web port 9: SCTP is not proxied, only TCP and UDP"]);
  assert.equal(
    listeners.map(({ key }) => key),
    ["default/web:tcp 127.96.0.10:53", "default/web:udp 127.96.0.10:53/UDP"],
  );
});

rules("keep a client with its endpoint while its affinity holds", () => {
  let nowMs = 0;
  const balancer = new Balancer(seededRandom("1"), () => nowMs);
  const endpoints = Array.from({ length: 50 }, (_, index) => ({ ip: `127.1.0.${index}`, port: 80 }));
  balancer.update(endpoints, 10);
  const first = balancer.pick("127.0.0.1");
  for (nowMs = 0; nowMs < 100_000; nowMs += 5_000)
    assert.equal(balancer.pick("127.0.0.1"), first, "each connection renews the affinity");
  nowMs += 11_000;
  const later = Array.from({ length: 5 }, (_, index) => balancer.pick(`127.0.0.${index}`)?.ip);
  assert.ok(new Set(later).size > 1, "other clients go elsewhere");
  balancer.update(endpoints.slice(0, 1), undefined);
  assert.equal(balancer.pick("127.0.0.1"), endpoints[0]);
});

rules.run();
