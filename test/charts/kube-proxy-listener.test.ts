import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kubeProxyDefinition } from "../../actors/kube-proxy/definition.js";
import type { EndpointAddress } from "../../actors/kube-proxy/io/io.js";
import { SimulatedNodeNetwork, SimulatedSockets } from "../../actors/kube-proxy/io/simulated.js";
import { ListenerEffects } from "../../actors/kube-proxy/listener/effects.js";
import { listenerMachine } from "../../actors/kube-proxy/listener/machine.js";
import type { ListenerRule, ServedEndpoints } from "../../actors/kube-proxy/rules.js";
import { stateName } from "../../src/actor/trace.js";
import { Simulation } from "../../src/sim/simulation.js";

const listener = suite("kube-proxy's listener");

const endpoint = { ip: "127.1.0.5", port: 8080 };
const serving = (endpoints: readonly EndpointAddress[], change: Partial<ServedEndpoints> = {}): ListenerRule => ({
  key: "default/web 127.96.0.10:80",
  protocol: "TCP",
  address: "127.96.0.10",
  port: 80,
  serves: {
    kind: "endpoints",
    service: { namespace: "default", name: "web", uid: "7" },
    endpoints,
    endpointsForOutside: endpoints,
    affinitySeconds: undefined,
    keepsOutsideSource: false,
    allowedSources: undefined,
    ...change,
  },
});
const rule = serving([endpoint]);
const withoutEndpoints = serving([]);
const elsewhere = { kind: "endpoints", pick: () => ({ ip: "127.1.2.2", port: 1, source: "127.0.0.1" }) } as const;
/** Where a connection goes that somebody outside the cluster makes. */
const reached = (sockets: SimulatedSockets, port = 80, client?: string): EndpointAddress | undefined => {
  const found = sockets.connect("127.96.0.10", port, client);
  return found === undefined ? undefined : { ip: found.ip, port: found.port };
};

function play(given: { rule?: ListenerRule; denied?: number[] } = {}) {
  const simulation = new Simulation({ seed: "1", cast: [] });
  const { component } = simulation.compose(kubeProxyDefinition as never, "kube-proxy/node-1", 1, () => undefined);
  const sockets = new SimulatedSockets();
  const config = {
    nodeName: "node-1",
    nodeAddress: "127.1.0.1",
    machineAddress: undefined,
    clusterCidr: "127.1.0.0/16",
    dnsAddress: "127.96.0.2",
  };
  const network = new SimulatedNodeNetwork(sockets, config, (port) => given.denied?.includes(port) ?? false);
  const effects = new ListenerEffects(component.host, network.io(component.host), () => undefined);
  const chart = component.host.charts.start(listenerMachine, { id: "listener", input: { effects, rule: given.rule ?? rule } });
  const state = () => stateName(chart.getSnapshot().value);
  return { simulation, sockets, chart, state };
}

listener("listens where there are endpoints, and hands connections to them", () => {
  const { simulation, sockets, state } = play();
  assert.is(state(), "binding");
  simulation.run(1);
  assert.is(state(), "listening");
  assert.equal(reached(sockets), endpoint);
});

listener("refuses connections while there are no endpoints", () => {
  const { simulation, sockets, chart, state } = play({ rule: withoutEndpoints });
  assert.is(state(), "withoutEndpoints");
  chart.send({ type: "rule.changed", rule: withoutEndpoints });
  assert.is(state(), "withoutEndpoints");
  chart.send({ type: "rule.changed", rule });
  simulation.run(1);
  assert.is(state(), "listening");
  chart.send({ type: "rule.changed", rule: withoutEndpoints });
  assert.is(state(), "withoutEndpoints");
  assert.is(reached(sockets), undefined, "the connection is refused");
});

listener("sends connections to changed endpoints without binding again", () => {
  const { simulation, sockets, chart, state } = play();
  const moved = { ip: "127.1.1.9", port: 8080 };
  chart.send({ type: "rule.changed", rule: serving([moved]) });
  simulation.run(1);
  assert.equal(reached(sockets), moved);
  chart.send({ type: "rule.changed", rule });
  assert.is(state(), "listening");
  assert.equal(reached(sockets), endpoint);
});

listener("stands by while another node serves the address, and takes over when that one is gone", () => {
  const { simulation, sockets, chart, state } = play();
  sockets.bind("node-2", "127.96.0.10", 80, elsewhere);
  simulation.run(1);
  assert.is(state(), "standby");
  chart.send({ type: "rule.changed", rule });
  assert.is(state(), "standby");
  sockets.releaseAll("node-2");
  simulation.run(3_001);
  assert.is(state(), "listening");
  assert.equal(reached(sockets), endpoint);
});

listener("serves a port that may not be bound at the mapped one", () => {
  const { simulation, sockets, chart, state } = play({ denied: [80] });
  simulation.run(1);
  assert.is(state(), "mapped.serving");
  assert.equal(reached(sockets, 10_080), endpoint);
  chart.send({ type: "rule.changed", rule });
  assert.is(state(), "mapped.serving");
  chart.send({ type: "rule.changed", rule: withoutEndpoints });
  assert.is(state(), "withoutEndpoints");
  assert.is(reached(sockets, 10_080), undefined, "the connection is refused");
});

listener("stands by at the mapped port too", () => {
  const { simulation, sockets, state, chart } = play({ denied: [80] });
  sockets.bind("node-2", "127.96.0.10", 10_080, elsewhere);
  simulation.run(1);
  assert.is(state(), "mapped.standby");
  sockets.releaseAll("node-2");
  simulation.run(3_001);
  assert.is(state(), "mapped.serving");
  chart.send({ type: "withdrawn" });
  assert.is(state(), "withdrawn");
});

