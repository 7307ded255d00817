import { X509Certificate } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { completeKeys, serverNames } from "../../src/pki/authority.js";

const test = suite("keys of a cluster");

const names = serverNames("127.17.0.1");
const keys = completeKeys({}, names);
const [ca, server, admin] = [keys.ca, keys.server, keys.admin].map(({ certificate }) => new X509Certificate(certificate)) as [
  X509Certificate,
  X509Certificate,
  X509Certificate,
];

test("the authority signs itself, and the two others", () => {
  assert.ok(ca.ca);
  for (const each of [ca, server, admin]) assert.ok(each.verify(ca.publicKey), each.subject);
  assert.not.ok(server.ca);
});

test("the server is known by every name that it is called by", () => {
  for (const name of ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"])
    assert.is(server.checkHost(name), name);
  for (const address of ["127.0.0.1", "127.17.0.1"]) assert.is(server.checkIP(address), address);
  assert.is(server.checkHost("example.com"), undefined);
});

test("the administrator is kubernetes-admin of system:masters", () => {
  assert.is(admin.subject, "O=system:masters\nCN=kubernetes-admin");
});

test("what is kept is used again", () => {
  assert.equal(completeKeys(keys, names), keys);
});

test("another name asks for another server certificate, of the same authority", () => {
  const moved = completeKeys(keys, serverNames("127.19.0.1"));
  assert.is(moved.ca, keys.ca);
  assert.is(moved.admin, keys.admin);
  assert.is(new X509Certificate(moved.server.certificate).checkIP("127.19.0.1"), "127.19.0.1");
});

test("without its authority nothing that it signed is used", () => {
  const { ca: _lost, ...rest } = keys;
  const again = completeKeys(rest, names);
  assert.is.not(again.server, keys.server);
  assert.ok(new X509Certificate(again.admin.certificate).verify(new X509Certificate(again.ca.certificate).publicKey));
  assert.is(again.serviceAccountKey, keys.serviceAccountKey, "tokens stay valid");
});

test.run();
