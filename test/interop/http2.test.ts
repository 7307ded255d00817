/** HTTP/2 beside HTTP/1.1 on one port, as Go's and curl's clients use it. */
import { execFile, spawnSync } from "node:child_process";
import { constants } from "node:http2";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ApiFront } from "../support/api-front.js";
import { leaveOut } from "../support/tools.js";
import { until } from "../support/until.js";

const test = suite("HTTP/2");
const configMaps = "/api/v1/namespaces/default/configmaps";
const json = { "content-type": "application/json" };
const configMapText = (name: string, letters = 10) =>
  JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { a: "x".repeat(letters) } });

let front: ApiFront;
test.before(async () => {
  front = await ApiFront.start();
});
test.after(() => front?.stop());

test("both versions are offered by ALPN, and a client that offers none speaks HTTP/1.1", async () => {
  const session = await front.session();
  assert.is(session.alpnProtocol, "h2");
  assert.is(session.remoteSettings.maxConcurrentStreams, 250);
  assert.is((await front.askOver(session, "GET", "/version")).code, 200);
  session.close();
  assert.is((await front.ask("GET", "/version")).code, 200);
  assert.is((await front.ask("GET", "/version", {}, { ALPNProtocols: ["http/1.1"] })).code, 200);
});

test("250 requests at once on one connection are all answered", async () => {
  const session = await front.session();
  const created = await Promise.all(
    Array.from({ length: 250 }, (_, number) =>
      front.askOver(session, "POST", configMaps, { headers: json, body: configMapText(`many-${number}`) }),
    ),
  );
  assert.equal([...new Set(created.map(({ code }) => code))], [201]);
  const read = await Promise.all(created.map((_, number) => front.askOver(session, "GET", `${configMaps}/many-${number}`)));
  assert.equal([...new Set(read.map(({ code }) => code))], [200]);
  session.close();
});

test("errors come as Status objects, and what only HTTP/1.1 has is not sent", async () => {
  const session = await front.session();
  const missing = await front.askOver(session, "GET", `${configMaps}/none`);
  assert.is(missing.code, 404);
  assert.is(JSON.parse(missing.text).reason, "NotFound");
  const refused = await front.askOver(session, "GET", configMaps, { headers: { authorization: "Bearer wrong" } });
  assert.is(refused.code, 401);
  const large = await front.askOver(session, "POST", configMaps, { headers: json, body: configMapText("large", 4 << 20) });
  assert.is(large.code, 413);
  assert.is(JSON.parse(large.text).message, "Request entity too large: limit is 3145728");
  assert.is(large.headers.connection, undefined);
  assert.is(
    (await front.askOver(session, "GET", "/version")).code,
    200,
    "the connection goes on after a body that was too large",
  );
  session.close();
});

test("a watch and other requests share a connection, and PING is answered", async () => {
  const session = await front.session();
  const watch = session.request({ ":path": `${configMaps}?watch=true`, authorization: front.authorization });
  let heard = "";
  watch.setEncoding("utf8").on("data", (part: string) => {
    heard += part;
  });
  await new Promise((resolve) => watch.once("response", resolve));
  await front.askOver(session, "POST", configMaps, { headers: json, body: configMapText("watched") });
  await until("the watch tells of the write", () => heard.includes('"name":"watched"'));
  const answered = await new Promise<boolean>((resolve) => session.ping((error) => resolve(error === null)));
  assert.ok(answered, "PING was not answered");
  watch.close(constants.NGHTTP2_CANCEL);
  assert.is((await front.askOver(session, "GET", "/version")).code, 200, "the connection outlives a watch that was cancelled");
  session.close();
});

test("a reader that takes nothing holds up only its own stream", async () => {
  const session = await front.session();
  // Go's client has room for all of its streams together; Node's has not, unless it is told.
  session.setLocalWindowSize(16 << 20);
  for (let number = 0; number < 4; number += 1)
    await front.askOver(session, "POST", configMaps, { headers: json, body: configMapText(`wide-${number}`, 500_000) });
  const stalled = session.request({ ":path": configMaps, authorization: front.authorization });
  await new Promise((resolve) => stalled.once("response", resolve));
  stalled.pause();
  assert.is((await front.askOver(session, "GET", `${configMaps}/wide-0`)).code, 200);
  let bytes = 0;
  stalled.on("data", (part: Buffer) => {
    bytes += part.length;
  });
  stalled.resume();
  await new Promise((resolve) => stalled.once("end", resolve));
  assert.ok(bytes > 2_000_000, `the list came with ${bytes} bytes`);
  session.close();
});

test("answers of megabytes to a client that reads little at a time arrive, with others between them", async () => {
  const session = await front.session();
  for (let number = 0; number < 4; number += 1)
    await front.askOver(session, "POST", configMaps, { headers: json, body: configMapText(`long-${number}`, 900_000) });
  // Node's clients have 64 KiB unread on a connection, however many its streams.
  assert.is(session.state.effectiveLocalWindowSize, 65_535);
  const lists = Array.from({ length: 6 }, () => front.askOver(session, "GET", configMaps));
  const others = Array.from({ length: 20 }, () => front.askOver(session, "GET", "/version"));
  for (const { code } of await Promise.all(others)) assert.is(code, 200);
  for (const { code, headers, bytes } of await Promise.all(lists))
    assert.equal([code, bytes.length > 3_600_000, bytes.length], [200, true, Number(headers["content-length"])]);
  session.close();
});

test("discovery names the address that was asked, which HTTP/2 calls authority", async () => {
  const session = await front.session();
  const { text } = await front.askOver(session, "GET", "/api");
  const [{ serverAddress }] = JSON.parse(text).serverAddressByClientCIDRs as [{ serverAddress: string }];
  assert.is(serverAddress, new URL(front.cluster.url).host);
  session.close();
});

test("curl --http2", async () => {
  if (spawnSync("curl", ["--version"]).stdout?.toString().includes("HTTP2") !== true) {
    leaveOut("curl with HTTP/2 is not installed");
    return;
  }
  const { stdout } = await promisify(execFile)("curl", [
    ...["--silent", "--insecure", "--http2", "--write-out", "\n%{http_version} %{http_code}"],
    ...["--header", `Authorization: ${front.authorization}`, `${front.cluster.url}/api/v1/namespaces/default`],
  ]);
  assert.match(stdout, /"kind": "Namespace"/);
  assert.match(stdout, /\n2 200$/);
});

test.run();
