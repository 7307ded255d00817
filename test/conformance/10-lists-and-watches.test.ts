/**
 * Lists and watches over HTTPS, by the page "Kubernetes API Concepts":
 * https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
import { constants } from "node:http2";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openProtobuf } from "../../src/api/protobuf/envelope.js";
import { type Answer, ApiFront, type Asked } from "../support/api-front.js";
import { until } from "../support/until.js";

const test = suite("lists and watches");
const maps = "/api/v1/namespaces/default/configmaps";
const json = { "content-type": "application/json" };

let front: ApiFront;
test.before(async () => {
  front = await ApiFront.start();
  for (const name of ["a", "b", "c", "d"]) await create(name);
});
test.after(() => front?.stop());

const create = (name: string): Promise<Answer> =>
  front.ask("POST", maps, { headers: json, body: JSON.stringify({ metadata: { name, labels: { name } } }) });
const get = async (query: string, asked: Asked = {}) => {
  const { code, text } = await front.ask("GET", `${maps}?${query}`, asked);
  return { code, body: JSON.parse(text) };
};
const namesOf = (list: { items: Array<{ metadata: { name: string } }> }): string[] =>
  list.items.map(({ metadata }) => metadata.name).filter((name) => name !== "kube-root-ca.crt");
const current = async (): Promise<string> => (await get("limit=1")).body.metadata.resourceVersion;

/** What the tests look at of an object, a Table or a Status. */
interface Shown {
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly annotations?: Record<string, string> };
  readonly columnDefinitions: readonly unknown[];
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

interface Told {
  code: number;
  type: string;
  readonly lines: Array<{ type: string; object: Shown }>;
  ended: boolean;
  stop(): void;
}

/** A watch over HTTP/2; lines as they come. */
async function watch(path: string, headers: Record<string, string> = {}): Promise<Told> {
  const session = await front.session();
  const stream = session.request({ ":path": path, authorization: front.authorization, ...headers });
  const told: Told = { code: 0, type: "", lines: [], ended: false, stop: () => stream.close(constants.NGHTTP2_CANCEL) };
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (part: string) => {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) told.lines.push(JSON.parse(line));
  });
  stream.on("end", () => {
    told.ended = true;
  });
  stream.on("close", () => session.close());
  await new Promise<void>((resolve, reject) => {
    stream.once("error", reject);
    stream.once("response", (response) => {
      told.code = Number(response[":status"]);
      told.type = String(response["content-type"]);
      resolve();
    });
  });
  return told;
}

const types = ({ lines }: Told): string[] =>
  lines
    .filter(({ object }) => object.metadata?.name !== "kube-root-ca.crt")
    .map(({ type, object }) => `${type} ${object.metadata?.name ?? ""}`.trim());

// Resource versions: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions

test("every combination of resourceVersion, match and limit of a list", async () => {
  const now = await current();
  const all = ["a", "b", "c", "d"];
  const cases: ReadonlyArray<readonly [query: string, names: readonly string[] | number]> = [
    ["", all],
    ["resourceVersion=0", all],
    ["resourceVersion=0&limit=2", all],
    [`resourceVersion=${now}`, all],
    [`resourceVersion=${now}&resourceVersionMatch=Exact`, all],
    [`resourceVersion=${now}&resourceVersionMatch=NotOlderThan`, all],
    [`resourceVersion=${now}&resourceVersionMatch=NotOlderThan&limit=2`, ["a", "b"]],
    [`resourceVersion=${now}&limit=2`, ["a", "b"]],
    ["resourceVersion=0&resourceVersionMatch=NotOlderThan", all],
    ["limit=2", ["a", "b"]],
    ["limit=2&labelSelector=name%21%3Da", ["b", "c"]],
    ["resourceVersionMatch=Exact", 422],
    ["resourceVersion=0&resourceVersionMatch=Exact", 422],
    [`resourceVersion=${now}&resourceVersionMatch=Nearly`, 422],
    ["resourceVersionMatch=NotOlderThan&continue=abc", 422],
    ["sendInitialEvents=true", 422],
    ["resourceVersion=x", 422],
    ["limit=x", 400],
    ["continue=%21", 400],
  ];
  for (const [query, expected] of cases) {
    const { code, body } = await get(`${query}${query === "" ? "" : "&"}fieldSelector=metadata.name%21%3Dkube-root-ca.crt`);
    if (typeof expected === "number") assert.is(code, expected, `${query}: ${JSON.stringify(body)}`);
    else assert.equal(namesOf(body), expected, query);
  }
});

