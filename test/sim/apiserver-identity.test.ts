/** API servers say that they live, and clear away the Leases of those that do not. KEP-1965 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { identityOf } from "../../src/api/apiserver-identity.js";
import type { Lease } from "../../src/api/types.js";
import { type ApiServerWorld, serving } from "./apiserver-world.js";

const leases = { group: "coordination.k8s.io", version: "v1", resource: "leases", namespace: "kube-system" };
const labelSelector = "apiserver.kubernetes.io/identity=kube-apiserver";
const own = identityOf("apiserver-0");

const all = (world: ApiServerWorld): Lease[] => world.list(leases, { labelSelector }).items as Lease[];
const renewedAtMs = (world: ApiServerWorld, name = own): number =>
  Date.parse((world.get(leases, name).object as Lease).spec?.renewTime ?? "");

test("every API server has a Lease of its own, that says its host", () => {
  const world = serving({ apiservers: 2 });
  world.run(1_000);
  const found = all(world);
  const names = ["apiserver-0", "apiserver-1"].map(identityOf);
  assert.equal(found.map(({ metadata }) => metadata.name).sort(), [...names].sort());
  const { metadata, spec } = found.find((each) => each.metadata.name === own)!;
  assert.is(metadata.labels?.["kubernetes.io/hostname"], "apiserver-0");
  assert.match(spec?.holderIdentity ?? "", new RegExp(`^${own}_[0-9a-f-]{36}$`));
  assert.is(spec?.leaseDurationSeconds, 3_600);
});

test("it is renewed every ten seconds, and keeps its holder when the API server is started anew", () => {
  const world = serving();
  world.run(1_000);
  const firstMs = renewedAtMs(world);
  const { holderIdentity } = (world.get(leases, own).object as Lease).spec!;
  world.run(10_500);
  const betweenMs = renewedAtMs(world) - firstMs;
  assert.ok(betweenMs >= 10_000 && betweenMs <= 10_500, `renewed after ${betweenMs} ms`);
  world.simulation.kill("apiserver/0");
  world.run(1);
  world.untilServing().run(1_000);
  assert.ok(renewedAtMs(world) > firstMs + betweenMs, "the Lease is renewed after a restart");
  assert.is((world.get(leases, own).object as Lease).spec?.holderIdentity, holderIdentity);
  assert.is(all(world).length, 1);
});

test("a Lease that was deleted is there again at the next renewal", () => {
  const world = serving();
  world.run(1_000);
  world.delete(leases, own);
  world.run(10_500);
  assert.equal(
    all(world).map(({ metadata }) => metadata.name),
    [own],
  );
});

test("one that somebody else changed is renewed as it is now", () => {
  const world = serving();
  world.run(1_000);
  world.patch(leases, own, { metadata: { labels: { "kubernetes.io/hostname": "elsewhere", more: "kept" } } });
  world.run(10_500);
  const { labels } = world.get(leases, own).object.metadata;
  assert.equal([labels?.["kubernetes.io/hostname"], labels?.more], ["apiserver-0", "kept"]);
});

test("Leases of API servers that are gone are deleted within an hour of their end; others are left alone", () => {
  const world = serving();
  const of = (name: string, identity: string, seconds: number, ageMs: number) => ({
    kind: "Lease",
    apiVersion: "coordination.k8s.io/v1",
    metadata: { name, labels: { "apiserver.kubernetes.io/identity": identity } },
    spec: {
      holderIdentity: name,
      leaseDurationSeconds: seconds,
      renewTime: `${new Date(Date.parse(new Date(renewedAtMs(world)).toISOString()) - ageMs).toISOString().slice(0, 23)}000Z`,
    },
  });
  world.run(1_000);
  world.create(leases, of("apiserver-gone", "kube-apiserver", 3_600, 7_200_000));
  world.create(leases, of("apiserver-soon", "kube-apiserver", 60, 0));
  world.create(leases, of("apiserver-late", "kube-apiserver", 36_000, 0));
  world.create(leases, of("apiserver-other", "other-apiserver", 60, 7_200_000));
  world.run(3_600_000);
  const names = world.list(leases).items.map(({ metadata }) => metadata.name);
  assert.equal(names.filter((name) => name !== own).sort(), ["apiserver-late", "apiserver-other"]);
});

test.run();
