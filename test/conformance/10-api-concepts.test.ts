/**
 * Kubernetes API Concepts, section by section, over HTTPS and byte by byte.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Answer, ApiFront } from "../support/api-front.js";

const test = suite("API concepts");
const configMaps = "/api/v1/namespaces/default/configmaps";
const json = { "content-type": "application/json" };

interface Meta {
  name: string;
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
  annotations?: Record<string, string>;
  managedFields?: Array<{ manager: string; operation: string }>;
}
interface Item {
  kind: string;
  apiVersion: string;
  metadata: Meta;
  data?: Record<string, string>;
}
interface List {
  kind: string;
  metadata: Meta;
  items: Item[];
}
interface Event {
  type: string;
  object: Item;
}

let front: ApiFront;
test.before(async () => {
  front = await ApiFront.start();
  await front.cluster.waitFor("serviceaccount/default", "exists");
});
test.after(() => front?.stop());

const parsed = <T>({ text }: Answer): T => JSON.parse(text) as T;
const make = async (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}): Promise<Item> =>
  parsed<Item>(
    await front.ask("POST", configMaps, {
      headers: json,
      body: JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels }, data }),
    }),
  );
const list = async (query: string, headers = {}): Promise<List> =>
  parsed<List>(await front.ask("GET", `${configMaps}?${query}`, { headers }));
/** What a watch tells until its time is up. */
const watch = async (query: string): Promise<Event[]> => {
  const { text } = await front.ask("GET", `${configMaps}?watch=1&timeoutSeconds=1&${query}`);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Event);
};
const told = (events: readonly Event[]) => events.map(({ type, object }) => `${type} ${object.metadata.name ?? ""}`.trim());

test("Resource URIs: what is in a namespace, in all of them, and of the whole cluster", async () => {
  await make("here");
  for (const path of [configMaps, "/api/v1/configmaps"]) {
    const { kind, items } = parsed<List>(await front.ask("GET", path));
    assert.is(kind, "ConfigMapList");
    assert.ok(items.some(({ metadata }) => metadata.name === "here"));
  }
  assert.is(parsed<Item>(await front.ask("GET", "/api/v1/namespaces/default")).kind, "Namespace");
  assert.is((await front.ask("GET", "/api/v1/namespaces/default/nodes")).code, 404);
});

test("Efficient detection of changes: a watch goes on from where a list ended", async () => {
  const { metadata } = await list("labelSelector=watch=1");
  const first = await make("watched", { a: "1" }, { watch: "1" });
  await front.ask("PATCH", `${configMaps}/watched`, {
    headers: { "content-type": "application/merge-patch+json" },
    body: JSON.stringify({ data: { a: "2" } }),
  });
  await front.ask("DELETE", `${configMaps}/watched`);
  const events = await watch(`labelSelector=watch=1&resourceVersion=${metadata.resourceVersion}`);
  assert.equal(told(events), ["ADDED watched", "MODIFIED watched", "DELETED watched"]);
  const later = await watch(`labelSelector=watch=1&resourceVersion=${first.metadata.resourceVersion}`);
  assert.equal(told(later), ["MODIFIED watched", "DELETED watched"]);
});

test("Efficient detection of changes: a version from the future is too large, and no version at all", async () => {
  assert.is((await front.ask("GET", `${configMaps}?watch=1&resourceVersion=latest`)).code, 422);
  const future = parsed<{ code: number; message: string }>(await front.ask("GET", `${configMaps}?resourceVersion=99999999`));
  assert.is(future.code, 504);
  assert.match(future.message, /Too large resource version: 99999999, current: \d+/);
});

test("Watch bookmarks and streaming lists: everything there is, then a bookmark that says so, then changes", async () => {
  await make("streamed", {}, { stream: "1" });
  const query = "labelSelector=stream=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";
  const events = await watch(query);
  assert.equal(told(events).slice(0, 2), ["ADDED streamed", "BOOKMARK"]);
  assert.equal(events[1]?.object.metadata.annotations, { "k8s.io/initial-events-end": "true" });
  const { code } = await front.ask("GET", `${configMaps}?watch=1&sendInitialEvents=true`);
  assert.is(code, 422, "sendInitialEvents needs resourceVersionMatch=NotOlderThan");
});

