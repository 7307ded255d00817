/** Service account tokens: JSON Web Tokens (RFC 7519) signed with ES256 (RFC 7518 3.4). */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import type { TokenClaims, TokenSigner } from "./io.js";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value), "utf8").toString("base64url");

/** Clocks of this machine's actors do not differ; a second covers rounding. */
const leewaySeconds = 1;

/** Tokens whose signature was found good and need not be checked again. */
const rememberedTokens = 1_000;

/** `key` is a P-256 key, PKCS #8 in PEM. */
export function es256Signer(key: string): TokenSigner {
  const good = new Set<string>();
  const remember = (token: string): void => {
    if (good.size >= rememberedTokens) for (const oldest of [...good].slice(0, rememberedTokens / 2)) good.delete(oldest);
    good.add(token);
  };
  const privateKey = createPrivateKey(key);
  const publicKey = createPublicKey(privateKey);
  const header = encode({ alg: "ES256", kid: keyId(publicKey) });
  return {
    sign: (claims, onSigned) => {
      const signed = `${header}.${encode(claims)}`;
      sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" }, (error, signature) =>
        onSigned(
          error === null
            ? { ok: true, token: `${signed}.${signature.toString("base64url")}` }
            : { ok: false, problem: error.message },
        ),
      );
    },
    verify: (token, onVerified) => {
      const parts = token.split(".");
      const [head, claims, signature] = parts;
      if (parts.length !== 3 || head !== header || claims === undefined || signature === undefined) {
        onVerified(undefined);
        return;
      }
      if (good.has(token)) {
        onVerified(current(claims));
        return;
      }
      const signedBytes = Buffer.from(`${head}.${claims}`);
      const checked = Buffer.from(signature, "base64url");
      verify("sha256", signedBytes, { key: publicKey, dsaEncoding: "ieee-p1363" }, checked, (error, valid) => {
        const isGood = error === null && valid;
        if (isGood) remember(token);
        onVerified(isGood ? current(claims) : undefined);
      });
    },
  };
}

/** As Kubernetes names keys: the base64url of the SHA-256 of the public key's DER. */
const keyId = (key: KeyObject): string =>
  createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("base64url");

/** The claims, unless they are not yet or no longer valid. They were signed by this cluster, so their shape is known. */
function current(encoded: string): TokenClaims | undefined {
  const claims = JSON.parse(Buffer.from(encoded, "base64url").toString("utf8")) as TokenClaims;
  const nowSeconds = Date.now() / 1000;
  return claims.nbf <= nowSeconds + leewaySeconds && nowSeconds < claims.exp + leewaySeconds ? claims : undefined;
}
