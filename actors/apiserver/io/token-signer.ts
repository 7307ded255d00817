/** Service account tokens: JSON Web Tokens (RFC 7519) signed with ES256 (RFC 7518 3.4). */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import type { PublicKey, TokenSigner } from "./io.js";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value), "utf8").toString("base64url");

/** `key` is a P-256 key, PKCS #8 in PEM. */
export function es256Signer(key: string): TokenSigner {
  const privateKey = createPrivateKey(key);
  const publicKey = createPublicKey(privateKey);
  const header = encode({ alg: "ES256", kid: keyId(publicKey) });
  return {
    publicKeys: [webKey(publicKey)],
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
      const signedBytes = Buffer.from(`${head}.${claims}`);
      const checked = Buffer.from(signature, "base64url");
      verify("sha256", signedBytes, { key: publicKey, dsaEncoding: "ieee-p1363" }, checked, (error, valid) =>
        // What was signed by this cluster is JSON.
        onVerified(error === null && valid ? JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) : undefined),
      );
    },
  };
}

/** As Kubernetes names keys: the base64url of the SHA-256 of the public key's DER. */
const keyId = (key: KeyObject): string =>
  createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("base64url");

function webKey(key: KeyObject): PublicKey {
  const { kty = "", crv = "", x = "", y = "" } = key.export({ format: "jwk" });
  return { use: "sig", kty, kid: keyId(key), crv, alg: "ES256", x, y };
}
