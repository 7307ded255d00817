import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type LinkPair, Topology } from "../../src/actor/topology.js";
import type { Address } from "../../src/wire/address.js";

const topology = suite("topology");

const text = (pairs: readonly LinkPair[]) => pairs.map((pair) => pair.join(" - ")).sort();
const node = (name: string): Address[] => [`kubelet/${name}`, `kube-proxy/${name}`, `runc/${name}`];

topology("links every actor with the API server, and etcd too", () => {
  const star = new Topology(["apiserver/0"]);
  assert.equal(text(star.started("kubelet/node-1")), [], "nobody to link with yet");
  assert.equal(text(star.started("etcd/0")), []);
  assert.equal(text(star.started("apiserver/0")), ["apiserver/0 - etcd/0", "apiserver/0 - kubelet/node-1"]);
  assert.equal(text(star.started("scheduler/0")), ["apiserver/0 - scheduler/0"]);
});

topology("links API servers with each other, and whoever drives the cluster with all of them", () => {
  const stars = new Topology(["apiserver/0", "apiserver/1"]);
  stars.started("apiserver/0");
  assert.equal(text(stars.started("apiserver/1")), ["apiserver/1 - apiserver/0"]);
  assert.equal(text(stars.started("user/0")), ["apiserver/0 - user/0", "apiserver/1 - user/0"]);
  assert.equal(text(stars.started("etcd/0")), ["apiserver/0 - etcd/0", "apiserver/1 - etcd/0"]);
});

topology("keeps the three actors of a node at one API server", () => {
  const stars = new Topology(["apiserver/0", "apiserver/1"]);
  stars.started("apiserver/0");
  stars.started("apiserver/1");
  for (const name of ["node-1", "node-2"]) for (const actor of node(name)) stars.started(actor);
  for (const name of ["node-1", "node-2"]) assert.is(new Set(node(name).map((each) => stars.apiserverOf(each))).size, 1);
  assert.is.not(stars.apiserverOf("kubelet/node-1"), stars.apiserverOf("kubelet/node-2"), "nodes are spread");
});

topology("moves a node when its API server dies", () => {
  const stars = new Topology(["apiserver/0", "apiserver/1"]);
  stars.started("apiserver/0");
  stars.started("apiserver/1");
  for (const actor of node("node-1")) stars.started(actor);
  assert.is(stars.apiserverOf("runc/node-1"), "apiserver/0");
  assert.equal(
    text(stars.ended("apiserver/0")),
    node("node-1")
      .map((each) => `apiserver/1 - ${each}`)
      .sort(),
  );
  assert.equal(text(stars.started("apiserver/0")), ["apiserver/0 - apiserver/1"], "it comes back to none of them");
});

topology("leaves actors where they are while their only API server restarts", () => {
  const star = new Topology(["apiserver/0"]);
  star.started("apiserver/0");
  star.started("scheduler/0");
  assert.equal(star.ended("apiserver/0"), []);
  assert.equal(text(star.started("scheduler/0")), []);
  assert.equal(text(star.started("apiserver/0")), ["apiserver/0 - scheduler/0"]);
});

topology("moves an actor when it is told to", () => {
  const stars = new Topology(["apiserver/0", "apiserver/1"]);
  stars.started("apiserver/0");
  for (const actor of node("node-1")) stars.started(actor);
  stars.started("apiserver/1");
  assert.equal(
    text(stars.move("kubelet/node-1", "apiserver/1")),
    node("node-1")
      .map((each) => `apiserver/1 - ${each}`)
      .sort(),
  );
  assert.is(stars.apiserverOf("kube-proxy/node-1"), "apiserver/1");
});

topology.run();
