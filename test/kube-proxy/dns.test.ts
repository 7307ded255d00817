/** The cluster's DNS as the Kubernetes DNS specification 1.1.0 has it, a question a line. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { DnsRecord } from "../../actors/kube-proxy/dns/records.js";
import { serviceIndexes, sliceIndexes, storeView } from "../../actors/kube-proxy/dns/view.js";
import { zoneAnswers } from "../../actors/kube-proxy/dns/zone.js";
import { Store } from "../../src/actor/informer/store.js";
import type { EndpointSlice, Service } from "../../src/api/types.js";

const test = suite("the cluster's DNS");

const services = new Store<Service>(serviceIndexes);
const slices = new Store<EndpointSlice>(sliceIndexes);
const service = (name: string, spec: Service["spec"]) => services.put({ metadata: { namespace: "default", name }, spec });
const http = { name: "http", port: 80, protocol: "TCP" };
service("web", {
  clusterIP: "10.96.0.20",
  clusterIPs: ["10.96.0.20", "fd00::20"],
  ports: [http, { port: 53, name: "dns", protocol: "UDP" }],
});
service("pods", { clusterIP: "None", ports: [http] });
service("empty", { clusterIP: "None", ports: [http] });
service("alias", { type: "ExternalName", externalName: "web.default.svc.cluster.local" });
service("twice", { type: "ExternalName", externalName: "alias.default.svc.cluster.local." });
service("around", { type: "ExternalName", externalName: "around.default.svc.cluster.local" });
service("away", { type: "ExternalName", externalName: "example.com" });
slices.put({
  metadata: { namespace: "default", name: "pods-1", labels: { "kubernetes.io/service-name": "pods" } },
  addressType: "IPv4",
  ports: [{ name: "http", port: 8080, protocol: "TCP" }],
  endpoints: [
    { addresses: ["10.244.1.5"], hostname: "pod-0", conditions: { ready: true } },
    { addresses: ["10.244.2.6"], conditions: {} },
    { addresses: ["10.244.3.7"], hostname: "pod-2", conditions: { ready: false } },
  ],
});
slices.put({
  metadata: { namespace: "default", name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
  addressType: "IPv4",
  ports: [{ name: "http", port: 8080, protocol: "TCP" }],
  endpoints: [{ addresses: ["10.244.1.9"], conditions: { ready: true } }],
});
const answer = zoneAnswers(storeView(services, slices, "10.96.0.10", () => 7_000));

function dataOf(record: DnsRecord): string {
  if ("address" in record) return `${record.type} ${record.address}`;
  if (record.type === "SRV") return `SRV ${record.priority} ${record.weight} ${record.port} ${record.target}`;
  if ("target" in record) return `${record.type} ${record.target}`;
  return record.type === "TXT" ? `TXT ${record.text}` : record.type;
}

/** A question, and its answers, in short: NXDOMAIN, NODATA, or "elsewhere" for what is not the cluster's. */
const questions: ReadonlyArray<readonly [string, string, ...string[]]> = [
  ["A", "web.default.svc.cluster.local", "A 10.96.0.20"],
  ["A", "WEB.Default.svc.CLUSTER.local.", "A 10.96.0.20"],
  ["AAAA", "web.default.svc.cluster.local", "AAAA fd00::20"],
  ["TXT", "web.default.svc.cluster.local", "NODATA"],
  ["SRV", "_http._tcp.web.default.svc.cluster.local", "SRV 0 100 80 web.default.svc.cluster.local"],
  ["SRV", "_dns._udp.web.default.svc.cluster.local", "SRV 0 100 53 web.default.svc.cluster.local"],
  ["SRV", "_http._udp.web.default.svc.cluster.local", "NXDOMAIN"],
  ["SRV", "_https._tcp.web.default.svc.cluster.local", "NXDOMAIN"],
  ["A", "_http._tcp.web.default.svc.cluster.local", "A 10.96.0.20"],
  [
    "SRV",
    "web.default.svc.cluster.local",
    "SRV 0 50 80 web.default.svc.cluster.local",
    "SRV 0 50 53 web.default.svc.cluster.local",
  ],
  ["A", "10-244-1-9.web.default.svc.cluster.local", "A 10.244.1.9"],
  ["A", "pods.default.svc.cluster.local", "A 10.244.1.5", "A 10.244.2.6"],
  ["A", "pod-0.pods.default.svc.cluster.local", "A 10.244.1.5"],
  ["A", "10-244-2-6.pods.default.svc.cluster.local", "A 10.244.2.6"],
  ["A", "pod-2.pods.default.svc.cluster.local", "NXDOMAIN"],
  [
    "SRV",
    "_http._tcp.pods.default.svc.cluster.local",
    "SRV 0 50 8080 pod-0.pods.default.svc.cluster.local",
    "SRV 0 50 8080 10-244-2-6.pods.default.svc.cluster.local",
  ],
  ["A", "empty.default.svc.cluster.local", "NODATA"],
  ["CNAME", "away.default.svc.cluster.local", "CNAME example.com"],
  ["A", "away.default.svc.cluster.local", "CNAME example.com", "then elsewhere: example.com"],
  ["A", "alias.default.svc.cluster.local", "CNAME web.default.svc.cluster.local", "A 10.96.0.20"],
  [
    "A",
    "twice.default.svc.cluster.local",
    "CNAME alias.default.svc.cluster.local",
    "CNAME web.default.svc.cluster.local",
    "A 10.96.0.20",
  ],
  ["A", "nobody.default.svc.cluster.local", "NXDOMAIN"],
  ["A", "a.b.c.web.default.svc.cluster.local", "NXDOMAIN"],
  ["A", "default.svc.cluster.local", "NODATA"],
  ["A", "nowhere.svc.cluster.local", "NXDOMAIN"],
  ["A", "svc.cluster.local", "NODATA"],
  ["A", "cluster.local", "NODATA"],
  ["SOA", "cluster.local", "SOA"],
  ["NS", "cluster.local", "NS ns.dns.cluster.local"],
  ["A", "ns.dns.cluster.local", "A 10.96.0.10"],
  ["TXT", "dns-version.cluster.local", "TXT 1.1.0"],
  ["A", "10-244-1-5.default.pod.cluster.local", "A 10.244.1.5"],
  ["AAAA", "fd00--5.default.pod.cluster.local", "AAAA fd00::5"],
  ["A", "10-244-1-500.default.pod.cluster.local", "NXDOMAIN"],
  ["A", "x.10-244-1-5.default.pod.cluster.local", "NXDOMAIN"],
  ["PTR", "20.0.96.10.in-addr.arpa", "PTR web.default.svc.cluster.local"],
  ["PTR", `0.2.0.0${".0".repeat(24)}.0.0.d.f.ip6.arpa`, "PTR web.default.svc.cluster.local"],
  ["PTR", "5.1.244.10.in-addr.arpa", "PTR pod-0.pods.default.svc.cluster.local"],
  ["A", "5.1.244.10.in-addr.arpa", "NODATA"],
  ["PTR", "1.1.1.1.in-addr.arpa", "elsewhere"],
  ["PTR", "300.1.1.1.in-addr.arpa", "elsewhere"],
  ["A", "example.com", "elsewhere"],
  ["A", "notcluster.local", "elsewhere"],
  ["A", "__proto__.default.svc.cluster.local", "NXDOMAIN"],
];

