/** Requests for certificates (PKCS #10), made for tests. */
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { newKey } from "../../src/pki/certificate.js";
import * as der from "../../src/pki/der.js";

export interface RequestFor {
  readonly commonName?: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ips?: ReadonlyArray<readonly number[]>;
  readonly emails?: readonly string[];
  readonly uris?: readonly string[];
  /** Signed by another key than the one it is for. */
  readonly forged?: boolean;
}

export interface MadeRequest {
  /** PKCS #8 in PEM. */
  readonly key: string;
  readonly pem: string;
}

const attribute = (type: string, value: string) => der.setOf(der.sequence(der.objectIdentifier(type), der.utf8String(value)));

export function certificateRequest(of: RequestFor = {}): MadeRequest {
  const { commonName, organizations = [], dnsNames = [], ips = [], emails = [], uris = [], forged = false } = of;
  const key = newKey();
  const names = [
    ...emails.map((name) => der.implicit(1, Buffer.from(name))),
    ...dnsNames.map((name) => der.implicit(2, Buffer.from(name))),
    ...uris.map((name) => der.implicit(6, Buffer.from(name))),
    ...ips.map((ip) => der.implicit(7, Buffer.from(ip))),
  ];
  const extensions = der.sequence(der.extension("2.5.29.17", der.sequence(...names)));
  const asked = der.sequence(der.objectIdentifier("1.2.840.113549.1.9.14"), der.setOf(extensions));
  const info = der.sequence(
    der.integer(Buffer.from([0])),
    der.sequence(
      ...organizations.map((organization) => attribute("2.5.4.10", organization)),
      ...(commonName === undefined ? [] : [attribute("2.5.4.3", commonName)]),
    ),
    createPublicKey(createPrivateKey(key)).export({ type: "spki", format: "der" }),
    der.explicit(0, names.length === 0 ? Buffer.alloc(0) : asked),
  );
  const signature = sign("sha256", info, createPrivateKey(forged ? newKey() : key));
  const whole = der.sequence(info, der.sequence(der.objectIdentifier("1.2.840.10045.4.3.2")), der.bitString(signature));
  const lines =
    Buffer.from(whole)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  const label = "CERTIFICATE REQUEST";
  return { key, pem: `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n` };
}

/** The object that asks a signer for it. */
export const signingRequest = (name: string, { pem }: MadeRequest, spec: object = {}) => ({
  apiVersion: "certificates.k8s.io/v1",
  kind: "CertificateSigningRequest",
  metadata: { name },
  spec: {
    request: Buffer.from(pem).toString("base64"),
    signerName: "kubernetes.io/kube-apiserver-client",
    usages: ["client auth"],
    ...spec,
  },
});
