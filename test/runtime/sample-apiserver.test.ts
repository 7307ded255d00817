/** The flunders and fischers that the stand-in for the sample API server keeps. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { answerOf, verbOf, type WardleRequest } from "../../actors/runc/io/images/sample-apiserver/requests.js";
import { apiVersion, resources, WardleStore } from "../../actors/runc/io/images/sample-apiserver/store.js";
import { parsePath } from "../../src/api/paths.js";

const test = suite("the sample API server's objects");

const [fischers, flunders] = resources as [(typeof resources)[0], (typeof resources)[0]];
const flunder = (name: string, more: object = {}) => ({ apiVersion, kind: "Flunder", metadata: { name, ...more } });

function world() {
  let count = 0;
  const store = new WardleStore({ uid: () => `uid-${++count}`, suffix: () => "abcde", now: () => "2026-01-01T00:00:00Z" });
  const ask = (
    verb: WardleRequest["verb"],
    name: string | undefined,
    body?: object,
    query = "",
    of = flunders,
    contentType = "",
  ) => {
    const place = { of, namespace: of.namespaced ? "default" : "" };
    const request = { verb, place, name, query: new URLSearchParams(query), contentType, body: JSON.stringify(body ?? {}) };
    const answer = answerOf(store, request);
    return answer.ok ? (answer.value as { metadata: Record<string, unknown>; items: unknown[] }) : answer.error.status.message;
  };
  return { store, ask };
}

test("a flunder is created, read, listed, changed and deleted", () => {
  const { ask } = world();
  const created = ask("create", undefined, flunder("a"));
  const metadata = {
    name: "a",
    namespace: "default",
    uid: "uid-1",
    creationTimestamp: "2026-01-01T00:00:00Z",
    resourceVersion: "2",
  };
  assert.equal(created, { apiVersion, kind: "Flunder", metadata });
  assert.is(ask("create", undefined, flunder("a")), 'flunders.wardle.example.com "a" already exists');
  assert.equal(ask("get", "a"), created);
  const patch = { metadata: { labels: { of: "mine" } } };
  ask("patch", "a", patch, "", flunders, "application/merge-patch+json");
  assert.is((ask("list", undefined, undefined, "labelSelector=of%3Dmine") as { items: unknown[] }).items.length, 1);
  assert.match(ask("update", "a", flunder("a", { resourceVersion: "2" })) as string, /the object has been modified/);
  assert.is(typeof ask("delete", "a"), "object");
  assert.is(ask("get", "a"), 'flunders.wardle.example.com "a" not found');
});

test("a name that a fischer disallows is forbidden", () => {
  const { ask } = world();
  ask("create", undefined, { ...flunder("fisher"), kind: "Fischer", disallowedFlunders: ["b"] }, "", fischers);
  assert.match(ask("create", undefined, flunder("b")) as string, /is forbidden: this name may not be used/);
});

test("a dry run keeps nothing, and a collection is deleted by its labels", () => {
  const { ask } = world();
  ask("create", undefined, flunder("dry"), "dryRun=All");
  assert.is(ask("get", "dry"), 'flunders.wardle.example.com "dry" not found');
  for (const name of ["a", "b", "c"]) ask("create", undefined, flunder(name, name === "c" ? {} : { labels: { go: "yes" } }));
  ask("deletecollection", undefined, undefined, "labelSelector=go%3Dyes");
  assert.is((ask("list", undefined) as { items: unknown[] }).items.length, 1);
});

test("who follows is told what was since a revision, and then what comes", () => {
  const { store, ask } = world();
  ask("create", undefined, flunder("a"));
  ask("create", undefined, flunder("b"));
  const told: string[] = [];
  const stop = store.follow(2, ({ type, object }) => told.push(`${type} ${object.metadata.name}`));
  ask("delete", "a");
  stop?.();
  ask("delete", "b");
  assert.equal(told, ["ADDED b", "DELETED a"]);
});

const verbs: ReadonlyArray<readonly [string, string, string, string | undefined]> = [
  ["GET", "/apis/wardle.example.com/v1alpha1/flunders", "", "list"],
  ["GET", "/apis/wardle.example.com/v1alpha1/flunders", "watch=true", "watch"],
  ["GET", "/apis/wardle.example.com/v1alpha1/namespaces/a/flunders/b", "", "get"],
  ["DELETE", "/apis/wardle.example.com/v1alpha1/namespaces/a/flunders", "", "deletecollection"],
  ["POST", "/apis/wardle.example.com/v1alpha1/namespaces/a/flunders/b", "", undefined],
  ["GET", "/apis/wardle.example.com", "", "get"],
];
for (const [method, path, query, verb] of verbs) {
  test(`${method} ${path}?${query} is ${verb ?? "nothing"}`, () => {
    assert.is(verbOf(method, parsePath(path), new URLSearchParams(query)), verb);
  });
}

test.run();