for (const [type, name, ...expected] of questions) {
  test(`${type} ${name}: ${expected.join(", ")}`, () => {
    const reply = answer({ name, type });
    if (reply === undefined) {
      assert.equal(expected, ["elsewhere"]);
      return;
    }
    const outside = reply.outside === undefined ? [] : [`then elsewhere: ${reply.outside}`];
    const nothing = reply.code === "NXDOMAIN" ? "NXDOMAIN" : "NODATA";
    assert.equal(reply.answers.length === 0 ? [nothing] : [...reply.answers.map(dataOf), ...outside], expected);
    if (reply.answers.length === 0) assert.equal(reply.authorities.map(dataOf), ["SOA"], "who says that there is nothing");
  });
}

test("an SRV answer brings the addresses of its targets", () => {
  const reply = answer({ name: "_http._tcp.pods.default.svc.cluster.local", type: "SRV" });
  assert.equal(
    reply?.additionals.map((record) => `${record.name} ${dataOf(record)}`),
    ["pod-0.pods.default.svc.cluster.local A 10.244.1.5", "10-244-2-6.pods.default.svc.cluster.local A 10.244.2.6"],
  );
});

test("an alias of itself is followed to an end", () => {
  const reply = answer({ name: "around.default.svc.cluster.local", type: "A" });
  assert.ok((reply?.answers.length ?? 0) > 0 && (reply?.answers.length ?? 0) < 20);
});

test.run();
