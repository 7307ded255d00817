/** Writes that do more than write: addresses that are claimed, bindings, tokens, reviews. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { apiserverMessages, type ResourcePath } from "../../actors/apiserver/messages.js";
import type { UntypedObject } from "../../src/api/types.js";
import { podOf, podsPath, servicesPath, serving } from "./apiserver-world.js";

const service = (name: string, spec: object = {}) => ({
  kind: "Service",
  apiVersion: "v1",
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});

test("a Service's addresses and ports are claimed, kept, and released", () => {
  const world = serving();
  const { object } = world.create(servicesPath, service("web", { type: "NodePort" }));
  const { clusterIP, ports } = object.spec as { clusterIP: string; ports: Array<{ nodePort: number }> };
  const nodePort = ports[0]!.nodePort;
  assert.ok(nodePort >= 30_000 && nodePort <= 32_767);
  const addresses: ResourcePath = { group: "networking.k8s.io", version: "v1", resource: "ipaddresses" };
  assert.is(world.get(addresses, clusterIP).error, undefined);
  const taken = world.create(servicesPath, service("other", { type: "NodePort", ports: [{ port: 80, nodePort }] }));
  assert.match(
    taken.error?.message ?? "",
    `spec.ports[0].nodePort: Invalid value: ${nodePort}: provided port is already allocated`,
  );
  const outside = world.create(servicesPath, service("other", { type: "NodePort", ports: [{ port: 80, nodePort: 80 }] }));
  assert.match(outside.error?.message ?? "", /provided port is not in the valid range\. The range of valid ports is 30000-32767/);
  const far = world.create(servicesPath, service("other", { clusterIP: "1.2.3.4" }));
  assert.match(
    far.error?.message ?? "",
    /failed to allocate IP 1\.2\.3\.4: the provided IP \(1\.2\.3\.4\) is not in the valid range/,
  );
  const plain = world.patch(servicesPath, "web", { spec: { type: "ClusterIP" } });
  assert.is(plain.error, undefined);
  assert.is((plain.object.spec as { clusterIP: string }).clusterIP, clusterIP);
  assert.is(world.create(servicesPath, service("other", { type: "NodePort", ports: [{ port: 80, nodePort }] })).error, undefined);
  world.delete(servicesPath, "web");
  assert.is(world.get(addresses, clusterIP).error?.code, 404);
  const headless = world.create(servicesPath, service("headless", { clusterIP: "None" }));
  assert.equal((headless.object.spec as { clusterIPs: string[] }).clusterIPs, ["None"]);
});

test("ports of one number share a node port in a new Service; no other Service has it, in whatever protocol", () => {
  const world = serving();
  const dns = (protocol: string, more: object = {}) => ({ name: protocol.toLowerCase(), port: 53, protocol, ...more });
  const portsOf = (object: UntypedObject) =>
    (object.spec as { ports: Array<{ nodePort: number }> }).ports.map((port) => port.nodePort);
  const create = (name: string, ...ports: object[]) => world.create(servicesPath, service(name, { type: "NodePort", ports }));
  const refused = (index: number, nodePort: number) =>
    `spec.ports[${index}].nodePort: Invalid value: ${nodePort}: provided port is already allocated`;
  assert.equal(portsOf(create("asked", dns("UDP", { nodePort: 30053 }), dns("TCP")).object), [30053, 30053]);
  const [udp, tcp] = portsOf(create("drawn", dns("UDP"), dns("TCP")).object);
  assert.is(udp, tcp);
  assert.match(create("other", dns("SCTP", { nodePort: 30053 })).error?.message ?? "", refused(0, 30053));
  const apart = create("apart", dns("UDP", { nodePort: 30054 }), { ...dns("TCP", { nodePort: 30054 }), port: 54 });
  assert.match(apart.error?.message ?? "", refused(1, 30054));
  const { object } = create("grown", dns("UDP"));
  const [first = 0] = portsOf(object);
  const ports = [dns("UDP", { nodePort: first }), dns("TCP")];
  const grown = world.update(servicesPath, { ...object, spec: { ...(object.spec as object), ports } });
  assert.is(new Set(portsOf(grown.object)).size, 2, "a port that comes later has a number of its own");
});

test("two API servers that give out addresses at once never give one twice", () => {
  const world = serving({ apiservers: 2, config: { serviceCidr: "10.96.0.0/27" } });
  const made: Array<string> = [];
  let refused = 0;
  const { wire } = world.simulation.user.component.host;
  for (let index = 0; index < 40; index += 1) {
    const object = JSON.stringify({
      kind: "Service",
      apiVersion: "v1",
      metadata: { name: `web-${index}` },
      spec: { ports: [{ port: 80 }] },
    });
    wire.call(
      index % 2 === 0 ? "apiserver/0" : "apiserver/1",
      apiserverMessages.create,
      { path: servicesPath, object },
      {
        onOutcome: (outcome) => {
          if (outcome.ok) made.push((JSON.parse(outcome.reply.object) as { spec: { clusterIP: string } }).spec.clusterIP);
          else refused += 1;
        },
      },
    );
  }
  assert.ok(world.simulation.runUntil(() => made.length + refused === 40, 20_000));
  assert.is(new Set(made).size, made.length, "an address was given twice");
  assert.is(made.length, 29, "the range has 30 addresses, and kubernetes has one");
});

test("an address of a Service is one however it is written, and stays as it was written", () => {
  const world = serving();
  const at = (name: string, clusterIP: string) =>
    world.create(servicesPath, { metadata: { name }, spec: { clusterIP, ports: [{ port: 80 }] } });
  const { object } = at("zeros", "010.96.000.9");
  assert.equal(object.spec && [(object.spec as { clusterIP: string }).clusterIP], ["010.96.000.9"]);
  assert.match(
    at("plain", "10.96.0.9").error?.message ?? "",
    /failed to allocate IP 10.96.0.9: provided IP is already allocated/,
  );
});

test("a binding of a pod that is bound, gone or going is refused", () => {
  const world = serving();
  world.account();
  world.create(podsPath, { ...podOf("a", { nodeName: "node-1" }) });
  const bind = (name: string, node = "node-1", uid?: string) =>
    world.create(
      { ...podsPath, name, subresource: "binding" },
      {
        kind: "Binding",
        apiVersion: "v1",
        metadata: { name, ...(uid === undefined ? {} : { uid }) },
        target: { kind: "Node", name: node },
      },
    ).error;
  assert.is(bind("a")?.code, 409);
  assert.is(bind("none")?.code, 404);
  world.delete(podsPath, "a");
  assert.match(bind("a")?.message ?? "", /is being deleted, cannot be assigned to a host/);
  world.create(podsPath, podOf("b"));
  assert.is(bind("b", "")?.code, 422);
  assert.is(bind("b", "node-1", "another")?.code, 409);
  const act = (metadata: object, kind: string) =>
    world.create({ ...podsPath, name: "b", subresource: "binding" }, { metadata, target: { kind, name: "node-1" } }).error
      ?.message;
  assert.is(act({ name: "other" }, "Node"), "name in URL does not match name in Binding object");
  assert.is(
    act({ name: "b" }, "Rack"),
    'Binding "b" is invalid: target.kind: Unsupported value: "Rack": supported values: "Node", "<empty>"',
  );
  assert.is(bind("b"), undefined);
  const { conditions } = world.get(podsPath, "b").object.status as { conditions: Array<{ type: string; status: string }> };
  assert.equal(
    conditions.map(({ type, status }) => [type, status]),
    [["PodScheduled", "True"]],
  );
});

test("a token is signed for an account that exists", () => {
  const world = serving();
  world.account();
  const accounts: ResourcePath = { group: "", version: "v1", resource: "serviceaccounts", namespace: "default" };
  const request = {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: {},
    spec: { expirationSeconds: 600 },
  };
  const { object, error } = world.create({ ...accounts, name: "default", subresource: "token" }, request);
  assert.is(error, undefined);
  const { token } = object.status as { token: string };
  const reviews: ResourcePath = { group: "authentication.k8s.io", version: "v1", resource: "tokenreviews" };
  const review = world.create(reviews, {
    kind: "TokenReview",
    apiVersion: "authentication.k8s.io/v1",
    metadata: {},
    spec: { token },
  });
  assert.is((review.object.status as { user: { username: string } }).user.username, "system:serviceaccount:default:default");
  assert.is(world.create({ ...accounts, name: "none", subresource: "token" }, request).error?.code, 404);
  const short = { ...request, spec: { expirationSeconds: 5 } };
  assert.is(world.create({ ...accounts, name: "default", subresource: "token" }, short).error?.code, 422);
});

test("reviews: who one is, and that one may", () => {
  const world = serving();
  const path = (resource: string, group: string): ResourcePath => ({ group, version: "v1", resource });
  const who = world.create(path("selfsubjectreviews", "authentication.k8s.io"), { metadata: { name: "me" } });
  assert.equal(Object.keys(who.object.metadata), ["creationTimestamp"], "when it was answered, and nothing of what was sent");
  assert.is((who.object.status as { userInfo: { username: string } }).userInfo.username, "kubernetes-admin");
  const spec = { resourceAttributes: { verb: "get", resource: "pods" } };
  const may = world.create(path("selfsubjectaccessreviews", "authorization.k8s.io"), { metadata: {}, spec });
  assert.is((may.object.status as { allowed: boolean }).allowed, true);
  const false_ = world.create(path("tokenreviews", "authentication.k8s.io"), { metadata: {}, spec: { token: "x" } });
  assert.is((false_.object.status as { authenticated?: boolean }).authenticated, undefined);
});

test("a load balancer that keeps traffic on the node is given a port to ask for the node's health", () => {
  const world = serving();
  const service = (name: string, spec: object) => ({ kind: "Service", apiVersion: "v1", metadata: { name }, spec });
  const balancer = { type: "LoadBalancer", externalTrafficPolicy: "Local", ports: [{ port: 80 }] };
  const made = world.create(servicesPath, service("one", balancer));
  const port = (made.object.spec as { healthCheckNodePort: number }).healthCheckNodePort;
  assert.ok(port >= 30_000 && port <= 32_767);
  const second = world.create(servicesPath, service("two", { ...balancer, healthCheckNodePort: port }));
  assert.match(
    second.error?.message ?? "",
    `spec.healthCheckNodePort: Invalid value: ${port}: failed to allocate requested HealthCheck NodePort ${port}: provided port is already allocated`,
  );
  const outside = world.create(servicesPath, service("two", { ...balancer, healthCheckNodePort: 80 }));
  assert.match(outside.error?.message ?? "", "provided port is not in the valid range. The range of valid ports is 30000-32767");
  const plain = world.create(servicesPath, service("three", { type: "LoadBalancer", ports: [{ port: 80 }] }));
  assert.is((plain.object.spec as { healthCheckNodePort?: number }).healthCheckNodePort, undefined);
});

test.run();
