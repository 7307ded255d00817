import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { TokenClaims } from "../../actors/apiserver/access/tokens/claims.js";
import { es256Signer } from "../../actors/apiserver/io/token-signer.js";
import { newKey } from "../../src/pki/certificate.js";

const signer = es256Signer(newKey());
const now = Math.floor(Date.now() / 1000);
const claims: TokenClaims = {
  iss: "https://kubernetes.default.svc.cluster.local",
  sub: "system:serviceaccount:default:default",
  aud: ["https://kubernetes.default.svc.cluster.local"],
  exp: now + 3600,
  iat: now,
  nbf: now,
  jti: "1",
  "kubernetes.io": { namespace: "default", serviceaccount: { name: "default", uid: "u" } },
};

const signed = (of: TokenClaims): Promise<string> =>
  new Promise((resolve, reject) => signer.sign(of, (outcome) => (outcome.ok ? resolve(outcome.token) : reject(outcome.problem))));
const verified = (token: string, by = signer): Promise<unknown> => new Promise((resolve) => by.verify(token, resolve));

const test = suite("service account tokens");

test("a signed token gives its claims back", async () => {
  assert.equal(await verified(await signed(claims)), claims);
});

test("a token that was changed, is of another key or no token at all is refused", async () => {
  const token = await signed(claims);
  const [head, , signature] = token.split(".");
  const forged = `${head}.${Buffer.from(JSON.stringify({ ...claims, sub: "system:admin" })).toString("base64url")}.${signature}`;
  assert.is(await verified(forged), undefined, "changed claims");
  assert.is(await verified(token, es256Signer(newKey())), undefined, "another key");
  for (const junk of ["", "a", "a.b.c", `${head}..`]) assert.is(await verified(junk), undefined, `"${junk}"`);
});

test("the public key is told as a JSON web key, named by its digest", () => {
  const [key] = signer.publicKeys;
  assert.equal([key?.kty, key?.crv, key?.alg, key?.use], ["EC", "P-256", "ES256", "sig"]);
  assert.match(key?.kid ?? "", /^[\w-]{43}$/);
  assert.ok(
    [key?.x, key?.y].every((coordinate) => coordinate?.length === 43),
    "both coordinates are 32 bytes",
  );
  assert.is(key?.d, undefined, "the private part stays private");
});

test.run();
