/** JSON Web Tokens (RFC 7519) signed with ES256 (RFC 7518 3.4). */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value), "utf8").toString("base64url");

/** As Kubernetes names keys: the base64url of the SHA-256 of the public key's DER. */
export const keyId = (key: KeyObject): string =>
  createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("base64url");

export const es256 = { hash: "sha256", dsaEncoding: "ieee-p1363" } as const;

/** The first part of every token that a key signs. */
export const tokenHeader = (publicKey: KeyObject): string => encode({ alg: "ES256", kid: keyId(publicKey) });

/** What is signed: the header and the claims. */
export const tokenContent = (header: string, claims: object): string => `${header}.${encode(claims)}`;

/** Signs at once. `key` is a P-256 key, PKCS #8 in PEM. */
export function webTokenSigner(key: string): (claims: object) => string {
  const privateKey = createPrivateKey(key);
  const header = tokenHeader(createPublicKey(privateKey));
  return (claims) => {
    const content = tokenContent(header, claims);
    const signature = sign(es256.hash, Buffer.from(content), { key: privateKey, dsaEncoding: es256.dsaEncoding });
    return `${content}.${signature.toString("base64url")}`;
  };
}
