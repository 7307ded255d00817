import { suite } from "uvu";
import * as assert from "uvu/assert";
import { documentFor } from "../../actors/apiserver/http/documents.js";
import type { ApiOutcome } from "../../actors/apiserver/request.js";
import { parseYaml } from "../../src/api/yaml-text.js";
import { definitionOf, widget, widgets, widgetVersion } from "../custom/definitions.js";
import { ApiServerWorld, brief } from "./apiserver-world.js";

const custom = suite("custom resources");

const definitionsPath = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" };
const widgetsPath = { group: "example.com", version: "v1", resource: "widgets", namespace: "default" };

const conditionsOf = (world: ApiServerWorld, name: string): string[] => {
  const { object } = world.get(definitionsPath, name);
  const { conditions = [] } = (object.status ?? {}) as { conditions?: Array<{ type: string; status: string; reason: string }> };
  return conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`);
};

function worldWithWidgets(apiservers = 1): ApiServerWorld {
  const world = new ApiServerWorld({ apiservers }).untilServing();
  assert.is(world.create(definitionsPath, widgets).error, undefined);
  world.run(100);
  return world;
}

custom("a definition is established within 100 ms, with its names", () => {
  const world = worldWithWidgets();
  assert.equal(conditionsOf(world, "widgets.example.com"), [
    "NamesAccepted True NoConflicts",
    "Established True InitialNamesAccepted",
  ]);
  const { object } = world.get(definitionsPath, "widgets.example.com");
  assert.equal(object.status, {
    ...(object.status as object),
    acceptedNames: {
      plural: "widgets",
      singular: "widget",
      kind: "Widget",
      listKind: "WidgetList",
      shortNames: ["wd"],
      categories: ["all"],
    },
    storedVersions: ["v1"],
  });
});

custom("what is served is told as YAML too", () => {
  const { catalog } = worldWithWidgets().server();
  const told = (path: string, accept: string) => documentFor(catalog, path, accept, "127.0.0.1:6443");
  const list = told("/apis/example.com/v1", "application/yaml");
  assert.is(list?.contentType, "application/yaml");
  const read = parseYaml(String(list?.body));
  assert.equal(read.ok && read.value, JSON.parse(String(told("/apis/example.com/v1", "application/json")?.body)));
  assert.is(told("/apis", "application/json, application/yaml")?.contentType, "application/json");
});

custom("an object is pruned, defaulted and given a generation", () => {
  const world = worldWithWidgets();
  const { object, error } = world.create(widgetsPath, widget("one", { color: "red", nonsense: 1, parts: [{ name: "a" }] }));
  assert.is(error, undefined);
  assert.equal(object.spec, { color: "red", parts: [{ name: "a", count: 1 }], replicas: 1 });
  assert.is(object.metadata.generation, 1);
  const changed = world.patch(widgetsPath, "one", { spec: { color: "green" } });
  assert.is(changed.object.metadata.generation, 2, "a change of the spec is a new generation");
  const told = world.patch(widgetsPath, "one", { status: { phase: "Ready" } }, "application/merge-patch+json", "status");
  assert.equal(told.object.status, { phase: "Ready" });
  assert.is(told.object.metadata.generation, 2, "the status is no part of it");
});

custom("an object that does not fit its schema is refused with every fault", () => {
  const world = worldWithWidgets();
  const { error } = world.create(widgetsPath, widget("bad", { color: "blue", replicas: 11, size: "3in" }));
  assert.is(error?.code, 422);
  assert.is(
    error?.message,
    'Widget.example.com "bad" is invalid: [spec.color: Unsupported value: "blue": supported values: "red", "green", ' +
      "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10, " +
      "spec.size: Invalid value: \"3in\": spec.size in body should match '^[0-9]+(cm|mm)$']",
  );
});

custom("what a patch makes another kind of is refused", () => {
  const world = worldWithWidgets();
  world.create(widgetsPath, widget("one"));
  const { error } = world.patch(widgetsPath, "one", { kind: "Gadget" });
  assert.is(error?.code, 422);
  assert.is(error?.message, 'Gadget.example.com "one" is invalid: kind: Invalid value: "Gadget": must be Widget');
});

custom("names that another definition has are not accepted until they are free", () => {
  const world = worldWithWidgets();
  const names = { plural: "gadgets", kind: "Gadget", shortNames: ["wd"] };
  world.create(definitionsPath, definitionOf("gadgets", "Gadget", [widgetVersion], { names }));
  world.run(100);
  assert.equal(conditionsOf(world, "gadgets.example.com"), [
    "NamesAccepted False ShortNamesConflict",
    "Established False NotAccepted",
  ]);
  const gadgets = { ...widgetsPath, resource: "gadgets" };
  assert.is(world.list(gadgets).error?.code, 404, "what is not established is not served");
  world.delete(definitionsPath, "widgets.example.com");
  world.run(2_000);
  assert.equal(conditionsOf(world, "gadgets.example.com"), [
    "NamesAccepted True NoConflicts",
    "Established True InitialNamesAccepted",
  ]);
  assert.equal(world.list(gadgets).items, []);
});

custom("what is defined on one API server is served by the other", () => {
  const world = worldWithWidgets(2);
  assert.is(world.create(widgetsPath, widget("one"), 1).error, undefined);
  assert.is(world.get(widgetsPath, "one", { apiserver: 0 }).object.metadata.name, "one");
});

const approved = { annotations: { "api-approved.kubernetes.io": "unapproved, test-only" } };
const inNetworking = (plural: string, kind: string) => {
  const definition = definitionOf(
    plural,
    kind,
    [widgetVersion, { ...widgetVersion, name: "v2", storage: false }],
    {},
    "networking.k8s.io",
  );
  return { ...definition, metadata: { ...definition.metadata, ...approved } };
};

custom("a version that is built in has no custom resources, another version of its group has", () => {
  const world = new ApiServerWorld().untilServing();
  assert.is(world.create(definitionsPath, inNetworking("foos", "Foo")).error, undefined);
  world.run(100);
  assert.ok(conditionsOf(world, "foos.networking.k8s.io").includes("Established True InitialNamesAccepted"));
  const { resources } = world.server().catalog;
  assert.is(resources.byResource("networking.k8s.io", "v1", "foos"), undefined);
  assert.is(resources.byResource("networking.k8s.io", "v2", "foos")?.kind, "Foo");
  assert.is(resources.byResource("networking.k8s.io", "v1", "networkpolicies")?.custom, undefined);
});

custom("a definition by the name of a built-in resource takes nothing along when it goes", () => {
  const world = new ApiServerWorld().untilServing();
  const policies = { group: "networking.k8s.io", version: "v1", resource: "networkpolicies", namespace: "default" };
  const policy = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "kept" },
    spec: { podSelector: {} },
  };
  assert.is(world.create(policies, policy).error, undefined);
  assert.is(world.create(definitionsPath, inNetworking("networkpolicies", "NetworkPolicy")).error, undefined);
  world.run(100);
  assert.is(world.delete(definitionsPath, "networkpolicies.networking.k8s.io").error, undefined);
  world.run(2_000);
  assert.is(world.get(definitionsPath, "networkpolicies.networking.k8s.io").error?.code, 404);
  assert.is(world.get(policies, "kept").error, undefined);
});

custom("a definition that is deleted takes its instances along", () => {
  const world = worldWithWidgets(2);
  for (const name of ["one", "two", "three"]) world.create(widgetsPath, widget(name));
  world.create(widgetsPath, { ...widget("held"), metadata: { name: "held", finalizers: ["example.com/hold"] } });
  const { error } = world.delete(definitionsPath, "widgets.example.com");
  assert.is(error, undefined);
  world.run(1_000);
  assert.equal(conditionsOf(world, "widgets.example.com").at(-1), "Terminating True InstanceDeletionInProgress");
  assert.equal(
    world.list(widgetsPath).items.map(({ metadata }) => metadata.name),
    ["held"],
  );
  const refused = world.create(widgetsPath, widget("late")).error;
  assert.is(refused?.code, 405);
  assert.is(refused?.message, "create not allowed while custom resource definition is terminating");
  world.patch(widgetsPath, "held", { metadata: { finalizers: null } });
  world.run(1_000);
  assert.is(world.get(definitionsPath, "widgets.example.com").error?.code, 404);
  assert.is(world.list(widgetsPath).error?.code, 404, "nobody serves them any more");
});

custom("a clean-up goes on after the API server that began it has crashed", () => {
  const world = worldWithWidgets();
  for (let index = 0; index < 40; index += 1) world.create(widgetsPath, widget(`w${index}`));
  world.delete(definitionsPath, "widgets.example.com");
  world.simulation.kill("apiserver/0");
  world.run(10_000);
  assert.is(world.get(definitionsPath, "widgets.example.com").error?.code, 404);
});

custom("a watch tells of instances, and ends when the schema changes", () => {
  const world = worldWithWidgets();
  const told = world.watch(widgetsPath);
  world.run(50);
  world.create(widgetsPath, widget("one"));
  world.run(50);
  assert.equal(brief(told.events), ["ADDED one"]);
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const { object } = world.get(definitionsPath, "widgets.example.com");
  const changed = {
    ...object,
    spec: { ...(object.spec as object), versions: [{ ...widgetVersion, schema, selectableFields: [] }] },
  };
  assert.is(world.update(definitionsPath, changed as typeof object).error, undefined);
  world.run(50);
  assert.ok(told.ended);
});

custom("old objects are shown as the schema of today has them", () => {
  const world = worldWithWidgets();
  world.create(widgetsPath, widget("one", { color: "red", note: "old" }));
  const { object } = world.get(definitionsPath, "widgets.example.com");
  const properties = { color: { type: "string" }, shape: { type: "string", default: "round" } };
  const schema = { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties } } } };
  const versions = [{ ...widgetVersion, schema, subresources: undefined }];
  assert.is(
    world.update(definitionsPath, { ...object, spec: { ...(object.spec as object), versions } } as typeof object).error,
    undefined,
  );
  world.run(50);
  assert.equal(world.get(widgetsPath, "one").object.spec, { color: "red", shape: "round" });
});

custom("a request gets the defaults of its version, and what is read those of the version that it is stored in", () => {
  const world = new ApiServerWorld().untilServing();
  const version = (name: string, storage: boolean, ownDefault: string) => {
    const text = { type: "string" };
    const properties = { v1: text, v2: text, [ownDefault]: { ...text, default: "yes" } };
    const spec = { type: "object", properties };
    return { name, served: true, storage, schema: { openAPIV3Schema: { type: "object", properties: { spec } } } };
  };
  world.create(definitionsPath, definitionOf("widgets", "Widget", [version("v1", true, "v1"), version("v2", false, "v2")]));
  world.run(100);
  const inVersion2 = { ...widgetsPath, version: "v2" };
  assert.equal(world.create(widgetsPath, widget("one", {})).object.spec, { v1: "yes" });
  assert.equal(world.get(inVersion2, "one").object.spec, { v1: "yes" }, "reading it in another version adds nothing");
  const second = { ...widget("two", {}), apiVersion: "example.com/v2" };
  assert.equal(world.create(inVersion2, second).object.spec, { v1: "yes", v2: "yes" }, "it is answered as it would be read");
});

custom("another version shows the same objects", () => {
  const world = new ApiServerWorld().untilServing();
  const open = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const beta = { name: "v1beta1", served: true, storage: false, deprecated: true, schema: open };
  world.create(
    definitionsPath,
    definitionOf("widgets", "Widget", [beta, { ...widgetVersion, schema: open, selectableFields: [] }]),
  );
  world.run(100);
  world.create(widgetsPath, widget("one"));
  const { object } = world.get({ ...widgetsPath, version: "v1beta1" }, "one");
  assert.equal([object.apiVersion, object.spec], ["example.com/v1beta1", { color: "red" }]);
  const told = world.watch({ ...widgetsPath, version: "v1beta1" });
  world.run(50);
  assert.equal(
    told.events.map((event) => JSON.parse(event.object).apiVersion),
    ["example.com/v1beta1"],
  );
});

custom("the scale of an object is where its definition says", () => {
  const world = worldWithWidgets();
  world.create(widgetsPath, widget("one", { color: "red", replicas: 3 }));
  world.patch(widgetsPath, "one", { status: { replicas: 2, selector: "app=one" } }, "application/merge-patch+json", "status");
  const scale = world.get(widgetsPath, "one", { subresource: "scale" }).object;
  assert.equal([scale.kind, scale.spec, scale.status], ["Scale", { replicas: 3 }, { replicas: 2, selector: "app=one" }]);
  world.patch(widgetsPath, "one", { spec: { replicas: 5 } }, "application/merge-patch+json", "scale");
  assert.equal((world.get(widgetsPath, "one").object.spec as { replicas: number }).replicas, 5);
});

custom("objects are selected by the fields that the definition names", () => {
  const world = worldWithWidgets();
  world.create(widgetsPath, widget("one", { color: "red" }));
  world.create(widgetsPath, widget("two", { color: "green" }));
  assert.equal(
    world.list(widgetsPath, { fieldSelector: "spec.color=green" }).items.map(({ metadata }) => metadata.name),
    ["two"],
  );
  assert.is(world.list(widgetsPath, { fieldSelector: "spec.size=1" }).error?.code, 400);
});

custom("an update without resourceVersion, and a strategic merge patch, are refused", () => {
  const world = worldWithWidgets();
  world.create(widgetsPath, widget("one"));
  assert.is(world.update(widgetsPath, widget("one") as never).error?.code, 422);
  const refused = world.patch(widgetsPath, "one", {}, "application/strategic-merge-patch+json").error;
  assert.is(refused?.code, 415);
});

custom("several managers apply their own items of a list", () => {
  const world = worldWithWidgets();
  const apply = (fieldManager: string, parts: object[]) =>
    world.apply(widgetsPath, widget("one", { color: "red", parts }), fieldManager);
  assert.is(apply("anna", [{ name: "a", count: 2 }]).error, undefined);
  const { object, error } = apply("bert", [{ name: "b" }]);
  assert.is(error, undefined);
  const { parts } = object.spec as { parts: Array<{ name: string }> };
  assert.equal(
    parts.map(({ name }) => name),
    ["a", "b"],
  );
});

custom("a finalizer of no domain is taken with a warning", () => {
  const world = worldWithWidgets();
  const user = { name: "anna", groups: ["system:masters"] };
  const body = { ...widget("one"), metadata: { name: "one", finalizers: ["mine", "example.com/mine"] } } as never;
  let outcome: ApiOutcome | undefined;
  world.server().request({ verb: "create", path: widgetsPath, user, body, options: {} }, (told) => (outcome = told));
  world.run(500);
  assert.equal(outcome?.warnings, [
    'metadata.finalizers: "mine": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts ' +
      "with other finalizer writers",
  ]);
});

custom("a quota of objects counts custom ones", () => {
  const world = worldWithWidgets();
  const quotas = { group: "", version: "v1", resource: "resourcequotas", namespace: "default" };
  world.create(quotas, { metadata: { name: "few" }, spec: { hard: { "count/widgets.example.com": "1" } } });
  world.patch(
    quotas,
    "few",
    { status: { hard: { "count/widgets.example.com": "1" }, used: { "count/widgets.example.com": "0" } } },
    undefined,
    "status",
  );
  assert.is(world.create(widgetsPath, widget("one")).error, undefined);
  const { error } = world.create(widgetsPath, widget("two"));
  assert.is(error?.code, 403);
  assert.match(
    error?.message ?? "",
    "exceeded quota: few, requested: count/widgets.example.com=1, used: count/widgets.example.com=1",
  );
});

custom.run();
