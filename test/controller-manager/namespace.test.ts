import { test } from "uvu";
import * as assert from "uvu/assert";
import { controllerManagerDefinition } from "../../actors/controller-manager/definition.js";
import { reconcileNamespace } from "../../actors/controller-manager/namespace/reconcile.js";
import { builtinResources } from "../../src/api/kinds.js";
import type { Namespace } from "../../src/api/types.js";
import { wireError } from "../../src/wire/errors.js";
import { controllerWorld } from "./world.js";

const aNamespace = (name: string, leaving = false): Namespace => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, ...(leaving ? { deletionTimestamp: "2025-01-01T00:00:00Z" } : {}) },
  spec: { finalizers: ["kubernetes"] },
  status: { phase: leaving ? "Terminating" : "Active" },
});

test("a namespace that stays is left alone", () => {
  assert.equal(reconcileNamespace(aNamespace("a"), [], { nowMs: 0, monotonicMs: 0, answers: new Map() }), {});
});

test("what is left is deleted, and named in the conditions", () => {
  const pods = builtinResources().byObject("v1", "Pod")!;
  const items = [{ metadata: { name: "p", finalizers: ["x/y"] } }, { metadata: { name: "q" } }];
  const answers = new Map([["pods", { items }]]);
  const { writes = [] } = reconcileNamespace(aNamespace("a", true), [pods], { nowMs: 0, monotonicMs: 0, answers });
  assert.equal(
    writes.map(({ request }) => request.verb),
    ["deleteCollection", "update"],
  );
  const [, update] = writes;
  const { object } = update!.request as { object: Namespace };
  const conditions = object.status?.conditions ?? [];
  const said = (type: string) =>
    conditions.filter((each) => each.type === type).map(({ status, message }) => `${status}: ${message}`);
  assert.equal(said("NamespaceContentRemaining"), ["True: Some resources are remaining: pods has 2 resource instances"]);
  assert.equal(said("NamespaceFinalizersRemaining"), [
    "True: Some content in the namespace has finalizers remaining: x/y in 1 resource instances",
  ]);
});

test("pods go first: what protects them stays until the last of them is gone", () => {
  const resources = ["pods", "configmaps"].map((plural) => builtinResources().byResource("", "v1", plural)!);
  const items = [{ metadata: { name: "x" } }];
  const leaving = (pods: typeof items) => {
    const answers = new Map([
      ["pods", { items: pods }],
      ["configmaps", { items }],
    ]);
    const { writes = [] } = reconcileNamespace(aNamespace("a", true), resources, { nowMs: 0, monotonicMs: 0, answers });
    return writes.map(({ request }) => `${request.verb} ${request.path.resource}`).filter((each) => each.startsWith("delete"));
  };
  assert.equal(leaving(items), ["deleteCollection pods"]);
  assert.equal(leaving([]), ["deleteCollection configmaps"]);
});

test("a namespace is emptied and then finalized", () => {
  const { api, simulation } = controllerWorld();
  simulation.run(2_000);
  api.put("namespaces", aNamespace("team"));
  for (const [resource, group] of [
    ["pods", ""],
    ["configmaps", ""],
    ["deployments", "apps"],
  ] as const) {
    api.put(
      resource,
      {
        metadata: { name: "x", namespace: "team", finalizers: resource === "configmaps" ? ["x/y"] : [] },
        spec: { selector: {}, replicas: 0 },
      },
      group,
    );
  }
  simulation.run(100);
  api.put("namespaces", {
    ...aNamespace("team", true),
    metadata: { name: "team", deletionTimestamp: "2025-01-01T00:00:00Z", finalizers: ["stub"] },
  });
  simulation.run(2_000);
  const left = api.get("namespaces", "team") as unknown as Namespace;
  assert.equal(left.spec!.finalizers, ["kubernetes"], "a finalizer keeps the config map, and it the namespace");
  assert.equal([api.get("pods", "team/x"), api.get("deployments", "team/x", "apps")], [undefined, undefined]);
  const held = api.get("configmaps", "team/x")!;
  api.put("configmaps", { ...held, metadata: { ...held.metadata, finalizers: [] } });
  simulation.run(3_000);
  assert.equal((api.get("namespaces", "team") as unknown as Namespace).spec!.finalizers, []);
});

test("every namespace is given its service account and the cluster's CA, again when they are deleted or changed", () => {
  const { api, simulation } = controllerWorld();
  api.put("namespaces", aNamespace("team"));
  simulation.run(200);
  assert.ok(api.get("serviceaccounts", "team/default"));
  assert.equal(api.get("configmaps", "team/kube-root-ca.crt")!.data, { "ca.crt": "PEM" });
  assert.match(
    String(api.get("configmaps", "team/kube-root-ca.crt")!.metadata.annotations?.["kubernetes.io/description"]),
    /^Contains a CA bundle/,
  );
  api.remove("serviceaccounts", "team/default");
  api.put("configmaps", { ...api.get("configmaps", "team/kube-root-ca.crt"), data: { "ca.crt": "forged" } } as object);
  simulation.run(200);
  assert.ok(api.get("serviceaccounts", "team/default"));
  assert.equal(api.get("configmaps", "team/kube-root-ca.crt")!.data, { "ca.crt": "PEM" });
});

test("a controller manager that loses its lease writes nothing until it has it again", () => {
  const { api, simulation, statesOf } = controllerWorld();
  simulation.run(2_000);
  assert.is(statesOf("controller-manager").at(-1), "leading.complete");
  api.fault = ({ path }) => (path.resource === "leases" ? wireError("unavailable", "away") : undefined);
  simulation.run(13_000);
  assert.is(statesOf("controller-manager").at(-1), "standingBy");
  api.put("namespaces", aNamespace("team"));
  simulation.run(1_000);
  assert.is(api.get("serviceaccounts", "team/default"), undefined);
  api.fault = () => undefined;
  simulation.run(2_000);
  assert.ok(api.get("serviceaccounts", "team/default"));
});

test("it stops in order, whether it leads or not", () => {
  for (const afterMs of [6, 3_000]) {
    const { simulation, statesOf, api } = controllerWorld();
    if (afterMs < 100) api.fault = () => wireError("unavailable", "starting");
    simulation.run(afterMs);
    simulation.component("controller-manager/0")!.stop();
    simulation.run(1_500);
    assert.ok(statesOf("controller-manager").includes("stopped"), `after ${afterMs} ms`);
  }
  assert.is(controllerManagerDefinition.role, "controller-manager");
});

test("it stops before it was ever linked, and does not wait for an API server that is silent", () => {
  const early = controllerWorld();
  early.simulation.runUntil(() => early.simulation.component("controller-manager/0") !== undefined, 10);
  early.simulation.component("controller-manager/0")!.stop();
  assert.ok(early.statesOf("controller-manager").includes("stopped"));
  const silent = controllerWorld();
  silent.simulation.run(3_000);
  silent.api.fault = () => "ignored";
  silent.simulation.component("controller-manager/0")!.stop();
  silent.simulation.run(1_100);
  assert.ok(silent.statesOf("controller-manager").includes("stopped"));
});

test.run();
