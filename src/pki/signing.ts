/** Signs what others ask for: a certificate for a request (RFC 2986), with the cluster's authority. */
import { createPrivateKey, createPublicKey, verify, X509Certificate } from "node:crypto";
import type { CertificateRequest } from "../api/certificates/request.js";
import { assemble, type KeyAndCertificate, keyIdentifierExtensions, type Subject } from "./certificate.js";
import * as der from "./der.js";

export interface Asked {
  /** In Kubernetes' words: `client auth`, `digital signature`. */
  readonly usages: readonly string[];
  readonly seconds: number;
  readonly nowMs: number;
}

export type Signed = { readonly ok: true; readonly certificate: string } | { readonly ok: false; readonly problem: string };

/** Clocks of those who check may go behind by so much. */
const backdateMs = 300_000;

/** Bits of keyUsage (RFC 5280 4.2.1.3). */
const keyUsageBits: ReadonlyMap<string, number> = new Map([
  ["digital signature", 0],
  ["signing", 0],
  ["content commitment", 1],
  ["key encipherment", 2],
  ["data encipherment", 3],
  ["key agreement", 4],
  ["cert sign", 5],
  ["crl sign", 6],
  ["encipher only", 7],
  ["decipher only", 8],
]);

/** Purposes (RFC 5280 4.2.1.12). */
const purposes: ReadonlyMap<string, string> = new Map([
  ["any", "2.5.29.37.0"],
  ["server auth", "1.3.6.1.5.5.7.3.1"],
  ["client auth", "1.3.6.1.5.5.7.3.2"],
  ["code signing", "1.3.6.1.5.5.7.3.3"],
  ["email protection", "1.3.6.1.5.5.7.3.4"],
  ["s/mime", "1.3.6.1.5.5.7.3.4"],
  ["ipsec end system", "1.3.6.1.5.5.7.3.5"],
  ["ipsec tunnel", "1.3.6.1.5.5.7.3.6"],
  ["ipsec user", "1.3.6.1.5.5.7.3.7"],
  ["timestamping", "1.3.6.1.5.5.7.3.8"],
  ["ocsp signing", "1.3.6.1.5.5.7.3.9"],
  ["microsoft sgc", "1.3.6.1.4.1.311.10.3.3"],
  ["netscape sgc", "2.16.840.1.113730.4.1"],
]);

/** Hashes of the signature algorithms that requests come with; none for Ed25519, which has its own. */
const hashes: ReadonlyMap<string, string | null> = new Map([
  ["1.2.840.10045.4.3.2", "sha256"],
  ["1.2.840.10045.4.3.3", "sha384"],
  ["1.2.840.10045.4.3.4", "sha512"],
  ["1.2.840.113549.1.1.11", "sha256"],
  ["1.2.840.113549.1.1.12", "sha384"],
  ["1.2.840.113549.1.1.13", "sha512"],
  ["1.3.101.112", null],
]);

const known = <Value>(usages: readonly string[], table: ReadonlyMap<string, Value>): Value[] => [
  ...new Set(usages.flatMap((usage) => table.get(usage) ?? [])),
];

function keyUsage(bits: readonly number[]): Uint8Array {
  const last = Math.max(...bits);
  const bytes = Buffer.alloc(Math.floor(last / 8) + 1);
  for (const bit of bits) bytes[Math.floor(bit / 8)]! |= 0x80 >> (bit % 8);
  return der.bitString(bytes, 7 - (last % 8));
}

/** True when the request was signed with the key that it is for. */
function isSignedByItsKey({ algorithm, publicKey, signed, signature }: CertificateRequest): boolean {
  const hash = hashes.get(algorithm);
  if (hash === undefined) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
    return verify(hash, signed, key, signature);
  } catch {
    // A key that cannot be read signs nothing.
    return false;
  }
}

/** A certificate in PEM; a `problem` where the request's own signature is wrong. It ends no later than the authority's own. */
export function signRequest(
  authority: KeyAndCertificate & { readonly subject: Subject },
  request: CertificateRequest,
  { usages, seconds, nowMs }: Asked,
): Signed {
  if (!isSignedByItsKey(request)) return { ok: false, problem: "unable to verify certificate request signature" };
  const authorityEndsMs = Date.parse(new X509Certificate(authority.certificate).validTo);
  const bits = known(usages, keyUsageBits);
  const extended = known(usages, purposes);
  const publicKey = createPublicKey({ key: Buffer.from(request.publicKey), format: "der", type: "spki" });
  const extensions = [
    ...(bits.length === 0 ? [] : [der.extension("2.5.29.15", keyUsage(bits), true)]),
    ...(extended.length === 0 ? [] : [der.extension("2.5.29.37", der.sequence(...extended.map(der.objectIdentifier)))]),
    der.extension("2.5.29.19", der.sequence(), true),
    ...keyIdentifierExtensions(publicKey, createPublicKey(createPrivateKey(authority.key))),
    ...(request.alternativeNames === undefined ? [] : [der.extension("2.5.29.17", request.alternativeNames)]),
  ];
  const certificate = assemble({
    subject: request.subject,
    publicKey: request.publicKey,
    extensions,
    validFrom: new Date(nowMs - backdateMs),
    validTo: new Date(Math.min(nowMs + seconds * 1_000, authorityEndsMs)),
    issuer: authority,
  });
  return { ok: true, certificate };
}
