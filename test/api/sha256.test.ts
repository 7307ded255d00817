/** The hash that Kubernetes names storage versions by, beside Node's own. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeBase64 } from "../../src/api/base64.js";
import { builtinResources } from "../../src/api/kinds.js";
import { sha256 } from "../../src/api/sha256.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("the hash of nothing, and of FIPS 180's own example", () => {
  assert.is(hex(sha256(new Uint8Array())), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert.is(hex(sha256(Buffer.from("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("the hash of any bytes is that which Node makes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.is(hex(sha256(bytes)), createHash("sha256").update(bytes).digest("hex"));
    }),
    { seed: 1, numRuns: 200 },
  );
});

test("a storage version's hash is the first eight bytes of that of its group, version and kind", () => {
  const { group, version, kind, storageVersionHash } = builtinResources().byObject("apps/v1", "Deployment")!;
  const bytes = sha256(Buffer.from(`${group}/${version}/${kind}`)).subarray(0, 8);
  assert.is(encodeBase64(bytes), storageVersionHash);
});

test.run();