test("what is wrong with the options of a list is said in Kubernetes' words", async () => {
  const message = async (query: string) => (await get(query)).body.message;
  assert.is(
    await message("resourceVersion=1&resourceVersionMatch=Nearly"),
    'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Nearly": supported values: "Exact", "NotOlderThan", ""',
  );
  assert.is(
    await message("sendInitialEvents=true"),
    'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
  );
  assert.is(
    await message("watch=1&sendInitialEvents=true&resourceVersionMatch=Exact"),
    'ListOptions.meta.k8s.io "" is invalid: [resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]',
  );
  assert.is(
    await message("watch=1&resourceVersionMatch=NotOlderThan"),
    'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
  );
});

test("a resourceVersion that is to come is 504 after three seconds, with its cause and Retry-After", async () => {
  const { code, text, headers } = await front.ask("GET", `${maps}?resourceVersion=999999999`);
  assert.is(code, 504);
  assert.is(headers["retry-after"], "1");
  const { reason, details, message } = JSON.parse(text);
  assert.is(reason, "Timeout");
  assert.match(message, /^Timeout: Too large resource version: 999999999, current: \d+$/);
  assert.equal(details, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  });
});

// Retrieving large results sets in chunks

test("a list in chunks is of one revision and says how many remain, where no selector hides some", async () => {
  const first = (await get("limit=2")).body;
  assert.is(first.metadata.remainingItemCount, 3);
  const rest = (await get(`limit=10&continue=${first.metadata.continue}`)).body;
  assert.is(rest.metadata.resourceVersion, first.metadata.resourceVersion);
  assert.is(rest.metadata.continue, undefined);
  assert.equal(namesOf(first).concat(namesOf(rest)), ["a", "b", "c", "d"]);
  const selected = (await get("limit=1&labelSelector=name")).body;
  assert.is(selected.metadata.remainingItemCount, undefined);
  assert.type(selected.metadata.continue, "string");
});

// Efficient detection of changes

test("a watch from a resourceVersion tells what happened since, and goes on", async () => {
  const since = await current();
  await create("e");
  const told = await watch(`${maps}?watch=true&resourceVersion=${since}`);
  await until("the change is told", () => types(told).includes("ADDED e"));
  await front.ask("DELETE", `${maps}/e`);
  await until("the deletion is told", () => types(told).includes("DELETED e"));
  told.stop();
});

test("what keeps a watch from beginning is told as its only event", async () => {
  const streamed = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
  const told = await watch(`${maps}?watch=true&${streamed}&resourceVersion=999999999`);
  assert.is(told.code, 200);
  await until("the watch ends", () => told.ended);
  const [{ type, object }] = told.lines as [Told["lines"][number]];
  assert.equal([type, object.kind, object.code, object.reason], ["ERROR", "Status", 504, "Timeout"]);
});

test("a watch from a resourceVersion that is to come begins at once and hears of what comes after", async () => {
  const ahead = String(BigInt(await current()) + 1n);
  const told = await watch(`${maps}?watch=true&resourceVersion=${ahead}`);
  assert.is(told.code, 200);
  await create("f");
  await create("g");
  await until("what comes after is told", () => types(told).length > 0);
  assert.equal(types(told), ["ADDED g"]);
  told.stop();
});

test("a watch lasts as long as was asked", async () => {
  const told = await watch(`${maps}?watch=true&timeoutSeconds=1&resourceVersion=${await current()}`);
  await until("the watch ends", () => told.ended, 3_000);
  assert.equal(told.lines, []);
});

test("one object is watched by a field selector or below /watch/, not by its own path", async () => {
  const selected = await watch(`${maps}?watch=true&resourceVersion=0&fieldSelector=metadata.name%3Da`);
  await until("the object is told", () => types(selected).length > 0);
  assert.equal(types(selected), ["ADDED a"]);
  selected.stop();
  const below = await watch("/api/v1/watch/namespaces/default/configmaps/b?resourceVersion=0");
  await until("the object is told", () => types(below).length > 0);
  assert.equal(types(below), ["ADDED b"]);
  below.stop();
  const { text } = await front.ask("GET", `${maps}/a?watch=true`);
  assert.is(JSON.parse(text).kind, "ConfigMap");
});

// Streaming lists

test("a streamed list tells what there is and where it ends, then what happens", async () => {
  const query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
  const told = await watch(`${maps}?${query}&labelSelector=name+in+(a,b,h)`);
  await until("the list has ended", () => types(told).length >= 3);
  assert.equal(types(told).slice(0, 3), ["ADDED a", "ADDED b", "BOOKMARK"]);
  assert.equal(told.lines[2]?.object.metadata.annotations, { "k8s.io/initial-events-end": "true" });
  await create("h");
  await until("what happens is told", () => types(told).includes("ADDED h"));
  told.stop();
});