listener("tries again after it failed", () => {
  const denied = [80, 10_080];
  const { simulation, chart, state } = play({ denied });
  simulation.run(1);
  assert.is(state(), "failed");
  assert.match(chart.getSnapshot().context.problem, /permission denied/);
  chart.send({ type: "rule.changed", rule });
  assert.is(state(), "failed");
  denied.length = 0;
  simulation.run(5_000);
  assert.is(state(), "listening", "it binds anew after the retry delay");
});

for (const [from, given] of [
  ["withoutEndpoints", { rule: withoutEndpoints }],
  ["listening", {}],
  ["failed", { denied: [80, 10_080] }],
] as const) {
  listener(`ends when withdrawn from ${from}, and frees the port`, () => {
    const { simulation, sockets, chart, state } = play(given as { rule?: ListenerRule; denied?: number[] });
    simulation.run(1);
    assert.is(state(), from);
    chart.send({ type: "withdrawn" });
    assert.is(state(), "withdrawn");
    assert.is(reached(sockets), undefined);
  });
}

listener("ends when withdrawn while another node serves the address", () => {
  const { simulation, sockets, chart, state } = play();
  sockets.bind("node-2", "127.96.0.10", 80, elsewhere);
  simulation.run(1);
  assert.is(state(), "standby");
  chart.send({ type: "withdrawn" });
  assert.is(state(), "withdrawn");
  assert.equal(reached(sockets), { ip: "127.1.2.2", port: 1 }, "the other node still serves it");
});

listener("takes changed endpoints while it binds the mapped port", () => {
  const { simulation, sockets, chart, state } = play({ denied: [80] });
  assert.ok(simulation.runUntil(() => state() === "mapped.binding", 10));
  const moved = { ip: "127.1.1.9", port: 8080 };
  chart.send({ type: "rule.changed", rule: serving([moved]) });
  simulation.run(1);
  assert.is(state(), "mapped.serving");
  assert.equal(reached(sockets, 10_080), moved);
});

listener("frees the mapped port when it is withdrawn while it binds it", () => {
  const { simulation, sockets, chart, state } = play({ denied: [80] });
  assert.ok(simulation.runUntil(() => state() === "mapped.binding", 10));
  chart.send({ type: "withdrawn" });
  assert.is(state(), "abandoning");
  simulation.run(1);
  assert.is(state(), "withdrawn");
  assert.is(reached(sockets, 10_080), undefined);
});

listener("fails, and says why, when the address can be had by nobody", () => {
  const { chart, state } = play();
  chart.send({ type: "bind.failed", failure: "failed", message: "listen on 127.96.0.10:80: ENOBUFS" });
  assert.is(state(), "failed");
  assert.match(chart.getSnapshot().context.problem, "ENOBUFS");
});

listener("closes what a bind brings when there are no endpoints any more", () => {
  const { chart, state } = play({ rule: withoutEndpoints });
  let closed = 0;
  chart.send({
    type: "bound",
    listener: {
      close: () => {
        closed += 1;
      },
    },
  });
  assert.is(state(), "withoutEndpoints");
  assert.is(closed, 1);
});

listener("closes what a bind brings after it was withdrawn", () => {
  const { simulation, sockets, chart, state } = play();
  chart.send({ type: "withdrawn" });
  assert.is(state(), "abandoning");
  simulation.run(1);
  assert.is(state(), "withdrawn");
  assert.is(reached(sockets), undefined);
});

listener("ends when the bind it abandoned fails", () => {
  const { simulation, chart, state } = play({ denied: [80] });
  chart.send({ type: "withdrawn" });
  simulation.run(1);
  assert.is(state(), "withdrawn");
});

const other = { ip: "127.1.2.9", port: 8080 };

listener("sends clients outside the cluster to endpoints of their own, who see where they come from", () => {
  const { simulation, sockets } = play({ rule: serving([endpoint], { endpointsForOutside: [other], keepsOutsideSource: true }) });
  simulation.run(1);
  assert.equal(sockets.connect("127.96.0.10", 80, "127.1.3.3"), { ...endpoint, source: "127.1.3.3" }, "a pod");
  assert.equal(sockets.connect("127.96.0.10", 80, "127.0.0.1"), { ...other, source: "127.0.0.1" }, "somebody outside");
});

listener("shows the node's address to endpoints that clients outside the cluster reach from any node", () => {
  const { simulation, sockets } = play();
  simulation.run(1);
  assert.equal(sockets.connect("127.96.0.10", 80, "127.0.0.1"), { ...endpoint, source: "127.1.0.1" });
});

listener("lets only those in whom a load balancer's source ranges name", () => {
  const { simulation, sockets } = play({ rule: serving([endpoint], { allowedSources: ["203.0.113.0/24", " 198.51.100.7/32"] }) });
  simulation.run(1);
  assert.equal(reached(sockets, 80, "203.0.113.9"), endpoint);
  assert.equal(reached(sockets, 80, "198.51.100.7"), endpoint);
  assert.is(reached(sockets, 80, "198.51.100.8"), undefined);
});

listener("answers a load balancer whether there are endpoints on this node", () => {
  const health = (localEndpoints: number): ListenerRule => ({
    ...rule,
    serves: { kind: "health", service: { namespace: "default", name: "web", uid: "7" }, localEndpoints },
  });
  const { simulation, sockets, chart } = play({ rule: health(2) });
  simulation.run(1);
  const { status, body } = sockets.health("127.96.0.10", 80)!;
  assert.is(status, 200);
  assert.equal(JSON.parse(body), {
    service: { namespace: "default", name: "web" },
    localEndpoints: 2,
    serviceProxyHealthy: true,
  });
  chart.send({ type: "rule.changed", rule: health(0) });
  assert.is(sockets.health("127.96.0.10", 80)?.status, 503);
});

listener.run();
