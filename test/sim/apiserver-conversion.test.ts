import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeJson } from "../../src/wire/json.js";
import { ConversionWorld, definitionsPath, gadget, gadgetsIn, selectableGadgets } from "../custom/conversion-world.js";
import { brief } from "./apiserver-world.js";

const conversion = suite("conversion webhooks");

conversion("an object is stored in the storage version and shown in each as the webhook converts it", () => {
  const world = new ConversionWorld();
  const made = world.create(gadgetsIn("v2"), gadget("v2", "one", { host: "a", port: "1" }));
  assert.is(made.error, undefined);
  assert.equal(made.object.spec, { host: "a", port: "1" }, "as it will be read: what the storage version cannot say is lost");
  assert.is(made.object.metadata.generation, 1);
  assert.equal(world.get(gadgetsIn("v1"), "one").object.spec, { address: "a:1" });
  const { object } = world.get(gadgetsIn("v2"), "one");
  assert.equal(object.spec, { host: "a", port: "1" });
  assert.is(object.metadata.uid, made.object.metadata.uid);
  assert.is(object.metadata.resourceVersion, made.object.metadata.resourceVersion);
});

conversion("a list asks for all objects in one review, and once", () => {
  const world = new ConversionWorld();
  for (const name of ["a", "b", "c"]) world.create(gadgetsIn("v1"), gadget("v1", name, { address: `${name}:80` }));
  world.reviews.length = 0;
  const listed = world.list(gadgetsIn("v2"));
  assert.equal(
    listed.items.map((item) => (item as { spec?: unknown }).spec),
    ["a", "b", "c"].map((host) => ({ host, port: "80" })),
  );
  assert.equal(world.reviews, [3]);
  world.list(gadgetsIn("v2"));
  assert.equal(world.reviews, [3], "what was converted is remembered");
  world.run(2_000);
  world.list(gadgetsIn("v2"));
  assert.equal(world.reviews, [3, 3], "for a moment: the webhook may have changed its mind");
});

conversion("another webhook is asked at once", () => {
  const world = new ConversionWorld();
  world.create(gadgetsIn("v1"), gadget("v1", "one", { address: "a:1" }));
  world.get(gadgetsIn("v2"), "one");
  const asked = world.reviews.length;
  world.patch(definitionsPath, "gadgets.example.com", {
    spec: { conversion: { webhook: { conversionReviewVersions: ["v1", "v1beta1"] } } },
  });
  world.run(100);
  world.get(gadgetsIn("v2"), "one");
  assert.is(world.reviews.length, asked + 1);
});

conversion("patches, updates and deletes are of the version that is asked for", () => {
  const world = new ConversionWorld();
  world.create(gadgetsIn("v1"), gadget("v1", "one", { address: "a:1" }));
  const patched = world.patch(gadgetsIn("v2"), "one", { spec: { port: "2" } });
  assert.equal(patched.object.spec, { host: "a", port: "2" });
  assert.is(patched.object.metadata.generation, 2);
  assert.equal(world.get(gadgetsIn("v1"), "one").object.spec, { address: "a:2" });
  world.delete(gadgetsIn("v2"), "one");
  assert.is(world.get(gadgetsIn("v1"), "one").error?.code, 404);
});

conversion("a webhook is asked of nothing but whole objects", () => {
  const world = new ConversionWorld();
  world.create(gadgetsIn("v1"), gadget("v1", "one", { address: "a:1" }));
  world.patch(gadgetsIn("v2"), "one", { spec: { port: "2" } });
  assert.ok(world.asked.length > 0);
  for (const { apiVersion, spec } of world.asked)
    assert.ok(apiVersion === "example.com/v1" ? spec.address !== undefined : spec.host !== undefined, JSON.stringify(spec));
});

conversion("a watch tells events in its version, in their order", () => {
  const world = new ConversionWorld();
  world.create(gadgetsIn("v1"), gadget("v1", "one", { address: "a:1" }));
  const watch = world.watch(gadgetsIn("v2"), { resourceVersion: "0" });
  world.create(gadgetsIn("v1"), gadget("v1", "two", { address: "b:1" }));
  world.patch(gadgetsIn("v1"), "one", { spec: { address: "c:3" } });
  world.delete(gadgetsIn("v1"), "two");
  world.run(100);
  assert.equal(brief(watch.events), ["ADDED one", "ADDED two", "MODIFIED one", "DELETED two"]);
  assert.equal(
    watch.events.map((event) => (decodeJson(event.object) as { spec?: { host?: string } }).spec?.host),
    ["a", "b", "c", "b"],
  );
});

conversion("a watch selects by the fields of its version, in whichever version objects are written", () => {
  const world = new ConversionWorld({}, selectableGadgets);
  const watch = world.watch(gadgetsIn("v2"), { fieldSelector: "spec.host=a" });
  world.create(gadgetsIn("v1"), gadget("v1", "one", { address: "a:1" }));
  world.create(gadgetsIn("v1"), gadget("v1", "two", { address: "b:1" }));
  world.create(gadgetsIn("v2"), gadget("v2", "three", { host: "a", port: "2" }));
  world.patch(gadgetsIn("v1"), "one", { spec: { address: "c:1" } });
  world.run(100);
  assert.equal(brief(watch.events), ["ADDED one", "ADDED three", "DELETED one"]);
});

conversion("what the webhook refuses is an error that says so, and is asked again", () => {
  const world = new ConversionWorld();
  world.create(gadgetsIn("v1"), gadget("v1", "one", { address: "a:1" }));
  world.refusal = "no idea";
  const { error } = world.get(gadgetsIn("v2"), "one");
  assert.is(error?.code, 500);
  assert.is(error?.message, "Internal error occurred: conversion webhook for example.com/v1, Kind=Gadget failed: no idea");
  const written = world.create(gadgetsIn("v2"), gadget("v2", "two", { host: "a", port: "1" }));
  assert.is(written.error?.code, 500);
  assert.is(world.get(gadgetsIn("v1"), "one").error, undefined, "the stored version needs no webhook");
  world.refusal = undefined;
  assert.is(world.get(gadgetsIn("v2"), "one").error, undefined);
});

conversion("a webhook that is silent fails a read in its time, and ends a watch", () => {
  const world = new ConversionWorld();
  world.create(gadgetsIn("v1"), gadget("v1", "one", { address: "a:1" }));
  world.silence();
  const watch = world.watch(gadgetsIn("v2"), { resourceVersion: "0" });
  assert.is.not(world.get(gadgetsIn("v2"), "one").error, undefined);
  world.run(40_000);
  assert.is(watch.events.length, 0);
  assert.ok(watch.ended, "a watch that cannot go on ends");
});

conversion("a watch that ends meanwhile waits for no conversion", () => {
  const world = new ConversionWorld();
  world.create(gadgetsIn("v1"), gadget("v1", "one", { address: "a:1" }));
  world.silence();
  const watch = world.watch(gadgetsIn("v2"), { resourceVersion: "0" });
  world.run(5);
  watch.cancel();
  world.run(60_000);
  assert.is(watch.events.length, 0);
});

conversion.run();
