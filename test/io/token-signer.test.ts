import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { TokenClaims } from "../../actors/apiserver/io/io.js";
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
const verified = (token: string, by = signer): Promise<TokenClaims | undefined> =>
  new Promise((resolve) => by.verify(token, resolve));

const test = suite("service account tokens");

test("a signed token gives its claims back", async () => {
  assert.equal(await verified(await signed(claims)), claims);
});

test("a token that is over, not yet valid, changed, of another key or no token at all is refused", async () => {
  const token = await signed(claims);
  const [head, , signature] = token.split(".");
  const forged = `${head}.${Buffer.from(JSON.stringify({ ...claims, sub: "system:admin" })).toString("base64url")}.${signature}`;
  assert.is(await verified(forged), undefined, "changed claims");
  assert.is(await verified(await signed({ ...claims, exp: now - 10 })), undefined, "over");
  assert.is(await verified(await signed({ ...claims, nbf: now + 100 })), undefined, "not yet valid");
  assert.is(await verified(token, es256Signer(newKey())), undefined, "another key");
  for (const junk of ["", "a", "a.b.c", `${head}..`]) assert.is(await verified(junk), undefined, `"${junk}"`);
});

test.run();
