/** Service account tokens: signed and checked with the cluster's key. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { readJson } from "../../../src/json/text.js";
import { es256, keyId, tokenContent, tokenHeader } from "../../../src/pki/web-token.js";
import type { PublicKey, TokenSigner } from "./io.js";

/** `key` is a P-256 key, PKCS #8 in PEM. */
export function es256Signer(key: string): TokenSigner {
  const privateKey = createPrivateKey(key);
  const publicKey = createPublicKey(privateKey);
  const header = tokenHeader(publicKey);
  const { hash, dsaEncoding } = es256;
  return {
    publicKeys: [webKey(publicKey)],
    sign: (claims, onSigned) => {
      const content = tokenContent(header, claims);
      sign(hash, Buffer.from(content), { key: privateKey, dsaEncoding }, (error, signature) =>
        onSigned(
          error === null
            ? { ok: true, token: `${content}.${signature.toString("base64url")}` }
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
      const checked = Buffer.from(signature, "base64url");
      verify(hash, Buffer.from(`${head}.${claims}`), { key: publicKey, dsaEncoding }, checked, (error, valid) =>
        // What was signed by this cluster is JSON.
        onVerified(error === null && valid ? readJson(Buffer.from(claims, "base64url").toString("utf8")) : undefined),
      );
    },
  };
}

function webKey(key: KeyObject): PublicKey {
  const { kty = "", crv = "", x = "", y = "" } = key.export({ format: "jwk" });
  return { use: "sig", kty, kid: keyId(key), crv, alg: "ES256", x, y };
}