test("a list that is streamed to a slow reader comes whole, however long it is", async () => {
  const data = { a: "x".repeat(300_000) };
  for (let number = 0; number < 40; number += 1)
    await front.ask("POST", "/api/v1/namespaces/kube-public/configmaps", {
      headers: json,
      body: JSON.stringify({ metadata: { name: `wide-${number}` }, data }),
    });
  const session = await front.session();
  const stream = session.request({
    ":path": "/api/v1/namespaces/kube-public/configmaps?watch=true&resourceVersion=0",
    authorization: front.authorization,
  });
  await new Promise((resolve) => stream.once("response", resolve));
  stream.pause();
  await front.ask("GET", maps);
  let events = 0;
  stream.setEncoding("utf8").on("data", (part: string) => {
    events += part.split("\n").length - 1;
  });
  stream.resume();
  await until("all 40 are told", () => events >= 40);
  session.destroy();
});

// Receiving resources as Tables, and alternate representations of resources

const metadataOf = (kind: string, encoding = "json") => ({ accept: `application/${encoding};as=${kind};g=meta.k8s.io;v=v1` });

test("metadata alone: of an object, of a list, and of what is watched, each by its own name", async () => {
  const one = await front.ask("GET", `${maps}/a`, { headers: metadataOf("PartialObjectMetadata") });
  assert.equal(Object.keys(JSON.parse(one.text)), ["kind", "apiVersion", "metadata"]);
  const list = await front.ask("GET", maps, { headers: metadataOf("PartialObjectMetadataList") });
  assert.is(JSON.parse(list.text).kind, "PartialObjectMetadataList");
  const wrong = await front.ask("GET", maps, { headers: metadataOf("PartialObjectMetadata") });
  assert.is(wrong.code, 406);
  assert.is(JSON.parse(wrong.text).message, "you requested PartialObjectMetadata, but the requested object is a list");
  const told = await watch(`${maps}?watch=true&resourceVersion=0`, metadataOf("PartialObjectMetadata"));
  await until("something is told", () => told.lines.length > 0);
  assert.is(told.lines[0]?.object.kind, "PartialObjectMetadata");
  told.stop();
});

test("a watch as Tables names its columns once", async () => {
  const told = await watch(`${maps}?watch=true&resourceVersion=0`, metadataOf("Table"));
  await until("two are told", () => told.lines.length > 1);
  assert.ok(told.lines[0]!.object.columnDefinitions.length > 0);
  assert.equal(told.lines[1]!.object.columnDefinitions, []);
  told.stop();
});

test("errors come in the form that objects are asked for in", async () => {
  const protobuf = await front.ask("GET", `${maps}/none`, { headers: { accept: "application/vnd.kubernetes.protobuf" } });
  assert.is(protobuf.code, 404);
  assert.is(protobuf.headers["content-type"], "application/vnd.kubernetes.protobuf");
  const opened = openProtobuf(protobuf.bytes);
  assert.is(opened.ok && opened.body.kind, "Status");
  const yaml = await front.ask("GET", `${maps}/none`, { headers: { accept: "application/yaml" } });
  assert.match(yaml.text, /^kind: Status$/m);
});

test("what cannot be had is 406: another form, and YAML of a watch", async () => {
  const refused = async (query: string, accept: string) =>
    JSON.parse((await front.ask("GET", `${maps}?${query}`, { headers: { accept } })).text);
  assert.is(
    (await refused("", "image/png")).message,
    "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf",
  );
  assert.is((await front.ask("GET", `${maps}?watch=true`, { headers: { accept: "application/yaml" } })).code, 406);
  const { message } = await refused("watch=true", "image/png");
  assert.is(
    message,
    "only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
  );
});

test("curl and browsers get JSON that is laid out for reading, and so does who asks for it", async () => {
  const text = async (query: string, agent: string) =>
    (await front.ask("GET", `${maps}/a${query}`, { headers: { "user-agent": agent } })).text;
  assert.match(await text("", "curl/8.0"), /^\{\n {2}"kind": "ConfigMap"/);
  assert.match(await text("?pretty=true", "kubectl"), /^\{\n {2}"kind"/);
  assert.match(await text("?pretty=false", "curl/8.0"), /^\{"kind":/);
  assert.match(await text("", "kubectl"), /^\{"kind":/);
});

test("large answers are compressed for who takes gzip", async () => {
  const wide = "/api/v1/namespaces/kube-public/configmaps?resourceVersion=0";
  const plain = await front.ask("GET", wide);
  const { headers, bytes } = await front.ask("GET", wide, { headers: { "accept-encoding": "gzip" } });
  assert.is(headers["content-encoding"], "gzip");
  assert.ok(bytes.length < plain.bytes.length / 10);
  assert.is(
    (await front.ask("GET", `${maps}/a`, { headers: { "accept-encoding": "gzip" } })).headers["content-encoding"],
    undefined,
  );
});

test.run();