test("Response compression: large answers are compressed for who asks for it", async () => {
  await make("large", { text: "x".repeat(200_000) });
  const packed = await front.ask("GET", `${configMaps}/large`, { headers: { "accept-encoding": "gzip" } });
  assert.is(packed.headers["content-encoding"], "gzip");
  assert.is(packed.headers.vary, "Accept-Encoding");
  const document = await front.ask("GET", "/openapi/v2", { headers: { "accept-encoding": "gzip" } });
  assert.equal([document.headers["content-encoding"], document.headers.vary], ["gzip", "Accept, Accept-Encoding"]);
  assert.ok(packed.bytes.length < 10_000);
  assert.is((await front.ask("GET", `${configMaps}/large`)).headers["content-encoding"], undefined);
});

test("Retrieving large results sets in chunks: one state of things, however long it takes", async () => {
  for (let index = 0; index < 5; index++) await make(`chunk-${index}`, {}, { chunk: "1" });
  const one = await list("labelSelector=chunk=1&limit=2");
  await make("chunk-late", {}, { chunk: "1" });
  const two = await list(`labelSelector=chunk=1&limit=2&continue=${one.metadata.continue}`);
  const three = await list(`labelSelector=chunk=1&limit=2&continue=${two.metadata.continue}`);
  assert.equal(
    [one, two, three].map(({ items }) => items.length),
    [2, 2, 1],
  );
  assert.is(new Set([one, two, three].map(({ metadata }) => metadata.resourceVersion)).size, 1);
  assert.is(three.metadata.continue ?? "", "");
  const all = await list("limit=1");
  assert.ok((all.metadata.remainingItemCount ?? 0) > 5, "without a selector it is told how many are left");
  const broken = parsed<{ code: number; reason: string }>(await front.ask("GET", `${configMaps}?limit=1&continue=nonsense`));
  assert.equal([broken.code, broken.reason], [400, "BadRequest"]);
});

test("Collections: a selected part is deleted with one request", async () => {
  const { code } = await front.ask("DELETE", `${configMaps}?labelSelector=chunk=1`);
  assert.is(code, 200);
  assert.is((await list("labelSelector=chunk=1")).items.length, 0);
});

test("Receiving resources as Tables, and only their metadata", async () => {
  const accept = "application/json;as=Table;g=meta.k8s.io;v=v1,application/json";
  const table = parsed<{ kind: string; columnDefinitions: Array<{ name: string }>; rows: unknown[] }>(
    await front.ask("GET", configMaps, { headers: { accept } }),
  );
  assert.equal([table.kind, table.columnDefinitions.map(({ name }) => name)], ["Table", ["Name", "Data", "Age"]]);
  const partial = parsed<Item>(
    await front.ask("GET", `${configMaps}/here`, {
      headers: { accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1" },
    }),
  );
  assert.equal([partial.kind, partial.data], ["PartialObjectMetadata", undefined]);
});

test("Alternate representations: protobuf and YAML, and 406 for what there is not", async () => {
  const asked = (accept: string) => front.ask("GET", `${configMaps}/here`, { headers: { accept } });
  const protobuf = await asked("application/vnd.kubernetes.protobuf");
  assert.is(protobuf.bytes.subarray(0, 4).toString("latin1"), "k8s\0");
  assert.match((await asked("application/yaml")).text, /^kind: ConfigMap$/m);
  assert.is((await asked("text/html")).code, 406);
  for (const path of ["/api", "/apis", "/apis/apps", "/apis/apps/v1", "/api/v1"]) {
    const { code, text } = await front.ask("GET", path, { headers: { accept: "application" } });
    assert.is(code, 406, path);
    assert.match(text, /only the following media types are accepted: application\/json, application\/yaml, application\/vnd/);
    assert.is((await front.ask("GET", path, { headers: { accept: "application, application/json" } })).code, 200, path);
  }
  const sent = await front.ask("POST", configMaps, {
    headers: { "content-type": "application/yaml" },
    body: "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: from-yaml }\n",
  });
  assert.is(sent.code, 201);
  const wrong = await front.ask("POST", configMaps, { headers: { "content-type": "text/csv" }, body: "a,b" });
  assert.is(wrong.code, 415);
});

test("Resource deletion: finalizers hold an object until they are gone", async () => {
  const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "held", finalizers: ["example.com/hold"] } };
  await front.ask("POST", configMaps, { headers: json, body: JSON.stringify(body) });
  const going = parsed<Item & { metadata: { deletionTimestamp?: string } }>(await front.ask("DELETE", `${configMaps}/held`));
  assert.ok(going.metadata.deletionTimestamp !== undefined);
  assert.is((await front.ask("GET", `${configMaps}/held`)).code, 200);
  await front.ask("PATCH", `${configMaps}/held`, {
    headers: { "content-type": "application/merge-patch+json" },
    body: JSON.stringify({ metadata: { finalizers: null } }),
  });
  assert.is((await front.ask("GET", `${configMaps}/held`)).code, 404);
});

