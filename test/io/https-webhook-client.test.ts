/** Webhooks over HTTPS, as they are and as they fail. */
import { createPrivateKey, createPublicKey } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { httpsWebhookClient } from "../../actors/apiserver/io/https-webhook-client.js";
import type { WebhookAnswer, WebhookPost } from "../../actors/apiserver/io/webhook-client.js";
import { assemble, issue, type KeyAndCertificate, newKey } from "../../src/pki/certificate.js";
import * as der from "../../src/pki/der.js";

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
    "tls: failed to verify certificate: x509: certificate is valid for hooks.default.svc, not other.default.svc",
  );
  assert.is(await problem({ url: `https://127.0.0.1:${port}/cut` }), "EOF");
  assert.is(await problem({ url: "https://127.0.0.1:1/" }), "dial tcp 127.0.0.1:1: connect: connection refused");
  assert.match(await problem({ certificateAuthority: "no certificate" }), /./);
});

/** A certificate of a subject that is called as its issuer is, without identifiers of keys. */
function namesake(issuer: KeyAndCertificate, validFrom: Date): KeyAndCertificate {
  const key = newKey();
  const commonName = der.sequence(der.objectIdentifier("2.5.4.3"), der.utf8String(caSubject.commonName));
  const address = der.implicit(7, Buffer.from([127, 0, 0, 1]));
  const certificate = assemble({
    subject: der.sequence(der.setOf(commonName)),
    publicKey: createPublicKey(createPrivateKey(key)).export({ type: "spki", format: "der" }),
    extensions: [der.extension("2.5.29.17", der.sequence(address))],
    validFrom,
    validTo: new Date(validFrom.getTime() + 86_400_000),
    issuer: { key: issuer.key, subject: caSubject },
  });
  return { key, certificate };
}

test("whom to trust is the signature's to say, as in Go: not a name that is the issuer's too, nor whether the chain goes up to a root", async () => {
  const hourAgo = new Date(Date.now() - 3_600_000);
  const untrusted = "tls: failed to verify certificate: x509: certificate signed by unknown authority";
  const problemWith = async (shown: KeyAndCertificate, authority: string, host = "127.0.0.1") => {
    const other = createServer({ key: shown.key, cert: shown.certificate }, (_request, response) => response.end("{}"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port: at } = other.address() as AddressInfo;
    const post = { url: `https://${host}:${at}/`, connectTo: { host: "127.0.0.1", port: at }, body: "1" };
    const askOnce = () => ask({ ...post, certificateAuthority: authority });
    const first = await askOnce();
    // On another connection to a server that is known, it shows its certificate again.
    const [again, answer] = await Promise.all([askOnce(), askOnce()]);
    assert.equal([again, answer], [first, first]);
    other.closeAllConnections();
    other.close();
    return answer.ok ? undefined : answer.problem;
  };
  const called = namesake(ca, hourAgo);
  assert.is(await problemWith(called, ca.certificate), undefined);
  assert.is(await problemWith(leaf, leaf.certificate), undefined, "the bundle may be the server's own certificate");
  const impostor = issue(caSubject, { kind: "ca" }, 1);
  assert.is(await problemWith(called, impostor.certificate), untrusted);
  assert.is(
    await problemWith(namesake(ca, new Date(Date.now() + 3_600_000)), ca.certificate),
    "tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
  );
  assert.is(
    await problemWith(called, ca.certificate, "other.default.svc"),
    "tls: failed to verify certificate: x509: certificate is not valid for any names, but wanted to match other.default.svc",
  );
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
