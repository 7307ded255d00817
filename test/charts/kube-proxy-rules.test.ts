import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Balancer } from "../../actors/kube-proxy/balancer.js";
import { chooseEndpoints } from "../../actors/kube-proxy/endpoint-choice.js";
import type { EndpointAddress } from "../../actors/kube-proxy/io/io.js";
import { type ListenerRule, rulesFor } from "../../actors/kube-proxy/rules.js";
import { seededRandom } from "../../src/actor/random.js";
import type { Endpoint, EndpointSlice, Service } from "../../src/api/types.js";

const rules = suite("kube-proxy's rules");

const place = { nodeName: "node-1", nodeAddress: "127.1.0.1", machineAddress: "127.0.0.1", dnsAddress: "127.96.0.2", zone: "" };

const service = (spec: Service["spec"]): Service => ({ metadata: { namespace: "default", name: "web", uid: "7" }, spec });
const slice = (endpoints: Endpoint[]): EndpointSlice => ({
  metadata: { namespace: "default", name: "web-x" },
  addressType: "IPv4",
  ports: [{ name: "http", port: 8080 }],
  endpoints,
});
const ready = (ip: string, nodeName = "node-1"): Endpoint => ({ addresses: [ip], nodeName, conditions: { ready: true } });
const http = { name: "http", port: 80 };
const textOf = (behind: readonly EndpointAddress[]) => behind.map((each) => `${each.ip}:${each.port}`).join(" ") || "nothing";
/** What a rule does with connections from inside, and from outside where that differs. */
const said = ({ address, port, serves }: ListenerRule): string[] => {
  if (serves.kind === "health") return [`${address}:${port} tells of ${serves.localEndpoints}`];
  if (serves.kind === "names") return [];
  const [inside, outside] = [textOf(serves.endpoints), textOf(serves.endpointsForOutside)];
  return [`${address}:${port} -> ${inside}${inside === outside ? "" : `, from outside ${outside}`}`];
};
const listenersOf = (spec: Service["spec"], endpoints: Endpoint[], status: Service["status"] = undefined) =>
  rulesFor(
    [{ ...service(spec), ...(status === undefined ? {} : { status }) }],
    () => [slice(endpoints)],
    place,
  ).listeners.flatMap(said);

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
  {
    when: "external traffic stays on the node",
    spec: { ...clusterIPs, type: "NodePort", ports: [{ ...http, nodePort: 30_080 }], externalTrafficPolicy: "Local" },
    endpoints: [ready("127.1.0.5", "node-2"), ready("127.1.0.6")],
    listeners: [
      "127.96.0.10:80 -> 127.1.0.5:8080 127.1.0.6:8080",
      "127.1.0.1:30080 -> 127.1.0.5:8080 127.1.0.6:8080, from outside 127.1.0.6:8080",
      "127.0.0.1:30080 -> 127.1.0.5:8080 127.1.0.6:8080",
    ],
  },
  {
    when: "external traffic stays on the node, where only a terminating endpoint still serves",
    spec: { ...clusterIPs, type: "NodePort", ports: [{ ...http, nodePort: 30_080 }], externalTrafficPolicy: "Local" },
    endpoints: [ready("127.1.0.5", "node-2"), { ...terminating("127.1.0.6", true), nodeName: "node-1" }],
    listeners: [
      "127.96.0.10:80 -> 127.1.0.5:8080",
      "127.1.0.1:30080 -> 127.1.0.5:8080, from outside 127.1.0.6:8080",
      "127.0.0.1:30080 -> 127.1.0.5:8080",
    ],
  },
  {
    when: "a load balancer asks for the node's health",
    spec: { ...clusterIPs, type: "LoadBalancer", ports: [http], externalTrafficPolicy: "Local", healthCheckNodePort: 30_999 },
    endpoints: [ready("127.1.0.5", "node-2"), ready("127.1.0.6"), ready("127.1.0.7")],
    listeners: ["127.96.0.10:80 -> 127.1.0.5:8080 127.1.0.6:8080 127.1.0.7:8080", "127.1.0.1:30999 tells of 2"],
  },
  {
    when: "there are external addresses",
    spec: { ...clusterIPs, ports: [http], externalIPs: ["127.9.9.9"] },
    endpoints: [ready("127.1.0.5")],
    listeners: ["127.96.0.10:80 -> 127.1.0.5:8080", "127.9.9.9:80 -> 127.1.0.5:8080"],
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

rules("serve what a load balancer of its own has given, unless that is a proxy", () => {
  const spec = { ...clusterIPs, type: "LoadBalancer", ports: [http] };
  const ingress = [{ ip: "127.8.8.8", ipMode: "VIP" }, { ip: "127.8.8.9", ipMode: "Proxy" }, { hostname: "lb.example.com" }];
  assert.equal(listenersOf(spec, [ready("127.1.0.5")], { loadBalancer: { ingress } }), [
    "127.96.0.10:80 -> 127.1.0.5:8080",
    "127.8.8.8:80 -> 127.1.0.5:8080",
  ]);
  assert.equal(listenersOf({ ...spec, type: "ClusterIP" }, [ready("127.1.0.5")], { loadBalancer: { ingress } }).length, 1);
});

rules("send traffic to the endpoints for this node's zone, where every endpoint is for some", () => {
  const hinted = (ip: string, zone: string): Endpoint => ({ ...ready(ip), hints: { forZones: [{ name: zone }] } });
  const chosen = (zone: string, ...endpoints: Endpoint[]) =>
    textOf(chooseEndpoints(http, [slice(endpoints)], { nodeName: "node-1", zone }).cluster);
  const both = [hinted("127.1.0.5", "a"), hinted("127.1.0.6", "b")];
  assert.is(chosen("a", ...both), "127.1.0.5:8080");
  assert.is(chosen("c", ...both), "127.1.0.5:8080 127.1.0.6:8080", "none is for this zone");
  assert.is(chosen("", ...both), "127.1.0.5:8080 127.1.0.6:8080", "the node is in no zone");
  assert.is(chosen("a", ...both, ready("127.1.0.7")), "127.1.0.5:8080 127.1.0.6:8080 127.1.0.7:8080", "one has no hint");
});

rules("give an address that two Services ask for to the first", () => {
  const spec = { ...clusterIPs, ports: [http], externalIPs: ["127.9.9.9"] };
  const second = { ...service({ ...spec, clusterIPs: ["127.96.0.11"] }), metadata: { namespace: "default", name: "zzz" } };
  const keys = rulesFor([service(spec), second], () => [], place).listeners.map(({ key }) => key);
  assert.equal(keys.slice(2), [
    "default/web:http 127.96.0.10:80",
    "default/web:http 127.9.9.9:80",
    "default/zzz:http 127.96.0.11:80",
  ]);
});

for (const label of ["service.kubernetes.io/service-proxy-name", "service.kubernetes.io/headless"]) {
  rules(`leave Services with the label ${label} to others`, () => {
    const { metadata, spec } = service({ ...clusterIPs, ports: [http] });
    const labelled = { metadata: { ...metadata, labels: { [label]: "other" } }, spec };
    assert.equal(rulesFor([labelled], () => [slice([ready("127.1.0.5")])], place).listeners.flatMap(said), []);
  });
}

rules("say which ports are not proxied", () => {
  const ports = [
    { name: "tcp", port: 53 },
    { name: "udp", port: 53, protocol: "UDP" },
    { name: "other", port: 9, protocol: "SCTP" },
  ];
  const { problems, listeners } = rulesFor([service({ ...clusterIPs, ports })], () => [], place);
  assert.equal(problems, ["default/web port 9: SCTP is not proxied, only TCP and UDP"]);
  assert.equal(listeners.map(({ key }) => key).slice(2), [
    "default/web:tcp 127.96.0.10:53",
    "default/web:udp 127.96.0.10:53/UDP",
  ]);
});

rules("keep a client with its endpoint while its affinity holds", () => {
  let nowMs = 0;
  const balancer = new Balancer(seededRandom("1"), () => nowMs);
  const endpoints = Array.from({ length: 50 }, (_, index) => ({ ip: `127.1.0.${index}`, port: 80 }));
  const first = balancer.pick("127.0.0.1", endpoints, 10);
  for (nowMs = 0; nowMs < 100_000; nowMs += 5_000)
    assert.equal(balancer.pick("127.0.0.1", endpoints, 10), first, "each connection renews the affinity");
  nowMs += 11_000;
  const later = Array.from({ length: 5 }, (_, index) => balancer.pick(`127.0.0.${index}`, endpoints, 10)?.ip);
  assert.ok(new Set(later).size > 1, "other clients go elsewhere");
  assert.equal(balancer.pick("127.0.0.1", endpoints.slice(0, 1), undefined), endpoints[0]);
});

rules.run();
