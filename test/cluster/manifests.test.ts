import { suite } from "uvu";
import * as assert from "uvu/assert";
import { withRemovals } from "../../src/cluster/apply.js";
import { readManifests } from "../../src/cluster/manifests.js";
import { settle } from "../../src/cluster/options.js";
import { claimRanges } from "../../src/cluster/ranges.js";
import { resourceNamed, resourceOf } from "../../src/cluster/resources.js";
import { locate } from "../../src/cluster/wait.js";

const test = suite("manifests, names, options and ranges");

const kinds = (text: string) => readManifests(text).map(({ kind }) => kind);

test("a text may hold several documents, empty ones and Lists", () => {
  assert.equal(kinds("apiVersion: v1\nkind: Pod\n---\n---\napiVersion: v1\nkind: Service\n"), ["Pod", "Service"]);
  assert.equal(kinds('{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Secret"}]}'), ["Secret"]);
  assert.equal(readManifests([{ apiVersion: "v1", kind: "Pod" }]).length, 1);
});

test("what is no manifest is refused with its place", () => {
  for (const [text, expected] of [
    ["kind: Pod", /document 1: apiVersion not set/],
    ["apiVersion: v1\nkind: Pod\n---\nfoo: [", /document 2: error parsing YAML/],
    ["just words", /document 1 is not an object/],
  ] as const) {
    assert.throws(() => readManifests(text), expected);
  }
});

test("kinds are found by any of their names", () => {
  for (const name of ["pod", "pods", "po", "Pod"]) assert.is(resourceNamed(name).plural, "pods");
  for (const name of ["deploy", "deployment.apps", "deployments.v1.apps"]) assert.is(resourceNamed(name).apiVersion, "apps/v1");
  assert.throws(() => resourceNamed("pdo"), /the server doesn't have a resource type "pdo"/);
  assert.throws(
    () => resourceOf({ apiVersion: "apps/v2", kind: "Deployment" }),
    /no matches for kind "Deployment" in version "apps\/v2"/,
  );
});

test("objects are named as kubectl names them", async () => {
  const known = async (kind: string) => resourceNamed(kind);
  const { resource, namespace, name } = await locate(known, "deploy/web", "shop");
  assert.equal([resource.plural, namespace, name], ["deployments", "shop", "web"]);
  const nameless = await locate(known, "web").catch((error: Error) => error.message);
  assert.match(String(nameless), /write <kind>\/<name>/);
});

test("what was applied before and is missing now is removed", () => {
  const before = { metadata: { labels: { a: "1", b: "2" } }, spec: { replicas: 3, paused: true } };
  const wanted = { metadata: { labels: { a: "1" } }, spec: { replicas: 3 } };
  assert.equal(withRemovals(before, wanted), {
    metadata: { labels: { a: "1", b: null } },
    spec: { replicas: 3, paused: null },
  });
});

test("options that make no sense are refused by name", () => {
  assert.throws(() => settle({ nodes: -1 }), /nodes: -1 is not a whole number from 0 to 254/);
  assert.throws(() => settle({ port: 70_000 }), /port: 70000/);
  assert.throws(() => settle({ runtime: "docker" as "worker" }), /runtime: "docker" is not one of auto, worker, simulated/);
  assert.is(settle({}).memory, true, "without a data directory nothing is kept");
  assert.is(settle({ dataDir: "x" }).memory, false);
});

test("two clusters on one machine have ranges of their own; a free one is had again", async () => {
  const [one, other] = [await claimRanges(undefined), await claimRanges(undefined)];
  assert.is.not(one.slot, other.slot);
  assert.is.not(one.podCidr, other.podCidr);
  other.release();
  const again = await claimRanges(other.slot);
  assert.is(again.slot, other.slot);
  const crowded = await claimRanges(one.slot);
  assert.is.not(crowded.slot, one.slot, "a range in use is not given twice");
  for (const each of [one, again, crowded]) each.release();
});

test.run();
