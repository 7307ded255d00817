/** X.509 certificates (RFC 5280) over P-256 keys, signed with ECDSA and SHA-256. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import { isIP } from "node:net";
import * as der from "./der.js";

export interface KeyAndCertificate {
  /** PKCS #8 in PEM. */
  readonly key: string;
  /** PEM. */
  readonly certificate: string;
}

export interface Subject {
  readonly commonName: string;
  readonly organization?: string;
}

export type Usage =
  | { readonly kind: "ca" }
  | { readonly kind: "server"; readonly names: readonly string[] }
  | { readonly kind: "client" };

const oid = {
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;

const dayMs = 86_400_000;

/** A new P-256 key: PKCS #8 in PEM. */
export function newKey(): string {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Issues a certificate for a new key. Without an issuer it signs itself. Valid from an hour ago. */
export function issue(
  subject: Subject,
  usage: Usage,
  validDays: number,
  issuer?: KeyAndCertificate & { subject: Subject },
): KeyAndCertificate {
  const key = newKey();
  const publicKey = createPublicKey(createPrivateKey(key));
  const now = Date.now();
  const own = { key, subject };
  const certificate = assemble({
    subject: distinguishedName(subject),
    publicKey: publicKey.export({ type: "spki", format: "der" }),
    extensions: extensions(usage, publicKey, createPublicKey(createPrivateKey(issuer?.key ?? key))),
    validFrom: new Date(now - dayMs / 24),
    validTo: new Date(now + validDays * dayMs),
    issuer: issuer ?? own,
  });
  return { key, certificate };
}

export interface CertificateParts {
  /** A distinguished name, encoded. */
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Uint8Array[];
  readonly validFrom: Date;
  readonly validTo: Date;
  readonly issuer: { readonly key: string; readonly subject: Subject };
}

/** Puts a certificate together and signs it: PEM. */
export function assemble({ subject, publicKey, extensions, validFrom, validTo, issuer }: CertificateParts): string {
  const algorithm = der.sequence(der.objectIdentifier(oid.ecdsaWithSha256));
  const toBeSigned = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    algorithm,
    distinguishedName(issuer.subject),
    der.sequence(der.time(validFrom), der.time(validTo)),
    subject,
    publicKey,
    der.explicit(3, der.sequence(...extensions)),
  );
  const signature = sign("sha256", toBeSigned, createPrivateKey(issuer.key));
  return pem("CERTIFICATE", der.sequence(toBeSigned, algorithm, der.bitString(signature)));
}

function distinguishedName({ organization, commonName }: Subject): Uint8Array {
  const attribute = (type: string, value: string) => der.setOf(der.sequence(der.objectIdentifier(type), der.utf8String(value)));
  return der.sequence(
    ...(organization === undefined ? [] : [attribute(oid.organization, organization)]),
    attribute(oid.commonName, commonName),
  );
}

function extensions(usage: Usage, subjectKey: KeyObject, issuerKey: KeyObject): Uint8Array[] {
  const ca = usage.kind === "ca";
  // keyCertSign and digitalSignature, or digitalSignature alone: bits 5 and 0, counted from the left.
  const keyUsage = ca ? der.bitString(Buffer.from([0b1000_0100]), 2) : der.bitString(Buffer.from([0b1000_0000]), 7);
  const purpose = usage.kind === "server" ? oid.serverAuth : oid.clientAuth;
  return [
    der.extension(oid.basicConstraints, der.sequence(...(ca ? [der.boolean(true)] : [])), true),
    der.extension(oid.keyUsage, keyUsage, true),
    ...(ca ? [] : [der.extension(oid.extendedKeyUsage, der.sequence(der.objectIdentifier(purpose)))]),
    ...keyIdentifierExtensions(subjectKey, issuerKey),
    ...(usage.kind === "server" ? [der.extension(oid.subjectAltName, der.sequence(...usage.names.map(generalName)))] : []),
  ];
}

/** Which key is certified, and which one certifies it. */
export const keyIdentifierExtensions = (subjectKey: KeyObject, issuerKey: KeyObject): Uint8Array[] => [
  der.extension(oid.subjectKeyIdentifier, der.octetString(keyIdentifier(subjectKey))),
  der.extension(oid.authorityKeyIdentifier, der.sequence(der.implicit(0, keyIdentifier(issuerKey)))),
];

/** dNSName is [2], iPAddress [7]. IPv6 is not among the names that a cluster has. */
const generalName = (name: string): Uint8Array =>
  isIP(name) === 4 ? der.implicit(7, Buffer.from(name.split(".").map(Number))) : der.implicit(2, Buffer.from(name, "ascii"));

const keyIdentifier = (key: KeyObject): Uint8Array =>
  createHash("sha1")
    .update(key.export({ type: "spki", format: "der" }))
    .digest();

function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
