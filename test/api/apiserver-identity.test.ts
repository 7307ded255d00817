/** What an API server is called, and how long its Lease lasts. https://kubernetes.io/docs/concepts/architecture/leases/#api-server-identity */
import { createHash } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { hasExpired, identityOf, isIdentityLease, newIdentityLease } from "../../src/api/apiserver-identity.js";

test("an API server is called by a hash of its host's name", () => {
  const hashed = Buffer.concat([Buffer.from([0, 7]), Buffer.from("host-ü"), Buffer.from([0, 14]), Buffer.from("kube-apiserver")]);
  const digest = createHash("sha256").update(hashed).digest().subarray(0, 16);
  const bits = Array.from(digest, (byte) => byte.toString(2).padStart(8, "0"))
    .join("")
    .padEnd(130, "0");
  const letters = bits.match(/.{5}/g)!.map((five) => "abcdefghijklmnopqrstuvwxyz234567"[Number.parseInt(five, 2)]);
  assert.is(identityOf("host-ü"), `apiserver-${letters.join("")}`);
  assert.is(identityOf("host-ü").length, "apiserver-".length + 26);
  assert.is.not(identityOf("a"), identityOf("b"));
});

test("a Lease lasts an hour after it was renewed; one that does not say so lasts no longer", () => {
  const lease = newIdentityLease("host", "uuid", "2026-01-01T00:00:00.000000Z");
  const renewedMs = Date.parse("2026-01-01T00:00:00Z");
  assert.is(isIdentityLease(lease), true);
  assert.is(hasExpired(lease, renewedMs + 3_600_000), false);
  assert.is(hasExpired(lease, renewedMs + 3_600_001), true);
  const { renewTime, ...timeless } = lease.spec!;
  assert.is(renewTime, "2026-01-01T00:00:00.000000Z");
  assert.is(hasExpired({ ...lease, spec: timeless }, renewedMs), true);
  assert.is(hasExpired({ ...lease, spec: { renewTime: renewTime! } }, renewedMs), true);
  assert.is(hasExpired({ metadata: {} }, renewedMs), true);
});

test.run();
