/** Webhooks over HTTPS, as they are and as they fail. */
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { httpsWebhookClient } from "../../actors/apiserver/io/https-webhook-client.js";
import type { WebhookAnswer, WebhookPost } from "../../actors/apiserver/io/webhook-client.js";
import { issue } from "../../src/pki/certificate.js";

const caSubject = { commonName: "hooks-ca" };
const ca = issue(caSubject, { kind: "ca" }, 1);
const leaf = issue({ commonName: "hooks" }, { kind: "server", names: ["hooks.default.svc", "127.0.0.1"] }, 1, {
  ...ca,
  subject: caSubject,
});

const client = httpsWebhookClient((place) => place);
const ask = (post: WebhookPost): Promise<WebhookAnswer> => new Promise((resolve) => void client.post(post, resolve));

let server: Server;
let port = 0;
const asked: Array<{ servername: unknown; body: string; contentType: unknown; sockets: number }> = [];
const sockets = new Set<unknown>();

const test = suite("webhook client");

test.before(async () => {
  server = createServer({ key: leaf.key, cert: leaf.certificate }, (request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      sockets.add(request.socket);
      const { servername } = request.socket as unknown as { servername: unknown };
      asked.push({ servername, body, contentType: request.headers["content-type"], sockets: sockets.size });
      if (request.url?.startsWith("/silent") === true) return;
      if (request.url?.startsWith("/cut") === true) request.socket.destroy();
      else response.writeHead(200, { "content-type": "application/json" }).end(`{"heard":${body}}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});

test.after(() => {
  server.closeAllConnections();
  server.close();
});

const certificateAuthority = ca.certificate;

test("a URL is asked, its certificate verified with the given authority, its connection kept", async () => {
  const url = `https://127.0.0.1:${port}/admit?timeout=10s`;
  assert.equal(await ask({ url, body: '"hé"', certificateAuthority }), { ok: true, code: 200, body: '{"heard":"hé"}' });
  assert.equal(await ask({ url, body: "2", certificateAuthority }), { ok: true, code: 200, body: '{"heard":2}' });
  assert.is(asked.at(-1)?.contentType, "application/json");
  assert.is(asked.at(-1)?.sockets, 1);
});

test("a Service is asked at an endpoint, under its own name", async () => {
  const url = "https://hooks.default.svc:443/admit?timeout=10s";
  const answer = await ask({ url, connectTo: { host: "127.0.0.1", port }, body: "1", certificateAuthority });
  assert.equal(answer, { ok: true, code: 200, body: '{"heard":1}' });
  assert.is(asked.at(-1)?.servername, "hooks.default.svc");
});

test("what fails is said as Kubernetes' clients say it", async () => {
  const connectTo = { host: "127.0.0.1", port };
  const problem = async (post: Partial<WebhookPost>) => {
    const answer = await ask({ url: `https://127.0.0.1:${port}/`, body: "1", certificateAuthority, ...post });
    return answer.ok ? "it answered" : answer.problem;
  };
  assert.is(
    await problem({ certificateAuthority: issue({ commonName: "another" }, { kind: "ca" }, 1).certificate }),
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
  );
  assert.is(
    await problem({ url: "https://other.default.svc:443/", connectTo }),
    "tls: failed to verify certificate: x509: certificate is valid for hooks.default.svc, 127.0.0.1, not other.default.svc",
  );
  assert.is(await problem({ url: `https://127.0.0.1:${port}/cut` }), "EOF");
  assert.is(await problem({ url: "https://127.0.0.1:1/" }), "dial tcp 127.0.0.1:1: connect: connection refused");
  assert.match(await problem({ certificateAuthority: "no certificate" }), /./);
});

test("who hangs up is told nothing", async () => {
  let told = false;
  const url = `https://127.0.0.1:${port}/silent`;
  const hangUp = client.post({ url, body: "1", certificateAuthority }, () => {
    told = true;
  });
  hangUp();
  await ask({ url: `https://127.0.0.1:${port}/`, body: "1", certificateAuthority });
  assert.is(told, false);
});

test.run();