test("Validation for unrecognized or duplicate fields: strict, warned of, ignored", async () => {
  const send = (validation: string, name: string) =>
    front.ask("POST", `${configMaps}?fieldValidation=${validation}`, {
      headers: json,
      body: `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"},"data":{"a":"1","a":"2"},"more":1}`,
    });
  const strict = await send("Strict", "strict");
  assert.is(strict.code, 400);
  assert.match(
    strict.text,
    /strict decoding error: .*duplicate field \\"data\.a\\".*unknown field \\"more\\"|unknown field \\"more\\"/,
  );
  const warned = await send("Warn", "warned");
  assert.is(warned.code, 201);
  assert.match(String(warned.headers.warning), /299 - "unknown field \\"more\\""/);
  const ignored = await send("Ignore", "ignored");
  assert.equal([ignored.code, ignored.headers.warning], [201, undefined]);
});

test("Dry-run: every stage but the last", async () => {
  const dry = await front.ask("POST", `${configMaps}?dryRun=All`, {
    headers: json,
    body: JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "dry-" } }),
  });
  assert.is(dry.code, 201);
  assert.match(parsed<Item>(dry).metadata.name, /^dry-[a-z0-9]{5}$/);
  assert.is((await front.ask("GET", `${configMaps}/${parsed<Item>(dry).metadata.name}`)).code, 404);
  assert.is((await front.ask("DELETE", `${configMaps}/here?dryRun=All`)).code, 200);
  assert.is((await front.ask("GET", `${configMaps}/here`)).code, 200);
  assert.is((await front.ask("DELETE", `${configMaps}/here?dryRun=Some`)).code, 422);
});

test("Server Side Apply: who owns a field is asked before it is changed", async () => {
  const apply = (manager: string, value: string, more = "") =>
    front.ask("PATCH", `${configMaps}/applied?fieldManager=${manager}${more}`, {
      headers: { "content-type": "application/apply-patch+yaml" },
      body: `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: applied }\ndata: { a: "${value}" }\n`,
    });
  const made = await apply("one", "1");
  assert.is(made.code, 201);
  assert.equal(
    parsed<Item>(made).metadata.managedFields?.map(({ manager, operation }) => [manager, operation]),
    [["one", "Apply"]],
  );
  const conflict = parsed<{ code: number; reason: string; message: string }>(await apply("two", "2"));
  assert.equal([conflict.code, conflict.reason], [409, "Conflict"]);
  assert.match(conflict.message, /conflict with "one": \.data\.a/);
  assert.is(parsed<Item>(await apply("two", "2", "&force=true")).data?.a, "2");
});

test("Resource versions: any, exact and not older than", async () => {
  const then = await make("versioned", { a: "1" }, { version: "1" });
  const at = then.metadata.resourceVersion;
  await front.ask("DELETE", `${configMaps}/versioned`);
  const names = async (query: string) =>
    (await list(`labelSelector=version=1&${query}`)).items.map(({ metadata }) => metadata.name);
  assert.equal(await names(`resourceVersion=${at}&resourceVersionMatch=Exact`), ["versioned"]);
  assert.equal(await names(`resourceVersion=${at}&resourceVersionMatch=NotOlderThan`), []);
  assert.equal(await names("resourceVersion=0"), []);
  assert.equal(await names(""), []);
  const { code } = await front.ask("GET", `${configMaps}?resourceVersionMatch=Exact`);
  assert.is(code, 422, "a match needs a version");
  const wrong = await front.ask("PUT", `${configMaps}/here`, {
    headers: json,
    body: JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "here", resourceVersion: "1" } }),
  });
  assert.is(wrong.code, 409);
});

test.run();
