import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kubeProxyDefinition } from "../../actors/kube-proxy/definition.js";
import { SimulatedNodeNetwork, SimulatedSockets } from "../../actors/kube-proxy/io/simulated.js";
import type { ProxyHealth } from "../../actors/kube-proxy/messages.js";
import { Simulation } from "../../src/sim/simulation.js";

const root = suite("kube-proxy's root chart");

function play() {
  const simulation = new Simulation({ seed: "1", cast: [] });
  const ended: Array<Error | undefined> = [];
  const { component } = simulation.compose(kubeProxyDefinition as never, "kube-proxy/node-1", 1, (error) => ended.push(error));
  const config = {
    nodeName: "node-1",
    nodeAddress: "127.1.0.1",
    machineAddress: undefined,
    clusterCidr: "127.1.0.0/16",
    dnsAddress: "127.2.0.10",
  };
  component.start(new SimulatedNodeNetwork(new SimulatedSockets(), config).io(component.host));
  const state = () => component.inspect().charts.find(({ id }) => id === "kube-proxy")?.state;
  const health = (): ProxyHealth | undefined => {
    let told: ProxyHealth | undefined;
    const respond = {
      ok: (reply: ProxyHealth) => {
        told = reply;
      },
      error: () => undefined,
    };
    component.deliver({ type: "health", from: "kubelet/node-1", fromIncarnation: 1, request: {}, deadlineMs: 1_000, respond } as {
      type: string;
    });
    return told;
  };
  return { simulation, component, state, health, ended };
}

root("is not in sync until it has read Services and endpoints, nor while it takes changes in", () => {
  const { simulation, component, state, health } = play();
  assert.is(state(), "syncing");
  assert.is(health()?.synced, false);
  component.deliver({ type: "synced" });
  assert.is(state(), "proxying.stale");
  assert.is(health()?.synced, false);
  simulation.run(1_000);
  assert.is(state(), "proxying.current");
  assert.is(health()?.synced, true);
  component.deliver({ type: "changed" });
  assert.is(state(), "proxying.stale");
});

root("ends in order when it is asked to", () => {
  const { component, ended } = play();
  component.stop();
  assert.equal(ended, [undefined]);
});

root.run();
