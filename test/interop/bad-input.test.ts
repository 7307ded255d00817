/** Bad input over real HTTPS: what is answered, to the word, and that nothing of it is kept. */
import { X509Certificate } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { Cluster } from "../../src/cluster/cluster.js";
import { completeKeys, serverNames } from "../../src/pki/authority.js";
import { type Asked, bodies, configMaps, invalid, json, pods, type Refused, requests } from "./bad-requests.js";

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly text: string;
  readonly headers: IncomingMessage["headers"];
}

const test = suite("bad input");
let cluster: Cluster;
let certificateAuthority: string;

test.before(async () => {
  cluster = await Cluster.start({ nodes: 0, memory: true, dataDir: mkdtempSync(join(tmpdir(), "chartroom-bad-")) });
  const { clusters } = parse(cluster.kubeconfig) as { clusters: Array<{ cluster: { "certificate-authority-data": string } }> };
  certificateAuthority = Buffer.from(clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64").toString("utf8");
});
test.after(() => cluster?.stop());

/** As the administrator, unless other headers or certificates are given. */
function ask(method: string, path: string, { body, headers, ...more }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const authorization = more.cert === undefined ? { authorization: `Bearer ${cluster.token}` } : {};
    // Of a DELETE Node tells no length by itself.
    const isChunked = headers !== undefined && "transfer-encoding" in headers;
    const length = body === undefined || isChunked ? {} : { "content-length": Buffer.byteLength(body) };
    const given = { ...authorization, ...length, ...headers };
    const options = { ca: certificateAuthority, agent: false, method, headers: given, ...more };
    const sent = httpsRequest(`${cluster.url}${path}`, options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () =>
        resolve({
          code: response.statusCode ?? 0,
          type: response.headers["content-type"] ?? "",
          text,
          headers: response.headers,
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function assertRefused(answer: Answer, { code, reason, message }: Refused): void {
  assert.is(answer.code, code, answer.text);
  assert.is(answer.type, "application/json");
  const status = JSON.parse(answer.text) as Record<string, unknown>;
  assert.equal([status.kind, status.apiVersion, status.status, status.code], ["Status", "v1", "Failure", code]);
  assert.is(status.reason, reason);
  if (typeof message === "string") assert.is(status.message, message);
  else assert.match(String(status.message), message);
}

for (const [what, path, body, expected] of bodies) {
  test(`refused: ${what}`, async () => {
    assertRefused(await ask("POST", path, { headers: json, body }), expected);
    const left = JSON.parse((await ask("GET", path)).text) as { items: Array<{ metadata: { name: string } }> };
    assert.equal(
      left.items.filter(({ metadata }) => metadata.name !== "kube-root-ca.crt"),
      [],
    );
  });
}

for (const [what, method, path, asked, expected] of requests) {
  test(`refused: ${what}`, async () => assertRefused(await ask(method, path, asked), expected));
}

test("a path that there is not is 404: in a Status below what is built in, elsewhere in plain text", async () => {
  const own = ["/api/v1/things", "/api/v2", "/apis/apps/v9/deployments", "/api/v1/namespaces/default/nodes", "/api/v1//pods"];
  for (const path of own) {
    const { code, text } = await ask("GET", path);
    assert.is(code, 404, path);
    assert.equal(JSON.parse(text), {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "the server could not find the requested resource",
      reason: "NotFound",
      details: {},
      code: 404,
    });
  }
  for (const path of ["/nothing", "/apis/nowhere.example.com/v1/things", "//api/v1/pods", "/healthz/nothing"]) {
    const { code, text, headers } = await ask("GET", path);
    assert.equal([code, text, headers["x-content-type-options"]], [404, "404 page not found\n", "nosniff"], path);
  }
});

test("a percent sign that begins no byte is refused in plain text; in the query it is for whoever reads that", async () => {
  const { code, text, headers } = await ask("GET", "/api/v1/namespaces/%zz/pods?x=1");
  assert.equal([code, text, headers["content-type"]], [400, "400 Bad Request", "text/plain; charset=utf-8"]);
  assert.is((await ask("GET", "/api/v1/namespaces?x=%zz")).code, 200);
  assert.is((await ask("GET", "/api/v1/namespaces/%ff")).code, 404);
});

test("a method that nobody has heard of is 405", async () => {
  const notAllowed = { code: 405, reason: "MethodNotAllowed", message: /^the server does not allow this method/ };
  for (const method of ["FOO", "PROPFIND"]) assertRefused(await ask(method, "/api/v1/namespaces"), notAllowed);
});

test("a body of more than 3 MB is 413, whether it says its length or not, and the connection's end is clean", async () => {
  const body = `{"metadata":{"name":"bad"},"data":{"a":"${"x".repeat(3_200_000)}"}}`;
  const tooLarge = { code: 413, reason: "RequestEntityTooLarge", message: "Request entity too large: limit is 3145728" };
  assertRefused(await ask("POST", configMaps, { headers: json, body }), tooLarge);
  assertRefused(await ask("POST", configMaps, { headers: { ...json, "transfer-encoding": "chunked" }, body }), tooLarge);
  assert.is((await ask("GET", `${configMaps}/bad`)).code, 404);
});

test("more than 1 MiB of data is refused by its size", async () => {
  const body = `{"metadata":{"name":"bad"},"data":{"a":"${"x".repeat(1_100_000)}"}}`;
  assertRefused(await ask("POST", configMaps, { headers: json, body }), invalid(/Too long: may not be more than 1048576 bytes/));
});

test("while a long YAML body is read, others are answered; what is in it is judged as ever", async () => {
  const lines = Array.from({ length: 8_000 }, (_, index) => `  key-${index}: a value of some length ${index}`);
  const yaml = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: long\ndata:\n${lines.join("\n")}\n`;
  const headers = { "content-type": "application/yaml" };
  let isRead = false;
  const sent = ask("POST", `${configMaps}?dryRun=All`, { body: yaml, headers }).finally(() => {
    isRead = true;
  });
  let answered = 0;
  let longestMs = 0;
  while (!isRead) {
    const beganMs = performance.now();
    assert.is((await ask("GET", "/api/v1/namespaces/default")).code, 200);
    longestMs = Math.max(longestMs, performance.now() - beganMs);
    answered += 1;
  }
  const { code, text } = await sent;
  assert.is(code, 201);
  assert.is(JSON.parse(text).data["key-7999"], "a value of some length 7999");
  assert.ok(answered >= 3, `others were answered while it was read: ${answered}, the longest in ${longestMs} ms`);
  const broken = await ask("POST", configMaps, { body: `${yaml}  key: [`, headers });
  assert.is(broken.code, 400);
  assert.match(JSON.parse(broken.text).message, /error converting YAML to JSON: yaml: line \d+/);
});

test("an update of a version that is no longer the newest is 409 and changes nothing", async () => {
  const named = `${configMaps}/contested`;
  const made = JSON.parse(
    (await ask("POST", configMaps, { headers: json, body: '{"metadata":{"name":"contested"},"data":{"n":"1"}}' })).text,
  );
  const newer = await ask("PUT", named, { headers: json, body: JSON.stringify({ ...made, data: { n: "2" } }) });
  assert.is(newer.code, 200);
  assertRefused(await ask("PUT", named, { headers: json, body: JSON.stringify({ ...made, data: { n: "3" } }) }), {
    code: 409,
    reason: "Conflict",
    message:
      'Operation cannot be fulfilled on configmaps "contested": the object has been modified; please apply your changes to the latest version and try again',
  });
  const stale = { preconditions: { resourceVersion: made.metadata.resourceVersion } };
  assertRefused(await ask("DELETE", named, { headers: json, body: JSON.stringify(stale) }), {
    code: 409,
    reason: "Conflict",
    message: /the ResourceVersion in the precondition \(\d+\) does not match the ResourceVersion in record \(\d+\)/,
  });
  assert.equal(JSON.parse((await ask("GET", named)).text).data, { n: "2" });
  assertRefused(await ask("POST", configMaps, { headers: json, body: '{"metadata":{"name":"contested"}}' }), {
    code: 409,
    reason: "AlreadyExists",
    message: 'configmaps "contested" already exists',
  });
  assert.is((await ask("DELETE", named)).code, 200);
});

test("a field that there is not is named in a warning where that was asked for", async () => {
  const answer = await ask("POST", `${configMaps}?fieldValidation=Warn`, {
    headers: json,
    body: '{"metadata":{"name":"warned"},"extra":1}',
  });
  assert.equal([answer.code, answer.headers.warning], [201, '299 - "unknown field \\"extra\\""']);
  assert.is((await ask("DELETE", `${configMaps}/warned`)).code, 200);
});

test("a watch or a list from the future is told so", async () => {
  const future = { code: 504, reason: "Timeout", message: /^Timeout: Too large resource version: 999999999, current: \d+$/ };
  assertRefused(await ask("GET", `${pods}?resourceVersion=999999999`), future);
});

test("wrong tokens are 401, no credentials are system:anonymous, and certificates of another authority are nobody's", async () => {
  const unauthorized = { code: 401, reason: "Unauthorized", message: "Unauthorized" };
  for (const authorization of ["Bearer nonsense", `Bearer ${cluster.token}x`, "Bearer a.b.c"])
    assertRefused(await ask("GET", pods, { headers: { authorization } }), unauthorized);
  const forbidden = {
    code: 403,
    reason: "Forbidden",
    message: 'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"',
  };
  assertRefused(await ask("GET", pods, { headers: { authorization: "" } }), forbidden);
  const stranger = completeKeys({}, serverNames("127.0.0.1")).admin;
  assertRefused(await ask("GET", pods, { cert: stranger.certificate, key: stranger.key }), unauthorized);
  assert.is((await ask("GET", "/version", { headers: { authorization: "" } })).code, 200, "the version is public");
});

test("the server's certificate is of the cluster's own authority", async () => {
  const refused = await ask("GET", pods, { ca: completeKeys({}, serverNames("127.0.0.1")).ca.certificate }).catch(
    (error: Error) => error.message,
  );
  assert.match(String(refused), /certificate/);
  const { hostname, port } = new URL(cluster.url);
  const presented = await new Promise<X509Certificate | undefined>((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), ca: certificateAuthority, servername: "kubernetes" }, () => {
      resolve(socket.getPeerX509Certificate());
      socket.destroy();
    });
    socket.on("error", reject);
  });
  assert.ok(presented?.checkHost("kubernetes.default.svc"));
  assert.ok(presented?.verify(new X509Certificate(certificateAuthority).publicKey));
});

test("plain HTTP is told that the server speaks HTTPS", async () => {
  const { hostname, port } = new URL(cluster.url);
  const answer = await new Promise<string>((resolve, reject) => {
    const sent = plainRequest({ hostname, port, path: "/version", agent: false }, (response) => {
      response.setEncoding("utf8").on("data", (text: string) => resolve(`${response.statusCode} ${text}`));
    });
    sent.on("error", reject);
    sent.end();
  });
  assert.is(answer, "400 Client sent an HTTP request to an HTTPS server.\n");
});

test("after all of it the server serves", async () => {
  assert.is((await ask("GET", "/readyz")).text, "ok");
  assert.equal(cluster.failures(), []);
});

test.run();
